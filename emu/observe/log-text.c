/* Traces as text; see log-text.h. */
#include "emu/observe/log-text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "emu/observe/trace.h"

static const struct {
    const char *name;
    unsigned shows;
} forms[] = {
    [LOG_TEXT_COURSE] = {"course", SHOWS_BETWEEN},
    [LOG_TEXT_ALL] = {"all", SHOWS_BETWEEN | SHOWS_DELAY_US | SHOWS_ORIGINS | SHOWS_RESULTS},
    [LOG_TEXT_2019] = {"2019", 0},
    [LOG_TEXT_PI] = {"pi", 0},
};

unsigned log_text_shows(enum log_text_format format)
{
    return format < LOG_TEXT_UNKNOWN ? forms[format].shows : 0;
}

const char *log_text_format_name(enum log_text_format format)
{
    return format < LOG_TEXT_UNKNOWN ? forms[format].name : "unknown";
}

enum log_text_format log_text_format_named(const char *name)
{
    for (unsigned i = 0; i < LOG_TEXT_UNKNOWN; i++) {
        if (strcmp(forms[i].name, name) == 0)
            return (enum log_text_format)i;
    }
    return LOG_TEXT_UNKNOWN;
}

/* ---- reading ---- */

struct scan {
    const char *p, *end;
};

