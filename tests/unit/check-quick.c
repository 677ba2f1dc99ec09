/* Quick accesses are judged as slow ones are, and clean ones stay quick. */
#include "tests/unit/access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/core/clock.h"
#include "emu/dev/board.h"
#include "emu/observe/check.h"

enum { STEPS = 200000, FOUND = 1 << 20, STEP_NS = 100000 /* a byte leaves in it */ };

struct side {
    struct bus bus;
    struct clock clock;
    struct dev_board board;
    struct check check;
    char *found;
    size_t used;
    unsigned slow; /* accesses that came by the bus */
    struct bus_watcher other;
    uint64_t heard; /* of everything, in order */
};

static struct side plain, quick;

static void put_byte(void *self, uint8_t byte)
{
    (void)self, (void)byte;
}

static int quick_put(void *self, uint8_t byte)
{
    (void)self, (void)byte;
    return 0;
}

static unsigned nothing_waits(void *self)
{
    (void)self;
    return 0;
}

static int nothing_waits_quick(void *self)
{
    (void)self;
    return 0;
}

/* Every finding, not the first at its place: the pc counts accesses. */
static int note(void *self, const struct check_finding *f)
{
    struct side *s = self;

    if (s->used < FOUND - CHECK_MAX_TEXT)
        s->used += (size_t)snprintf(s->found + s->used, FOUND - s->used, "%lx %s: %s\n",
                                    (unsigned long)f->a->pc, check_rule_name[f->rule], f->text);
    return 0;
}

static void hear(struct side *s, enum bus_op op, uint32_t addr, uint32_t value)
{
    uint64_t x = (uint64_t)addr << 32 | (value ^ (uint32_t)op << 30);

    s->heard = (s->heard ^ x) * 0x9e3779b97f4a7c15u + 1;
}

static void saw(void *self, const struct bus_access *a, int result)
{
    (void)result;
    hear(self, a->op, a->addr, a->value);
}

static void saw_quick(void *self, enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc)
{
    (void)pc;
    hear(self, op, addr, value);
}

/* Another watcher, in front of the checker, which hears of each access once. */
static void add_other(struct side *s)
{
    s->other = (struct bus_watcher){.self = s, .saw = saw, .saw_quick = saw_quick};
    bus_watch(&s->bus, &s->other);
    bus_quick_start(&s->bus);
}

static void start(struct side *s)
{
    struct dev_board_outside outside = {.clock = &s->clock,
                                        .console = {.waiting = nothing_waits,
                                                    .put = put_byte,
                                                    .quick_waiting = nothing_waits_quick,
                                                    .quick_put = quick_put}};

    memset(s, 0, sizeof *s);
    s->found = malloc(FOUND);
    assert_non_null(s->found);
    s->found[0] = 0;
    clock_start(&s->clock, CLOCK_VIRTUAL);
    dev_board_init(&s->board, &outside, &s->bus);
    dev_board_after_boot(&s->board);
    s->check = (struct check){.self = s, .report = note, .all = 1};
    check_init(&s->check);
    bus_watch(&s->bus, &s->check.watcher);
}

static void finish(struct side *s)
{
    check_free(&s->check);
    free(s->found);
}

static uint32_t on_bus(struct side *s, enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct bus_access a = {.op = op, .width = 4, .addr = addr, .value = value, .pc = pc};

    s->slow += op == BUS_READ || op == BUS_WRITE;
    bus_perform(&s->bus, &a);
    return a.value;
}

static enum bus_op resting;

static uint32_t rest(uint32_t addr, uint32_t value, uintptr_t pc)
{
    return on_bus(&quick, resting, addr, value, pc);
}

static uint32_t quickly(enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc)
{
    const struct bus_quick *q = &quick.bus.quick[(addr - PERIPHERAL_BASE) / BUS_PAGE];

    resting = op;
    if (op == BUS_READ)
        return q->read(addr, pc, rest, q->self);
    return q->write(addr, value, pc, rest, q->self);
}

static void one_access(enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc)
{
    uint32_t a, b;

    plain.clock.ns = quick.clock.ns = plain.clock.ns + STEP_NS;
    quick.clock.quick_ns = CLOCK_NEVER;
    a = on_bus(&plain, op, addr, value, pc);
    if (op == BUS_READ || op == BUS_WRITE)
        b = quickly(op, addr, value, pc);
    else
        b = on_bus(&quick, op, addr, value, pc);
    if (op == BUS_READ)
        assert_int_equal(a, b);
}

enum {
    FSEL1 = DEV_GPIO_BASE + 0x04,
    SET0 = DEV_GPIO_BASE + 0x1c,
    CLR0 = DEV_GPIO_BASE + 0x28,
    LEV0 = DEV_GPIO_BASE + 0x34,
    CLO = DEV_SYSTEM_TIMER_BASE + 4,
    ENABLES = DEV_AUX_BASE + 0x04,
    MU_IO = DEV_AUX_BASE + 0x40,
    MU_CNTL = DEV_AUX_BASE + 0x60,
    MU_LSR = DEV_AUX_BASE + 0x54,
};

