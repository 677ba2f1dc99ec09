/* Reordering that counts as equal: each rule by an example, and by near-misses that must differ.
 * compare-search.c tries them all together. */
#include "tests/unit/compare-rig.h"

#include <stdio.h>

#include "emu/core/regs.h"
#include "emu/observe/compare-rules.h"

enum { MOST = 6 };

/* A pair of runs; a record of kind LOG_END ends each. */
struct example {
    const char *what;
    unsigned rule; /* by which alone they are equal; 0: by none */
    struct log_record a[MOST], b[MOST];
};

#define END                                                                                        \
    {                                                                                              \
        .kind = LOG_END                                                                            \
    }

/* clang-format off */
static const struct example examples[] = {
    /* different devices */
    {"devices: writes",
     COMPARE_DEVICES,
     {P(SET0, 1), P(DR, 65), END},
     {P(DR, 65), P(SET0, 1), END}},
    {"devices: a read with an effect",
     COMPARE_DEVICES,
     {P(SET0, 1), G(DR, 65), END},
     {G(DR, 65), P(SET0, 1), END}},
    {"devices: over several",
     COMPARE_DEVICES,
     {P(SET0, 1), P(CLR0, 1), P(DR, 65), P(SPI_CLK, 4), END},
     {P(SPI_CLK, 4), P(DR, 65), P(SET0, 1), P(CLR0, 1), END}},
    {"devices: between two barriers",
     COMPARE_DEVICES,
     {BARRIER, P(SET0, 1), P(DR, 65), BARRIER, END},
     {BARRIER, P(DR, 65), P(SET0, 1), BARRIER, END}},
    {"not over a barrier",
     0,
     {P(SET0, 1), BARRIER, P(DR, 65), END},
     {P(DR, 65), BARRIER, P(SET0, 1), END}},
    {"not past a barrier", 0, {P(SET0, 1), BARRIER, END}, {BARRIER, P(SET0, 1), END}},
    {"not past a delay in microseconds",
     0,
     {P(SET0, 1), W(BUS_DELAY_US, 5), P(DR, 65), END},
     {W(BUS_DELAY_US, 5), P(SET0, 1), P(DR, 65), END}},
    {"not past a delay in cycles",
     0,
     {P(SET0, 1), W(BUS_DELAY_CYCLES, 5), END},
     {W(BUS_DELAY_CYCLES, 5), P(SET0, 1), END}},
    {"not past a value for the log",
     0,
     {P(SET0, 1), W(BUS_DEV_VAL, 5), END},
     {W(BUS_DEV_VAL, 5), P(SET0, 1), END}},
    {"not past a look at the clock", 0, {P(SET0, 1), G(CLO, 5), END}, {G(CLO, 5), P(SET0, 1), END}},
    {"not past the DMA engine",
     0,
     {P(SET0, 1), P(DMA_CS, 1), END},
     {P(DMA_CS, 1), P(SET0, 1), END}},
    {"not past the mailbox",
     0,
     {P(SET0, 1), P(MAILBOX_WRITE, 8), END},
     {P(MAILBOX_WRITE, 8), P(SET0, 1), END}},
    {"not past the watchdog", 0, {P(SET0, 1), P(WDOG, 8), END}, {P(WDOG, 8), P(SET0, 1), END}},
    {"not past what nobody knows",
     0,
     {P(SET0, 1), P(UNKNOWN, 8), END},
     {P(UNKNOWN, 8), P(SET0, 1), END}},
    {"devices: the values count", 0, {P(SET0, 1), P(DR, 65), END}, {P(DR, 66), P(SET0, 1), END}},
    {"devices: each as often",
     0,
     {P(DR, 65), P(DR, 65), P(SET0, 1), END},
     {P(DR, 65), P(SET0, 1), END}},
    {"one device: effects in order", 0, {P(DR, 65), P(DR, 66), END}, {P(DR, 66), P(DR, 65), END}},
    {"one device: plain registers in order",
     0,
     {P(FSEL2, 1), P(FSEL3, 1), END},
     {P(FSEL3, 1), P(FSEL2, 1), END}},
    {"one device: a pin's function and its level in order",
     0,
     {P(FSEL2, 1), P(SET0, 1), END},
     {P(SET0, 1), P(FSEL2, 1), END}},

    /* bits */
    {"bits: one register",
     COMPARE_BITS,
     {P(SET0, 1), P(SET0, 2), END},
     {P(SET0, 2), P(SET0, 1), END}},
    {"bits: set and clear different ones",
     COMPARE_BITS,
     {P(SET0, 1), P(CLR0, 6), END},
     {P(CLR0, 6), P(SET0, 1), END}},
    {"bits: of two banks",
     COMPARE_BITS,
     {P(SET0, 1), P(CLR1, 1), END},
     {P(CLR1, 1), P(SET0, 1), END}},
    {"bits: events that are cleared",
     COMPARE_BITS,
     {P(EDS0, 1), P(EDS0, 2), P(EDS1, 1), END},
     {P(EDS1, 1), P(EDS0, 2), P(EDS0, 1), END}},
    {"bits: interrupts enabled and disabled",
     COMPARE_BITS,
     {P(ENABLE1, 1), P(ENABLE2, 1), P(DISABLE1, 2), END},
     {P(DISABLE1, 2), P(ENABLE2, 1), P(ENABLE1, 1), END}},
    {"bits: timer matches that are cleared",
     COMPARE_BITS,
     {P(TIMER_CS, 2), P(TIMER_CS, 8), END},
     {P(TIMER_CS, 8), P(TIMER_CS, 2), END}},
    {"bits: a chain",
     COMPARE_BITS,
     {P(SET0, 1), P(CLR0, 1), P(SET0, 2), P(CLR0, 2), END},
     {P(SET0, 2), P(SET0, 1), P(CLR0, 2), P(CLR0, 1), END}},
    {"not set and clear of one bit",
     0,
     {P(SET0, 1), P(CLR0, 1), END},
     {P(CLR0, 1), P(SET0, 1), END}},
    {"not of which one is common", 0, {P(SET0, 3), P(CLR0, 6), END}, {P(CLR0, 6), P(SET0, 3), END}},
    {"not the pulses of one pin",
     0,
     {P(SET0, 1), P(CLR0, 1), P(SET0, 1), P(CLR0, 1), END},
     {P(SET0, 1), P(SET0, 1), P(CLR0, 1), P(CLR0, 1), END}},
    {"not joined", 0, {P(SET0, 1), P(SET0, 2), END}, {P(SET0, 3), END}},
    {"not repeated", 0, {P(SET0, 1), P(SET0, 1), END}, {P(SET0, 1), END}},
    {"not levels and events", 0, {P(SET0, 1), P(EDS0, 2), END}, {P(EDS0, 2), P(SET0, 1), END}},
    {"not over a read of the device",
     0,
     {P(SET0, 1), G(LEV0, 1), P(SET0, 2), END},
     {P(SET0, 2), G(LEV0, 1), P(SET0, 1), END}},
    {"not where a write stores all bits",
     0,
     {P(PUDCLK0, 1), P(PUDCLK0, 2), END},
     {P(PUDCLK0, 2), P(PUDCLK0, 1), END}},
    {"not bytes of a register",
     0,
     {BYTE(SET0, 1), BYTE(SET0, 2), END},
     {BYTE(SET0, 2), BYTE(SET0, 1), END}},
    {"not an interrupt enabled and disabled",
     0,
     {P(ENABLE1, 2), P(DISABLE1, 2), END},
     {P(DISABLE1, 2), P(ENABLE1, 2), END}},

    /* repeated writes */
    {"writes: the last one counts",
     COMPARE_WRITES,
     {P(FSEL2, 1), P(FSEL2, 3), END},
     {P(FSEL2, 3), END}},
    {"writes: whatever was before",
     COMPARE_WRITES,
     {P(FSEL2, 1), P(FSEL2, 2), P(FSEL2, 3), END},
     {P(FSEL2, 4), P(FSEL2, 3), END}},
    {"writes: others that are plain between",
     COMPARE_WRITES,
     {P(IBRD, 1), P(FBRD, 5), P(IBRD, 2), END},
     {P(FBRD, 5), P(IBRD, 2), END}},
    {"not the first one", 0, {P(FSEL2, 1), P(FSEL2, 3), END}, {P(FSEL2, 1), END}},
    {"not with an effect between",
     0,
     {P(FSEL2, 1), P(SET0, 4), P(FSEL2, 3), END},
     {P(SET0, 4), P(FSEL2, 3), END}},
    {"not with a read between",
     0,
     {P(FSEL2, 1), G(FSEL2, 1), P(FSEL2, 3), END},
     {G(FSEL2, 1), P(FSEL2, 3), END}},
    {"not with a barrier between",
     0,
     {P(FSEL2, 1), BARRIER, P(FSEL2, 3), END},
     {BARRIER, P(FSEL2, 3), END}},
    {"not with a delay between",
     0,
     {P(FSEL2, 1), W(BUS_DELAY_US, 1), P(FSEL2, 3), END},
     {W(BUS_DELAY_US, 1), P(FSEL2, 3), END}},
    {"not where a write has an effect", 0, {P(DR, 65), P(DR, 66), END}, {P(DR, 66), END}},
    {"not where another value is stored",
     0,
     {P(SPI_CLK, 3), P(SPI_CLK, 4), END},
     {P(SPI_CLK, 4), END}},
    {"not bytes of a plain register",
     0,
     {BYTE(FSEL2, 1), BYTE(FSEL2, 3), END},
     {BYTE(FSEL2, 3), END}},

    /* reads */
    {"reads: of plain registers",
     COMPARE_READS,
     {G(FSEL2, 1), G(FSEL3, 2), END},
     {G(FSEL3, 2), G(FSEL2, 1), END}},
    {"reads: one of them changed by the hardware",
     COMPARE_READS,
     {G(FSEL2, 1), G(LEV0, 2), END},
     {G(LEV0, 2), G(FSEL2, 1), END}},
    {"not both changed by the hardware",
     0,
     {G(LEV0, 2), G(LEV0 + 4, 3), END},
     {G(LEV0 + 4, 3), G(LEV0, 2), END}},
    {"not one register's", 0, {G(FSEL2, 1), G(FSEL2, 2), END}, {G(FSEL2, 2), G(FSEL2, 1), END}},
    {"not with an effect", 0, {G(DR, 65), G(IBRD, 1), END}, {G(IBRD, 1), G(DR, 65), END}},
    {"not past a write of the device",
     0,
     {G(FSEL2, 1), P(FSEL3, 2), END},
     {P(FSEL3, 2), G(FSEL2, 1), END}},
    {"not left out", 0, {G(FSEL2, 1), G(FSEL2, 1), END}, {G(FSEL2, 1), END}},

    /* several together: no rule alone */
    {"a write that another device's access hid",
     COMPARE_DEVICES | COMPARE_WRITES,
     {P(FSEL2, 1), P(DR, 65), P(FSEL2, 3), END},
     {P(DR, 65), P(FSEL2, 3), END}},
};

