/* libunix/text.c - the end marker and the failure messages of libpi, found in a stream of bytes.
 * Not modelled: escape sequences; their bytes are shown as spaces. */
#include "libunix/text.h"

#include <ctype.h>
#include <string.h>

static int printable(char c)
{
    return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t' || c == '\r';
}

void text_harmless(char *text, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++)
        if (!printable(text[i]))
            text[i] = ' ';
}

int text_readable(const char *text, size_t nbytes)
{
    size_t good = 0;
    for (size_t i = 0; i < nbytes; i++)
        good += (size_t)printable(text[i]);
    return nbytes >= 4 && good * 10 >= nbytes * 9;
}

static int ends_with(const struct text_watch *w, const char *end)
{
    size_t n = strlen(end);
    return w->used >= n && memcmp(w->tail + w->used - n, end, n) == 0;
}

static int any(int c)
{
    (void)c;
    return 1;
}

/* Steps back over one field of "file:function:line:" that ends before *at, and the colon in front.
 * Returns whether there was one, of such characters only. */
static int skip_field(const struct text_watch *w, unsigned *at, int (*such)(int))
{
    unsigned i = *at, end = *at;
    while (i > 0 && w->tail[i - 1] != ':') {
        if (!such((unsigned char)w->tail[i - 1]))
            return 0;
        i--;
    }
    *at = i > 0 ? i - 1 : 0;
    return i < end;
}

/* Does "PREFIXfile:function:line" end at `at`? */
static int located(const struct text_watch *w, unsigned at, const char *prefix)
{
    size_t n = strlen(prefix);
    if (!skip_field(w, &at, isdigit) || !skip_field(w, &at, isgraph))
        return 0;
    unsigned end = at;
    if (!skip_field(w, &at, any))
        return 0;
    unsigned file = w->tail[at] == ':' ? at + 1 : at;
    return file < end && file >= n && memcmp(w->tail + file - n, prefix, n) == 0;
}

/* PANIC: at the start of a line, whoever prints it (gpio_panic does), and elsewhere in a line the
 * texts of libpi's panic, assert, demand and trace_panic: 2019 to 2020 panic and assert
 * "PANIC:file:fn:line:", 2020 demand "ERROR:file:fn:line: FALSE(<", 2023 to 2026 assert and demand
 * "file:fn:line:[DEBUG:]ERROR: Assertion `" and "... Demand `", trace_panic "TRACE:ERROR:". */
static int is_failure(const struct text_watch *w)
{
    static const char *const debug[] = {":ERROR: Assertion `", ":DEBUG:ERROR: Assertion `",
                                        ":ERROR: Demand `", ":DEBUG:ERROR: Demand `"};
    switch (w->tail[w->used - 1]) {
    case ':':
        return located(w, w->used - 1, "PANIC:") || ends_with(w, "TRACE:ERROR:") ||
               (w->used == 6 && ends_with(w, "PANIC:"));
    case '<':
        return ends_with(w, ": FALSE(<") && located(w, w->used - 9, "ERROR:");
    case '`':
        for (size_t i = 0; i < sizeof debug / sizeof *debug; i++)
            if (ends_with(w, debug[i]) && located(w, w->used - (unsigned)strlen(debug[i]), ""))
                return 1;
        return 0;
    default:
        return 0;
    }
}

static void see(struct text_watch *w, char c)
{
    static const char marker[] = "DONE!!!";
    enum { LENGTH = sizeof marker - 1 };
    if (w->matched == LENGTH && c == '\n')
        w->done = 1;
    else if (w->matched == LENGTH && c == '\r')
        return; /* a UART that sends \r\n */
    else if (w->matched < LENGTH && c == marker[w->matched])
        w->matched++;
    else
        w->matched = c == marker[0];
    if (c == '\n') {
        w->used = 0;
        return;
    }
    if (w->used == TEXT_TAIL) {
        memmove(w->tail, w->tail + TEXT_TAIL / 2, TEXT_TAIL / 2);
        w->used = TEXT_TAIL / 2;
    }
    w->tail[w->used++] = c;
    w->failed |= is_failure(w);
}

size_t text_watch(struct text_watch *w, const char *text, size_t nbytes)
{
    size_t i = 0;
    while (i < nbytes && !w->done)
        see(w, text[i++]);
    return i;
}
