/* format.c - the conversions of printk, once for every destination. It does not know floating point
 * (the Pi's FPU is off), nor 64-bit numbers but in hexadecimal.
 *
 * Threads have 8 KB stacks: nothing here is larger than one number. */
#include "internal.h"

struct text {
    struct libpi_sink *sink;
    unsigned n;
};

enum { MAX_DIGITS = 32 };

static void put(struct text *t, char c)
{
    t->sink->put(t->sink, c);
    t->n++;
}

static void put_string(struct text *t, const char *s)
{
    /* Reading it may fault: what comes before must be out. */
    t->sink->flush(t->sink);
    while (*s)
        put(t, *s++);
}

/* Writes u in base (2, 10 or 16), last digit first; returns the number of digits. */
static unsigned to_digits(char digits[MAX_DIGITS], uint32_t u, unsigned base)
{
    unsigned n = 0;
    do {
        /* Divisions by constants: the ARM1176 has no divide instruction. */
        switch (base) {
        case 2:
            digits[n++] = "01"[u % 2];
            u /= 2;
            break;
        case 10:
            digits[n++] = "0123456789"[u % 10];
            u /= 10;
            break;
        default:
            digits[n++] = "0123456789abcdef"[u % 16];
            u /= 16;
            break;
        }
    } while (u);
    return n;
}

static void put_padding(struct text *t, char c, unsigned from, unsigned to)
{
    for (; from < to; from++)
        put(t, c);
}

static void put_number(struct text *t, uint32_t u, unsigned base, char pad, unsigned width)
{
    char digits[MAX_DIGITS];
    unsigned n = to_digits(digits, u, base);
    put_padding(t, pad, n, width);
    while (n)
        put(t, digits[--n]);
}

/* The minus sign stands behind the padding and counts in the width. */
static void put_signed(struct text *t, int v, unsigned width)
{
    char digits[MAX_DIGITS];
    unsigned n = to_digits(digits, v < 0 ? -(uint32_t)v : (uint32_t)v, 10);
    put_padding(t, ' ', n + (v < 0), width);
    if (v < 0)
        put(t, '-');
    while (n)
        put(t, digits[--n]);
}

#if LIBPI_YEAR <= 2020

LIBPI_WEAK unsigned libpi_format(struct libpi_sink *sink, const char *fmt, va_list ap)
{
    struct text t = {sink, 0};
    for (; *fmt; fmt++) {
        if (*fmt != '%') {
            put(&t, *fmt);
            continue;
        }
        unsigned width = 0;
        for (fmt++; *fmt >= '0' && *fmt <= '9'; fmt++)
            width = width * 10 + (*fmt - '0');
        switch (*fmt) {
        case '%':
            put(&t, '%');
            break;
        case 'd':
            put_signed(&t, va_arg(ap, int), width);
            break;
        case 'u':
            put_number(&t, va_arg(ap, unsigned), 10, ' ', width);
            break;
        case 'x':
        case 'p':
            put_number(&t, va_arg(ap, unsigned), 16, ' ', width);
            break;
        case 'b':
            put_number(&t, va_arg(ap, unsigned), 2, ' ', width);
            break;
        case 'c':
            put_padding(&t, ' ', 1, width);
            put(&t, va_arg(ap, int));
            break;
        case 's':
            put_string(&t, va_arg(ap, const char *));
            break;
        case 'f':
            sink->flush(sink);
            panic("float not enabled!!!");
        default:
            sink->flush(sink);
            panic("printk: not handling specifier '%c'\n", *fmt);
        }
    }
    sink->flush(sink);
    return t.n;
}

#else

static void put_hex64(struct text *t, uint64_t x)
{
    uint32_t high = x >> 32;
    put(t, '0');
    put(t, 'x');
    if (high)
        put_number(t, high, 16, ' ', 0);
    put_number(t, x, 16, '0', high ? 8 : 0);
}

LIBPI_WEAK unsigned libpi_format(struct libpi_sink *sink, const char *fmt, va_list ap)
{
    struct text t = {sink, 0};
    for (; *fmt; fmt++) {
        if (*fmt != '%') {
            put(&t, *fmt);
            continue;
        }
        switch (*++fmt) {
        case 'd':
            put_signed(&t, va_arg(ap, int), 0);
            break;
        case 'u':
            put_number(&t, va_arg(ap, unsigned), 10, ' ', 0);
            break;
        case 'b':
            put_number(&t, va_arg(ap, unsigned), 2, ' ', 0);
            break;
        case 'x':
        case 'p':
            put(&t, '0');
            put(&t, 'x');
            put_number(&t, va_arg(ap, unsigned), 16, ' ', 0);
            break;
        case 'X':
            put_number(&t, va_arg(ap, unsigned), 16, ' ', 0);
            break;
        case 'c':
            put(&t, va_arg(ap, int));
            break;
        case 's':
            put_string(&t, va_arg(ap, const char *));
            break;
        case 'l':
            sink->flush(sink);
            fmt++;
            if (fmt[0] != 'l' || fmt[1] != 'x')
                panic("only handling llx format, have: <%s>\n", fmt);
            fmt++;
            put_hex64(&t, va_arg(ap, uint64_t));
            break;
        default:
            sink->flush(sink);
            panic("bogus identifier: <%c>\n", *fmt);
        }
    }
    sink->flush(sink);
    return t.n;
}

#endif
