/* string.c - the part of string.h that programs use, each with C's meaning (C11 7.24). */
#include "internal.h"

/* What a compiler cannot see through, it cannot turn into a call of the very function it stands in.
 */
#define HIDE(x) __asm__("" : "+r"(x))

typedef uint32_t __attribute__((may_alias)) word_t;

static int both_aligned(const void *p, const void *q)
{
    return (((uintptr_t)p | (uintptr_t)q) & 3) == 0;
}

LIBPI_WEAK void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    unsigned char *d = dst;
    const unsigned char *s = src;
    if (both_aligned(d, s)) {
        for (; n >= 16; n -= 16, d += 16, s += 16) {
            HIDE(d);
            word_t *dw = (word_t *)d;
            const word_t *sw = (const word_t *)s;
            word_t a = sw[0], b = sw[1], c = sw[2], e = sw[3];
            dw[0] = a;
            dw[1] = b;
            dw[2] = c;
            dw[3] = e;
        }
    }
    while (n--) {
        HIDE(d);
        *d++ = *s++;
    }
    return dst;
}

LIBPI_WEAK void *memmove(void *dst, const void *src, size_t n)
{
    unsigned char *d = dst;
    const unsigned char *s = src;
    if ((uintptr_t)d - (uintptr_t)s >= n)
        return memcpy(dst, src, n);
    while (n--) {
        HIDE(d);
        d[n] = s[n];
    }
    return dst;
}

LIBPI_WEAK void *memset(void *dst, int c, size_t n)
{
    unsigned char *d = dst;
    if (both_aligned(d, d)) {
        word_t w = (unsigned char)c * 0x01010101u;
        for (; n >= 16; n -= 16, d += 16) {
            HIDE(d);
            word_t *dw = (word_t *)d;
            dw[0] = w;
            dw[1] = w;
            dw[2] = w;
            dw[3] = w;
        }
    }
    while (n--) {
        HIDE(d);
        *d++ = (unsigned char)c;
    }
    return dst;
}

LIBPI_WEAK int memcmp(const void *p, const void *q, size_t n)
{
    const unsigned char *a = p, *b = q;
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return a[i] - b[i];
    return 0;
}

LIBPI_WEAK size_t strlen(const char *s)
{
    const char *end = s;
    while (*end) {
        end++;
        HIDE(end);
    }
    return end - s;
}

LIBPI_WEAK int strcmp(const char *p, const char *q)
{
    while (*p && *p == *q)
        p++, q++;
    return (unsigned char)*p - (unsigned char)*q;
}

LIBPI_WEAK int strncmp(const char *p, const char *q, size_t n)
{
    for (; n; n--, p++, q++)
        if (*p != *q || !*p)
            return (unsigned char)*p - (unsigned char)*q;
    return 0;
}

LIBPI_WEAK char *strcpy(char *restrict dst, const char *restrict src)
{
    memcpy(dst, src, strlen(src) + 1);
    return dst;
}

LIBPI_WEAK char *strncpy(char *restrict dst, const char *restrict src, size_t n)
{
    size_t i = 0;
    for (; i < n && src[i]; i++)
        dst[i] = src[i];
    for (; i < n; i++)
        dst[i] = 0;
    return dst;
}

LIBPI_WEAK char *strcat(char *restrict dst, const char *restrict src)
{
    strcpy(dst + strlen(dst), src);
    return dst;
}

LIBPI_WEAK char *strchr(const char *s, int c)
{
    for (;; s++) {
        if (*s == (char)c)
            return (char *)s;
        if (!*s)
            return 0;
    }
}
