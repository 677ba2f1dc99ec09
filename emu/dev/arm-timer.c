/* ARM timer, from "BCM2835 ARM Peripherals" ch. 14 (p. 196-199) and its errata.
 *
 * The clock is the 250 MHz core clock, which firmware changes on some boards. A count lasts
 * (PREDIVIDER + 1) * prescaler clocks; 0 is a count like any other, so a period has LOAD + 1. Not
 * modelled: stopping while the ARM is halted in debug mode.
 *
 * Registers: LOAD 00, VALUE 04, CONTROL 08, IRQ_CLEAR 0C, RAW_IRQ 10, MASKED_IRQ 14, RELOAD 18,
 * PREDIVIDER 1C, FREE_RUNNING 20. */
#include "emu/dev/arm-timer.h"

#include <string.h>

enum {
    LOAD = 0x00,
    VALUE = 0x04,
    CONTROL = 0x08,
    IRQ_CLEAR = 0x0c,
    RAW_IRQ = 0x10,
    MASKED_IRQ = 0x14,
    RELOAD = 0x18,
    PREDIVIDER = 0x1c,
    FREE_RUNNING = 0x20,
};

enum {                /* CONTROL, p. 197 */
       WIDE = 1 << 1, /* 32 bits (the errata: not 23), else 16 */
       PRESCALE = 3 << 2,
       INTERRUPT = 1 << 5,
       ENABLE = 1 << 7,
       FREE_ENABLE = 1 << 9,
       CONTROL_BITS = 0x00ff03ae,
       CONTROL_RESET = 0x003e0020,
};

enum { CLOCK_NS = 1000000000 / DEV_ARM_TIMER_HZ };

/* How long one count of the counter, and of the free-running one, takes. */
static uint64_t count_ns(const struct dev_arm_timer_state *s)
{
    static const uint16_t prescaler[] = {1, 16, 256, 1};

    return (uint64_t)CLOCK_NS * (s->predivider + 1) * prescaler[(s->control & PRESCALE) >> 2];
}

static uint64_t free_count_ns(const struct dev_arm_timer_state *s)
{
    return (uint64_t)CLOCK_NS * (((s->control >> 16) & 0xff) + 1);
}

static uint32_t loaded(const struct dev_arm_timer_state *s)
{
    return s->control & WIDE ? s->load : s->load & 0xffff;
}

/* Brings the counters to now. */
static void catch_up(struct dev_arm_timer *d)
{
    struct dev_arm_timer_state *s = &d->s;
    uint64_t now = clock_ns(d->clock), counts;

    if (s->control & ENABLE) {
        counts = (now - s->value_ns) / count_ns(s);
        s->value_ns += counts * count_ns(s);
        if (counts <= s->value) {
            s->value -= (uint32_t)counts;
        } else {
            counts -= (uint64_t)s->value + 1;
            s->value = loaded(s) - (uint32_t)(counts % ((uint64_t)loaded(s) + 1));
            s->raw = 1;
        }
    } else {
        s->value_ns = now;
    }
    if (s->control & FREE_ENABLE) {
        counts = (now - s->free_ns) / free_count_ns(s);
        s->free_ns += counts * free_count_ns(s);
        s->free += (uint32_t)counts;
    } else {
        s->free_ns = now;
    }
}

static int masked(const struct dev_arm_timer_state *s)
{
    return s->raw && (s->control & INTERRUPT);
}

/* After catch_up and any change: the line, and the alarm for when it will rise by itself. */
static void settle(struct dev_arm_timer *d)
{
    const struct dev_arm_timer_state *s = &d->s;

    irq_drive(&d->irq, masked(s));
    if (d->irq.set && !s->raw && (s->control & ENABLE) && (s->control & INTERRUPT))
        clock_alarm_set(d->clock, &d->alarm, s->value_ns + ((uint64_t)s->value + 1) * count_ns(s));
    else
        clock_alarm_clear(d->clock, &d->alarm);
}

static void alarm_rang(void *self)
{
    catch_up(self);
    settle(self);
}

static int arm_timer_mmio_read(void *self, struct bus_access *a)
{
    struct dev_arm_timer *d = self;
    const struct dev_arm_timer_state *s = &d->s;

    catch_up(d);
    settle(d);
    switch (a->addr - DEV_ARM_TIMER_BASE) {
    case LOAD:
    case RELOAD: /* "a copy of the timer load register", p. 198 */
        a->value = s->load;
        return 0;
    case VALUE:
        a->value = s->value;
        return 0;
    case CONTROL:
        a->value = s->control;
        return 0;
    case IRQ_CLEAR: /* write-only, p. 198 */
        a->value = 0;
        return 0;
    case RAW_IRQ:
        a->value = s->raw;
        return 0;
    case MASKED_IRQ:
        a->value = (uint32_t)masked(s);
        return 0;
    case PREDIVIDER:
        a->value = s->predivider;
        return 0;
    case FREE_RUNNING:
        a->value = s->free;
        return 0;
    default:
        return BUS_UNMODELLED;
    }
}

static int arm_timer_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_arm_timer *d = self;
    struct dev_arm_timer_state *s = &d->s;

    catch_up(d);
    switch (a->addr - DEV_ARM_TIMER_BASE) {
    case LOAD: /* counted down from at once, p. 196 */
        s->load = a->value;
        s->value = loaded(s);
        s->value_ns = clock_ns(d->clock);
        break;
    case RELOAD: /* from the next reload on, p. 198 */
        s->load = a->value;
        break;
    case CONTROL:
        s->control = a->value & CONTROL_BITS;
        break;
    case IRQ_CLEAR: /* any value, p. 198 */
        s->raw = 0;
        break;
    case PREDIVIDER:
        s->predivider = a->value & 0x3ff;
        break;
    case VALUE: /* read-only, p. 196-199 */
    case RAW_IRQ:
    case MASKED_IRQ:
    case FREE_RUNNING:
        break;
    default:
        return BUS_UNMODELLED;
    }
    settle(d);
    return 0;
}

void dev_arm_timer_reset(struct dev_arm_timer *d)
{
    uint64_t now = clock_ns(d->clock);

    d->s = (struct dev_arm_timer_state){
        .control = CONTROL_RESET, .predivider = 0x7d, .value_ns = now, .free_ns = now};
    settle(d);
}

void dev_arm_timer_connect(struct dev_arm_timer *d, void *self,
                           void (*set)(void *self, unsigned number, int level))
{
    catch_up(d);
    settle(d);
    irq_connect(&d->irq, self, set);
    settle(d);
}

void dev_arm_timer_init(struct dev_arm_timer *d, struct clock *c)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = "ARM timer", .self = d, .read = arm_timer_mmio_read, .write = arm_timer_mmio_write};
    d->clock = c;
    d->alarm = (struct clock_alarm){.self = d, .ring = alarm_rang};
    d->irq.number = IRQ_ARM_TIMER;
    dev_arm_timer_reset(d);
}
