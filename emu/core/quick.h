/* emu/core/quick.h - accesses that an engine makes without the bus: reads of a counter, writes of a
 * pin, which programs make by the million. An engine may compile this with other choices about
 * enums than the harness: there are none here. */
#ifndef EMU_CORE_QUICK_H
#define EMU_CORE_QUICK_H

#include <stdint.h>

/* Makes an access by way of the bus after all; the last thing done. */
typedef uint32_t quick_rest(uint32_t addr, uint32_t value, uintptr_t pc);

/* What a target does for the 32-bit words that programs loop over, in a few instructions: called on
 * the program's stack, when the time of the access has passed, out of watchers' sight. When there
 * is more to do, they change nothing and return rest(addr, value, pc), a read with value 0. write
 * returns 0. The parameters that put32 and get32 have come first: they stay where they are. */
typedef uint32_t quick_read(uint32_t addr, uintptr_t pc, quick_rest *rest, void *self);
typedef uint32_t quick_write(uint32_t addr, uint32_t value, uintptr_t pc, quick_rest *rest,
                             void *self);

struct bus_quick {
    void *self;
    quick_read *read;
    quick_write *write;
};

enum { QUICK_COST_NS = 100 }; /* virtual time of an access, quick or not */

#endif