/* clang-format on */

static size_t count(const struct log_record *r)
{
    size_t n = 0;

    while (r[n].kind != LOG_END)
        n++;
    return n + 1;
}

static void each_rule_and_its_near_misses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const struct example *e = &examples[i];

        for (unsigned rules = 1; rules <= COMPARE_REORDER; rules++) {
            int want = e->rule && (rules & e->rule) == e->rule;
            size_t na = count(e->a), nb = count(e->b);
            enum compare_verdict got = rig_verdict(rules, e->a, na, e->b, nb);
            enum compare_verdict back = rig_verdict(rules, e->b, nb, e->a, na);

            if ((got == COMPARE_EQUAL) != want || back != got)
                fail_msg("%s, with rules %u: %d and %d, not %s", e->what, rules, got, back,
                         want ? "equal" : "different");
        }
        assert_int_equal(rig_verdict(0, e->a, count(e->a), e->b, count(e->b)), COMPARE_DIFFERENT);
        assert_int_equal(rig_verdict(15, e->a, count(e->a), e->a, count(e->a)), COMPARE_EQUAL);
    }
}

/* A failed access, and one of the DMA engine, stays where it is. */
static void what_failed_stays(void **state)
{
    struct log_record a[] = {RIG_PUT(SET0, 1), RIG_PUT(DR, 65)};
    struct log_record b[] = {a[1], a[0]};

    (void)state;
    assert_int_equal(rig_verdict(15, a, 2, b, 2), COMPARE_EQUAL);
    a[1].result = b[0].result = BUS_UNMODELLED;
    assert_int_equal(rig_verdict(15, a, 2, b, 2), COMPARE_DIFFERENT);
    a[1].result = b[0].result = 0;
    a[1].a.origin = b[0].a.origin = ORIGIN_DMA;
    {
        struct rig_run ra = rig_of(a, 2), rb = rig_of(b, 2);
        struct compare c = {.options = {.rules = 15, .all = 1}};

        assert_int_equal(rig_compare(&c, &ra, &rb), COMPARE_DIFFERENT);
    }
}

