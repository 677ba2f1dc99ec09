/* Looking registers up; the tables themselves are in regs-*.c. */
#include "emu/core/regs.h"

#include <inttypes.h>
#include <stdio.h>

#include "emu/core/regs-tables.h"

const struct reg_block *const reg_blocks[] = {
    &reg_system_timer, &reg_dma,    &reg_interrupts, &reg_arm_timer, &reg_mailbox,
    &reg_pm,           &reg_clocks, &reg_rng,        &reg_gpio,      &reg_pl011,
    &reg_pcm,          &reg_spi0,   &reg_bsc0,       &reg_pwm,       &reg_aux,
    &reg_emmc,         &reg_bsc1,   &reg_dma15,      NULL,
};

enum { NBLOCKS = sizeof reg_blocks / sizeof reg_blocks[0] - 1 };

const struct reg_block *reg_block_at(uint32_t addr)
{
    size_t lo = 0, hi = NBLOCKS;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct reg_block *b = reg_blocks[mid];

        if (addr < b->base)
            hi = mid;
        else if (addr - b->base >= b->nbytes)
            lo = mid + 1;
        else
            return b;
    }
    return NULL;
}

const struct reg *reg_at(uint32_t addr)
{
    const struct reg_block *b = reg_block_at(addr);
    size_t lo = 0, hi = b ? b->nregs : 0;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct reg *r = &b->regs[mid];
        uint32_t off = (addr & ~3u) - b->base;

        if (off < r->offset)
            hi = mid;
        else if (off > r->offset)
            lo = mid + 1;
        else
            return r;
    }
    return NULL;
}

const char *reg_name(uint32_t addr, char *buf, size_t nbytes)
{
    const struct reg_block *b = reg_block_at(addr);
    const struct reg *r = reg_at(addr);

    if (r)
        snprintf(buf, nbytes, "%s.%s", b->name, r->name);
    else if (b)
        snprintf(buf, nbytes, "%s+0x%" PRIx32, b->name, addr - b->base);
    else
        snprintf(buf, nbytes, "0x%08" PRIx32, addr);
    return buf;
}
