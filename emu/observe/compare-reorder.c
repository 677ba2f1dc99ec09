/* Comparing two runs up to harmless reordering; docs/compare.md states the rules.
 *
 * As long as both do the same, nothing is kept but the plain writes that a later one may still
 * hide. From the first access that is another, both runs are kept up to the next fence (what
 * nothing may cross), in lists. There each device's accesses are brought into an order that is the
 * same for all sequences that count as equal; what is equal at the front of both is forgotten, at
 * the fence and whenever the lists have doubled. */
#include "emu/observe/compare.h"

#include <stdlib.h>
#include <string.h>

#include "emu/observe/compare-rules.h"

struct item {
    struct compare_event e;
    struct compare_class c;
    uint8_t hidden;  /* a later plain write is all that is seen */
    uint32_t level;  /* of bits: writes that have to come before it, in a row */
    uint64_t number; /* in its list */
};

struct list {
    struct item *item;
    size_t n, room;
    int fenced; /* stop holds what comes behind: a fence, or the end of the run */
    int more;   /* of compare_next for it */
    struct compare_event stop;
};

struct reorder {
    struct compare *c;
    struct list open;     /* plain writes that both made and that may be hidden yet */
    uint16_t opened[256]; /* of each device */
    struct list list[2];
    int no_memory;
};

static void push(struct reorder *o, struct list *l, const struct compare_event *e,
                 struct compare_class class)
{
    if (l->n == l->room) {
        size_t room = 2 * l->room + 64;
        struct item *more = realloc(l->item, room * sizeof *more);

        if (!more) {
            o->no_memory = 1;
            return;
        }
        l->item = more;
        l->room = room;
    }
    l->item[l->n] = (struct item){.e = *e, .c = class, .number = l->n};
    l->n++;
}

/* ---- one order for all that are equal ---- */

/* Without COMPARE_DEVICES all are in order with each other, as if there were one device. */
static int bucket_of(const struct reorder *o, const struct item *i)
{
    return o->c->options.rules & COMPARE_DEVICES ? i->c.device : 0;
}

static int same_run(const struct item *a, const struct item *b)
{
    int reads = (a->c.sort == SORT_STABLE || a->c.sort == SORT_VOLATILE) &&
                (b->c.sort == SORT_STABLE || b->c.sort == SORT_VOLATILE);

    if (a->c.device != b->c.device || a->c.sort == SORT_OTHER)
        return 0;
    return reads || (a->c.sort == b->c.sort && a->c.group == b->c.group);
}

static int by_number(const struct item *a, const struct item *b)
{
    return a->number < b->number ? -1 : a->number > b->number;
}

static int by_level(const void *pa, const void *pb)
{
    const struct item *a = pa, *b = pb;

    if (a->level != b->level)
        return a->level < b->level ? -1 : 1;
    if (a->e.addr != b->e.addr)
        return a->e.addr < b->e.addr ? -1 : 1;
    if (a->e.value != b->e.value)
        return a->e.value < b->e.value ? -1 : 1;
    return by_number(a, b);
}

/* A write has to stay behind those of the other direction that have a bit of it: the longest chain
 * of such is its level, in whatever order the rest is. */
static void order_bits(struct item *item, size_t n)
{
    uint32_t level[2][COMPARE_BANKS][32] = {0};

    for (size_t i = 0; i < n; i++) {
        unsigned clears = item[i].c.clears, bank = item[i].c.bank;
        uint32_t deepest = 0;

        for (uint32_t bits = item[i].e.value; bits; bits &= bits - 1) {
            uint32_t l = level[!clears][bank][__builtin_ctz(bits)];

            deepest = l > deepest ? l : deepest;
        }
        item[i].level = deepest + 1;
        for (uint32_t bits = item[i].e.value; bits; bits &= bits - 1) {
            uint32_t *l = &level[clears][bank][__builtin_ctz(bits)];

            *l = deepest + 1 > *l ? deepest + 1 : *l;
        }
    }
    qsort(item, n, sizeof *item, by_level);
}

/* Stable ones first, each register's in order; then the others in order. */
static int by_register(const void *pa, const void *pb)
{
    const struct item *a = pa, *b = pb;

    if (a->c.sort != b->c.sort)
        return a->c.sort < b->c.sort ? -1 : 1;
    if (a->c.sort == SORT_STABLE && a->e.addr != b->e.addr)
        return a->e.addr < b->e.addr ? -1 : 1;
    return by_number(a, b);
}

