/* What may be swapped with what; see compare-rules.h. */
#include "emu/observe/compare-rules.h"

#include <string.h>

#include "emu/core/regs.h"

/* Registers of which every 1 acts for itself and every 0 does nothing. */
const struct compare_bits compare_bits[] = {
    {"GPIO", "SET0", 1, 0, 0},      {"GPIO", "SET1", 1, 1, 0},    {"GPIO", "CLR0", 1, 0, 1},
    {"GPIO", "CLR1", 1, 1, 1},      {"GPIO", "EDS0", 2, 0, 1},    {"GPIO", "EDS1", 2, 1, 1},
    {"IRQ", "ENABLE1", 1, 0, 0},    {"IRQ", "ENABLE2", 1, 1, 0},  {"IRQ", "ENABLE_BASIC", 1, 2, 0},
    {"IRQ", "DISABLE1", 1, 0, 1},   {"IRQ", "DISABLE2", 1, 1, 1}, {"IRQ", "DISABLE_BASIC", 1, 2, 1},
    {"SYSTIMER", "CS", 1, 0, 1},    {"UART0", "ICR", 1, 0, 1},    {"BSC0", "S", 1, 0, 1},
    {"BSC1", "S", 1, 0, 1},         {"PWM", "STA", 1, 0, 1},      {"PCM", "INTSTC_A", 1, 0, 1},
    {"EMMC", "INTERRUPT", 1, 0, 1}, {NULL, NULL, 0, 0, 0},
};

/* To read the time is to wait: what comes before it does not come after. */
const char *const compare_clocks[][2] = {
    {"SYSTIMER", "CLO"},          {"SYSTIMER", "CHI"}, {"ARMTIMER", "VALUE"},
    {"ARMTIMER", "FREE_RUNNING"}, {NULL, NULL},
};

/* Devices that act on memory or on other devices: bus masters, the reset. */
const char *const compare_masters[] = {"DMA", "DMA15", "MAILBOX", "PM", NULL};

static int is_clock(const struct reg_block *b, const struct reg *r)
{
    for (size_t i = 0; compare_clocks[i][0]; i++) {
        if (strcmp(b->name, compare_clocks[i][0]) == 0 &&
            strcmp(r->name, compare_clocks[i][1]) == 0)
            return 1;
    }
    return 0;
}

static int is_master(const struct reg_block *b)
{
    for (size_t i = 0; compare_masters[i]; i++) {
        if (strcmp(b->name, compare_masters[i]) == 0)
            return 1;
    }
    return 0;
}

static void classify_read(const struct reg_block *b, const struct reg *r, struct compare_class *c)
{
    if (is_clock(b, r))
        c->sort = SORT_FENCE;
    else if (r->readable && !(r->flags & (REG_READ_EFFECT | REG_STUB)))
        c->sort = r->flags & REG_VOLATILE ? SORT_VOLATILE : SORT_STABLE;
}

static void classify_write(const struct reg_block *b, const struct reg *r, struct compare_class *c)
{
    const unsigned acts = REG_VOLATILE | REG_READ_EFFECT | REG_W1C | REG_ADDRESS |
                          REG_WRITE_EFFECT | REG_ROUNDS | REG_STUB;

    for (const struct compare_bits *t = compare_bits; t->block; t++) {
        if (strcmp(t->block, b->name) == 0 && strcmp(t->reg, r->name) == 0) {
            c->sort = SORT_BITS;
            c->group = t->group;
            c->bank = t->bank;
            c->clears = t->clears;
            return;
        }
    }
    if (r->writable && !(r->flags & acts))
        c->sort = SORT_PLAIN;
}

/* Of a 32-bit access to addr by the program that succeeded. */
static struct compare_class look_up(uint32_t addr, int write)
{
    struct compare_class c = {.sort = SORT_FENCE};
    const struct reg_block *b = reg_block_at(addr);
    const struct reg *r = reg_at(addr);

    if (!b || is_master(b))
        return c;
    c.sort = SORT_OTHER;
    while (reg_blocks[c.device] != b)
        c.device++;
    if (r && write)
        classify_write(b, r, &c);
    else if (r)
        classify_read(b, r, &c);
    return c;
}

struct compare_class compare_class_of(const struct compare_event *e)
{
    static struct {
        uint32_t addr; /* | 1: known */
        struct compare_class c;
    } known[2][256];
    int write = e->op == BUS_WRITE, i = (e->addr >> 2 ^ e->addr >> 12) & 255;
    struct compare_class c;

    if (e->kind != LOG_ACCESS || (e->op != BUS_READ && e->op != BUS_WRITE) ||
        e->origin == ORIGIN_DMA || e->result != 0)
        return (struct compare_class){.sort = SORT_FENCE};
    if (known[write][i].addr != ((e->addr & ~3u) | 1)) {
        known[write][i].addr = (e->addr & ~3u) | 1;
        known[write][i].c = look_up(e->addr & ~3u, write);
    }
    c = known[write][i].c;
    if ((e->width != 4 || e->addr & 3) && c.sort != SORT_FENCE)
        c.sort = SORT_OTHER;
    return c;
}
