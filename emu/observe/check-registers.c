/* write-only, read-only, reserved-bits, w1c-rmw: what the table of registers says about each.
 *
 * Reserved bits may be written as 0, or as they were last read. A read-modify-write of a register
 * in which ones clear is told from the two proper ways of clearing, writing back what was read and
 * writing a mask: it writes all that was set and bits of its own, and what was set differs from one
 * time to the other; or it changes a bit beside the flags; or it takes a flag away and writes a 0,
 * which clears nothing. */
#include "emu/observe/check-internal.h"

static struct check_last *slot_of(struct check *c, uint32_t addr)
{
    return &c->last[(addr >> 2 ^ addr >> 10 ^ addr >> 16) % CHECK_LAST];
}

const struct check_last *check_last_of(const struct check *c, uint32_t addr)
{
    const struct check_last *l = slot_of((struct check *)(uintptr_t)c, addr);

    return l->addr == addr ? l : NULL;
}

/* The bits of a W1C register in which a one clears; what else can be written keeps its value. */
static uint32_t clearing_bits(uint32_t addr, const struct reg *r)
{
    static const struct {
        uint32_t first, mask, bits;
    } mixed[] = {
        {0x20007000, 0xfffff0ff, 0x6},     /* DMA channels' CS: END, INT (p. 50) */
        {0x20e05000, 0xffffffff, 0x6},     /* channel 15's */
        {0x20203000, 0xffffffff, 0x18000}, /* PCM CS_A: TXERR, RXERR (p. 127) */
    };

    if (!(r->flags & REG_W1C) || !r->readable)
        return 0;
    for (size_t i = 0; i < sizeof mixed / sizeof mixed[0]; i++) {
        if ((addr & mixed[i].mask) == mixed[i].first)
            return mixed[i].bits;
    }
    return r->writable & r->readable;
}

static void direction(struct check *c, const struct bus_access *a, const struct reg *r)
{
    if (!r->readable && !r->writable)
        return; /* a register of what the chip has not */
    if (a->op == BUS_READ && !r->readable)
        check_found(c, CHECK_WRITE_ONLY, a, 0,
                    "it can only be written, what is read means nothing");
    if (a->op == BUS_WRITE && !r->writable)
        check_found(c, CHECK_READ_ONLY, a, 0, "it can only be read");
}

/* In a register of flags all ones means all there are; a one clears nothing that is not there. */
static int is_flags(uint32_t addr, const struct reg *r)
{
    static const uint32_t flags[] = {0x20201038, 0x20300034, 0x20300038}; /* UART0.IMSC, EMMC's */

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (addr == flags[i])
            return 1;
    }
    return (r->flags & REG_W1C) && (!r->readable || clearing_bits(addr, r) == r->writable);
}

static void reserved(struct check *c, const struct bus_access *a, const struct reg *r,
                     const struct check_last *last)
{
    uint32_t bits = a->value & ~(r->readable | r->writable);

    if (!r->writable || !bits || is_flags(a->addr, r))
        return;
    if (last->addr == a->addr && last->was_read &&
        bits == (last->value & ~(r->readable | r->writable)))
        return;
    check_found(c, CHECK_RESERVED, a, 0, "bits 0x%x are reserved: write 0 there", bits);
}

/* The same instruction wrote bits of its own before (more), writes them again, and what was read
 * besides, which is not what it wrote then: no mask that is always the same. */
static int is_rmw(const struct check_last *last, uint32_t was, uint32_t now, uintptr_t pc)
{
    return last->more && !(last->more & ~now) && last->wrote_pc == pc && last->wrote != now &&
           (was & ~last->more);
}

static void note_more(struct check_last *last, uint32_t was, uint32_t now, uintptr_t pc)
{
    int same = last->wrote_pc == pc && !(last->more & ~now);

    if (!(now & ~was))
        return;
    last->more = (same ? last->more : 0) | (now & ~was);
    last->wrote = now;
    last->wrote_pc = pc;
}

static void clearing(struct check *c, const struct bus_access *a, const struct reg *r,
                     struct check_last *last)
{
    uint32_t bits = clearing_bits(a->addr, r);
    uint32_t was = last->value & bits, now = a->value & bits;
    uint32_t beside = (last->value ^ a->value) & r->writable & r->readable & ~bits;

    if (!bits || last->addr != a->addr || !last->was_read)
        return;
    if (was && now == was && beside)
        check_found(c, CHECK_W1C, a, 0,
                    "a one clears: with bits 0x%x written back as they were read, this does", now);
    else if (was && !now && !(a->value & ~bits) && !(r->writable & ~bits))
        check_found(c, CHECK_W1C, a, 0, "a one clears: with 0, the bits 0x%x stay set", was);
    else if (now != bits && (now & was) == was) {
        if (is_rmw(last, was, now, a->pc))
            check_found(c, CHECK_W1C, a, 0,
                        "a one clears: with what was read in it, this clears bits 0x%x, too",
                        was & ~last->more);
        note_more(last, was, now, a->pc);
    }
}

void check_registers_saw(struct check *c, const struct bus_access *a)
{
    const struct reg *r = reg_at(a->addr);
    struct check_last *last = slot_of(c, a->addr);

    if (!r)
        return;
    direction(c, a, r);
    if (a->op == BUS_WRITE) {
        reserved(c, a, r, last);
        clearing(c, a, r, last);
    }
    if (last->addr != a->addr)
        *last = (struct check_last){.addr = a->addr};
    last->was_read = a->op == BUS_READ;
    last->value = a->value;
}
