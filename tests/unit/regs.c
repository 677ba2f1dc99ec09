/* The register tables: sorted, inside their block, free of overlap, complete, and as the models
 * are. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/core/clock.h"
#include "emu/core/regs.h"
#include "emu/dev/board.h"

static void blocks_rise_and_do_not_overlap(void **state)
{
    uint32_t end = PERIPHERAL_BASE;

    (void)state;
    for (size_t i = 0; reg_blocks[i]; i++) {
        assert_true(reg_blocks[i]->base >= end);
        assert_true(reg_blocks[i]->nbytes > 0);
        assert_true(reg_blocks[i]->source[0] != '\0');
        end = reg_blocks[i]->base + reg_blocks[i]->nbytes;
    }
    assert_true(end <= PERIPHERAL_END);
}

static void check_register(const struct reg_block *b, const struct reg *r)
{
    int manual = strcmp(b->source, REG_MANUAL) == 0;

    if (r->offset % 4 || r->offset + 4 > b->nbytes)
        fail_msg("%s.%s: offset 0x%x is not a word inside the block", b->name, r->name, r->offset);
    if (r->reset & ~r->readable)
        fail_msg("%s.%s: reset 0x%x has bits that cannot be read", b->name, r->name, r->reset);
    if ((r->flags & REG_READ_EFFECT) && !r->readable)
        fail_msg("%s.%s: a read effect, but not readable", b->name, r->name);
    if ((r->flags & (REG_W1C | REG_WRITE_EFFECT)) && !r->writable)
        fail_msg("%s.%s: a write effect, but not writable", b->name, r->name);
    if (manual ? r->page < 8 || r->page > 205 : r->page != 0)
        fail_msg("%s.%s: page %u of %s", b->name, r->name, r->page, b->source);
    if (strlen(b->name) + strlen(r->name) + 2 > REG_NAME_MAX)
        fail_msg("%s.%s: longer than REG_NAME_MAX", b->name, r->name);
}

static void registers_rise_inside_their_block(void **state)
{
    (void)state;
    for (size_t i = 0; reg_blocks[i]; i++) {
        const struct reg_block *b = reg_blocks[i];

        for (size_t n = 0; n < b->nregs; n++) {
            check_register(b, &b->regs[n]);
            if (n && b->regs[n].offset <= b->regs[n - 1].offset)
                fail_msg("%s.%s: out of order", b->name, b->regs[n].name);
            for (size_t m = 0; m < n; m++)
                assert_string_not_equal(b->regs[m].name, b->regs[n].name);
        }
    }
}

/* A copy of one of these would be stale: the status of the slot (p. 87), a bit that clears itself
 * (p. 75), outputs driven by the device (p. 194). */
static void what_the_hardware_changes_is_said(void **state)
{
    static const uint32_t changed[] = {0x20300028, 0x203000fc, 0x20201088};

    (void)state;
    for (size_t i = 0; i < sizeof changed / sizeof changed[0]; i++)
        if (!(reg_at(changed[i])->flags & REG_VOLATILE))
            fail_msg("%s: not marked as volatile", reg_at(changed[i])->name);
}

static void lookup_finds_each(void **state)
{
    (void)state;
    for (size_t i = 0; reg_blocks[i]; i++) {
        const struct reg_block *b = reg_blocks[i];

        assert_ptr_equal(reg_block_at(b->base), b);
        assert_ptr_equal(reg_block_at(b->base + b->nbytes - 1), b);
        assert_ptr_not_equal(reg_block_at(b->base + b->nbytes), b);
        for (size_t n = 0; n < b->nregs; n++)
            for (uint32_t byte = 0; byte < 4; byte++)
                assert_ptr_equal(reg_at(b->base + b->regs[n].offset + byte), &b->regs[n]);
    }
    assert_null(reg_block_at(0));
    assert_null(reg_block_at(UINT32_MAX));
    assert_null(reg_at(0x20200018));
}