static int bad(struct log_text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int bad(struct log_text *t, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(t->why, sizeof t->why, format, ap);
    va_end(ap);
    return -1;
}

/* Takes the word if it is next. */
static int skip(struct scan *s, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return 0;
    s->p += n;
    return 1;
}

static int is_next(const struct scan *s, const char *word)
{
    struct scan copy = *s;

    return skip(&copy, word);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

/* A number of this base up to max, all digits of it. 0, or -1: none, or too large. */
static int number(struct scan *s, int base, uint64_t max, uint64_t *out)
{
    uint64_t v = 0;
    const char *begin = s->p;

    for (; s->p < s->end && digit(*s->p) < base; s->p++) {
        unsigned d = (unsigned)digit(*s->p);

        if (v > (max - d) / (unsigned)base)
            return -1;
        v = v * (unsigned)base + d;
    }
    *out = v;
    return s->p == begin ? -1 : 0;
}

/* Of 32 bits; some years print hexadecimal numbers without 0x. */
static int word(struct scan *s, int base, uint32_t *out)
{
    uint64_t v = 0;

    if (base == 16)
        skip(s, "0x");
    if (number(s, base, UINT32_MAX, &v) < 0)
        return -1;
    *out = (uint32_t)v;
    return 0;
}

/* GET32( and the like: the operation and the width. */
static int access_name(struct scan *s, struct bus_access *a)
{
    static const struct {
        const char *name;
        enum bus_op op;
        uint8_t width;
    } known[] = {
        {"GET32(", BUS_READ, 4},  {"PUT32(", BUS_WRITE, 4}, {"GET16(", BUS_READ, 2},
        {"PUT16(", BUS_WRITE, 2}, {"GET8(", BUS_READ, 1},   {"PUT8(", BUS_WRITE, 1},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (skip(s, known[i].name)) {
            a->op = known[i].op;
            a->width = known[i].width;
            return 1;
        }
    }
    return 0;
}

/* What follows GET32( and the like. */
static int access_rest(struct log_text *t, struct scan *s, const char *equals, struct bus_access *a)
{
    if (word(s, 16, &a->addr) < 0)
        return bad(t, "no address of 32 bits in hexadecimal follows (");
    if (!skip(s, ")") || !skip(s, equals))
        return bad(t, "no \")%s\" follows the address", equals);
    if (word(s, 16, &a->value) < 0)
        return bad(t, "no value of 32 bits in hexadecimal follows =");
    return 0;
}

/* " # GPIO.FSEL2, console, not modelled": what --trace=all adds. */
static int remark(struct log_text *t, struct scan *s, struct log_record *r)
{
    static const struct {
        const char *word;
        enum bus_origin origin;
        int result;
    } known[] = {
        {"console", ORIGIN_CONSOLE, 0},
        {"DMA", ORIGIN_DMA, 0},
        {"not modelled", ORIGIN_PROGRAM, BUS_UNMODELLED},
        {"lost", ORIGIN_PROGRAM, BUS_LOST},
        {"misaligned", ORIGIN_PROGRAM, BUS_MISALIGNED},
        {"not a device", ORIGIN_PROGRAM, BUS_OUTSIDE},
    };
    int name = r->a.op == BUS_READ || r->a.op == BUS_WRITE; /* it comes first */

    for (; s->p < s->end; name = 0, skip(s, ", ")) {
        const char *comma = memchr(s->p, ',', (size_t)(s->end - s->p));
        size_t i, n = (size_t)((comma ? comma : s->end) - s->p);

        for (i = 0; i < sizeof known / sizeof known[0]; i++) {
            if (n == strlen(known[i].word) && memcmp(s->p, known[i].word, n) == 0)
                break;
        }
        if (i < sizeof known / sizeof known[0]) {
            r->a.origin = known[i].origin ? known[i].origin : r->a.origin;
            r->result = known[i].result ? known[i].result : r->result;
        } else if (!name || n == 0) {
            return bad(t, "\"%.*s\" is no remark of --trace=all", (int)(n < 40 ? n : 40), s->p);
        }
        s->p += n;
        if (comma && !is_next(s, ", "))
            return bad(t, "no blank follows a comma");
    }
    return 0;
}

/* What follows "TRACE:5: ". */
static int numbered_text(struct log_text *t, struct scan *s, struct log_record *r)
{
    struct bus_access *a = &r->a;

    if (access_name(s, a)) {
        if (access_rest(t, s, " = ", a) < 0)
            return -1;
    } else if (skip(s, "dev_barrier")) {
        a->op = BUS_BARRIER;
    } else if (skip(s, "calling pi code")) {
        a->op = BUS_START;
    } else if (skip(s, "DEV_VAL32=")) {
        a->op = BUS_DEV_VAL;
        if (word(s, 16, &a->value) < 0)
            return bad(t, "no value of 32 bits in hexadecimal follows =");
    } else if (skip(s, "delaying ")) {
        if (word(s, 10, &a->value) < 0)
            return bad(t, "no number of 32 bits follows \"delaying\"");
        if (!is_next(s, " us") && !is_next(s, " cycles"))
            return bad(t, "neither \"us\" nor \"cycles\" follows the delay");
        a->op = skip(s, " us") ? BUS_DELAY_US : BUS_DELAY_CYCLES;
        if (a->op == BUS_DELAY_CYCLES)
            skip(s, " cycles");
    } else {
        return bad(t, "no access that a trace has follows its number");
    }
    return 0;
}

/* Which of the two numbered forms it is: `all` names each register. */
static int decide(struct log_text *t, const struct scan *s, const struct bus_access *a)
{
    int access = a->op == BUS_READ || a->op == BUS_WRITE, remarks = is_next(s, " # ");
    int all = remarks || a->op == BUS_DELAY_US;

    if (t->format == LOG_TEXT_UNKNOWN) {
        t->format = LOG_TEXT_COURSE;
        t->undecided = 1;
    }
    if (t->undecided && (all || access)) {
        t->format = all ? LOG_TEXT_ALL : LOG_TEXT_COURSE;
        t->undecided = 0;
    }
    if (t->format == LOG_TEXT_COURSE && all)
        return bad(t, "a line of --trace=all in a trace of the course's format");
    if (t->format == LOG_TEXT_ALL && access && !remarks)
        return bad(t, "no register is named, in a trace of --trace=all");
    return 0;
}

static int numbered_line(struct log_text *t, struct scan *s, struct log_record *r)
{
    uint64_t n = 0;

    if (number(s, 10, UINT64_MAX - 1, &n) < 0)
        return bad(t, "the number of the line is too large");
    if (!skip(s, ": "))
        return bad(t, "no \": \" follows the number of the line");
    if (t->format == LOG_TEXT_2019 || t->format == LOG_TEXT_PI)
        return bad(t, "a line with a number, in a trace without");
    if (t->numbered && n != t->number)
        return bad(
            t, "number %" PRIu64 " follows %" PRIu64 ": lines are missing, or another run begins",
            n, t->number - 1);
    if (numbered_text(t, s, r) < 0 || decide(t, s, &r->a) < 0)
        return -1;
    t->numbered = 1;
    t->number = n + 1;
    if (skip(s, " # "))
        return s->p == s->end ? bad(t, "nothing follows #") : remark(t, s, r);
    return 0;
}

static int plain_line(struct log_text *t, struct scan *s, enum log_text_format format,
                      struct log_record *r)
{
    access_name(s, &r->a);
    if (t->format == LOG_TEXT_UNKNOWN)
        t->format = format;
    if (t->format != format)
        return bad(t, "a line of format %s in a trace of format %s", forms[format].name,
                   forms[t->format].name);
    return access_rest(t, s, "=", &r->a);
}

/* Where a trace begins in the line: behind its "TRACE:"; null if nowhere. */
static const char *find_trace(const struct log_text *t, const char *line, const char *end,
                              int *numbered)
{
    static const char mark[] = "TRACE:";
    struct bus_access a;

    for (const char *p = line; (p = memmem(p, (size_t)(end - p), mark, sizeof mark - 1));) {
        struct scan s = {p += sizeof mark - 1, end};

        *numbered = s.p < s.end && digit(*s.p) < 10;
        if (*numbered)
            return p;
        /* in a run that was traced with numbers, the program's own trace is its output */
        if (t->format != LOG_TEXT_COURSE && t->format != LOG_TEXT_ALL && access_name(&s, &a))
            return p;
    }
    return NULL;
}

int log_text_line(struct log_text *t, const char *line, size_t nbytes, struct log_record *r)
{
    struct scan s = {line, line + nbytes};
    int numbered = 0, rc;
    const char *mark;

    t->line++;
    *r = (struct log_record){.kind = LOG_ACCESS};
    if (nbytes > 0 && line[nbytes - 1] == '\r')
        s.end--;
    s.p = find_trace(t, line, s.end, &numbered);
    if (!s.p)
        return 0;
    mark = s.p - strlen("TRACE:");
    if (numbered)
        rc = numbered_line(t, &s, r);
    else
        rc = plain_line(t, &s, mark > line && mark[-1] == '\t' ? LOG_TEXT_2019 : LOG_TEXT_PI, r);
    if (rc < 0)
        return -1;
    if (s.p != s.end)
        return bad(t, "\"%.*s\" follows the access", (int)(s.end - s.p < 40 ? s.end - s.p : 40),
                   s.p);
    return 1;
}

/* ---- writing ---- */

int log_text_has(enum log_text_format format, const struct log_record *r)
{
    if (r->kind != LOG_ACCESS)
        return 0;
    switch (format) {
    case LOG_TEXT_COURSE:
        return trace_is_course(&r->a);
    case LOG_TEXT_ALL:
        return 1;
    default:
        return r->a.origin == ORIGIN_PROGRAM && (r->a.op == BUS_READ || r->a.op == BUS_WRITE);
    }
}

size_t log_text_print(enum log_text_format format, const struct bus_access *a, char *buf,
                      size_t nbytes)
{
    char text[TRACE_MAX_TEXT];
    const char *equals;

    trace_text(a, text, sizeof text);
    equals = strstr(text, " = "); /* the same without blanks */
    return (size_t)snprintf(buf, nbytes, "%sTRACE:%.*s=%s\n", format == LOG_TEXT_2019 ? "\t" : "",
                            (int)(equals - text), text, equals + strlen(" = "));
}

uint64_t log_text_time(const struct log_record *r, uint64_t ns)
{
    switch (r->a.op) {
    case BUS_READ:
    case BUS_WRITE:
        return r->a.origin == ORIGIN_DMA ? ns : ns + LOG_ACCESS_NS;
    case BUS_DELAY_US:
        return ns + (uint64_t)r->a.value * 1000;
    case BUS_DELAY_CYCLES:
        return ns + (uint64_t)r->a.value * LOG_DELAY_CYCLE_NS;
    default:
        return ns;
    }
}
