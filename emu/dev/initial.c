/* How the devices start, where that is not what a manual says; see board.h. */
#include <stddef.h>

#include "emu/core/chance.h"
#include "emu/core/regs.h"
#include "emu/dev/board.h"

enum {
    PASSWORD = 0x5a000000, /* of PM and the clock manager, in bits that read nothing */
    PASSWORD_BITS = 0xff000000,
    RSTS_WATCHDOG = 0x20, /* bcm2835_wdt.c: the last reset was the watchdog's full one */
};

/* ---- --fill=random ---- */

/* Seconds since power-on; now and then the low word of the counter is about to wrap. */
static uint64_t since_power_on(uint64_t *chance)
{
    const uint64_t second = 1000000000, wraps = ((uint64_t)1 << 32) * 1000;
    uint64_t kind = chance_next(chance), ns = chance_next(chance);

    return kind % 16 == 0 ? wraps - ns % second : 2 * second + ns % (8 * second);
}

void dev_board_chance(struct dev_board *d, uint64_t seed)
{
    uint64_t chance = ~seed;

    dev_system_timer_start(&d->system_timer, since_power_on(&chance));
    dev_gpio_noise(&d->gpio, chance_next(&chance));
    dev_rng_seed(&d->rng, chance_next(&chance));
    d->pm.s.rsts |= chance_next(&chance) % 2 * RSTS_WATCHDOG;
}

/* ---- --initial ---- */

int dev_register_is_kept(uint32_t addr)
{
    const struct reg *r = reg_at(addr);

    return r && r->writable && r->readable && !(r->flags & ~(unsigned)(REG_STUB | REG_ROUNDS));
}

int dev_register_starts(const struct bus *b, uint32_t addr, uint32_t value)
{
    const struct bus_target *t = b->page[(addr - PERIPHERAL_BASE) / BUS_PAGE];
    const struct reg *r = reg_at(addr);
    struct bus_access a = {.op = BUS_WRITE, .width = 4, .addr = addr, .value = value};

    if (!t || !dev_register_is_kept(addr))
        return 0;
    if ((r->writable & ~r->readable & PASSWORD_BITS) == PASSWORD_BITS)
        a.value = PASSWORD | (value & ~(uint32_t)PASSWORD_BITS);
    return t->write(t->self, &a) == 0;
}
