/* timer.c - microseconds of the system timer (BCM2835 ARM Peripherals p. 172-175) and delays. Its
 * compare registers are left to the program. */
#include "internal.h"

enum { SYSTIMER_CLO = 0x20003004 };

#if LIBPI_YEAR <= 2020
typedef unsigned usec_t;
#else
typedef uint32_t usec_t;
#endif

LIBPI_WEAK usec_t timer_get_usec_raw(void)
{
    return GET32(SYSTIMER_CLO);
}

LIBPI_WEAK usec_t timer_get_usec(void)
{
    dev_barrier();
    usec_t now = timer_get_usec_raw();
    dev_barrier();
    return now;
}

#if LIBPI_YEAR == 2019
LIBPI_WEAK unsigned timer_get_time(void)
{
    return timer_get_usec();
}
#elif LIBPI_YEAR == 2020
LIBPI_WEAK unsigned timer_get_ns(void)
{
    return timer_get_usec() * 1000;
}
#endif

LIBPI_WEAK void delay_us(usec_t us)
{
    usec_t start = timer_get_usec();
    while (timer_get_usec() - start < us)
        rpi_wait();
}

LIBPI_WEAK void delay_ms(usec_t ms)
{
    /* In pieces: 1000 * ms may not fit. */
    for (; ms > 1000; ms -= 1000)
        delay_us(1000 * 1000);
    delay_us(ms * 1000);
}

LIBPI_WEAK void delay_cycles(usec_t ticks)
{
    while (ticks--)
        gcc_mb();
}

#if LIBPI_YEAR == 2019
LIBPI_WEAK void delay(unsigned ticks)
{
    delay_cycles(ticks);
}
#endif
