/* Reading suppression files, and matching; see check-suppress.h. */
#include "emu/observe/check-suppress.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/observe/check.h"

enum { FILE_MAX = 1 << 20, SHOWN = 60 };

/* ---- globs ---- */

static int glob_matches(const char *glob, const char *text)
{
    const char *star = NULL, *from = NULL;

    while (*text) {
        if (*glob == '*') {
            star = ++glob;
            from = text;
        } else if (*glob == '?' || *glob == *text) {
            glob++, text++;
        } else if (star) {
            glob = star;
            text = ++from;
        } else {
            return 0;
        }
    }
    while (*glob == '*')
        glob++;
    return !*glob;
}

/* ---- reading ---- */

struct reader {
    struct suppressions *s;
    const char *path, *text, *end;
    unsigned line;
    char word[SUPPRESS_LINE_MAX + 1]; /* the line that was read, trimmed */
};

static int wrong(struct reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int wrong(struct reader *r, const char *format, ...)
{
    int n = snprintf(r->s->why, sizeof r->s->why, "%.200s:%u: ", r->path, r->line);
    va_list ap;

    va_start(ap, format);
    vsnprintf(r->s->why + n, sizeof r->s->why - (size_t)n, format, ap);
    va_end(ap);
    return -1;
}

static int is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next line that says something: 1, 0 at the end, -1 when it is too long or no text. */
static int next_line(struct reader *r)
{
    while (r->text < r->end) {
        const char *from = r->text, *to = memchr(from, '\n', (size_t)(r->end - from));
        size_t n;

        to = to ? to : r->end;
        r->text = to < r->end ? to + 1 : to;
        r->line++;
        while (from < to && is_space(*from))
            from++;
        while (to > from && is_space(to[-1]))
            to--;
        n = (size_t)(to - from);
        if (n == 0 || *from == '#')
            continue;
        if (n > SUPPRESS_LINE_MAX)
            return wrong(r, "a line of more than %d characters", SUPPRESS_LINE_MAX);
        if (memchr(from, 0, n))
            return wrong(r, "this is no text");
        memcpy(r->word, from, n);
        r->word[n] = 0;
        return 1;
    }
    return 0;
}

/* The same inside a block, which must not end there. */
static int block_line(struct reader *r, unsigned at)
{
    int more = next_line(r);

    if (more == 0)
        return wrong(r, "the block of line %u has no }", at);
    return more;
}

static const char *after(const char *word, const char *prefix)
{
    size_t n = strlen(prefix);

    return strncmp(word, prefix, n) == 0 ? word + n : NULL;
}

static int names_a_rule(const char *glob)
{
    for (int i = 0; i < CHECK_RULES; i++) {
        if (glob_matches(glob, check_rule_name[i]))
            return 1;
    }
    return 0;
}

/* ":40" at the end of a src: line goes into *line. */
static void cut_line(char *glob, unsigned *line)
{
    char *colon = strrchr(glob, ':'), *end;
    unsigned long n;

    if (!colon || colon[1] < '0' || colon[1] > '9')
        return;
    n = strtoul(colon + 1, &end, 10);
    if (*end || n == 0 || n > 100000000)
        return;
    *line = (unsigned)n;
    *colon = 0;
}

static int add_frame(struct reader *r, struct suppression *p, int kind, const char *glob)
{
    struct suppress_line *f = &p->frame[p->nframes];

    if (p->nframes == SUPPRESS_LINES)
        return wrong(r, "more than %d lines of a backtrace", SUPPRESS_LINES);
    if (kind != SUPPRESS_ANY && !*glob)
        return wrong(r, "%.*s: what follows is missing", SHOWN, r->word);
    f->glob = strdup(glob);
    if (!f->glob)
        return wrong(r, "out of memory");
    f->kind = kind;
    p->nframes++;
    if (kind == SUPPRESS_SRC)
        cut_line(f->glob, &f->line);
    return 0;
}

static int read_reg(struct reader *r, struct suppression *p, const char *glob)
{
    if (p->reg || p->nframes)
        return wrong(r, "reg: stands once, below the rule");
    if (!*glob)
        return wrong(r, "reg: a register is missing, such as reg:GPIO.SET0");
    p->reg = strdup(glob);
    return p->reg ? 0 : wrong(r, "out of memory");
}

static int read_what(struct reader *r, struct suppression *p)
{
    const char *v;

    if ((v = after(r->word, "reg:")))
        return read_reg(r, p, v);
    if ((v = after(r->word, "fun:")))
        return add_frame(r, p, SUPPRESS_FUN, v);
    if ((v = after(r->word, "src:")))
        return add_frame(r, p, SUPPRESS_SRC, v);
    if (strcmp(r->word, "...") == 0)
        return add_frame(r, p, SUPPRESS_ANY, "");
    return wrong(r, "%.*s: reg:, fun:, src:, ... or } is meant", SHOWN, r->word);
}

static int skip_block(struct reader *r, unsigned at)
{
    int more;

    while ((more = block_line(r, at)) > 0 && strcmp(r->word, "}") != 0)
        ;
    return more < 0 ? -1 : 0;
}

static int read_body(struct reader *r, struct suppression *p)
{
    const char *rule;

    if (block_line(r, p->at) < 0)
        return -1;
    if (strcmp(r->word, "}") == 0)
        return wrong(r, "a block has a name and a rule");
    if (!(p->name = strdup(r->word)))
        return wrong(r, "out of memory");
    if (block_line(r, p->at) < 0)
        return -1;
    rule = after(r->word, "emu:");
    if (!rule && strchr(r->word, ':'))
        return skip_block(r, p->at);
    if (!rule)
        return wrong(r, "%.*s: a rule is meant, such as emu:no-barrier", SHOWN, r->word);
    if (!names_a_rule(rule))
        return wrong(r, "%.*s: there is no such rule (docs/checks.md)", SHOWN, r->word);
    if (!(p->rule = strdup(rule)))
        return wrong(r, "out of memory");
    while (block_line(r, p->at) > 0) {
        if (strcmp(r->word, "}") == 0)
            return 0;
        if (read_what(r, p) < 0)
            return -1;
    }
    return -1;
}

static void free_block(struct suppression *p)
{
    for (unsigned i = 0; i < p->nframes; i++)
        free(p->frame[i].glob);
    free(p->name);
    free(p->rule);
    free(p->reg);
    free(p);
}

static int read_block(struct reader *r)
{
    struct suppression *p = calloc(1, sizeof *p);

    if (!p)
        return wrong(r, "out of memory");
    p->at = r->line;
    p->path = r->path;
    if (read_body(r, p) < 0) {
        free_block(p);
        return -1;
    }
    if (!p->rule) { /* of another tool */
        free_block(p);
        return 0;
    }
    *r->s->tail = p;
    r->s->tail = &p->next;
    return 0;
}

int suppress_parse(struct suppressions *s, const char *path, const char *text, size_t nbytes)
{
    struct reader r = {.s = s, .path = path, .text = text, .end = text + nbytes};
    int more;

    if (!s->tail)
        s->tail = &s->first;
    while ((more = next_line(&r)) > 0) {
        if (strcmp(r.word, "{") != 0)
            return wrong(&r, "%.*s: a block begins with {", SHOWN, r.word);
        if (read_block(&r) < 0)
            return -1;
    }
    return more;
}

int suppress_read(struct suppressions *s, const char *path)
{
    FILE *f = fopen(path, "re");
    char *text = malloc(FILE_MAX + 1);
    size_t n = 0;
    int r = -1;

    if (f && text)
        n = fread(text, 1, FILE_MAX + 1, f);
    if (!f || !text || ferror(f))
        snprintf(s->why, sizeof s->why, "%.400s: %s", path, strerror(errno));
    else if (n > FILE_MAX)
        snprintf(s->why, sizeof s->why, "%.400s: more than %d bytes", path, FILE_MAX);
    else
        r = suppress_parse(s, path, text, n);
    if (f)
        fclose(f);
    free(text);
    return r;
}

/* ---- matching ---- */

static int src_matches(const struct suppress_line *l, const struct check_frame *f)
{
    const char *slash = strrchr(f->file, '/');

    if (l->line && l->line != f->line)
        return 0;
    return glob_matches(l->glob, f->file) || (slash && glob_matches(l->glob, slash + 1));
}

static int line_matches(const struct suppress_line *l, const struct check_frame *f)
{
    return l->kind == SUPPRESS_FUN ? glob_matches(l->glob, f->function) : src_matches(l, f);
}

/* As a glob whose characters are frames; what is left of the backtrace may be anything. */
static int frames_match(const struct suppression *p, const struct check_frame *f, size_t n)
{
    size_t at = 0, from = 0;
    unsigned i = 0, any = SUPPRESS_LINES;

    while (i < p->nframes) {
        if (p->frame[i].kind == SUPPRESS_ANY) {
            any = ++i;
            from = at;
        } else if (at < n && line_matches(&p->frame[i], &f[at])) {
            i++, at++;
        } else if (any <= i && from < n) {
            i = any;
            at = ++from;
        } else {
            return 0;
        }
    }
    return 1;
}

struct suppression *suppress_match(struct suppressions *s, const char *rule, const char *reg,
                                   const struct check_frame *frames, size_t n)
{
    for (struct suppression *p = s->first; p; p = p->next) {
        if (glob_matches(p->rule, rule) && (!p->reg || glob_matches(p->reg, reg)) &&
            frames_match(p, frames, n)) {
            p->used++;
            return p;
        }
    }
    return NULL;
}

size_t suppress_text(const char *rule, const char *reg, const struct check_frame *frames, size_t n,
                     char *buf, size_t nbytes)
{
    size_t used = (size_t)snprintf(buf, nbytes,
                                   "{\n   <insert_a_name_here>\n   emu:%s\n   reg:%s\n", rule, reg);

    for (size_t i = 0; i < n && i < SUPPRESS_LINES; i++)
        used +=
            (size_t)snprintf(used < nbytes ? buf + used : NULL, used < nbytes ? nbytes - used : 0,
                             "   fun:%s\n", frames[i].function);
    return used + (size_t)snprintf(used < nbytes ? buf + used : NULL,
                                   used < nbytes ? nbytes - used : 0, "}\n");
}

void suppress_free(struct suppressions *s)
{
    while (s->first) {
        struct suppression *p = s->first;

        s->first = p->next;
        free_block(p);
    }
    s->tail = NULL;
}
