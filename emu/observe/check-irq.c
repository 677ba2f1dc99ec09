/* no-handler: an interrupt that the controller lets through and the processor as well, and no
 * vectors that a handler could be reached by. To look at what is pending while the processor masks
 * interrupts needs no handler. */
#include "emu/observe/check-internal.h"

enum {
    FIQ_CONTROL = 0x2000b20c,
    ENABLE1 = 0x2000b210, /* ENABLE2 and ENABLE_BASIC follow, then the three that disable */
    DISABLE1 = 0x2000b21c,
    BASIC = 2,
    NORMAL = 1,
    FAST = 2,
    FIQ_ENABLE = 0x80,
    PAGE_ENABLE = 116,
};

static int taken(const struct check *c)
{
    uint32_t any = c->irq.enabled[0] | c->irq.enabled[1] | c->irq.enabled[BASIC];

    return ((any && (c->irq.unmasked & NORMAL)) || (c->irq.fast && (c->irq.unmasked & FAST))) &&
           c->has_handler && !c->has_handler(c->self);
}

#define NO_HANDLER "interrupts are let through, and there is no handler (int_init, interrupt_init)"

void check_irq_saw(struct check *c, const struct bus_access *a)
{
    unsigned n = (a->addr - ENABLE1) / 4;

    if (a->op != BUS_WRITE || a->addr < FIQ_CONTROL || a->addr > DISABLE1 + 8)
        return;
    if (a->addr == FIQ_CONTROL) {
        c->irq.fast = (a->value & FIQ_ENABLE) != 0;
        if (!c->irq.fast)
            return;
    } else if (a->addr >= DISABLE1) {
        c->irq.enabled[n - 3] &= ~a->value;
        return;
    } else {
        c->irq.enabled[n] |= a->value;
    }
    if (taken(c))
        check_found(c, CHECK_NO_HANDLER, a, PAGE_ENABLE, NO_HANDLER);
}

void check_unmasked(struct check *c, unsigned unmasked, uintptr_t pc)
{
    unsigned more = unmasked & ~c->irq.unmasked;
    struct bus_access a = {.op = BUS_WRITE, .width = 4, .pc = pc};

    c->irq.unmasked = unmasked;
    if (!more || !taken(c))
        return;
    a.addr = c->irq.fast && (more & FAST) ? FIQ_CONTROL : ENABLE1;
    for (int i = BASIC; i >= 0 && a.addr != FIQ_CONTROL; i--) {
        if (c->irq.enabled[i]) {
            a.addr = ENABLE1 + 4 * (uint32_t)i;
            a.value = c->irq.enabled[i];
        }
    }
    if (a.addr == FIQ_CONTROL)
        a.value = FIQ_ENABLE;
    check_found(c, CHECK_NO_HANDLER, &a, PAGE_ENABLE, NO_HANDLER);
}
