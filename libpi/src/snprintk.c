/* snprintk.c - formatted text in memory. */
#include "internal.h"
#include "va-printk.h"

struct buffer {
    struct libpi_sink sink;
    char *next, *last; /* last: where the end must go at the latest */
    int overflow;
};

static void buffer_put(struct libpi_sink *sink, char c)
{
    struct buffer *b = (struct buffer *)sink;
    if (b->next < b->last)
        *b->next++ = c;
    else
        b->overflow = 1;
}

static void buffer_flush(struct libpi_sink *sink)
{
    (void)sink;
}

/* Returns the bytes stored, the end included; 0 when n is 0. */
static int format_into(struct buffer *b, char *buf, unsigned n, const char *fmt, va_list ap)
{
    b->sink.put = buffer_put;
    b->sink.flush = buffer_flush;
    b->next = buf;
    b->last = n ? buf + n - 1 : buf;
    b->overflow = 0;
    libpi_format(&b->sink, fmt, ap);
    if (n == 0)
        return 0;
    *b->next = 0;
    return b->next + 1 - buf;
}

#if LIBPI_YEAR <= 2020

LIBPI_WEAK int va_printk(char *buf, int n, const char *fmt, va_list ap)
{
    struct buffer b;
    return format_into(&b, buf, n, fmt, ap);
}

LIBPI_WEAK int snprintk(char *buf, size_t n, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int ret = va_printk(buf, n, fmt, ap);
    va_end(ap);
    return ret;
}

#else

LIBPI_WEAK int vsnprintk(char *buf, unsigned buflen, const char *fmt, va_list ap)
{
    struct buffer b;
    format_into(&b, buf, buflen, fmt, ap);
    demand(!b.overflow, "vsnprintk: text does not fit into %d bytes", buflen);
    return 0;
}

LIBPI_WEAK int snprintk(char *buf, unsigned buflen, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int ret = vsnprintk(buf, buflen, fmt, ap);
    va_end(ap);
    return ret;
}

#endif
