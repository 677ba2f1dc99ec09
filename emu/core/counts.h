/* emu/core/counts.h - what a program has asked of its engine so far, beside quick accesses: a
 * replay finds its place between two accesses by it. */
#ifndef EMU_CORE_COUNTS_H
#define EMU_CORE_COUNTS_H

#include <stdint.h>

struct call_counts {
    uint64_t calls;       /* into the harness, direct accesses included */
    uint64_t timed_calls; /* readings of the cycle counter and of the cpsr: CLOCK_CYCLES_NS each */
};

#endif
