/* PM: reset control and watchdog. Bits and reset values as in Linux's bcm2835_wdt.c and QEMU's
 * bcm2835_powermgt.c; the manual leaves the block out.
 *
 * Not modelled: power domains, pad control, resets other than the full one.
 *
 * Registers, each write with 0x5A in the top byte or ignored: RSTC 1C, RSTS 20, WDOG 24. */
#include "emu/dev/pm.h"

#include <string.h>

enum {
    RSTC = 0x1c,
    RSTS = 0x20,
    WDOG = 0x24,
    PASSWORD = 0x5a,
    RSTC_BITS = 0x00333333,
    RSTC_RESET = 0x102,
    RSTC_WRCFG = 0x30, /* what the end of the countdown does */
    RSTC_WRCFG_FULL = 0x20,
    RSTS_BITS = 0x1777,
    RSTS_POWER_ON = 0x1000,
    RSTS_HALT = 0x555, /* partition 63, its bits spread out: the firmware stays down */
    WDOG_BITS = 0xfffff,
    /* A countdown this short is a reboot. The program will wait for it in a loop that touches no
     * device, and in virtual time no time would pass there. Linux uses 10 ticks, libpi 1. */
    AT_ONCE_TICKS = 16,
};

static const uint64_t second = 1000000000;

/* Ticks left, rounded up. */
static uint32_t remaining(struct dev_pm *d)
{
    uint64_t now = clock_ns(d->clock);

    if (d->s.ends_ns <= now)
        return 0;
    return (uint32_t)(((d->s.ends_ns - now) * DEV_PM_HZ + second - 1) / second);
}

static void full_reset(struct dev_pm *d)
{
    if (d->reset)
        d->reset(d->self, (d->s.rsts & RSTS_HALT) == RSTS_HALT);
}

/* After a write to RSTC or WDOG: resets now, or later, or not at all. */
static void consider(struct dev_pm *d)
{
    int was_set = d->alarm.set;

    clock_alarm_clear(d->clock, &d->alarm);
    if ((d->s.rstc & RSTC_WRCFG) == RSTC_WRCFG_FULL) {
        if (remaining(d) <= AT_ONCE_TICKS)
            full_reset(d);
        else
            clock_alarm_set(d->clock, &d->alarm, d->s.ends_ns);
    }
    if (d->counting && d->alarm.set != was_set)
        d->counting(d->self, d->alarm.set);
}

static void alarm_rang(void *self)
{
    full_reset(self);
}

static int pm_mmio_read(void *self, struct bus_access *a)
{
    struct dev_pm *d = self;

    switch (a->addr - DEV_PM_BASE) {
    case RSTC:
        a->value = d->s.rstc;
        return 0;
    case RSTS:
        a->value = d->s.rsts;
        return 0;
    case WDOG:
        a->value = remaining(d);
        return 0;
    default:
        return BUS_UNMODELLED;
    }
}

static int pm_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_pm *d = self;
    uint32_t off = a->addr - DEV_PM_BASE;
    uint32_t ticks = a->value & WDOG_BITS;

    if (off != RSTC && off != RSTS && off != WDOG)
        return BUS_UNMODELLED;
    if (a->value >> 24 != PASSWORD)
        return 0;
    if (off == RSTS) {
        d->s.rsts = a->value & RSTS_BITS;
        return 0;
    }
    if (off == RSTC)
        d->s.rstc = a->value & RSTC_BITS;
    else
        d->s.ends_ns = clock_ns(d->clock) + ticks * second / DEV_PM_HZ;
    consider(d);
    return 0;
}

void dev_pm_reset(struct dev_pm *d)
{
    d->s = (struct dev_pm_state){.rstc = RSTC_RESET, .rsts = RSTS_POWER_ON};
    clock_alarm_clear(d->clock, &d->alarm);
}

void dev_pm_init(struct dev_pm *d, struct clock *c, void *self, void (*reset)(void *self, int halt))
{
    memset(d, 0, sizeof *d);
    d->target =
        (struct bus_target){.name = "PM", .self = d, .read = pm_mmio_read, .write = pm_mmio_write};
    d->clock = c;
    d->alarm = (struct clock_alarm){.self = d, .ring = alarm_rang};
    d->self = self;
    d->reset = reset;
    dev_pm_reset(d);
}

void dev_pm_map(struct dev_pm *d, struct bus *b)
{
    bus_map(b, DEV_PM_BASE, BUS_PAGE, &d->target);
}