static void hide_writes(struct item *item, size_t n)
{
    uint32_t seen[64];
    size_t nseen = 0;

    while (n-- > 0) {
        size_t s;

        for (s = 0; s < nseen && seen[s] != item[n].e.addr; s++)
            ;
        if (s < nseen)
            item[n].hidden = 1;
        else if (nseen < sizeof seen / sizeof seen[0])
            seen[nseen++] = item[n].e.addr;
    }
}

static void order_run(struct reorder *o, struct item *item, size_t n)
{
    unsigned rules = o->c->options.rules;

    if (item->c.sort == SORT_BITS && rules & COMPARE_BITS)
        order_bits(item, n);
    else if (item->c.sort == SORT_PLAIN && rules & COMPARE_WRITES)
        hide_writes(item, n);
    else if ((item->c.sort == SORT_STABLE || item->c.sort == SORT_VOLATILE) &&
             rules & COMPARE_READS)
        qsort(item, n, sizeof *item, by_register);
}

enum { BUCKETS = 256 };

/* A list by bucket: bucket b is item[begin[b]] to item[begin[b + 1]]; those from open[b] on may yet
 * be followed by more of their kind, of which plain ones must be kept. item: null without memory.
 */
struct sorted {
    struct item *item;
    size_t begin[BUCKETS + 1], open[BUCKETS];
};

static void sort_list(struct reorder *o, const struct list *l, struct sorted *s)
{
    size_t at[BUCKETS + 1] = {0}, n = 0;

    s->item = malloc((l->n + 1) * sizeof *s->item);
    if (!s->item)
        return;
    for (size_t i = 0; i < l->n; i++)
        at[bucket_of(o, &l->item[i]) + 1]++;
    for (int b = 0; b < BUCKETS; b++)
        at[b + 1] += at[b];
    memcpy(s->begin, at, sizeof at);
    for (size_t i = 0; i < l->n; i++)
        s->item[at[bucket_of(o, &l->item[i])]++] = l->item[i];
    for (int b = 0; b < BUCKETS; b++) {
        size_t begin = s->begin[b], end = s->begin[b + 1], next;

        s->begin[b] = n;
        s->open[b] = n;
        for (size_t i = begin; i < end; i = next) {
            for (next = i + 1; next < end && same_run(&s->item[i], &s->item[next]); next++)
                ;
            order_run(o, s->item + i, next - i);
            s->open[b] = n;
            for (size_t k = i; k < next; k++) {
                if (!s->item[k].hidden)
                    s->item[n++] = s->item[k];
            }
            if (s->item[n - 1].c.sort == SORT_OTHER)
                s->open[b] = n;
        }
    }
    s->begin[BUCKETS] = n;
}

/* ---- what is equal is forgotten ---- */

static const struct compare_event *event_at(const struct sorted *s, int b, size_t i)
{
    return s->begin[b] + i < s->begin[b + 1] ? &s->item[s->begin[b] + i].e : NULL;
}

/* How many of the bucket's accesses are equal in both. */
static size_t equal_of(const struct reorder *o, const struct sorted s[2], int b)
{
    for (size_t i = 0;; i++) {
        const struct compare_event *x = event_at(&s[0], b, i), *y = event_at(&s[1], b, i);

        if (!x || !y || !compare_same(o->c, x, y))
            return i;
    }
}

/* Whether nothing that follows can change what is there, or that there is nothing. */
static int is_final(const struct reorder *o, const struct sorted s[2], int b, size_t i)
{
    return (o->list[0].fenced || s[0].begin[b] + i < s[0].open[b]) &&
           (o->list[1].fenced || s[1].begin[b] + i < s[1].open[b]);
}

/* Drops the bucket's first `equal` accesses, except plain ones that may be hidden yet. */
static void keep_rest(struct reorder *o, const struct sorted s[2], int b, size_t equal)
{
    size_t drop = equal;

    for (int w = 0; w < 2; w++) {
        size_t open = s[w].open[b] - s[w].begin[b];

        if (!o->list[w].fenced && open < drop && s[w].item[s[w].open[b]].c.sort == SORT_PLAIN &&
            o->c->options.rules & COMPARE_WRITES)
            drop = open;
    }
    for (size_t i = 0; i < drop; i++)
        compare_keep(o->c, &s[0].item[s[0].begin[b] + i].e);
    for (int w = 0; w < 2; w++) {
        for (size_t i = s[w].begin[b] + drop; i < s[w].begin[b + 1]; i++)
            push(o, &o->list[w], &s[w].item[i].e, s[w].item[i].c);
    }
}

