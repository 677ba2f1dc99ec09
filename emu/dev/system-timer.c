/* System timer, from "BCM2835 ARM Peripherals" ch. 12 (p. 172-174).
 *
 * Not modelled: the GPU's own use of compare 0 and 2 on a real Pi.
 *
 * Registers: CS 00 (write 1 to clear), CLO 04, CHI 08, C0-C3 0C-18. */
#include "emu/dev/system-timer.h"

#include <string.h>

enum { CS = 0x00, CLO = 0x04, CHI = 0x08, C0 = 0x0c, C3 = 0x18 };

/* Microseconds since power-on. */
static uint64_t counter(const struct dev_system_timer *d)
{
    return (clock_ns(d->clock) + d->s.start_ns) / 1000;
}

static void drive_lines(struct dev_system_timer *d)
{
    for (unsigned i = 0; i < 4; i++)
        irq_drive(&d->irq[i], (d->s.matched >> i) & 1);
}

/* Microseconds from `from` until the low word of the counter next equals compare, 1..2^32. */
static uint64_t until(uint32_t compare, uint64_t from)
{
    return (uint64_t)(uint32_t)(compare - (uint32_t)from - 1) + 1;
}

/* Sets the alarm for the first match that would raise a connected line; one that is up already will
 * not rise. */
static void arm(struct dev_system_timer *d)
{
    uint64_t first = 0;

    for (unsigned i = 0; i < 4; i++) {
        uint64_t us = until(d->s.compare[i], d->s.seen_us);

        if (d->irq[i].set && !((d->s.matched >> i) & 1) && (!first || us < first))
            first = us;
    }
    if (first)
        clock_alarm_set(d->clock, &d->alarm, (d->s.seen_us + first) * 1000 - d->s.start_ns);
    else
        clock_alarm_clear(d->clock, &d->alarm);
}

/* Notes every match since the last look, however long ago that was. */
static void catch_up(struct dev_system_timer *d)
{
    uint64_t now = counter(d);
    uint32_t before = d->s.matched;

    for (unsigned i = 0; i < 4; i++)
        if (until(d->s.compare[i], d->s.seen_us) <= now - d->s.seen_us)
            d->s.matched |= 1u << i;
    d->s.seen_us = now;
    if (d->s.matched != before)
        drive_lines(d);
}

static void alarm_rang(void *self)
{
    catch_up(self);
    arm(self);
}

static void set_compare(struct dev_system_timer *d, unsigned n, uint32_t value)
{
    catch_up(d);
    d->s.compare[n] = value;
    if (value == (uint32_t)d->s.seen_us) {
        d->s.matched |= 1u << n;
        drive_lines(d);
    }
    arm(d);
}

static int timer_mmio_read(void *self, struct bus_access *a)
{
    struct dev_system_timer *d = self;
    uint32_t off = a->addr - DEV_SYSTEM_TIMER_BASE;

    switch (off) {
    case CLO:
        a->value = (uint32_t)counter(d);
        return 0;
    case CHI:
        a->value = (uint32_t)(counter(d) >> 32);
        return 0;
    case CS:
        catch_up(d);
        a->value = d->s.matched;
        return 0;
    default:
        if (off < C0 || off > C3)
            return BUS_UNMODELLED;
        a->value = d->s.compare[(off - C0) / 4];
        return 0;
    }
}

static int timer_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_system_timer *d = self;
    uint32_t off = a->addr - DEV_SYSTEM_TIMER_BASE;

    switch (off) {
    case CLO: /* read-only, p. 173 */
    case CHI:
        return 0;
    case CS:
        catch_up(d);
        d->s.matched &= ~a->value;
        drive_lines(d);
        arm(d);
        return 0;
    default:
        if (off < C0 || off > C3)
            return BUS_UNMODELLED;
        set_compare(d, (off - C0) / 4, a->value);
        return 0;
    }
}

/* The counter alone. */
__attribute__((aligned(64))) static uint32_t timer_quick_read(uint32_t addr, uintptr_t pc,
                                                              quick_rest *rest, void *self)
{
    const struct dev_system_timer *d = self;

    if (__builtin_expect(addr != DEV_SYSTEM_TIMER_BASE + CLO, 0))
        return rest(addr, 0, pc);
    return (uint32_t)((d->clock->ns + d->s.start_ns) / 1000);
}

void dev_system_timer_reset(struct dev_system_timer *d)
{
    d->s = (struct dev_system_timer_state){.start_ns = d->s.start_ns};
    d->s.seen_us = counter(d);
    clock_alarm_clear(d->clock, &d->alarm);
    drive_lines(d);
    arm(d);
}

void dev_system_timer_start(struct dev_system_timer *d, uint64_t start_ns)
{
    d->s.start_ns = start_ns;
    d->s.seen_us = counter(d);
    arm(d);
}

void dev_system_timer_init(struct dev_system_timer *d, struct clock *c)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){.name = "system timer",
                                    .self = d,
                                    .read = timer_mmio_read,
                                    .write = timer_mmio_write,
                                    .quick_read = timer_quick_read};
    d->clock = c;
    d->alarm = (struct clock_alarm){.self = d, .ring = alarm_rang};
    for (unsigned i = 0; i < 4; i++)
        d->irq[i].number = IRQ_SYSTEM_TIMER0 + i;
    dev_system_timer_reset(d);
}

void dev_system_timer_map(struct dev_system_timer *d, struct bus *b)
{
    bus_map(b, DEV_SYSTEM_TIMER_BASE, BUS_PAGE, &d->target);
}

void dev_system_timer_connect(struct dev_system_timer *d, unsigned n, void *self,
                              void (*set)(void *self, unsigned number, int level))
{
    catch_up(d);
    irq_connect(&d->irq[n], self, set);
    arm(d);
}
