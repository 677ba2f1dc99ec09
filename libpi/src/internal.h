/* internal.h - shared by libpi's own sources: what a year's rpi.h does not declare but the library
 * calls or defines in every year. */
#ifndef LIBPI_INTERNAL_H
#define LIBPI_INTERNAL_H

#include "libpi-port.h"
#include "rpi-constants.h"
#include "rpi.h"

/* A program may define any function of the API itself, so all of them are weak. The compiler cannot
 * inline a weak function: the library calls the one that was linked. */
#define LIBPI_WEAK __attribute__((weak))

/* Where formatted text goes. */
struct libpi_sink {
    void (*put)(struct libpi_sink *sink, char c);
    void (*flush)(struct libpi_sink *sink); /* before text of unknown address, and at the end */
};

/* Formats as printk of the year does; returns the number of characters. */
unsigned libpi_format(struct libpi_sink *sink, const char *fmt, va_list ap);

int libpi_vprintk(const char *fmt, va_list ap);
/* The console's own rpi_putchar and, in 2020, putk. */
int libpi_console_putchar(int c);
int libpi_console_putk(const char *msg);
/* Text to the console through whatever rpi_putchar is now. */
void libpi_console_write(const char *text, unsigned n);
void libpi_run(void) __attribute__((noreturn));

enum { GPIO_MAX_PIN = 53 };

/* One past the last byte a heap may use when the program does not say: below the stacks. */
enum { LIBPI_HEAP_LIMIT = FREE_MB };

int uart_put8(uint8_t c);
int uart_get8(void);
int uart_get8_async(void);
int uart_can_put8(void);
int uart_has_data(void);
void uart_flush_tx(void);
uint32_t DEV_VAL32(uint32_t x);
void rpi_wait(void);
void reboot_callout(void);
void notmain(void);
void reboot(void) __attribute__((noreturn));

#endif
