/* emu/dev/spin.h - programs that wait for a device by reading one register again and again: in
 * virtual time the wait costs a few accesses instead of thousands. */
#ifndef EMU_DEV_SPIN_H
#define EMU_DEV_SPIN_H

#include <stdint.h>

#include "emu/core/clock.h"

struct dev_spin {
    uint64_t ns; /* of the last look, without what was counted */
    uint32_t addr;
};

/* To be called when the program reads a status register and will not find what programs wait for.
 * If it read the same one before and nothing happened in between, time passes up to next_ns
 * (CLOCK_NEVER: the device has no plans), or up to the first alarm. Returns 1 if time passed: look
 * again. */
static inline int dev_spin(struct dev_spin *s, struct clock *c, uint32_t addr, uint64_t next_ns)
{
    uint64_t to, now;
    int again;

    if (!c || c->mode != CLOCK_VIRTUAL)
        return 0;
    now = c->ns;
    again = s->addr == addr && now - c->counted_ns - s->ns == CLOCK_ACCESS_NS;
    s->addr = addr;
    s->ns = now - c->counted_ns;
    if (!again || next_ns == CLOCK_NEVER || next_ns <= now)
        return 0;
    to = clock_next(c) < next_ns ? clock_next(c) : next_ns;
    if (to <= now)
        return 0;
    clock_pass(c, to - now);
    s->ns = c->ns - c->counted_ns;
    return 1;
}

#endif
