/* memory.c - what the course adds to string.h. */
#include "internal.h"
#include "memmap.h"

#if LIBPI_YEAR >= 2020
LIBPI_WEAK int memiszero(const void *p, unsigned n)
{
    const uint8_t *b = p;
    for (unsigned i = 0; i < n; i++)
        if (b[i])
            return 0;
    return 1;
}
#endif

#if LIBPI_YEAR > 2020
LIBPI_WEAK void safe_strcpy(char *dst, const char *src, unsigned n)
{
    if (n == 0)
        return;
    unsigned i = 0;
    for (; i < n - 1 && src[i]; i++)
        dst[i] = src[i];
    dst[i] = 0;
}
#endif

#ifdef LIBPI_YEAR_2022
LIBPI_WEAK void *kmalloc_notzero(unsigned nbytes)
{
    return kmalloc(nbytes);
}
#endif

#if LIBPI_YEAR >= 2025
LIBPI_WEAK void memcpy256(void *dst, const void *src, size_t nbytes)
{
    demand(nbytes % 32 == 0, "memcpy256: %d bytes are not a multiple of 32", (int)nbytes);
    memcpy(dst, src, nbytes);
}

LIBPI_WEAK void *program_end(void)
{
    return __prog_end__;
}
#endif

#if LIBPI_YEAR == 2019
LIBPI_WEAK unsigned rpi_get_cpsr(void)
{
    return libpi_cpsr_get();
}
#endif
