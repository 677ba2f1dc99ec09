/* redzone.h - finds writes through null pointers: the first 4096 bytes of memory are set to 0, and
 * checked. Exception vectors live there too: install them elsewhere. On the laptop such a write is
 * a fault by itself, and there is nothing to set or check. */
#ifndef REDZONE_H
#define REDZONE_H

#include "rpi.h"

#ifdef __arm__
enum { RZ_NBYTES = 4096 };
#else
enum { RZ_NBYTES = 0 };
#endif

static inline void redzone_init(void)
{
    for (unsigned off = 0; off != RZ_NBYTES; off += 4)
        PUT32(off, 0);
}

/* 1 when nothing was written; else prints what, and ends the program. msg may be null. */
static inline int libpi_redzone_check(const char *file, const char *fn, int line, const char *msg)
{
    unsigned nfail = 0;
    if (msg)
        printk("redzone checking: %s\n", msg);
    for (unsigned off = 0; off != RZ_NBYTES; off += 4) {
        unsigned v = GET32(off);
        if (!v)
            continue;
        nfail++;
#if LIBPI_YEAR >= 2026
        printk("%s:%s:%d: ERROR: non-zero redzone!: off=%x, val=%x\n", file, fn, line, off, v);
#else
        printk("non-zero redzone: off=%x, val=%x fail=%d\n", off, v, nfail);
#endif
    }
    if (nfail) {
        (printk)("PANIC:%s:%s:%d:redzone: total failures =%d\n\n", file, fn, line, nfail);
        clean_reboot();
    }
    return 1;
}

#if LIBPI_YEAR == 2025
static inline int redzone_check(const char *msg)
{
    return libpi_redzone_check(__FILE__, __FUNCTION__, __LINE__, msg);
}
#elif defined(LIBPI_YEAR_2024)
static inline int redzone_check(void)
{
    return libpi_redzone_check(__FILE__, __FUNCTION__, __LINE__, 0);
}
#else
#define redzone_check(msg) libpi_redzone_check(__FILE__, __FUNCTION__, __LINE__, msg)
#endif

#endif