/* ---- the tables ---- */

static const struct reg *reg_named(const char *block, const char *name, uint32_t *addr)
{
    for (size_t b = 0; reg_blocks[b]; b++) {
        for (size_t i = 0; i < reg_blocks[b]->nregs; i++) {
            const struct reg *r = &reg_blocks[b]->regs[i];

            if (strcmp(reg_blocks[b]->name, block) == 0 && (!name || strcmp(r->name, name) == 0)) {
                *addr = reg_blocks[b]->base + r->offset;
                return r;
            }
        }
    }
    return NULL;
}

static struct compare_class class_of(enum bus_op op, uint32_t addr)
{
    struct compare_event e = {.op = op, .width = 4, .addr = addr};

    return compare_class_of(&e);
}

/* Each name is a register's, and each register has the flags that its place here needs. */
static void the_tables_name_registers(void **state)
{
    uint32_t addr = 0;

    (void)state;
    for (const struct compare_bits *t = compare_bits; t->block; t++) {
        const struct reg *r = reg_named(t->block, t->reg, &addr);

        if (!r || !(r->flags & (REG_W1C | REG_WRITE_EFFECT)) || r->flags & REG_ADDRESS ||
            t->bank >= COMPARE_BANKS)
            fail_msg("%s.%s: no register that sets or clears", t->block, t->reg);
        assert_int_equal(class_of(BUS_WRITE, addr).sort, SORT_BITS);
        /* an opposite one, if there is one, has the same bits */
        for (const struct compare_bits *o = compare_bits; o->block; o++) {
            uint32_t other = 0;

            if (strcmp(o->block, t->block) == 0 && o->group == t->group && o->bank == t->bank &&
                o->clears != t->clears)
                assert_int_equal(reg_named(o->block, o->reg, &other)->writable, r->writable);
        }
    }
    for (size_t i = 0; compare_clocks[i][0]; i++) {
        const struct reg *r = reg_named(compare_clocks[i][0], compare_clocks[i][1], &addr);

        assert_non_null(r);
        assert_int_equal(class_of(BUS_READ, addr).sort, SORT_FENCE);
    }
    for (size_t i = 0; compare_masters[i]; i++) {
        assert_non_null(reg_named(compare_masters[i], NULL, &addr));
        assert_int_equal(class_of(BUS_WRITE, addr).sort, SORT_FENCE);
    }
    /* whatever hands on an address is a master's */
    for (size_t b = 0; reg_blocks[b]; b++) {
        for (size_t i = 0; i < reg_blocks[b]->nregs; i++) {
            const struct reg *r = &reg_blocks[b]->regs[i];
            int write = class_of(BUS_WRITE, reg_blocks[b]->base + r->offset).sort;
            int read = class_of(BUS_READ, reg_blocks[b]->base + r->offset).sort;

            if (r->flags & REG_ADDRESS)
                assert_int_equal(write, SORT_FENCE);
            if (r->flags & (REG_WRITE_EFFECT | REG_VOLATILE | REG_W1C | REG_ROUNDS | REG_STUB))
                assert_int_not_equal(write, SORT_PLAIN);
            if (r->flags & REG_READ_EFFECT || !r->readable)
                assert_true(read == SORT_OTHER || read == SORT_FENCE);
            if (r->flags & REG_VOLATILE)
                assert_int_not_equal(read, SORT_STABLE);
        }
    }
}

