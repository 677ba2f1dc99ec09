/* uart-hex.c - a number in hexadecimal on the console. */
#include "internal.h"

#if LIBPI_YEAR >= 2020
LIBPI_WEAK int uart_hex(unsigned h)
{
    printk("%x", h);
    return 0;
}
#endif
