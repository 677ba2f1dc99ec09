/* rpi.h - what every Pi program includes: console, timer, heap, device access, reboot.
 *
 * The functions and their types follow the course year in LIBPI_YEAR; docs/libpi.md lists the
 * differences. Any function here may be defined by the program instead: libpi's are weak. */
#ifndef RPI_H
#define RPI_H

#include "libpi-year.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RPI_COMPILED

/* ---- console ---- */

/* Sends one character to the console and returns it. From 2020 on a variable that a program may
 * point elsewhere; everything below prints through it. */
#if LIBPI_YEAR == 2019
int rpi_putchar(int c);
#else
typedef int (*rpi_putchar_t)(int chr);
extern rpi_putchar_t rpi_putchar;
#endif

#if LIBPI_YEAR == 2020
extern int (*putk)(const char *msg);
void rpi_reset_putc(void);
void rpi_set_putc(int (*fp)(int));
void rpi_set_output(int (*putc_fp)(int), int (*puts_fp)(const char *));
#else
int putk(const char *msg);
#endif

#if LIBPI_YEAR >= 2023
/* Replaces rpi_putchar; returns the one before. */
rpi_putchar_t rpi_putchar_set(rpi_putchar_t putc);
#define rpi_set_putc rpi_putchar_set
#endif

/* Formatted output. 2019, 2020: %d %u %x %p %b %c %s %% with a width, padded with spaces; returns
 * the number of characters and one for the end. From 2023 on: %d %u %x %X %p %b %c %s %llx without
 * widths, %x and %p begin with 0x; returns 0. Another conversion panics. */
int printk(const char *format, ...);
#if LIBPI_YEAR == 2019
int printf(const char *format, ...);
#endif
#if LIBPI_YEAR >= 2023
int vprintk(const char *fmt, va_list ap);
#endif

/* The same into buf. 2019, 2020: cut to n bytes with the end; returns bytes stored, end included.
 * From 2023 on: returns 0, and text that does not fit is a failed assertion. */
#if LIBPI_YEAR <= 2020
int snprintk(char *buf, size_t n, const char *fmt, ...);
#else
int snprintk(char *buf, unsigned buflen, const char *fmt, ...);
int vsnprintk(char *buf, unsigned buflen, const char *fmt, va_list ap);
/* Copies at most n - 1 characters and ends dst. */
void safe_strcpy(char *dst, const char *src, unsigned n);
#endif

/* ---- mini-UART, 8n1 ---- */

/* 115200 baud on GPIO14/15. What was sent before is waited for; received bytes are dropped. */
void uart_init(void);
#if LIBPI_YEAR <= 2020
int uart_getc(void); /* waits for a byte */
void uart_putc(unsigned c);
#endif
#if LIBPI_YEAR == 2020
int uart_getc_async(void); /* a byte, or -1 */
#endif
#if LIBPI_YEAR == 2020 || LIBPI_YEAR >= 2025 || defined(LIBPI_YEAR_2024)
int uart_can_putc(void); /* 1 when there is room for a byte */
#endif
#if LIBPI_YEAR >= 2020
int uart_has_data(void); /* 1 when a byte has arrived */
#endif
int uart_hex(unsigned h);
#ifdef LIBPI_YEAR_2022
void uart_disable(void);
void uart_flush_tx(void);
#endif
#if LIBPI_YEAR >= 2023
void uart_disable(void);   /* waits until all is sent, then turns the UART off */
int uart_get8(void);       /* waits for a byte */
int uart_put8(uint8_t c);  /* waits for room; returns 1 */
int uart_get8_async(void); /* a byte, or -1 */
int uart_can_put8(void);
void uart_flush_tx(void); /* waits until the last bit has left */
#endif
#if LIBPI_YEAR >= 2025
void hw_uart_disable(void); /* uart_disable, for programs that drive the pins themselves */
#endif
#if LIBPI_YEAR >= 2026
/* uart_init at another speed: 250000000 / (8 * (baud_reg + 1)) baud. */
void uart_div(uint32_t baud_reg);
#endif

