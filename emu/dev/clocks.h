/* emu/dev/clocks.h - the clock manager: three general-purpose clocks for pins, and those of PCM and
 * PWM. "BCM2835 ARM Peripherals" ch. 6.3, p. 105-108, with its errata. */
#ifndef EMU_DEV_CLOCKS_H
#define EMU_DEV_CLOCKS_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/dev/output.h"
#include "emu/dev/spin.h"

enum { DEV_CLOCKS_BASE = 0x20101000 };

enum dev_clocks_output {
    CLOCKS_GP0,
    CLOCKS_GP1,
    CLOCKS_GP2,
    CLOCKS_PCM,
    CLOCKS_PWM,
    CLOCKS_OUTPUTS,
};

struct dev_clocks_state {
    struct {
        uint32_t ctl, div;
        uint64_t from_ns;  /* its cycles count from here */
        uint64_t stops_ns; /* not enabled any more: when its last cycle ends */
    } output[CLOCKS_OUTPUTS];
};

struct dev_clocks {
    struct bus_target target;
    struct clock *clock;
    struct dev_spin spin;
    struct dev_output out; /* the three for pins */
    /* The program wrote to an output's registers: its rate may be another. Null: nobody. */
    void *self;
    void (*changed)(void *self, enum dev_clocks_output which);
    struct dev_clocks_state s;
};

/* Makes a clock manager with every clock stopped. clock is borrowed. */
void dev_clocks_init(struct dev_clocks *d, struct clock *c);

void dev_clocks_reset(struct dev_clocks *d);

void dev_clocks_map(struct dev_clocks *d, struct bus *b);

/* The average rate of an output in Hz, rounded down; 0: it stands still. */
uint32_t dev_clocks_hz(struct dev_clocks *d, enum dev_clocks_output which);

/* Its level now, high in the first half of a cycle; *edge: when it will change by itself,
 * CLOCK_NEVER: it stays. */
int dev_clocks_level(struct dev_clocks *d, enum dev_clocks_output which, uint64_t *edge);

#endif
