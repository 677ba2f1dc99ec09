/* gpio.h - the 54 general purpose pins (BCM2835 ARM Peripherals p. 89-104).
 *
 * A pin above 53: 2019 returns -1; 2020 and 2023 do nothing (reads give -1); later years stop in
 * gpio_panic. */
#ifndef GPIO_H
#define GPIO_H

#include "libpi-year.h"

#define GPIO_TX 14
#define GPIO_RX 15
#define GPIO_HAT_LED 27
#define GPIO_PI_LED 47

/* p. 92 */
typedef enum {
    GPIO_FUNC_INPUT = 0,
    GPIO_FUNC_OUTPUT = 1,
    GPIO_FUNC_ALT0 = 4,
    GPIO_FUNC_ALT1 = 5,
    GPIO_FUNC_ALT2 = 6,
    GPIO_FUNC_ALT3 = 7,
    GPIO_FUNC_ALT4 = 3,
    GPIO_FUNC_ALT5 = 2,
} gpio_func_t;

#if LIBPI_YEAR == 2019
int gpio_set_function(unsigned pin, unsigned function);
unsigned gpio_get_function(unsigned pin);
int gpio_set_input(unsigned pin);
int gpio_set_output(unsigned pin);
int gpio_set_on(unsigned pin);
int gpio_set_off(unsigned pin);
int gpio_write(unsigned pin, unsigned val);
unsigned gpio_read(unsigned pin);

enum { GPIO_PUD_DISABLE = 0, GPIO_PUD_PULLDOWN = 1, GPIO_PUD_PULLUP = 2 };
int gpio_set_pud(unsigned pin, unsigned pud);
int gpio_set_pullup(unsigned pin);
int gpio_set_pulldown(unsigned pin);
#else
/* Other pins keep their function. */
void gpio_set_function(unsigned pin, gpio_func_t function);
void gpio_set_input(unsigned pin);
void gpio_set_output(unsigned pin);
void gpio_set_on(unsigned pin);
void gpio_set_off(unsigned pin);
void gpio_write(unsigned pin, unsigned val);
/* The level, 0 or 1, whatever the function of the pin. */
int gpio_read(unsigned pin);
/* Pulls take 300 cycles to set and last until the next power cycle (p. 101). */
void gpio_set_pullup(unsigned pin);
void gpio_set_pulldown(unsigned pin);
void gpio_pud_off(unsigned pin);
#endif

#if LIBPI_YEAR >= 2020
/* Interrupts. IRQ 49 (GPIO_INT0) serves pins 0-27, 50 pins 28-45, 51 pins 46-53 (p. 113 names the
 * numbers; which pins each serves is in Linux's pinctrl-bcm2835.c). */
enum { GPIO_INT0 = 49, GPIO_INT1, GPIO_INT2, GPIO_INT3 };

/* Each turns the detector on and enables the interrupt; other pins keep theirs (p. 97-99). */
void gpio_int_rising_edge(unsigned pin);
void gpio_int_falling_edge(unsigned pin);
void gpio_enable_hi_int(unsigned pin);
void gpio_int_low(unsigned pin);
void gpio_int_async_rising_edge(unsigned pin);
void gpio_int_async_falling_edge(unsigned pin);

/* 1 when GPIO_INT0 is pending. */
int gpio_has_interrupt(void);
/* 1 when IRQ gpio_int (GPIO_INT0...) is pending. */
int is_gpio_int(unsigned gpio_int);
/* 1 when the pin's detector saw its event and it was not cleared since (p. 96). */
int gpio_event_detected(unsigned pin);
void gpio_event_clear(unsigned pin);
#endif

#if LIBPI_YEAR >= 2025
/* Prints PANIC:gpio: and the message, then ends the program. */
void gpio_panic(const char *msg, ...) __attribute__((noreturn));
#define gpio_assert(bool)                                                                          \
    do {                                                                                           \
        if (!(bool))                                                                               \
            gpio_panic(#bool);                                                                     \
    } while (0)
#endif

#endif
