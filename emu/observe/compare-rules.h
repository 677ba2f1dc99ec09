/* emu/observe/compare-rules.h - what an access can change, or be changed by: which it may be
 * swapped with. From the table of registers, and a short one of its own. */
#ifndef EMU_OBSERVE_COMPARE_RULES_H
#define EMU_OBSERVE_COMPARE_RULES_H

#include <stdint.h>

#include "emu/observe/compare.h"

enum compare_sort {
    SORT_FENCE,    /* stays in order with everything */
    SORT_OTHER,    /* stays in order with its device's */
    SORT_BITS,     /* a write of which each bit acts alone */
    SORT_PLAIN,    /* a write that stores its value and does no more */
    SORT_STABLE,   /* a read without effect of what the hardware does not change */
    SORT_VOLATILE, /* a read without effect of what it does */
};

struct compare_class {
    uint8_t sort;
    uint8_t device; /* index in reg_blocks */
    uint8_t group;  /* SORT_BITS: of registers that do not act on each other's */
    uint8_t bank;   /* SORT_BITS: of bits, in its group */
    uint8_t clears; /* SORT_BITS: the other direction; opposite ones of a bit stay in order */
};

struct compare_class compare_class_of(const struct compare_event *e);

/* The table of its own, for tests. */
struct compare_bits {
    const char *block, *reg;
    uint8_t group, bank, clears;
};
extern const struct compare_bits compare_bits[];
extern const char *const compare_clocks[][2]; /* null-terminated */
extern const char *const compare_masters[];   /* null-terminated */
enum { COMPARE_BANKS = 3 };

#endif
