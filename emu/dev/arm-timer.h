/* emu/dev/arm-timer.h - the ARM's own timer: a counter that counts down, reloads and interrupts,
 * and one that runs free. "BCM2835 ARM Peripherals" ch. 14, p. 196-199. */
#ifndef EMU_DEV_ARM_TIMER_H
#define EMU_DEV_ARM_TIMER_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/irq.h"

enum { DEV_ARM_TIMER_BASE = 0x2000b400, DEV_ARM_TIMER_HZ = 250000000 };

struct dev_arm_timer_state {
    uint32_t load, control, predivider;
    uint32_t value;    /* of the counter at value_ns */
    uint32_t free;     /* of the free-running counter at free_ns */
    uint64_t value_ns; /* always at a count's beginning */
    uint64_t free_ns;
    uint8_t raw; /* RAW_IRQ */
};

struct dev_arm_timer {
    struct bus_target target;
    struct irq_line irq; /* line IRQ_ARM_TIMER */
    struct clock *clock;
    struct clock_alarm alarm; /* when the connected line will rise */
    struct dev_arm_timer_state s;
};

/* Makes the device count with the clock (borrowed), in its state after power-on. */
void dev_arm_timer_init(struct dev_arm_timer *d, struct clock *c);

void dev_arm_timer_reset(struct dev_arm_timer *d);

/* Connects the line, or disconnects it (set null). */
void dev_arm_timer_connect(struct dev_arm_timer *d, void *self,
                           void (*set)(void *self, unsigned number, int level));

#endif
