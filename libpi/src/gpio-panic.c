/* gpio-panic.c - the end of a program that names a pin which does not exist. */
#include "internal.h"

#if LIBPI_YEAR >= 2025
LIBPI_WEAK void gpio_panic(const char *msg, ...)
{
    va_list args;
    printk("PANIC:gpio:");
    va_start(args, msg);
    vprintk(msg, args);
    va_end(args);
    printk("\n");
    clean_reboot();
}
#endif
