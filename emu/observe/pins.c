/* Pins, as far as the accesses show them; see pins.h. */
#include "emu/observe/pins.h"

#include <string.h>

enum {
    FSEL5 = 0x14,
    SET0 = 0x1c,
    SET1 = 0x20,
    CLR0 = 0x28,
    CLR1 = 0x2c,
    LEV0 = 0x34,
    LEV1 = 0x38,
};

static const uint64_t all = (1ull << SEEN_PINS) - 1;

static uint64_t set_levels(struct seen_pins *p, uint64_t which, uint64_t levels, uint64_t known)
{
    p->level = (p->level & ~which) | (levels & which);
    p->level_known = (p->level_known & ~which) | (known & which);
    return which;
}

/* A pin that became an output shows its latch; of one that became something else nothing is known
 * until somebody looks. */
static uint64_t select_functions(struct seen_pins *p, unsigned n, uint32_t value)
{
    uint64_t changed = 0, outputs = 0;

    for (unsigned i = 0; i < 10 && 10 * n + i < SEEN_PINS; i++) {
        uint32_t now = (value >> (3 * i)) & 7;

        if (now != pins_function(p->fsel, 10 * n + i))
            changed |= 1ull << (10 * n + i);
        if (now == PINS_OUTPUT)
            outputs |= 1ull << (10 * n + i);
    }
    p->fsel[n] = value;
    return p->told ? changed : set_levels(p, changed, p->latch, p->latch_known & outputs);
}

static uint64_t outputs_of(const struct seen_pins *p, uint64_t which)
{
    uint64_t outputs = 0;

    for (; which; which &= which - 1) {
        unsigned pin = (unsigned)__builtin_ctzll(which);

        if (pins_function(p->fsel, pin) == PINS_OUTPUT)
            outputs |= 1ull << pin;
    }
    return outputs;
}

static uint64_t set_latch(struct seen_pins *p, uint64_t which, uint64_t levels)
{
    which &= all;
    p->latch = (p->latch & ~which) | (levels & which);
    p->latch_known |= which;
    return p->told ? 0 : set_levels(p, outputs_of(p, which), p->latch, which);
}

/* A narrow write carries zeros in the other lanes (emu/core/bus.h); a narrow read shows its own. */
uint64_t pins_saw(struct seen_pins *p, const struct bus_access *a)
{
    unsigned shift = 8 * (a->addr & 3);
    uint32_t mask = a->width == 4 ? UINT32_MAX : ((1u << 8 * a->width) - 1) << shift;
    uint32_t off = (a->addr - PINS_GPIO) & ~3u, value = (a->value << shift) & mask;
    uint64_t pins = off == SET1 || off == CLR1 || off == LEV1 ? (uint64_t)value << 32 : value;

    if (off <= FSEL5 && (a->op == BUS_WRITE || a->width == 4))
        return select_functions(p, off / 4, value);
    if (a->op == BUS_WRITE && (off == SET0 || off == SET1))
        return set_latch(p, pins, all);
    if (a->op == BUS_WRITE && (off == CLR0 || off == CLR1))
        return set_latch(p, pins, 0);
    if (a->op == BUS_READ && (off == LEV0 || off == LEV1) && !p->told)
        return set_levels(p, (off == LEV1 ? (uint64_t)mask << 32 : mask) & all, pins, all);
    return 0;
}

void pins_init(struct seen_pins *p, int told)
{
    memset(p, 0, sizeof *p);
    p->told = told;
    p->fsel[1] = PINS_ALT5 << 12 | PINS_ALT5 << 15;
}
