/* --part NAME[:ARGUMENTS]: finds the kind, reads its arguments, makes it. */
#include <stdlib.h>
#include <string.h>

#include "emu/parts/names.h"
#include "emu/parts/parts.h"

static const struct part_kind *find_kind(const char *name, size_t nbytes, unsigned *index)
{
    for (unsigned i = 0; part_kinds[i]; i++) {
        if (strlen(part_kinds[i]->name) == nbytes &&
            strncmp(part_kinds[i]->name, name, nbytes) == 0)
            return *index = i, part_kinds[i];
    }
    return NULL;
}

static unsigned count_params(const struct part_kind *k)
{
    unsigned n = 0;

    while (k->params[n].name)
        n++;
    return n;
}

/* "tx=PIN,rx=PIN[,baud=NUMBER]" */
static void usage(const struct part_kind *k, char *out, size_t nbytes)
{
    static const char *const meant[] = {"PIN", "NUMBER", "TIME", "TEXT"};
    size_t used = (size_t)snprintf(out, nbytes, "%s", k->name);

    for (const struct part_param *q = k->params; q->name && used < nbytes; q++)
        used += (size_t)snprintf(out + used, nbytes - used, "%s%s%s=%s%s", q->fallback ? "[" : "",
                                 q == k->params ? ":" : ",", q->name, meant[q->type],
                                 q->fallback ? "]" : "");
}

static int read_value(struct parts *p, const struct part_param *q, struct part_arg *a,
                      const char *text)
{
    char *end;

    a->given = 1;
    a->text = text;
    switch (q->type) {
    case PART_PIN: {
        int pin = pin_named(text, strlen(text));

        if (pin < 0)
            return part_error(p, "%s=%s: no such pin (0 to 53, gpio20, p1-38)", q->name, text);
        a->number = (uint64_t)pin;
        return 0;
    }
    case PART_NUMBER:
        a->number = strtoull(text, &end, 0);
        if (*text < '0' || *text > '9' || *end || a->number < q->min || a->number > q->max)
            return part_error(p, "%s=%s: a number from %u to %u is meant", q->name, text, q->min,
                              q->max);
        return 0;
    case PART_TIME:
        if (time_named(text, strlen(text), &a->number) < 0)
            return part_error(p, "%s=%s: a time such as 10us, 5ms or 1.5s is meant", q->name, text);
        return 0;
    default:
        if (!*text)
            return part_error(p, "%s=: a value is missing", q->name);
        return 0;
    }
}

/* One word between commas: NAME=VALUE, or the value of the first argument not yet given. */
static int read_word(struct parts *p, const struct part_kind *k, struct part_arg *args, char *word)
{
    char *equals = strchr(word, '=');
    unsigned i, n = count_params(k);
    char form[256];

    if (equals)
        *equals = 0;
    for (i = 0; i < n; i++) {
        if (equals ? strcmp(k->params[i].name, word) == 0 : !args[i].given)
            break;
    }
    if (i == n) {
        usage(k, form, sizeof form);
        return part_error(p, "%s: %s; write --part %s", word,
                          equals ? "no such argument" : "one argument too many", form);
    }
    if (args[i].given)
        return part_error(p, "%s: given twice", word);
    return read_value(p, &k->params[i], &args[i], equals ? equals + 1 : word);
}

static int read_args(struct parts *p, const struct part_kind *k, struct part_arg *args, char *text)
{
    char form[256];

    while (text && *text) {
        char *comma = strchr(text, ',');

        if (comma)
            *comma++ = 0;
        if (read_word(p, k, args, text) < 0)
            return -1;
        text = comma;
    }
    for (unsigned i = 0; k->params[i].name; i++) {
        const struct part_param *q = &k->params[i];

        if (args[i].given || (q->fallback && !*q->fallback))
            continue;
        if (!q->fallback) {
            usage(k, form, sizeof form);
            return part_error(p, "%s= is missing; write --part %s", q->name, form);
        }
        if (read_value(p, q, &args[i], q->fallback) < 0)
            return -1;
    }
    return 0;
}

static int make(struct parts *p, const struct part_kind *k, unsigned index, char *text)
{
    struct part_arg args[PART_ARGS] = {{0}};

    if (read_args(p, k, args, text) < 0)
        return -1;
    if (k->shared_bytes && !p->shared[index])
        p->shared[index] = part_new(p, k->shared_bytes);
    return k->make(p, args, p->shared[index]);
}

int parts_add(struct parts *p, const char *text)
{
    size_t n = strcspn(text, ":");
    unsigned index;
    const struct part_kind *k = find_kind(text, n, &index);
    char reason[sizeof p->error];

    if (!k)
        return part_error(p, "--part %s: there is no such part; --part help lists them", text);
    p->making = k->name;
    if (make(p, k, index, part_text(p, text + n + (text[n] == ':'))) == 0 &&
        p->wiring.ends < WIRING_ENDS && p->wiring.listeners < WIRING_LISTENERS &&
        p->waiters < PARTS_WAITERS && p->ends < PARTS_WAITERS)
        return 0;
    snprintf(reason, sizeof reason, "%s", *p->error ? p->error : "too many parts for one run");
    return part_error(p, "--part %.120s: %.270s", text, reason);
}

void parts_help(FILE *out)
{
    char form[256];

    fputs("Parts that can be wired to the pins, --part NAME:ARGUMENT,ARGUMENT,...; arguments in "
          "this order,\nor as NAME=VALUE in any; those in brackets may be left out. Pins: 20, "
          "gpio20, or p1-38 on the\nheader.\n",
          out);
    for (unsigned i = 0; part_kinds[i]; i++) {
        const struct part_kind *k = part_kinds[i];

        usage(k, form, sizeof form);
        fprintf(out, "\n%s\n    %s\n", form, k->what);
        for (const struct part_param *q = k->params; q->name; q++)
            fprintf(out, "    %-10s %s%s%s%s\n", q->name, q->what,
                    q->fallback && *q->fallback ? " (" : "",
                    q->fallback && *q->fallback ? q->fallback : "",
                    q->fallback && *q->fallback ? ")" : "");
    }
}
