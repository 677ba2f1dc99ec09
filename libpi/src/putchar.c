/* putchar.c - where console characters go. */
#include "internal.h"

#if LIBPI_YEAR == 2019

/* Two names for one function, so that printk can tell whether the program brought its own. */
LIBPI_WEAK int libpi_console_putchar(int c)
{
    uart_putc(c);
    return c;
}
int rpi_putchar(int c) __attribute__((weak, alias("libpi_console_putchar")));

#else

LIBPI_WEAK int libpi_console_putchar(int c)
{
#if LIBPI_YEAR == 2020
    uart_putc(c);
#else
    uart_put8(c);
#endif
    return c;
}

LIBPI_WEAK rpi_putchar_t rpi_putchar = libpi_console_putchar;

#if LIBPI_YEAR == 2020

LIBPI_WEAK void rpi_reset_putc(void)
{
    rpi_putchar = libpi_console_putchar;
}

LIBPI_WEAK void rpi_set_putc(int (*fp)(int))
{
    assert(fp);
    rpi_putchar = fp;
}

LIBPI_WEAK void rpi_set_output(int (*putc_fp)(int), int (*puts_fp)(const char *))
{
    rpi_set_putc(putc_fp);
    if (puts_fp)
        putk = puts_fp;
}

#else

LIBPI_WEAK rpi_putchar_t rpi_putchar_set(rpi_putchar_t putc)
{
    rpi_putchar_t before = rpi_putchar;
    rpi_putchar = putc;
    return before;
}

#endif
#endif
