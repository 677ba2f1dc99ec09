/* uart-hex.c - a number in hexadecimal on the console. */
#include "internal.h"

LIBPI_WEAK int uart_hex(unsigned h)
{
    printk("%x", h);
    return 0;
}