/* How many registers the documents list for each block. */
static void complete(void **state)
{
    static const struct {
        const char *block;
        size_t nregs;
    } want[] = {
        {"SYSTIMER", 7},     {"DMA", 7 * 9 + 8 * 8 + 2},
        {"IRQ", 10},         {"ARMTIMER", 9},
        {"MAILBOX", 10},     {"PM", 3},
        {"CM", 10},          {"RNG", 5},
        {"GPIO", 29},        {"UART0", 18},
        {"PCM", 9},          {"SPI0", 6},
        {"BSC0", 8},         {"PWM", 8},
        {"AUX", 13 + 2 * 6}, {"EMMC", 26},
        {"BSC1", 8},         {"DMA15", 9},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof want / sizeof want[0]; i++) {
        assert_non_null(reg_blocks[i]);
        assert_string_equal(reg_blocks[i]->name, want[i].block);
        assert_int_equal(reg_blocks[i]->nregs, want[i].nregs);
    }
    assert_null(reg_blocks[i]);
}

/* Addresses programs use, from several sources, by name. */
static void known_addresses(void **state)
{
    static const struct {
        uint32_t addr;
        const char *name;
    } known[] = {
        {0x20003004, "SYSTIMER.CLO"},
        {0x20003018, "SYSTIMER.C3"},
        {0x2000b200, "IRQ.BASIC_PENDING"},
        {0x2000b210, "IRQ.ENABLE1"},
        {0x2000b21c, "IRQ.DISABLE1"},
        {0x2000b400, "ARMTIMER.LOAD"},
        {0x2000b420, "ARMTIMER.FREE_RUNNING"},
        {0x2000b880, "MAILBOX.READ"},
        {0x2000b898, "MAILBOX.STATUS"},
        {0x2000b8a0, "MAILBOX.WRITE"},
        {0x2010001c, "PM.RSTC"},
        {0x20100024, "PM.WDOG"},
        {0x20104008, "RNG.DATA"},
        {0x20200008, "GPIO.FSEL2"},
        {0x2020001c, "GPIO.SET0"},
        {0x20200034, "GPIO.LEV0"},
        {0x2020009c, "GPIO.PUDCLK1"},
        {0x20201018, "UART0.FR"},
        {0x20201044, "UART0.ICR"},
        {0x2020300c, "PCM.RXC_A"},
        {0x2020400c, "SPI0.DLEN"},
        {0x2020501c, "BSC0.CLKT"},
        {0x20804004, "BSC1.S"},
        {0x2020c010, "PWM.RNG1"},
        {0x201010a0, "CM.PWMCTL"},
        {0x20215004, "AUX.ENABLES"},
        {0x20215040, "AUX.MU_IO"},
        {0x20215068, "AUX.MU_BAUD"},
        {0x202150a0, "AUX.SPI1_IO"},
        {0x202150c0, "AUX.SPI2_CNTL0"},
        {0x20300024, "EMMC.STATUS"},
        {0x20007000, "DMA.0_CS"},
        {0x20007e20, "DMA.14_DEBUG"},
        {0x20007ff0, "DMA.ENABLE"},
        {0x20e05004, "DMA15.15_CONBLK_AD"},
        {0x2020007a, "GPIO+0x7a"},
        {0x20200078, "GPIO+0x78"},
        {0x20999000, "0x20999000"},
        {0x00000004, "0x00000004"},
    };
    char name[REG_NAME_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_string_equal(reg_name(known[i].addr, name, sizeof name), known[i].name);
}

/* ---- the models against the tables ---- */

struct machine {
    struct bus bus;
    struct clock clock;
    struct dev_board board;
};

static void machine_init(struct machine *m)
{
    struct dev_board_outside outside = {.clock = &m->clock};

    memset(m, 0, sizeof *m);
    clock_start(&m->clock, CLOCK_VIRTUAL);
    dev_board_init(&m->board, &outside, &m->bus);
    access_put(&m->bus, 0x20215004, 7);
}

static void model_keeps_to_table(const struct reg_block *b, const struct reg *r)
{
    static struct machine m;
    uint32_t addr = b->base + r->offset;
    int password = b->base == DEV_PM_BASE || b->base == DEV_CLOCKS_BASE;
    uint32_t ones = password ? 0x5affffff : 0xffffffff;
    uint32_t before, after, kept = r->readable & r->writable & 0x00ffffff;

    machine_init(&m);
    before = access_get(&m.bus, addr);
    kept |= before & ~r->writable & 0x00ffffff;
    if (!(r->flags & REG_VOLATILE) && addr != 0x20215004 && before != r->reset)
        fail_msg("%s.%s: 0x%x after reset, table 0x%x", b->name, r->name, before, r->reset);
    access_put(&m.bus, addr, ones);
    after = access_get(&m.bus, addr);
    if (after & ~r->readable)
        fail_msg("%s.%s: reads 0x%x, table has 0x%x", b->name, r->name, after, r->readable);
    if (!r->writable && after != before && !(r->flags & REG_VOLATILE))
        fail_msg("%s.%s: read-only, but a write changed it", b->name, r->name);
    if (!(r->flags & (REG_VOLATILE | REG_W1C | REG_ROUNDS)) && (after & 0x00ffffff) != kept)
        fail_msg("%s.%s: keeps 0x%x, table has 0x%x", b->name, r->name, after & 0x00ffffff, kept);
}

static void models_keep_to_the_tables(void **state)
{
    static struct machine m;
    unsigned modelled = 0;

    (void)state;
    for (size_t i = 0; reg_blocks[i]; i++) {
        const struct reg_block *b = reg_blocks[i];

        for (size_t n = 0; n < b->nregs; n++) {
            uint32_t value = 0;

            machine_init(&m);
            if (access_try(&m.bus, BUS_READ, 4, b->base + b->regs[n].offset, &value) == 0) {
                model_keeps_to_table(b, &b->regs[n]);
                modelled++;
            }
        }
    }
    /* GPIO, system timer, AUX, PM, interrupt controller, ARM timer, EMMC; SPI0, both
     * BSC, PWM, PCM, DMA; PL011, mailbox, clock manager, RNG */
    assert_int_equal(modelled, 29 + 7 + 25 + 3 + 10 + 9 + 26 + 6 + 2 * 8 + 8 + 9 + 8 * 9 + 8 * 8 +
                                   2 + 18 + 10 + 10 + 5);
}

static void models_answer_for_no_more_than_the_tables(void **state)
{
    static const uint32_t pages[] = {
        DEV_GPIO_BASE, DEV_SYSTEM_TIMER_BASE, DEV_AUX_BASE,   DEV_PM_BASE,     DEV_SPI0_BASE,
        DEV_BSC0_BASE, DEV_BSC1_BASE,         DEV_PL011_BASE, DEV_CLOCKS_BASE, DEV_RNG_BASE,
        DEV_PWM_BASE,  DEV_PCM_BASE,          DEV_DMA_BASE,   DEV_DMA15_BASE};
    static struct machine m;

    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        for (uint32_t addr = pages[i]; addr < pages[i] + BUS_PAGE; addr += 4) {
            uint32_t value = 0;

            machine_init(&m);
            if (reg_at(addr))
                continue;
            if (access_try(&m.bus, BUS_READ, 4, addr, &value) != BUS_UNMODELLED ||
                access_try(&m.bus, BUS_WRITE, 4, addr, &value) != BUS_UNMODELLED)
                fail_msg("0x%x: answered, but no register is there", addr);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_rise_and_do_not_overlap),
        cmocka_unit_test(registers_rise_inside_their_block),
        cmocka_unit_test(what_the_hardware_changes_is_said),
        cmocka_unit_test(lookup_finds_each),
        cmocka_unit_test(complete),
        cmocka_unit_test(known_addresses),
        cmocka_unit_test(models_keep_to_the_tables),
        cmocka_unit_test(models_answer_for_no_more_than_the_tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
