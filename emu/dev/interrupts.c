/* Interrupt controller, from "BCM2835 ARM Peripherals" ch. 7 (p. 109-118).
 *
 * The pending registers show enabled lines only, which the manual leaves open and Linux's
 * irq-bcm2835 relies on. Not modelled: the ARM's own lines other than the timer's have no device
 * behind them (mailbox, doorbells, access errors).
 *
 * Registers: BASIC_PENDING 00, PENDING1 04, PENDING2 08, FIQ_CONTROL 0C, ENABLE1 10, ENABLE2 14,
 * ENABLE_BASIC 18, DISABLE1 1C, DISABLE2 20, DISABLE_BASIC 24. */
#include "emu/dev/interrupts.h"

#include <string.h>

enum {
    BASIC_PENDING = 0x00,
    PENDING1 = 0x04,
    PENDING2 = 0x08,
    FIQ_CONTROL = 0x0c,
    ENABLE1 = 0x10,
    ENABLE2 = 0x14,
    ENABLE_BASIC = 0x18,
    DISABLE1 = 0x1c,
    DISABLE2 = 0x20,
    DISABLE_BASIC = 0x24,
};

enum { FIQ_ENABLE = 1 << 7, FIQ_LINE = 0x7f, MORE_IN_1 = 1 << 8, MORE_IN_2 = 1 << 9 };

/* Lines that basic pending shows in its bits 10-20, p. 114. */
static const uint8_t direct[] = {7, 9, 10, 18, 19, 53, 54, 55, 56, 57, 62};

static int line_level(const struct dev_interrupts_state *s, unsigned number)
{
    if (number < IRQ_ARM)
        return (int)((s->level >> number) & 1);
    return number < DEV_INTERRUPTS_LINES ? (s->basic_level >> (number - IRQ_ARM)) & 1 : 0;
}

static void tell(const struct dev_interrupts *d)
{
    const struct dev_interrupts_state *s = &d->s;
    uint64_t fast = d->asked & DEV_INTERRUPTS_FIQ ? 1ull << (s->fiq & (IRQ_ARM - 1)) : 0;
    int arm = (s->fiq & FIQ_LINE) >= IRQ_ARM;

    d->pending_changed(d->watcher, (s->level & s->enabled) | (arm ? 0 : fast),
                       (uint8_t)((s->basic_level & s->basic_enabled) | (arm ? fast : 0)));
}

/* An interrupt that is enabled and selected as the fast one raises both, p. 110. */
static void update(struct dev_interrupts *d)
{
    const struct dev_interrupts_state *s = &d->s;

    d->asked = 0;
    if ((s->level & s->enabled) || (s->basic_level & s->basic_enabled))
        d->asked |= DEV_INTERRUPTS_IRQ;
    if ((s->fiq & FIQ_ENABLE) && line_level(s, s->fiq & FIQ_LINE))
        d->asked |= DEV_INTERRUPTS_FIQ;
    if (d->pending_changed)
        tell(d);
}

/* Bits 8 and 9 tell of pending lines that no other bit of the register shows, p. 114. */
static uint32_t basic_pending(const struct dev_interrupts_state *s)
{
    uint64_t pending = s->level & s->enabled, hidden = pending;
    uint32_t basic = s->basic_level & s->basic_enabled;

    for (unsigned i = 0; i < sizeof direct; i++) {
        uint64_t line = 1ull << direct[i];

        if (pending & line)
            basic |= 1u << (10 + i);
        hidden &= ~line;
    }
    if ((uint32_t)hidden)
        basic |= MORE_IN_1;
    if (hidden >> 32)
        basic |= MORE_IN_2;
    return basic;
}

static int interrupts_mmio_read(void *self, struct bus_access *a)
{
    const struct dev_interrupts_state *s = &((struct dev_interrupts *)self)->s;

    switch (a->addr - DEV_INTERRUPTS_BASE) {
    case BASIC_PENDING:
        a->value = basic_pending(s);
        return 0;
    case PENDING1:
        a->value = (uint32_t)(s->level & s->enabled);
        return 0;
    case PENDING2:
        a->value = (uint32_t)((s->level & s->enabled) >> 32);
        return 0;
    case FIQ_CONTROL:
        a->value = s->fiq;
        return 0;
    case ENABLE1: /* what is enabled reads back in both */
    case DISABLE1:
        a->value = (uint32_t)s->enabled;
        return 0;
    case ENABLE2:
    case DISABLE2:
        a->value = (uint32_t)(s->enabled >> 32);
        return 0;
    case ENABLE_BASIC:
    case DISABLE_BASIC:
        a->value = s->basic_enabled;
        return 0;
    default:
        return BUS_UNMODELLED;
    }
}

/* Writing 1 enables or disables, 0 changes nothing, p. 116-118. */
static int interrupts_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_interrupts *d = self;
    struct dev_interrupts_state *s = &d->s;

    switch (a->addr - DEV_INTERRUPTS_BASE) {
    case BASIC_PENDING: /* read-only, p. 112 */
    case PENDING1:
    case PENDING2:
        return 0;
    case FIQ_CONTROL:
        s->fiq = (uint8_t)a->value;
        break;
    case ENABLE1:
        s->enabled |= a->value;
        break;
    case ENABLE2:
        s->enabled |= (uint64_t)a->value << 32;
        break;
    case ENABLE_BASIC:
        s->basic_enabled |= (uint8_t)a->value;
        break;
    case DISABLE1:
        s->enabled &= ~(uint64_t)a->value;
        break;
    case DISABLE2:
        s->enabled &= ~((uint64_t)a->value << 32);
        break;
    case DISABLE_BASIC:
        s->basic_enabled &= (uint8_t)~a->value;
        break;
    default:
        return BUS_UNMODELLED;
    }
    if (d->enables_changed)
        d->enables_changed(d->self);
    update(d);
    return 0;
}

void dev_interrupts_set(void *self, unsigned number, int level)
{
    struct dev_interrupts *d = self;
    uint64_t bit = 1ull << (number % IRQ_ARM);

    if (number >= IRQ_ARM)
        d->s.basic_level = (uint8_t)(level ? d->s.basic_level | bit : d->s.basic_level & ~bit);
    else
        d->s.level = level ? d->s.level | bit : d->s.level & ~bit;
    update(d);
}

int dev_interrupts_listens(const struct dev_interrupts *d, unsigned number)
{
    if ((d->s.fiq & FIQ_ENABLE) && (d->s.fiq & FIQ_LINE) == number)
        return 1;
    if (number >= IRQ_ARM)
        return (d->s.basic_enabled >> (number - IRQ_ARM)) & 1;
    return (int)((d->s.enabled >> number) & 1);
}

void dev_interrupts_reset(struct dev_interrupts *d)
{
    d->s = (struct dev_interrupts_state){.level = d->s.level, .basic_level = d->s.basic_level};
    if (d->enables_changed)
        d->enables_changed(d->self);
    update(d);
}

void dev_interrupts_init(struct dev_interrupts *d)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){.name = "interrupt controller",
                                    .self = d,
                                    .read = interrupts_mmio_read,
                                    .write = interrupts_mmio_write};
}