/* Mostly what is quick and right, often enough what is not. */
static void a_step(uint32_t x, uintptr_t pc)
{
    static const uint32_t reads[] = {LEV0, CLO, MU_LSR, FSEL1};
    static const uint32_t writes[] = {SET0, CLR0, MU_IO};
    unsigned kind = x >> 24 & 15, which = x >> 8;

    if (kind < 11 && (x & 0x700))
        one_access(BUS_BARRIER, 0, 0, pc);
    if (kind < 6)
        one_access(BUS_READ, reads[which % 4], 0, pc);
    else if (kind < 11)
        one_access(BUS_WRITE, writes[which % 3], 1u << (10 + (x >> 12) % 11), pc);
    else if (kind < 14)
        one_access(BUS_BARRIER, 0, 0, pc);
    else if (kind == 14)
        one_access(BUS_WRITE, FSEL1, (x >> 3 & 0x38000fff) | 022 << 12, pc);
    else if (which % 3 == 0)
        one_access(BUS_WRITE, ENABLES, which % 5 != 0, pc);
    else if (which % 3 == 1)
        one_access(BUS_WRITE, MU_CNTL, which % 7 ? 3 : 1, pc);
    else
        one_access(BUS_DELAY_US, 0, 100, pc);
}

static void steps(void)
{
    uint32_t x = 12345;

    assert_int_equal(quick.bus.watched, 0);
    bus_quick_start(&quick.bus);
    for (unsigned i = 0; i < STEPS; i++) {
        x = x * 1664525u + 1013904223u;
        a_step(x, i);
    }
    assert_string_equal(plain.found, quick.found);
    assert_true(check_found_times(&plain.check) > STEPS / 20);
    for (int i = 0; i < CHECK_RULES; i++)
        assert_int_equal(plain.check.times[i], quick.check.times[i]);
    assert_in_range(quick.slow, 1, plain.slow / 4 * 3);
}

static void judged_alike(void **state)
{
    (void)state;
    start(&plain);
    start(&quick);
    steps();
    finish(&plain);
    finish(&quick);
}

static void others_hear_the_same(void **state)
{
    (void)state;
    start(&plain);
    start(&quick);
    add_other(&plain);
    add_other(&quick);
    steps();
    assert_int_not_equal(plain.heard, 0);
    assert_int_equal(plain.heard, quick.heard);
    finish(&plain);
    finish(&quick);
}

/* What a loop of each kind costs: nothing by the bus, from the second time on. */
static void clean_loops_are_quick(void **state)
{
    (void)state;
    start(&plain);
    start(&quick);
    bus_quick_start(&quick.bus);
    one_access(BUS_WRITE, FSEL1 + 4, 1, 0);
    one_access(BUS_WRITE, SET0, 1 << 20, 4);
    quick.slow = 0;
    for (int i = 0; i < 100; i++) {
        one_access(BUS_WRITE, SET0, 1 << 20, 8);
        one_access(BUS_WRITE, CLR0, 1 << 20, 12);
        one_access(BUS_READ, LEV0, 0, 16);
    }
    assert_int_equal(quick.slow, 0);
    one_access(BUS_BARRIER, 0, 0, 20);
    quick.slow = 0;
    for (int i = 0; i < 100; i++)
        one_access(BUS_READ, CLO, 0, 24);
    assert_int_equal(quick.slow, 0);
    one_access(BUS_BARRIER, 0, 0, 28);
    quick.slow = 0;
    for (int i = 0; i < 1000; i++) {
        one_access(BUS_READ, MU_LSR, 0, 32);
        one_access(BUS_WRITE, MU_IO, 'a', 36);
    }
    assert_true(quick.slow < 100); /* the models look at the console now and then */
    assert_string_equal(plain.found, "");
    assert_string_equal(quick.found, "");
    finish(&plain);
    finish(&quick);
}

/* A loop that has been told of often enough is quick as well; what it does next is not lost. */
static void long_wrong_loops_are_quick(void **state)
{
    (void)state;
    start(&plain);
    start(&quick);
    bus_quick_start(&quick.bus);
    one_access(BUS_WRITE, FSEL1 + 4, 1, 0);
    for (int i = 0; i < 11000; i++) {
        one_access(BUS_WRITE, SET0, 1 << 20, 8);
        one_access(BUS_READ, CLO, 0, 12);
    }
    quick.slow = 0;
    for (int i = 0; i < 100; i++) {
        one_access(BUS_WRITE, SET0, 1 << 20, 8);
        one_access(BUS_READ, CLO, 0, 12);
    }
    assert_int_equal(quick.slow, 0);
    one_access(BUS_WRITE, SET0, 1 << 20, 16);
    assert_int_equal(quick.slow, 1);
    assert_string_equal(plain.found, quick.found);
    assert_int_equal(check_found_places(&quick.check), 2);
    finish(&plain);
    finish(&quick);
}

/* The checker begins with what the boot loader leaves. */
static void begins_as_the_board_does(void **state)
{
    (void)state;
    start(&plain);
    for (unsigned n = 0; n < 6; n++)
        assert_int_equal(on_bus(&plain, BUS_READ, DEV_GPIO_BASE + 4 * n, 0, 0),
                         n == 1 ? 022u << 12 : 0);
    plain.check.barrier.read = 0;
    assert_int_equal(on_bus(&plain, BUS_READ, ENABLES, 0, 0) & 1, 1);
    assert_int_equal(on_bus(&plain, BUS_READ, MU_CNTL, 0, 0), 3);
    assert_int_equal(on_bus(&plain, BUS_READ, DEV_AUX_BASE + 0x68, 0, 0), 270);
    assert_int_equal(on_bus(&plain, BUS_READ, DEV_AUX_BASE + 0x4c, 0, 0), 3);
    assert_int_equal(plain.check.uart.baud, 270);
    assert_string_equal(plain.found, "");
    finish(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judged_alike), cmocka_unit_test(others_hear_the_same),
        cmocka_unit_test(clean_loops_are_quick), cmocka_unit_test(long_wrong_loops_are_quick),
        cmocka_unit_test(begins_as_the_board_does)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
