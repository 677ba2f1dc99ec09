/* tests/unit/bounce-dma-rig.h - control blocks in the program's memory, started on a Pi and
 * compared with an engine that runs on that memory itself. */
#ifndef TESTS_UNIT_BOUNCE_DMA_RIG_H
#define TESTS_UNIT_BOUNCE_DMA_RIG_H

#include <stdlib.h>

#include "tests/unit/bounce-rig.h"

enum {
    BLOCKS = RAM + 0x2000,
    DATA = RAM + 0x8000,
    A = DATA,
    B = DATA + 0x1000,
    C = DATA + 0x2000,
    CHANNEL = 5,
    LITE = 8,
    UNCACHED = 0x40000000,
};

static inline uint32_t block_at(unsigned i)
{
    return BLOCKS + 32 * i;
}

/* Block i of the chain, followed by none. */
static inline void set_block(struct rig *r, unsigned i, uint32_t ti, uint32_t source, uint32_t dest,
                             uint32_t length)
{
    const uint32_t words[] = {ti, source, dest, length, 0, 0, 0, 0};

    for (unsigned j = 0; j < 8; j++)
        set_ram(r, block_at(i) + 4 * j, words[j]);
}

static inline void set_stride(struct rig *r, unsigned i, int source, int dest)
{
    set_ram(r, block_at(i) + 16, (uint32_t)(source & 0xFFFF) | (uint32_t)dest << 16);
}

static inline void link_blocks(struct rig *r, unsigned n, uint32_t alias)
{
    for (unsigned i = 0; i + 1 < n; i++)
        set_ram(r, block_at(i) + 20, block_at(i + 1) | alias);
}

static inline uint32_t reg(unsigned channel, unsigned offset)
{
    return (channel == 15 ? DMA15 : DMA + 0x100 * channel) + offset;
}

static inline void start_at(struct rig *r, unsigned channel, uint32_t conblk)
{
    put(r, reg(channel, CONBLK_AD), conblk);
    put(r, reg(channel, CS), ACTIVE);
}

static inline void start(struct rig *r, unsigned channel)
{
    start_at(r, channel, block_at(0) | UNCACHED);
}

static inline void wait_for_end(struct rig *r, unsigned channel)
{
    unsigned limit = 5000;

    while (get(r, reg(channel, CS)) & ACTIVE)
        assert_true(limit--);
}

static inline struct rig *filled_rig(void)
{
    struct rig *r = new_rig();

    for (uint32_t i = 0; i < RAM_BYTES; i++)
        r->ram[i] = (uint8_t)(i * 31 + (i >> 8) * 7);
    return r;
}

/* What the chain makes of the program's memory when the engine sees it itself. */
static const uint8_t *expected(struct rig *r, unsigned channel)
{
    static uint8_t ram[RAM_BYTES];
    static struct rig elsewhere;
    struct engine e = {.conblk = block_at(0)};

    memcpy(ram, r->ram, sizeof ram);
    while (e.conblk) {
        engine_load(&e, in_ram, ram);
        engine_block(&elsewhere, &e, in_ram, ram, channel >= 7 && channel <= 14);
        e.conblk = e.word[5];
    }
    return ram;
}

static inline void assert_ram(const struct rig *r, const uint8_t *ram)
{
    for (uint32_t i = 0; i < RAM_BYTES; i++)
        if (r->ram[i] != ram[i])
            fail_msg("0x%x: expected %02x, got %02x", RAM + i, ram[i], r->ram[i]);
}

static inline void run_chain(struct rig *r, unsigned channel)
{
    const uint8_t *ram = expected(r, channel);

    start(r, channel);
    wait_for_end(r, channel);
    assert_silent(r);
    assert_ram(r, ram);
    assert_int_equal(r->remote.bounce.nrooms, 0);
    assert_int_equal(r->remote.bounce.live, 0);
}

#endif
