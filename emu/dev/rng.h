/* emu/dev/rng.h - the random number generator. The manual leaves this block out; the registers are
 * those Linux's bcm2835-rng driver uses. */
#ifndef EMU_DEV_RNG_H
#define EMU_DEV_RNG_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/irq.h"
#include "emu/dev/spin.h"

enum {
    DEV_RNG_BASE = 0x20104000,
    DEV_RNG_FIFO = 16,      /* words: assumed */
    DEV_RNG_WORD_NS = 32000 /* a bit a microsecond: assumed */
};

struct dev_rng_state {
    uint32_t ctrl, warm_up, threshold, mask;
    uint32_t made;      /* words in the FIFO */
    uint64_t next_ns;   /* when the next comes; meaningless while it is off or the FIFO is full */
    uint64_t generator; /* never 0 */
};

struct dev_rng {
    struct bus_target target;
    struct irq_line irq; /* line IRQ_RNG */
    struct clock *clock;
    struct clock_alarm alarm;
    struct dev_spin spin;
    struct dev_rng_state s;
};

/* Makes a generator that is off. Its numbers are the same in every run, so that runs repeat; with
 * another seed (0: the usual one) they are others. */
void dev_rng_init(struct dev_rng *d, struct clock *c, uint64_t seed);

/* Other numbers from now on, as dev_rng_init. */
void dev_rng_seed(struct dev_rng *d, uint64_t seed);

/* Power-on state; the numbers go on. */
void dev_rng_reset(struct dev_rng *d);

void dev_rng_map(struct dev_rng *d, struct bus *b);

#endif
