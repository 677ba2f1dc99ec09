/* emu/core/clock.h - the time a run lives in. Devices and engines are handed one of these and ask
 * nobody else, so that a virtual run repeats bit for bit. */
#ifndef EMU_CORE_CLOCK_H
#define EMU_CORE_CLOCK_H

#include <stdint.h>

enum clock_mode {
    CLOCK_VIRTUAL, /* advances only when told to: accesses, delays */
    CLOCK_HOST,    /* the laptop's monotonic clock, since start */
    CLOCK_PI,      /* the Pi's system timer, asked through `ask` */
};

struct clock {
    enum clock_mode mode;
    uint64_t ns; /* CLOCK_VIRTUAL: now; otherwise: the host's time at start */
    void *self;
    uint64_t (*ask)(void *self); /* CLOCK_PI: microseconds now */
};

enum {
    CLOCK_CORE_MHZ = 700,     /* ARM1176 of a Pi Zero/A+ at its default setting is 700..1000; libpi says 700 */
    CLOCK_ACCESS_NS = 100,    /* what a peripheral access costs in virtual time */
};

void clock_start(struct clock *c, enum clock_mode mode);

/* Nanoseconds, microseconds and core cycles since the start. CLOCK_PI blocks for one round trip. */
uint64_t clock_ns(struct clock *c);
uint64_t clock_us(struct clock *c);
uint64_t clock_cycles(struct clock *c);

/* Lets ns nanoseconds pass: at once in virtual time, by sleeping otherwise. */
void clock_pass(struct clock *c, uint64_t ns);

#endif
