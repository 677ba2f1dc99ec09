/* VCD files (IEEE 1364-2005, 18.2) as inputs: wires of one bit that are named like pins. See
 * timeline.h. Not read: wires of several bits, real numbers; other names are passed over. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/parts/names.h"
#include "emu/parts/timeline.h"

enum { VCD_CODES = 64, CODE_ROOM = 12 };

struct vcd {
    struct timeline *t;
    const char *name, *at, *end;
    unsigned line;
    double scale; /* ns a unit */
    uint64_t now;
    struct {
        char code[CODE_ROOM];
        int pin;
    } wire[VCD_CODES];
    unsigned wires;
};

struct token {
    const char *text;
    size_t nbytes;
};

static int next_token(struct vcd *v, struct token *k)
{
    while (v->at < v->end && isspace((unsigned char)*v->at))
        v->line += *v->at++ == '\n';
    k->text = v->at;
    while (v->at < v->end && !isspace((unsigned char)*v->at))
        v->at++;
    k->nbytes = (size_t)(v->at - k->text);
    return k->nbytes > 0;
}

static int is(const struct token *k, const char *text)
{
    return k->nbytes == strlen(text) && memcmp(k->text, text, k->nbytes) == 0;
}

static int wrong(struct vcd *v, const struct token *k, const char *why)
{
    return timeline_error(v->t, v->name, v->line, "%.*s: %s", k->nbytes < 40 ? (int)k->nbytes : 40,
                          k->text, why);
}

/* The tokens up to $end, at most n of them kept; how many there were, or -1. */
static int section(struct vcd *v, struct token *kept, int n)
{
    struct token k;
    int count = 0;

    for (int i = 0; i < n; i++)
        kept[i] = (struct token){"", 0};
    while (next_token(v, &k)) {
        if (is(&k, "$end"))
            return count;
        if (count < n)
            kept[count] = k;
        count++;
    }
    return timeline_error(v->t, v->name, v->line, "the file ends where $end is missing");
}

static int read_timescale(struct vcd *v)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"ps", 1e-3}, {"fs", 1e-6}};
    struct token k[2];
    char text[24], *unit;
    int n = section(v, k, 2);
    long number;

    if (n < 0)
        return -1;
    if (n == 0 || n > 2)
        return timeline_error(v->t, v->name, v->line, "$timescale: such as 1 us is meant");
    snprintf(text, sizeof text, "%.*s%.*s", (int)(k[0].nbytes < 10 ? k[0].nbytes : 10), k[0].text,
             n == 2 ? (int)(k[1].nbytes < 10 ? k[1].nbytes : 10) : 0, n == 2 ? k[1].text : "");
    number = strtol(text, &unit, 10);
    if (number == 1 || number == 10 || number == 100) {
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            if (strcmp(units[i].unit, unit) == 0)
                return v->scale = (double)number * units[i].ns, 0;
        }
    }
    return timeline_error(v->t, v->name, v->line,
                          "$timescale %s: 1, 10 or 100 and s, ms, us, ns, ps or fs are meant",
                          text);
}

/* $var wire 1 ! gpio20 $end */
static int read_var(struct vcd *v)
{
    struct token k[4];
    int n = section(v, k, 4), pin;

    if (n < 0)
        return -1;
    if (n < 4)
        return timeline_error(v->t, v->name, v->line, "$var: type, size, code and name are meant");
    pin = pin_named(k[3].text, k[3].nbytes);
    if (pin < 0)
        return 0;
    if (!is(&k[1], "1"))
        return wrong(v, &k[3], "a pin has one bit");
    if (k[2].nbytes >= CODE_ROOM || v->wires == VCD_CODES)
        return wrong(v, &k[3], "too many wires");
    memcpy(v->wire[v->wires].code, k[2].text, k[2].nbytes);
    v->wire[v->wires++].pin = pin;
    return 0;
}

static int read_time(struct vcd *v, const struct token *k)
{
    char *end;
    unsigned long long units = strtoull(k->text + 1, &end, 10);
    double ns = (double)units * v->scale;

    if (k->text[1] < '0' || k->text[1] > '9' || end != k->text + k->nbytes || ns > 2.6e15)
        return wrong(v, k, "no time");
    if ((uint64_t)(ns + 0.5) < v->now)
        return wrong(v, k, "earlier than the time before");
    v->now = (uint64_t)(ns + 0.5);
    return 0;
}

static int read_value(struct vcd *v, const struct token *k)
{
    static const char values[] = "01xXzZ";
    static const enum drive drives[] = {DRIVE_LOW,  DRIVE_HIGH, DRIVE_NONE,
                                        DRIVE_NONE, DRIVE_NONE, DRIVE_NONE};
    const char *which = strchr(values, k->text[0]);

    if (!which || !*which || k->nbytes < 2)
        return wrong(v, k, "neither a time nor a value");
    for (unsigned i = 0; i < v->wires; i++) {
        if (strlen(v->wire[i].code) == k->nbytes - 1 &&
            memcmp(v->wire[i].code, k->text + 1, k->nbytes - 1) == 0 &&
            timeline_add(v->t, v->now, (unsigned)v->wire[i].pin, drives[which - values]) < 0)
            return wrong(v, k, "out of memory");
    }
    return 0;
}

static int read_token(struct vcd *v, const struct token *k)
{
    struct token rest;

    switch (k->text[0]) {
    case '$':
        if (is(k, "$timescale"))
            return read_timescale(v);
        if (is(k, "$var"))
            return read_var(v);
        if (strncmp(k->text, "$dump", 5) == 0 || is(k, "$end"))
            return 0; /* what stands inside are values */
        return section(v, &rest, 0) < 0 ? -1 : 0;
    case '#':
        return read_time(v, k);
    case 'b': /* several bits, or a number: a value and a code */
    case 'B':
    case 'r':
    case 'R':
        return next_token(v, &rest) ? 0 : wrong(v, k, "the code is missing");
    default:
        return read_value(v, k);
    }
}

int timeline_read_vcd(struct timeline *t, const char *name, const char *text, size_t nbytes)
{
    struct vcd v = {.t = t, .name = name, .at = text, .end = text + nbytes, .line = 1, .scale = 1};
    struct token k;

    while (next_token(&v, &k)) {
        if (read_token(&v, &k) < 0)
            return -1;
    }
    if (v.wires == 0)
        return timeline_error(t, name, 0,
                              "no wire is named like a pin (20, gpio20, p1-38): nothing to play");
    return 0;
}