/* So many accesses may wait for their like, and no more. */
static void the_window(void **state)
{
    static struct log_record a[5000], b[5000];

    (void)state;
    for (size_t i = 0; i < 5000; i++)
        a[i] = b[i] = RIG_PUT(SET0, 1u << i % 32);
    a[0] = b[4000] = RIG_PUT(DR, 65); /* 4000 others come first */
    memmove(b, a + 1, 4000 * sizeof *b);
    for (size_t window = 100; window <= 10000; window *= 10) {
        struct compare c = {.options = {.rules = COMPARE_REORDER, .window = window}};
        struct rig_run ra = rig_of(a, 5000), rb = rig_of(b, 5000);
        enum compare_verdict got = rig_compare(&c, &ra, &rb);

        if (window < 4000) {
            assert_int_equal(got, COMPARE_DIFFERENT);
            assert_int_equal(c.why, COMPARE_FAR);
            assert_int_equal(c.side[0].e.addr, DR);
            assert_int_equal(c.side[1].there, 0);
        } else {
            assert_int_equal(got, COMPARE_EQUAL);
        }
    }
}

/* The first access that has no partner is shown, and what the other has in its place. */
static void what_is_shown(void **state)
{
    const struct log_record a[] = {RIG_PUT(FSEL2, 1), RIG_BARRIER,      RIG_PUT(DR, 65),
                                   RIG_PUT(SET0, 1),  RIG_PUT(SET0, 4), RIG_BARRIER};
    const struct log_record b[] = {RIG_PUT(FSEL2, 1), RIG_BARRIER,     RIG_PUT(SET0, 1),
                                   RIG_PUT(SET0, 2),  RIG_PUT(DR, 65), RIG_BARRIER};
    const struct log_record less[] = {RIG_PUT(FSEL2, 1), RIG_BARRIER, RIG_PUT(SET0, 1),
                                      RIG_PUT(DR, 65), RIG_BARRIER};
    struct compare c = {.options.rules = COMPARE_REORDER};
    struct rig_run ra = rig_of(a, 6), rb = rig_of(b, 6), rl = rig_of(less, 5);

    (void)state;
    assert_int_equal(rig_compare(&c, &ra, &rb), COMPARE_DIFFERENT);
    assert_int_equal(c.why, COMPARE_MISSING);
    assert_int_equal(c.side[0].e.value, 4);
    assert_int_equal(c.side[0].e.at, 4);
    assert_int_equal(c.side[1].e.value, 2);
    assert_int_equal(c.side[1].e.at, 3);
    ra.at = 0;
    assert_int_equal(rig_compare(&c, &ra, &rl), COMPARE_DIFFERENT);
    assert_int_equal(c.side[0].e.value, 4);
    assert_int_equal(c.side[1].there, 0);
    assert_int_equal(c.fence[1].there, 1);
    assert_int_equal(c.fence[1].e.op, BUS_BARRIER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_and_its_near_misses),
        cmocka_unit_test(what_failed_stays),
        cmocka_unit_test(the_tables_name_registers),
        cmocka_unit_test(the_window),
        cmocka_unit_test(what_is_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
