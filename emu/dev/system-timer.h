/* emu/dev/system-timer.h - the free-running 1 MHz counter and its four compare registers.
 * "BCM2835 ARM Peripherals" ch. 12, p. 172-174. */
#ifndef EMU_DEV_SYSTEM_TIMER_H
#define EMU_DEV_SYSTEM_TIMER_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/irq.h"

enum { DEV_SYSTEM_TIMER_BASE = 0x20003000 };

struct dev_system_timer_state {
    uint32_t compare[4];
    uint32_t matched;  /* CS */
    uint64_t seen_us;  /* matches up to here are in `matched` */
    uint64_t start_ns; /* since power-on, when the clock started */
};

struct dev_system_timer {
    struct bus_target target;
    struct irq_line irq[4];
    struct clock *clock;
    struct clock_alarm alarm; /* the next match that raises a connected line */
    struct dev_system_timer_state s;
};

/* Makes the device count the clock's microseconds (borrowed); no line connected. */
void dev_system_timer_init(struct dev_system_timer *d, struct clock *c);

/* Makes the counter be at start_ns (below 2^63) when the clock was at 0. Before anything matched.
 */
void dev_system_timer_start(struct dev_system_timer *d, uint64_t start_ns);

/* Clears matches and compare registers. The counter is the clock's and goes on. */
void dev_system_timer_reset(struct dev_system_timer *d);

void dev_system_timer_map(struct dev_system_timer *d, struct bus *b);

/* Connects line n (0..3), or disconnects it (set null): set(self, IRQ_SYSTEM_TIMER0 + n, level) at
 * each change. */
void dev_system_timer_connect(struct dev_system_timer *d, unsigned n, void *self,
                              void (*set)(void *self, unsigned number, int level));

#endif