/* ---- time: the system timer, 1 MHz, wraps after 71 minutes ---- */

#if LIBPI_YEAR <= 2020
void delay_cycles(unsigned ticks); /* turns of a loop of a few cycles */
void delay_us(unsigned us);
void delay_ms(unsigned ms);
#else
void delay_cycles(uint32_t ticks);
void delay_us(uint32_t us);
void delay_ms(uint32_t ms);
#endif
#if LIBPI_YEAR == 2019
void delay(unsigned ticks);
unsigned timer_get_time(void);
#elif LIBPI_YEAR == 2020
unsigned timer_get_ns(void);
#endif
#if LIBPI_YEAR <= 2020
unsigned timer_get_usec(void);
unsigned timer_get_usec_raw(void);
#else
uint32_t timer_get_usec(void);     /* with device barriers around */
uint32_t timer_get_usec_raw(void); /* without */
#endif

/* ---- the end ---- */

/* Resets the Pi. */
void rpi_reboot(void) __attribute__((noreturn));
/* Prints DONE!!!, which ends my-install, then resets. */
void clean_reboot(void) __attribute__((noreturn));
#if LIBPI_YEAR >= 2023
/* Called before the reset; does nothing unless the program defines it. */
void reboot_callout(void);
#endif

#if LIBPI_YEAR >= 2023 || defined(LIBPI_YEAR_2022)
/* The program. Before 2022 some programs return int. */
void notmain(void);
#endif

/* ---- barriers and caches ---- */

void dmb(void);
void dsb(void);
/* Between accesses to different peripherals (BCM2835 ARM Peripherals p. 7). */
void dev_barrier(void);
#if LIBPI_YEAR == 2019
void mb(void);
#elif LIBPI_YEAR == 2020
#define mb dev_barrier
#endif

/* Instruction cache and branch prediction; the data cache needs the MMU. */
void enable_cache(void);
void disable_cache(void);
#if LIBPI_YEAR == 2020
void flush_all_caches(void);
#endif
#if LIBPI_YEAR >= 2023
void caches_enable(void);
void caches_disable(void);
int caches_is_enabled(void);
void flush_caches(void);
#endif

/* ---- heap: blocks are zeroed and 8-byte aligned; a full heap panics ---- */

void *kmalloc(unsigned nbytes);
/* alignment: a power of two. */
void *kmalloc_aligned(unsigned nbytes, unsigned alignment);
#if LIBPI_YEAR <= 2020
void kfree(void *p);  /* does nothing */
void kfree_all(void); /* the heap is empty again */
#endif
#if LIBPI_YEAR == 2019
void kfree_after(void *p); /* frees p and everything allocated after it */
void kmalloc_set_start(unsigned _addr);
void *kmalloc_heap_start(void);
void *kmalloc_heap_end(void); /* first free byte */
#elif LIBPI_YEAR == 2020
void kmalloc_init(void);
#ifndef LIBPI_YEAR_2022
void kmalloc_init_set_start(unsigned _addr);
#else
void *kmalloc_notzero(unsigned nbytes);
/* The start; from the middle of the year on also how many bytes, which is no limit here. Programs
 * call and define it either way, so it has no prototype. */
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
void kmalloc_init_set_start();
#endif
void *kmalloc_heap_ptr(void); /* first free byte */
#else
void *kmalloc_notzero(unsigned nbytes);
void kmalloc_init_set_start(void *addr, unsigned max_nbytes);
void *kmalloc_heap_ptr(void);   /* first free byte */
void *kmalloc_heap_start(void); /* first byte */
void *kmalloc_heap_end(void);   /* one past the last */
#define LIBPI_HEAP_START ((void *)0x100000)
#define LIBPI_MB (1024u * 1024u)
#if LIBPI_YEAR == 2025
static inline void kmalloc_init(unsigned mb)
{
    kmalloc_init_set_start(LIBPI_HEAP_START, mb * LIBPI_MB);
}
#else
static inline void kmalloc_init(void)
{
    kmalloc_init_set_start(LIBPI_HEAP_START, 64 * LIBPI_MB);
}
#endif
#if LIBPI_YEAR == 2026
static inline void kmalloc_init_mb(unsigned mb)
{
    kmalloc_init_set_start(LIBPI_HEAP_START, mb * LIBPI_MB);
}
#endif
#endif

