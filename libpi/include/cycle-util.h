/* cycle-util.h - waiting for cycles and for pins, for bit-banged protocols. Times are differences
 * of the cycle counter: up to 6.1 s. */
#ifndef CYCLE_UTIL_H
#define CYCLE_UTIL_H

#include "cycle-count.h"
#include "rpi.h"

/* Until n cycles after start; from 2023 on returns the cycle counter then. */
#if LIBPI_YEAR <= 2020
static inline void delay_ncycles(unsigned start, unsigned n)
{
    while (cycle_cnt_read() - start < n)
        ;
}
#else
static inline unsigned delay_ncycles(unsigned start, unsigned n)
{
    unsigned now;
    do {
        now = cycle_cnt_read();
    } while (now - start < n);
    return now;
}
#endif

/* Sets the pin, then waits as delay_ncycles does. */
#if LIBPI_YEAR <= 2020
static inline void write_cyc_until(unsigned pin, unsigned v, unsigned start, unsigned ncycles)
{
    gpio_write(pin, v);
    delay_ncycles(start, ncycles);
}
#else
static inline unsigned write_cyc_until(unsigned pin, unsigned v, unsigned start, unsigned ncycles)
{
    gpio_write(pin, v);
    return delay_ncycles(start, ncycles);
}
#endif

/* The level of a pin below 32, without checks (BCM2835 ARM Peripherals p. 96). */
static inline unsigned GPIO_READ_RAW(unsigned pin)
{
#ifdef __arm__
    return *(volatile uint32_t *)0x20200034 >> pin % 32 & 1;
#else
    return GET32(0x20200034) >> pin % 32 & 1;
#endif
}

/* 1 when the pin has that level before ncycles after start, else 0. */
static inline int wait_until_cyc(unsigned pin, unsigned v, unsigned start, unsigned ncycles)
{
    for (;;) {
        if (GPIO_READ_RAW(pin) == v)
            return 1;
        if (cycle_cnt_read() - start >= ncycles)
            return 0;
    }
}

#if LIBPI_YEAR >= 2023
/* The same within microseconds from now. */
static inline int wait_until_usec(int pin, int v, unsigned timeout_usec)
{
    if (GPIO_READ_RAW(pin) == (unsigned)v)
        return 1;
    unsigned start = timer_get_usec();
    for (;;) {
        if (GPIO_READ_RAW(pin) == (unsigned)v)
            return 1;
        if ((unsigned)timer_get_usec() - start > timeout_usec)
            return 0;
    }
}
#endif

#endif
