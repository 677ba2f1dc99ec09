/* Routing of accesses; see bus.h. */
#include "emu/core/bus.h"

#include <assert.h>
#include <stddef.h>

static uint32_t never_read(uint32_t addr, uintptr_t pc, quick_rest *rest, void *self)
{
    (void)self;
    return rest(addr, 0, pc);
}

static uint32_t never_write(uint32_t addr, uint32_t value, uintptr_t pc, quick_rest *rest,
                            void *self)
{
    (void)self;
    return rest(addr, value, pc);
}

static struct bus_quick quick_of(const struct bus_target *t)
{
    return (struct bus_quick){.self = t ? t->self : NULL,
                              .read = t && t->quick_read ? t->quick_read : never_read,
                              .write = t && t->quick_write ? t->quick_write : never_write};
}

/* The quick access that is under way; rest is null once it has taken the other way. */
static quick_rest *rest;

static uint32_t take_rest(uint32_t addr, uint32_t value, uintptr_t pc)
{
    quick_rest *r = rest;

    rest = NULL;
    return r(addr, value, pc);
}

static inline int may_be_quick(const struct bus *b, enum bus_op op, uint32_t addr, uint32_t value,
                               uintptr_t pc)
{
    if (b->quick_off)
        return 0;
    for (struct bus_watcher *const *p = b->quick_watchers; *p; p++) {
        if ((*p)->may_quick && !(*p)->may_quick((*p)->self, op, addr, value, pc))
            return 0;
    }
    return 1;
}

static inline void show_quick(const struct bus *b, enum bus_op op, uint32_t addr, uint32_t value,
                              uintptr_t pc)
{
    for (struct bus_watcher *const *p = b->quick_watchers; *p; p++)
        (*p)->saw_quick((*p)->self, op, addr, value, pc);
}

static uint32_t watched_read(uint32_t addr, uintptr_t pc, quick_rest *then, void *self)
{
    const struct bus *b = self;
    const struct bus_quick *q = &b->unseen[(addr - PERIPHERAL_BASE) / BUS_PAGE];
    uint32_t value;

    if (!may_be_quick(b, BUS_READ, addr, 0, pc))
        return then(addr, 0, pc);
    rest = then;
    value = q->read(addr, pc, take_rest, q->self);
    if (rest)
        show_quick(b, BUS_READ, addr, value, pc);
    return value;
}

static uint32_t watched_write(uint32_t addr, uint32_t value, uintptr_t pc, quick_rest *then,
                              void *self)
{
    const struct bus *b = self;
    const struct bus_quick *q = &b->unseen[(addr - PERIPHERAL_BASE) / BUS_PAGE];

    if (!may_be_quick(b, BUS_WRITE, addr, value, pc))
        return then(addr, value, pc);
    rest = then;
    q->write(addr, value, pc, take_rest, q->self);
    if (rest)
        show_quick(b, BUS_WRITE, addr, value, pc);
    return 0;
}

/* What is never quick need not be watched. */
static struct bus_quick around(struct bus_quick inner, struct bus_quick outer)
{
    if (inner.read == never_read)
        outer.read = never_read;
    if (inner.write == never_write)
        outer.write = never_write;
    return outer;
}

static void set_quick(struct bus *b, uint32_t page)
{
    struct bus_quick q = quick_of(b->page[page]);

    for (const struct bus_watcher *w = b->watchers; w; w = w->next) {
        if (w->wrap)
            q = around(q, w->wrap(w->self, PERIPHERAL_BASE + page * BUS_PAGE, q));
    }
    b->unseen[page] = q;
    if (b->watched_quick)
        q = around(q, (struct bus_quick){b, watched_read, watched_write});
    b->quick[page] = q;
}

void bus_quick_start(struct bus *b)
{
    for (uint32_t i = 0; i < BUS_PAGES; i++)
        set_quick(b, i);
}

void bus_map(struct bus *b, uint32_t base, uint32_t nbytes, const struct bus_target *t)
{
    uint32_t first = (base - PERIPHERAL_BASE) / BUS_PAGE;

    assert(base >= PERIPHERAL_BASE && base % BUS_PAGE == 0);
    assert(nbytes % BUS_PAGE == 0 && first + nbytes / BUS_PAGE <= BUS_PAGES);
    for (uint32_t i = first; i < first + nbytes / BUS_PAGE; i++) {
        b->page[i] = t;
        set_quick(b, i);
    }
}

void bus_watch(struct bus *b, struct bus_watcher *w)
{
    struct bus_watcher **tail = &b->watchers;

    while (*tail)
        tail = &(*tail)->next;
    w->next = NULL;
    *tail = w;
    b->watched |= !w->failures_only && !w->saw_quick && !w->wrap;
    b->wrapped |= w->wrap != NULL;
    if (w->saw_quick) {
        assert(b->watched_quick < BUS_QUICK_WATCHERS);
        b->quick_watchers[b->watched_quick++] = w;
    }
}

static int lanes(const struct bus_target *t, struct bus_access *a)
{
    unsigned shift = 8 * (a->addr & 3);
    uint32_t mask = a->width == 1 ? 0xff : 0xffff;
    struct bus_access word = *a;
    int r;

    word.addr &= ~3u;
    word.width = 4;
    if (a->op == BUS_WRITE) {
        word.value = (a->value & mask) << shift;
        return t->write(t->self, &word);
    }
    r = t->read(t->self, &word);
    a->value = (word.value >> shift) & mask;
    return r;
}

static int route(const struct bus *b, struct bus_access *a)
{
    const struct bus_target *t;

    if (a->addr < PERIPHERAL_BASE || a->addr >= PERIPHERAL_END)
        return BUS_OUTSIDE;
    if (a->addr & (a->width - 1u))
        return BUS_MISALIGNED;
    t = b->page[(a->addr - PERIPHERAL_BASE) / BUS_PAGE];
    if (a->op == BUS_READ)
        a->value = 0;
    if (!t)
        return BUS_UNMODELLED;
    if (a->width != 4 && !t->narrow)
        return lanes(t, a);
    return a->op == BUS_READ ? t->read(t->self, a) : t->write(t->self, a);
}

int bus_perform(struct bus *b, struct bus_access *a)
{
    const struct bus_access *outer = b->performing;
    int r = 0;

    b->performing = a;
    b->performed++;
    if (a->op == BUS_READ || a->op == BUS_WRITE) {
        if (a->origin != ORIGIN_DMA) {
            if (b->access_cost)
                b->access_cost(b->timing);
            b->accesses++;
        }
        r = route(b, a);
    } else if ((a->op == BUS_DELAY_US || a->op == BUS_DELAY_CYCLES) && b->delay) {
        b->delay(b->timing, a);
    }
    bus_show(b, a, r, NULL);
    b->performing = outer;
    return r;
}

void bus_show(const struct bus *b, const struct bus_access *a, int result,
              const struct bus_watcher *last)
{
    for (const struct bus_watcher *w = b->watchers; w && w != last; w = w->next) {
        if (result < 0 || !w->failures_only)
            w->saw(w->self, a, result);
    }
}