/* ---- one load or store of exactly this width ---- */

void PUT32(unsigned addr, unsigned v);
void put32(volatile void *addr, unsigned v);
unsigned GET32(unsigned addr);
unsigned get32(const volatile void *addr);
#if LIBPI_YEAR <= 2020
void PUT16(unsigned addr, unsigned short v);
void put16(volatile void *addr, unsigned short v);
unsigned short GET16(unsigned addr);
unsigned short get16(const volatile void *addr);
void PUT8(unsigned addr, unsigned char v);
void put8(volatile void *addr, unsigned char v);
unsigned char GET8(unsigned addr);
unsigned char get8(const volatile void *addr);
#else
void PUT8(uint32_t addr, uint8_t x);
void put8(volatile void *addr, uint8_t x);
uint8_t GET8(unsigned addr);
uint8_t get8(const volatile void *addr);
#endif
#if LIBPI_YEAR >= 2025
#define ptr_to_uint32(x) ((uint32_t)(ptrdiff_t)(x))
/* Sets the bits of x; returns what was written. */
static inline uint32_t OR32(uint32_t addr, uint32_t x)
{
    uint32_t v = GET32(addr) | x;
    PUT32(addr, v);
    return v;
}
static inline uint32_t or32(volatile void *addr, uint32_t x)
{
    return OR32(ptr_to_uint32(addr), x);
}
#endif

/* Jumps to addr. */
void BRANCHTO(unsigned addr);

/* Does nothing, where the compiler cannot see it. */
void dummy(unsigned);
#if LIBPI_YEAR >= 2023
void nop(void);
/* Returns x; a harness that compares runs records it. */
uint32_t DEV_VAL32(uint32_t x);
/* Called in every wait loop of libpi; does nothing unless the program defines it. */
void rpi_wait(void);
#endif

/* ---- the rest ---- */

#if LIBPI_YEAR >= 2020
int memiszero(const void *p, unsigned n);
#endif
#if LIBPI_YEAR == 2019
unsigned short rpi_rand(void);
unsigned rpi_get_cpsr(void);
#elif LIBPI_YEAR == 2020
unsigned short rpi_rand16(void);
unsigned long rpi_rand32(void);
void rpi_reset(unsigned seed);
void cb_init(void);
int pi_sd_init(void);
int pi_sd_read(void *data, uint32_t lba, uint32_t nsec);
void *pi_sec_read(uint32_t lba, uint32_t nsec);
#endif
#if LIBPI_YEAR >= 2025
/* nbytes: a multiple of 32. */
void memcpy256(void *dst, const void *src, size_t nbytes);
/* First byte behind text, data and bss. */
void *program_end(void);
#define WEAK(fn) __attribute__((weak)) fn
#endif
#if LIBPI_YEAR >= 2025 || defined(LIBPI_YEAR_2024)
#define let __auto_type
#endif

#define gcc_mb() __asm__ volatile("" : : : "memory")
#define likely(x) __builtin_expect((x), 1)
#define unlikely(x) __builtin_expect((x), 0)

#include "demand.h"
#if LIBPI_YEAR >= 2023 || defined(LIBPI_YEAR_2022)
#define asm_align(x) __asm__ volatile(".align " _XSTRING(x))
#endif

#include "gpio.h"
#if LIBPI_YEAR >= 2023 || defined(LIBPI_YEAR_2022)
#include "rpi-constants.h"
#endif

#endif
