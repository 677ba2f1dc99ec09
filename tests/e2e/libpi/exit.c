/* What a return from notmain prints. */
#include "rpi.h"

void notmain(void)
{
#if LIBPI_YEAR <= 2020
    uart_init();
#endif
    printk("returning\n");
}
