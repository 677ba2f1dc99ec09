/* va-printk.h - snprintk with an argument list, in 2019 and 2020. */
#ifndef VA_PRINTK_H
#define VA_PRINTK_H

#include <stdarg.h>

#include "libpi-year.h"

#if LIBPI_YEAR <= 2020
/* Cut to n bytes with the end; returns bytes stored, end included. */
int va_printk(char *buf, int n, const char *fmt, va_list args);
#endif

#endif
