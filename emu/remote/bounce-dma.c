/* DMA channels ("BCM2835 ARM Peripherals" ch. 4): a chain is copied to the bounce buffer when it is
 * started, and what it wrote back when the program sees that it is over. Not known here: what a
 * transfer has done that the program stops in the middle. */
#include <string.h>

#include "emu/remote/bounce-internal.h"

enum {
    DMA = 0x20007000,
    DMA15 = 0x20E05000,
    CHANNEL_BYTES = 0x100,
    DMA_INT_STATUS = 0x20007FE0,

    CS = 0x00, /* p. 47 */
    CONBLK_AD = 0x04,
    SOURCE_AD = 0x0C,
    DEST_AD = 0x10,
    NEXTCONBK = 0x1C,

    CS_ACTIVE = 1 << 0,
    CS_END = 1 << 1,
    CS_INT = 1 << 2,
    CS_RESET = (int)(1u << 31),
};

/* The channel whose register this is, -1: none's. */
static int channel_of(uint32_t addr, unsigned *reg)
{
    int channel = (int)((addr - DMA) / CHANNEL_BYTES);

    *reg = addr % CHANNEL_BYTES;
    if (addr >= DMA15)
        return 15;
    return channel < 15 ? channel : -1;
}

static uint32_t register_of(unsigned channel, unsigned reg)
{
    return (channel == 15 ? DMA15 : DMA + channel * CHANNEL_BYTES) + reg;
}

/* ---- the end of a transfer ---- */

static void over(struct bounce *b, struct bounce_channel *c)
{
    bounce_give_room(b, c->transfer->at);
    c->transfer->at = 0;
    c->live = 0;
    b->live--;
    shadow_forget(b->shadow);
}

/* The first n blocks are done. 0 or negative. */
static int done(struct bounce *b, struct bounce_channel *c, unsigned n)
{
    struct bounce_transfer *t = c->transfer;
    int e = 0;

    if (n > t->done) {
        e = chain_fetch(b, t, t->done, n);
        t->done = n;
    }
    if (t->done == t->nblocks)
        over(b, c);
    return e;
}

/* Which block is a bus address of the copies'? -1: none. */
static int block_at(const struct bounce *b, const struct bounce_transfer *t, uint32_t addr)
{
    for (unsigned i = 0; i < t->nblocks; i++)
        if (t->block[i].at == bounce_offset(b, addr))
            return (int)i;
    return -1;
}

/* How far the chain is, by the block the engine is at. 0 or negative. */
static int look_at_block(struct bounce *b, unsigned channel)
{
    struct bounce_channel *c = &b->channel[channel];
    uint32_t conblk;
    int e = bounce_get(b, register_of(channel, CONBLK_AD), &conblk), at;

    if (e < 0)
        return e;
    if (conblk == 0)
        return done(b, c, c->transfer->nblocks);
    at = block_at(b, c->transfer, conblk);
    return at > 0 ? done(b, c, (unsigned)at) : 0;
}

/* What the status says about a live channel. Inactive is over, unless the program stopped it; END
 * and INT are set by each block that asks for it, while the chain goes on. 1: the Pi was asked; 0;
 * negative. */
static int judge(struct bounce *b, unsigned channel, uint32_t cs)
{
    struct bounce_channel *c = &b->channel[channel];
    int e;

    if (!(cs & CS_ACTIVE) && !c->paused)
        e = done(b, c, c->transfer->nblocks);
    else if (!(cs & (CS_END | CS_INT)))
        return 0;
    else if (c->transfer->nblocks == 1)
        e = done(b, c, 1);
    else
        e = look_at_block(b, channel);
    return e < 0 ? e : 1;
}

static int look(struct bounce *b, unsigned channel)
{
    uint32_t cs;
    int e;

    if (!b->channel[channel].live)
        return 0;
    e = bounce_get(b, register_of(channel, CS), &cs);
    if (e == 0)
        e = judge(b, channel, cs);
    return e < 0 ? e : 1;
}

/* ---- writes ---- */

/* One that ended without the program looking may be the source of the next. */
static int look_at_others(struct bounce *b, unsigned channel)
{
    int e = 0;

    for (unsigned i = 0; i < BOUNCE_CHANNELS && e >= 0; i++)
        if (i != channel)
            e = look(b, i);
    return e < 0 ? e : 0;
}

/* 0: started as far as memory goes; BOUNCE_REFUSED, negative. */
static int start(struct bounce *b, unsigned channel)
{
    struct bounce_channel *c = &b->channel[channel];
    struct bounce_transfer *t;
    int e;

    if (c->live)
        return bounce_refuse(b, "DMA was not started: channel %u is still at the chain before",
                             channel);
    if ((e = look_at_others(b, channel)) < 0)
        return e;
    if ((e = chain_read(b, channel, c->conblk, &t)) != 0)
        return e;
    chain_free(c->transfer);
    c->transfer = t;
    c->armed = c->asked = c->outwards = 0;
    for (unsigned i = 0; i < t->nblocks; i++)
        c->outwards |= t->block[i].dest.peripheral && !t->block[i].dest.none;
    c->live = 1;
    b->live++;
    shadow_forget(b->shadow);
    if ((e = chain_send(b, t)) == BOUNCE_REFUSED)
        over(b, c);
    return e;
}

