/* --seeds: one program under many seeds, and which of them differ from the others. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "emu/many/many.h"

enum { SHOWN = 10, NAMED = 20, WORDS = 16 };

struct seeds {
    const struct many_options *o;
    size_t n; /* runs, the reference last if it is outside of the range */
    struct outcome *outcome;
    char **words; /* of a run */
    char fill[40];
    char why[512];
};

static uint64_t seed_of(const struct seeds *s, size_t i)
{
    uint64_t seed = s->o->first + i;

    return seed > s->o->last ? s->o->reference : seed;
}

/* The command of a run; `places`: with the names of program locations in its log. */
static char **make_words(const struct many_options *o, char *fill, int places)
{
    static char record[] = "--record=" POOL_LOG, quiet[] = "--quiet", no_places[] = "--no-places",
                limit[] = "--output-limit=16777216";
    static char timeout[40];
    char **w = calloc((size_t)o->nwords + WORDS, sizeof *w);
    int n = 0;

    if (!w)
        many_die("no memory");
    snprintf(timeout, sizeof timeout, "--timeout=%g", o->timeout_s);
    w[n++] = o->words[o->nwords - 1];
    w[n++] = limit;
    w[n++] = timeout;
    for (int i = 0; i + 1 < o->nwords; i++)
        w[n++] = o->words[i];
    w[n++] = quiet;
    w[n++] = fill;
    w[n++] = record;
    if (!places)
        w[n++] = no_places;
    return w;
}

static void set_seed(char *fill, size_t nbytes, uint64_t seed)
{
    snprintf(fill, nbytes, "--fill=random:%" PRIu64, seed);
}

static char **words_of(void *self, size_t i)
{
    struct seeds *s = self;

    if (i >= s->n)
        return NULL;
    set_seed(s->fill, sizeof s->fill, seed_of(s, i));
    return s->words;
}

static int ended(void *self, const struct pool_run *r)
{
    struct seeds *s = self;
    struct outcome *out = &s->outcome[r->number];

    if (!r->hung && r->status == 2)
        many_give_up(r);
    return outcome_of(s->o, r, out, s->why, sizeof s->why) < 0;
}

/* ---- groups of runs that are alike ---- */

struct group {
    uint64_t digest;
    int no_end;
    size_t first, n;
};

static const struct seeds *sorted;

static int by_outcome(const void *pa, const void *pb)
{
    size_t i = *(const size_t *)pa, j = *(const size_t *)pb;
    const struct outcome *a = &sorted->outcome[i], *b = &sorted->outcome[j];

    if (a->no_end != b->no_end)
        return a->no_end - b->no_end;
    if (a->digest != b->digest)
        return a->digest < b->digest ? -1 : 1;
    return i < j ? -1 : i > j;
}

static int larger_first(const void *pa, const void *pb)
{
    const struct group *a = pa, *b = pb;

    if (a->n != b->n)
        return a->n > b->n ? -1 : 1;
    return a->first < b->first ? -1 : 1;
}

/* Fills of[] with the group of each run; the group to compare with is 0. Returns how many. */
static size_t group_runs(const struct seeds *s, struct group *g, size_t *of)
{
    size_t *order = calloc(s->n, sizeof *order), n = 0;

    if (!order)
        many_die("no memory");
    for (size_t i = 0; i < s->n; i++)
        order[i] = i;
    sorted = s;
    qsort(order, s->n, sizeof *order, by_outcome);
    for (size_t k = 0; k < s->n; k++) {
        const struct outcome *out = &s->outcome[order[k]];

        if (n == 0 || g[n - 1].digest != out->digest || g[n - 1].no_end != out->no_end)
            g[n++] = (struct group){out->digest, out->no_end, order[k], 0};
        g[n - 1].n++;
    }
    free(order);
    qsort(g, n, sizeof *g, larger_first);
    for (size_t i = 0; i < s->n; i++) {
        for (of[i] = 0;
             g[of[i]].digest != s->outcome[i].digest || g[of[i]].no_end != s->outcome[i].no_end;)
            of[i]++;
    }
    for (size_t i = 0; s->o->has_reference && i < s->n; i++) {
        size_t k = of[i];
        struct group swap = g[k];

        if (seed_of(s, i) != s->o->reference || k == 0)
            continue;
        g[k] = g[0];
        g[0] = swap;
        for (size_t j = 0; j < s->n; j++)
            of[j] = of[j] == k ? 0 : of[j] == 0 ? k : of[j];
        break;
    }
    return n;
}

/* ---- the report ---- */

