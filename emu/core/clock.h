/* emu/core/clock.h - the time a run lives in. Devices and engines are handed one of these and ask
 * nobody else, so that a virtual run repeats bit for bit. */
#ifndef EMU_CORE_CLOCK_H
#define EMU_CORE_CLOCK_H

#include <stdint.h>

#include "emu/core/quick.h"

enum clock_mode {
    CLOCK_VIRTUAL, /* advances only when told to: accesses, delays */
    CLOCK_HOST,    /* the laptop's monotonic clock, since start */
    CLOCK_PI,      /* the Pi's system timer, asked through `ask` */
};

/* Something a device wants done at a time: the end of a countdown, a compare match. Belongs to the
 * device; zero it to start. ring may set this and other alarms and must not let time pass. */
struct clock_alarm {
    void *self;
    void (*ring)(void *self);
    uint64_t at_ns; /* since the start of the clock */
    int set;
    struct clock_alarm *next;
};

/* Zero it before clock_start. */
struct clock {
    uint64_t ns; /* CLOCK_VIRTUAL: now; otherwise: the host's time at start */
    /* As long as the sum stays below, whoever lets time pass may add to ns by himself: time is
     * virtual, no alarm is due, nobody holds the clock. */
    uint64_t quick_ns;
    uint64_t due_ns;     /* the same, for whom a held clock is no matter */
    uint64_t counted_ns; /* what of ns passed because the program computed, and its blocks count */
    enum clock_mode mode;
    int held;
    void *self;
    uint64_t (*ask)(void *self); /* CLOCK_PI: microseconds now */
    /* Sleeps for ns, or less; nonzero: the run is about to end, nothing may be waited for. Null:
     * the clock sleeps by itself, and nothing cuts that short. */
    int (*wait)(void *self, uint64_t ns);
    /* Called while time is paced, at least every ten milliseconds of the laptop's that virtual time
     * takes: may block, set alarms and call clock_pace, and must not let time pass. Null: nobody
     * is to be called, and long waits are made in one piece. */
    void (*look)(void *self);
    struct clock_alarm *alarms; /* by rising time; equal times in the order they were set */
    struct {
        double speed; /* of clock_pace; 0: none */
        uint64_t next_ns, base_ns, base_host_ns;
    } pace;
};

enum {
    CLOCK_CORE_MHZ =
        700, /* ARM1176 of a Pi Zero/A+ at its default setting is 700..1000; libpi says 700 */
    CLOCK_ACCESS_NS = QUICK_COST_NS,
    CLOCK_CYCLES_NS = 20, /* what reading the cycle counter or the cpsr costs, with the loop
                             around it */
};

#define CLOCK_NEVER UINT64_MAX

void clock_start(struct clock *c, enum clock_mode mode);

/* Nanoseconds, microseconds and core cycles since the start. CLOCK_PI blocks for one round trip. */
uint64_t clock_ns(struct clock *c);
uint64_t clock_us(struct clock *c);
uint64_t clock_cycles(struct clock *c);

/* Lets ns nanoseconds pass: at once in virtual time, by sleeping otherwise. Alarms due on the way
 * ring in order, each with the clock at its time (virtual) or just past it. Inline, because in
 * virtual time every access passes here. */
void clock_pass_slow(struct clock *c, uint64_t ns);
static inline void clock_pass(struct clock *c, uint64_t ns)
{
    if (c->ns + ns < c->quick_ns)
        c->ns += ns;
    else
        clock_pass_slow(c, ns);
}

/* Sets `a` to ring at at_ns (moves it if it was set); at a time already past it rings at the next
 * clock_pass or clock_ring. Clearing one that is not set does nothing. */
void clock_alarm_set(struct clock *c, struct clock_alarm *a, uint64_t at_ns);
void clock_alarm_clear(struct clock *c, struct clock_alarm *a);

/* While held, quick_ns is 0. Async-signal-safe where no function of the clock was interrupted. */
void clock_hold(struct clock *c, int held);

/* From now on virtual time is no faster than `speed` (more than 0) times the laptop's: what
 * would come more than some milliseconds early is waited for. Values and order stay as they are
 * without. A run that falls behind (it computes, its user types, a debugger stops it) goes on from
 * there: lost time is not made up for. CLOCK_VIRTUAL only. */
void clock_pace(struct clock *c, double speed);

/* How much time may pass at once without keeping a `look` waiting; CLOCK_NEVER if there is none. */
uint64_t clock_piece(const struct clock *c);

/* When the next alarm is due, in ns since the start; CLOCK_NEVER if none is set. */
uint64_t clock_next(const struct clock *c);

/* Rings what is due by now. With CLOCK_HOST nobody does unless this is called (at accesses, or by a
 * timer set for clock_next). Never blocks, but for the round trip of CLOCK_PI if an alarm is set.
 */
void clock_ring(struct clock *c);

#endif