/* Where two events stand, to show the earliest difference. */
static uint64_t place_of(const struct compare_event *a, const struct compare_event *b)
{
    uint64_t at = a ? a->at : UINT64_MAX;

    return b && b->at < at ? b->at : at;
}

/* Forgets what is equal in both lists, and finds what can become equal no more. far: that is
 * whatever is not equal by now. */
static enum compare_verdict settle(struct reorder *o, int far)
{
    struct sorted s[2] = {{0}};
    uint64_t best = UINT64_MAX;
    enum compare_verdict verdict = COMPARE_EQUAL;

    sort_list(o, &o->list[0], &s[0]);
    sort_list(o, &o->list[1], &s[1]);
    if (!s[0].item || !s[1].item) {
        o->no_memory = 1;
        free(s[0].item);
        free(s[1].item);
        return COMPARE_NO_MEMORY;
    }
    o->list[0].n = o->list[1].n = 0;
    for (int b = 0; b < BUCKETS; b++) {
        size_t equal = equal_of(o, s, b);
        const struct compare_event *x = event_at(&s[0], b, equal), *y = event_at(&s[1], b, equal);
        int final = is_final(o, s, b, equal);

        if ((x || y) && (final || far) && place_of(x, y) < best) {
            best = place_of(x, y);
            verdict = compare_differ(o->c, final ? COMPARE_MISSING : COMPARE_FAR, x, y);
        }
        keep_rest(o, s, b, equal);
    }
    free(s[0].item);
    free(s[1].item);
    for (int w = 0; w < 2; w++) {
        o->c->fence[w].there = o->list[w].fenced && o->list[w].more;
        o->c->fence[w].e = o->list[w].stop;
    }
    return o->no_memory ? COMPARE_NO_MEMORY : verdict;
}

/* ---- reading ---- */

/* Both made the same access: only a plain write has to be remembered. */
static void both(struct reorder *o, const struct compare_event *e, struct compare_class class)
{
    struct list *l = &o->open;
    size_t n = 0;

    compare_keep(o->c, e);
    if (!(o->c->options.rules & COMPARE_WRITES))
        return;
    if (!(o->c->options.rules & COMPARE_DEVICES) && l->n && class.device != l->item->c.device) {
        l->n = 0; /* without that rule another device's access ends the run as well */
        memset(o->opened, 0, sizeof o->opened);
    }
    if (o->opened[class.device]) {
        for (size_t i = 0; i < l->n; i++) {
            if (l->item[i].c.device != class.device ||
                (class.sort == SORT_PLAIN && l->item[i].e.addr != e->addr))
                l->item[n++] = l->item[i];
        }
        o->opened[class.device] = (uint16_t)(o->opened[class.device] - (l->n - n));
        l->n = n;
    }
    if (class.sort == SORT_PLAIN) {
        push(o, l, e, class);
        o->opened[class.device]++;
    }
}

/* The next of one run, into its list. 1; 0: it has come to a fence; -1. */
static int read_on(struct reorder *o, int w)
{
    struct list *l = &o->list[w];
    struct compare_event e = {0};
    struct compare_class class;

    if (l->fenced)
        return 0;
    l->more = compare_next(o->c, w, &e);
    if (l->more < 0)
        return -1;
    class = l->more ? compare_class_of(&e) : (struct compare_class){.sort = SORT_FENCE};
    if (class.sort != SORT_FENCE) {
        push(o, l, &e, class);
        return 1;
    }
    l->fenced = 1;
    l->stop = e;
    return 0;
}

static void forget_open(struct reorder *o)
{
    o->open.n = 0;
    memset(o->opened, 0, sizeof o->opened);
}