static int write_cs(struct bounce *b, unsigned channel, uint32_t value)
{
    struct bounce_channel *c = &b->channel[channel];
    int e = 0;

    if (value & (uint32_t)CS_RESET) {
        if (c->live)
            over(b, c);
        c->armed = c->paused = 0;
        return BOUNCE_TRAVELS;
    }
    c->paused = c->live && !(value & CS_ACTIVE);
    if ((value & CS_ACTIVE) && c->armed)
        e = start(b, channel);
    return e == BOUNCE_REFUSED ? BOUNCE_DONE : e;
}

/* The block's copy gets its place now and its contents at the start: the program may still write to
 * it. */
static int write_conblk(struct bounce *b, unsigned channel, struct bus_access *a)
{
    struct bounce_channel *c = &b->channel[channel];

    c->conblk = a->value;
    c->armed = a->value != 0;
    if (a->value % DMA_BLOCK_BYTES) {
        c->armed = 0;
        bounce_refuse(b, "0x%x is no address of a DMA control block: they are multiples of %u",
                      a->value, DMA_BLOCK_BYTES);
        return BOUNCE_DONE;
    }
    if (c->armed)
        a->value = bus_alias(a->value) | bounce_addr(b, bounce_head(b, channel));
    return BOUNCE_TRAVELS;
}

int dma_write(struct bounce *b, struct bus_access *a)
{
    unsigned reg;
    int channel = channel_of(a->addr, &reg), e;

    if (channel < 0 || (reg != CS && reg != CONBLK_AD))
        return BOUNCE_TRAVELS;
    if ((e = look(b, (unsigned)channel)) < 0)
        return e;
    if (reg == CS)
        return write_cs(b, (unsigned)channel, a->value);
    return write_conblk(b, (unsigned)channel, a);
}

/* ---- reads ---- */

static uint32_t block_name(const struct bounce *b, unsigned channel, uint32_t addr)
{
    const struct bounce_channel *c = &b->channel[channel];
    int at;

    if (c->conblk && bounce_offset(b, addr) == bounce_head(b, channel))
        return c->conblk;
    at = c->transfer ? block_at(b, c->transfer, addr) : -1;
    return at < 0 ? addr : c->transfer->block[at].name;
}

/* Behind its last byte a region still is itself: there the engine's addresses end. */
static uint32_t data_name(const struct bounce *b, const struct bounce_transfer *t, uint32_t addr)
{
    uint32_t at = bounce_offset(b, addr);

    for (unsigned i = 0; t && i < t->nregions; i++) {
        const struct dma_region *r = &t->region[i];

        if (at >= r->at && at <= r->at + (r->hi - r->lo))
            return bus_alias(addr) | (r->lo + (at - r->at));
    }
    return addr;
}

static int saw_int_status(struct bounce *b, uint32_t status)
{
    int asked = 0;

    for (unsigned i = 0; i < BOUNCE_CHANNELS; i++) {
        int e = status >> i & 1 ? look(b, i) : 0;

        if (e < 0)
            return e;
        asked |= e;
    }
    return asked;
}

static int saw_conblk(struct bounce *b, unsigned channel, struct bus_access *a)
{
    struct bounce_channel *c = &b->channel[channel];
    int e = 0;

    if (a->value == 0 && c->live) {
        e = done(b, c, c->transfer->nblocks);
        return e < 0 ? e : 1;
    }
    a->value = block_name(b, channel, a->value);
    return 0;
}

int dma_saw_read(struct bounce *b, struct bus_access *a)
{
    unsigned reg;
    int channel = channel_of(a->addr, &reg);

    if (a->addr == DMA_INT_STATUS)
        return saw_int_status(b, a->value);
    if (channel < 0)
        return 0;
    b->channel[channel].asked |= reg == CS || reg == CONBLK_AD;
    switch (reg) {
    case CS:
        return b->channel[channel].live ? judge(b, (unsigned)channel, a->value) : 0;
    case CONBLK_AD:
        return saw_conblk(b, (unsigned)channel, a);
    case NEXTCONBK:
        a->value = block_name(b, (unsigned)channel, a->value);
        return 0;
    case SOURCE_AD:
    case DEST_AD:
        a->value = data_name(b, b->channel[channel].transfer, a->value);
        return 0;
    default:
        return 0;
    }
}

int dma_time_passed(struct bounce *b)
{
    int asked = 0;

    for (unsigned i = 0; i < BOUNCE_CHANNELS; i++) {
        int e = b->channel[i].asked ? 0 : look(b, i);

        if (e < 0)
            return e;
        asked |= e;
    }
    return asked;
}
