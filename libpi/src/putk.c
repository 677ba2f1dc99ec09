/* putk.c - a string on the console. */
#include "internal.h"

#if LIBPI_YEAR == 2020
LIBPI_WEAK int libpi_console_putk(const char *msg)
#else
LIBPI_WEAK int putk(const char *msg)
#endif
{
    libpi_console_write(msg, strlen(msg));
    return 1;
}

#if LIBPI_YEAR == 2020
LIBPI_WEAK int (*putk)(const char *msg) = libpi_console_putk;
#endif