/* Only what both have open is left: they are at one again. */
static int at_one(struct reorder *o)
{
    const struct list *a = &o->list[0], *b = &o->list[1];

    if (a->n != b->n || a->n > 256)
        return 0;
    for (size_t i = 0; i < a->n; i++) {
        if (a->item[i].c.sort != SORT_PLAIN || !compare_same(o->c, &a->item[i].e, &b->item[i].e))
            return 0;
    }
    forget_open(o);
    for (size_t i = 0; i < a->n; i++) {
        push(o, &o->open, &a->item[i].e, a->item[i].c);
        o->opened[a->item[i].c.device]++;
    }
    return 1;
}

static size_t longest(const struct reorder *o)
{
    return o->list[0].n > o->list[1].n ? o->list[0].n : o->list[1].n;
}

/* From the first access that is another up to where both are at one again, or both have come to a
 * fence. */
static enum compare_verdict apart(struct reorder *o)
{
    const struct list *a = &o->list[0], *b = &o->list[1];
    size_t next = 64;

    o->c->moved = 1;
    for (;;) {
        int more_a = read_on(o, 0), more_b = read_on(o, 1);
        enum compare_verdict verdict;

        if (o->no_memory)
            return COMPARE_NO_MEMORY;
        if (more_a >= 0 && more_b >= 0 && more_a + more_b > 0 && longest(o) < next)
            continue;
        verdict = settle(o, 0);
        if (verdict != COMPARE_EQUAL || (a->fenced && b->fenced))
            return verdict;
        if (more_a < 0 || more_b < 0)
            return COMPARE_UNREADABLE;
        if (!a->fenced && !b->fenced && at_one(o))
            return COMPARE_EQUAL;
        if (longest(o) > o->c->options.window)
            return settle(o, 1);
        next = 2 * longest(o) + 64;
    }
}

/* At a fence, which nothing crosses: both have to be the same. */
static enum compare_verdict at_fence(struct reorder *o)
{
    const struct list *a = &o->list[0], *b = &o->list[1];

    forget_open(o);
    if ((!a->more && !b->more) || (!a->more && b->stop.kind == LOG_END) ||
        (!b->more && a->stop.kind == LOG_END))
        return COMPARE_EQUAL;
    if (!a->more || !b->more || !compare_same(o->c, &a->stop, &b->stop))
        return compare_differ(o->c, COMPARE_OTHER, a->more ? &a->stop : NULL,
                              b->more ? &b->stop : NULL);
    compare_keep(o->c, &a->stop);
    return COMPARE_EQUAL;
}

/* Reads one of each. 1: they were the same access; 0: lists begin. */
static int in_step(struct reorder *o)
{
    struct list *a = &o->list[0], *b = &o->list[1];

    a->n = b->n = 0;
    if (read_on(o, 0) < 0 || read_on(o, 1) < 0)
        return -1;
    if (a->n == 1 && b->n == 1 && compare_same(o->c, &a->item->e, &b->item->e)) {
        struct item i = *a->item;

        both(o, &i.e, i.c);
        return 1;
    }
    return 0;
}

/* The lists begin with what is open. */
static void begin_lists(struct reorder *o)
{
    for (int w = 0; w < 2; w++) {
        struct list *l = &o->list[w];
        struct item first = {0};
        size_t had = l->n;

        if (had)
            first = l->item[0];
        l->n = 0;
        for (size_t i = 0; i < o->open.n; i++)
            push(o, l, &o->open.item[i].e, o->open.item[i].c);
        if (had)
            push(o, l, &first.e, first.c);
    }
}

static enum compare_verdict run(struct reorder *o)
{
    struct list *a = &o->list[0], *b = &o->list[1];

    for (;;) {
        int step = in_step(o);
        enum compare_verdict verdict = COMPARE_EQUAL;

        if (o->no_memory)
            return COMPARE_NO_MEMORY;
        if (step < 0)
            return COMPARE_UNREADABLE;
        if (step)
            continue;
        if (a->n || b->n) {
            begin_lists(o);
            verdict = apart(o);
        }
        if (verdict == COMPARE_EQUAL && a->fenced && b->fenced) {
            verdict = at_fence(o);
            if (!a->more || !b->more || a->stop.kind == LOG_END)
                return verdict;
            a->fenced = b->fenced = 0;
        }
        if (verdict != COMPARE_EQUAL)
            return verdict;
    }
}

enum compare_verdict compare_reordered(struct compare *c)
{
    struct reorder o = {.c = c};
    enum compare_verdict verdict = run(&o);

    free(o.open.item);
    free(o.list[0].item);
    free(o.list[1].item);
    return verdict;
}
