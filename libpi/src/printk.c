/* printk.c - text on the console. */
#include "internal.h"

enum { PIECE = 64 };

struct console {
    struct libpi_sink sink;
    unsigned n;
    char piece[PIECE + 1];
};

LIBPI_WEAK void libpi_console_write(const char *text, unsigned n)
{
    if (n == 0)
        return;
    if (rpi_putchar == libpi_console_putchar && libpi_console_text(text, n))
        return;
    for (unsigned i = 0; i < n; i++)
        rpi_putchar(text[i]);
}

static void console_flush(struct libpi_sink *sink)
{
    struct console *c = (struct console *)sink;
    unsigned n = c->n;
    c->n = 0;
#if LIBPI_YEAR == 2020
    if (n && putk != libpi_console_putk) {
        c->piece[n] = 0;
        putk(c->piece);
        return;
    }
#endif
    libpi_console_write(c->piece, n);
}

static void console_put(struct libpi_sink *sink, char ch)
{
    struct console *c = (struct console *)sink;
    c->piece[c->n++] = ch;
    if (c->n == PIECE)
        console_flush(sink);
}

LIBPI_WEAK int libpi_vprintk(const char *fmt, va_list ap)
{
    struct console c;
    c.sink.put = console_put;
    c.sink.flush = console_flush;
    c.n = 0;
    unsigned n = libpi_format(&c.sink, fmt, ap);
#if LIBPI_YEAR <= 2020
    return n + 1;
#else
    (void)n;
    return 0;
#endif
}

LIBPI_WEAK int printk(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int ret = libpi_vprintk(fmt, ap);
    va_end(ap);
    return ret;
}

#if LIBPI_YEAR == 2019
LIBPI_WEAK int printf(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int ret = libpi_vprintk(fmt, ap);
    va_end(ap);
    return ret;
}
#endif

#if LIBPI_YEAR >= 2023
LIBPI_WEAK int vprintk(const char *fmt, va_list ap)
{
    return libpi_vprintk(fmt, ap);
}
#endif