static char *how_it_differs(const struct seeds *s, const struct group *base, const struct group *g)
{
    char fill[2][40], name[2][40], *text = NULL;
    const struct group *of[2] = {base, g};
    char **words[2];

    if (g->no_end || base->no_end) {
        char end[2][64];

        if (asprintf(&text, "seed %" PRIu64 ": %s\nseed %" PRIu64 ": %s\n", seed_of(s, base->first),
                     outcome_end(s->o, &s->outcome[base->first], end[0], sizeof end[0]),
                     seed_of(s, g->first),
                     outcome_end(s->o, &s->outcome[g->first], end[1], sizeof end[1])) < 0)
            many_die("no memory");
        return text;
    }
    for (int i = 0; i < 2; i++) {
        snprintf(name[i], sizeof name[i], "seed %" PRIu64, seed_of(s, of[i]->first));
        set_seed(fill[i], sizeof fill[i], seed_of(s, of[i]->first));
        words[i] = make_words(s->o, fill[i], 1);
    }
    text = difference(s->o, words[0], name[0], words[1], name[1]);
    free(words[0]);
    free(words[1]);
    if (!text)
        many_die("no memory");
    return text;
}

static char *how_to_repeat(const struct many_options *o, uint64_t seed)
{
    char *text = NULL;
    size_t nbytes;
    FILE *f = open_memstream(&text, &nbytes);

    if (!f)
        many_die("no memory");
    fprintf(f, "emu --fill=random:%" PRIu64, seed);
    for (int i = 0; i + 1 < o->nwords; i++)
        fprintf(f, " %s", o->words[i]);
    fprintf(f, " %s", o->called);
    fclose(f);
    return text;
}

static void show_group(const struct seeds *s, const size_t *of, size_t k, const struct trial *t)
{
    size_t shown = 0;
    char end[64];

    for (size_t i = 0; i < s->n; i++) {
        if (of[i] != k)
            continue;
        if (shown == NAMED)
            printf(" ...");
        else if (shown < NAMED)
            printf("%s%" PRIu64, shown ? ", " : "\nseed ", seed_of(s, i));
        shown++;
    }
    for (size_t i = 0; i < s->n; i++) {
        if (of[i] != k)
            continue;
        printf(": %s\n", outcome_end(s->o, &s->outcome[i], end, sizeof end));
        if (t[i].how)
            printf("%sagain: %s\n", t[i].how, t[i].again);
        return;
    }
}

static void show(const struct seeds *s, const struct group *g, size_t groups, const size_t *of,
                 const struct trial *t, size_t n)
{
    const struct outcome *base = &s->outcome[g[0].first];
    size_t differ = 0;
    char end[64];

    for (size_t i = 0; i < n; i++)
        differ += t[i].differs != 0;
    printf("%s, seeds %" PRIu64 " to %" PRIu64 ": ", s->o->called, s->o->first, s->o->last);
    if (!differ)
        printf("all alike");
    else
        printf("%zu of %zu differ", differ, n);
    printf(" (%s%s, %" PRIu64 " accesses compared, %016" PRIx64 ")\n", differ ? "the others: " : "",
           outcome_end(s->o, base, end, sizeof end), base->accesses, base->digest);
    for (size_t k = 1; k < groups && k <= SHOWN; k++)
        show_group(s, of, k, t);
    if (groups > SHOWN + 1)
        printf("\nand %zu other ways to differ\n", groups - SHOWN - 1);
    if (base->no_end)
        fprintf(stderr,
                "emu: --seeds: no run came to its end in %g s: what they did is not "
                "compared (--timeout)\n",
                s->o->timeout_s);
}

static int report(const struct seeds *s)
{
    size_t n = (size_t)(s->o->last - s->o->first + 1), groups, *of = calloc(s->n, sizeof *of);
    struct group *g = calloc(s->n, sizeof *g);
    struct trial *t = calloc(n, sizeof *t);
    const char **how;
    int differ = 0;

    if (!of || !g || !t)
        many_die("no memory");
    groups = group_runs(s, g, of);
    how = calloc(groups, sizeof *how);
    for (size_t k = 1; how && k < groups; k++)
        how[k] = k <= SHOWN ? how_it_differs(s, &g[0], &g[k])
                            : "not looked at: it is the eleventh way to differ, or a later one\n";
    for (size_t i = 0; how && i < n; i++) {
        snprintf(t[i].name, sizeof t[i].name, "seed %" PRIu64, seed_of(s, i));
        t[i].differs = of[i] != 0;
        differ |= t[i].differs;
        t[i].how = how[of[i]];
        t[i].again = t[i].differs ? how_to_repeat(s->o, seed_of(s, i)) : NULL;
    }
    if (!s->o->tap)
        show(s, g, groups, of, t, n);
    many_reports(s->o, t, n);
    free(how);
    free(of);
    free(g);
    free(t);
    return differ;
}

int seeds_run(const struct many_options *o)
{
    struct seeds s = {.o = o};
    struct pool pool = {.processes = o->processes,
                        .limit_s = o->timeout_s + 5,
                        .self = &s,
                        .words = words_of,
                        .ended = ended};

    s.n = (size_t)(o->last - o->first + 1);
    s.n += o->has_reference && (o->reference < o->first || o->reference > o->last);
    s.outcome = calloc(s.n, sizeof *s.outcome);
    s.words = make_words(o, s.fill, 0);
    if (!s.outcome)
        many_die("no memory for %zu runs", s.n);
    if (pool_run(&pool, s.why, sizeof s.why) < 0 || *s.why)
        many_die("--seeds: %s", s.why);
    return report(&s);
}
