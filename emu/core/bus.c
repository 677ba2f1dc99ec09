/* Routing of accesses; see bus.h. */
#include "emu/core/bus.h"

#include <assert.h>
#include <stddef.h>

void bus_map(struct bus *b, uint32_t base, uint32_t nbytes, const struct bus_target *t)
{
    uint32_t first = (base - PERIPHERAL_BASE) / BUS_PAGE;

    assert(base >= PERIPHERAL_BASE && base % BUS_PAGE == 0);
    assert(nbytes % BUS_PAGE == 0 && first + nbytes / BUS_PAGE <= BUS_PAGES);
    for (uint32_t i = 0; i < nbytes / BUS_PAGE; i++)
        b->page[first + i] = t;
}

void bus_watch(struct bus *b, struct bus_watcher *w)
{
    struct bus_watcher **tail = &b->watchers;

    while (*tail)
        tail = &(*tail)->next;
    w->next = NULL;
    *tail = w;
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
    int r = 0;

    if (a->op == BUS_READ || a->op == BUS_WRITE) {
        if (b->access_cost)
            b->access_cost(b->timing);
        b->accesses++;
        r = route(b, a);
    } else if ((a->op == BUS_DELAY_US || a->op == BUS_DELAY_CYCLES) && b->delay) {
        b->delay(b->timing, a);
    }
    for (struct bus_watcher *w = b->watchers; w; w = w->next)
        w->saw(w->self, a, r);
    return r;
}
