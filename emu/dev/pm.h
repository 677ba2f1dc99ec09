/* emu/dev/pm.h - power management: the watchdog and the reset it brings. The manual leaves this
 * block out; the registers are those Linux's bcm2835_wdt driver uses. */
#ifndef EMU_DEV_PM_H
#define EMU_DEV_PM_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"

enum { DEV_PM_BASE = 0x20100000, DEV_PM_HZ = 65536 };

struct dev_pm_state {
    uint32_t rstc, rsts;
    uint64_t ends_ns; /* when the countdown reaches 0; 0: not counting */
};

struct dev_pm {
    struct bus_target target;
    struct clock *clock;
    struct clock_alarm alarm;
    void *self;
    /* The chip resets: the run is over. halt: RSTS asks the firmware not to boot again. May be null
     * and need not return. */
    void (*reset)(void *self, int halt);
    /* A countdown to a reset began (1), or was stopped (0). May be null. */
    void (*counting)(void *self, int on);
    struct dev_pm_state s;
};

/* Makes the device count with clock (borrowed) and report resets. */
void dev_pm_init(struct dev_pm *d, struct clock *c, void *self,
                 void (*reset)(void *self, int halt));

/* Power-on state; a running countdown is forgotten. */
void dev_pm_reset(struct dev_pm *d);

void dev_pm_map(struct dev_pm *d, struct bus *b);

#endif
