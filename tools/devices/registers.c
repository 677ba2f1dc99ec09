/* Prints each register of emu/core/regs-*.c and what the models make of it, for tools/devices-doc:
 * a line "block NAME BASE SOURCE" each, then its "register OFFSET NAME READ WRITTEN STATE PAGE". */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "emu/core/regs.h"
#include "emu/dev/board.h"

static unsigned nothing_waits(void *self)
{
    (void)self;
    return 0;
}

static uint8_t no_byte(void *self)
{
    (void)self;
    return 0;
}

static void drop(void *self, uint8_t byte)
{
    (void)self, (void)byte;
}

static void looked(void *self, uint32_t times)
{
    (void)self, (void)times;
}

static void reset(void *self, int halt)
{
    (void)self, (void)halt;
}

/* Asks a board just made, so that no register's answer hangs on another's. */
static int answer(uint32_t addr, const struct reg *r)
{
    static struct dev_board board;
    static struct clock clock;
    static struct bus bus;
    struct dev_board_outside outside = {
        .clock = &clock,
        .console = {.waiting = nothing_waits,
                    .get = no_byte,
                    .put = drop,
                    .polled_in_vain = looked},
        .reset = reset,
    };
    struct bus_access a = {.op = r->readable ? BUS_READ : BUS_WRITE, .width = 4, .addr = addr};

    memset(&bus, 0, sizeof bus);
    memset(&clock, 0, sizeof clock);
    memset(&board, 0, sizeof board);
    clock_start(&clock, CLOCK_VIRTUAL);
    dev_board_init(&board, &outside, &bus);
    return bus_perform(&bus, &a);
}

static const char *state(uint32_t addr, const struct reg *r)
{
    if (answer(addr, r) == BUS_UNMODELLED)
        return "missing";
    return r->flags & REG_STUB ? "stubbed" : "modelled";
}

int main(void)
{
    for (size_t i = 0; reg_blocks[i]; i++) {
        const struct reg_block *b = reg_blocks[i];

        printf("block\t%s\t0x%08" PRIX32 "\t%s\n", b->name, b->base, b->source);
        for (size_t n = 0; n < b->nregs; n++) {
            const struct reg *r = &b->regs[n];

            printf("register\t0x%02" PRIx32 "\t%s\t0x%08" PRIx32 "\t0x%08" PRIx32 "\t%s\t%u\n",
                   r->offset, r->name, r->readable, r->writable, state(b->base + r->offset, r),
                   r->page);
        }
    }
    return 0;
}
