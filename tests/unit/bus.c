/* The bus: routing by page, narrow accesses, errors, watchers, time. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/core/bus.h"

struct word {
    struct bus_target target;
    uint32_t value, addr;
    unsigned width, reads, writes;
};

static int word_read(void *self, struct bus_access *a)
{
    struct word *w = self;

    w->reads++;
    w->addr = a->addr;
    w->width = a->width;
    a->value = w->value;
    return 0;
}

static int word_write(void *self, const struct bus_access *a)
{
    struct word *w = self;

    w->writes++;
    w->addr = a->addr;
    w->width = a->width;
    w->value = a->value;
    return 0;
}

static void word_init(struct word *w, uint32_t value)
{
    *w = (struct word){.value = value};
    w->target =
        (struct bus_target){.name = "word", .self = w, .read = word_read, .write = word_write};
}

static void routes_by_page(void **state)
{
    static struct bus b;
    struct word first, second;

    (void)state;
    word_init(&first, 1);
    word_init(&second, 2);
    bus_map(&b, 0x20200000, 2 * BUS_PAGE, &first.target);
    bus_map(&b, 0x20201000, BUS_PAGE, &second.target);
    assert_int_equal(access_get(&b, 0x20200ffc), 1);
    assert_int_equal(access_get(&b, 0x20201000), 2);
    bus_map(&b, 0x20fff000, BUS_PAGE, &second.target);
    assert_int_equal(access_get(&b, 0x20fffffc), 2);
    assert_int_equal(b.accesses, 3);
}

static void narrow_reads_take_their_lanes(void **state)
{
    static struct bus b;
    struct word w;
    uint32_t v = 0;

    (void)state;
    word_init(&w, 0x44332211);
    bus_map(&b, PERIPHERAL_BASE, BUS_PAGE, &w.target);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(access_try(&b, BUS_READ, 1, PERIPHERAL_BASE + i, &v), 0);
        assert_int_equal(v, 0x11 * (i + 1));
        assert_int_equal(w.addr, PERIPHERAL_BASE);
        assert_int_equal(w.width, 4);
    }
    assert_int_equal(access_try(&b, BUS_READ, 2, PERIPHERAL_BASE + 2, &v), 0);
    assert_int_equal(v, 0x4433);
}

static void narrow_writes_carry_zeros(void **state)
{
    static struct bus b;
    struct word w;
    uint32_t v = 0xabcdef99;

    (void)state;
    word_init(&w, 0xffffffff);
    bus_map(&b, PERIPHERAL_BASE, BUS_PAGE, &w.target);
    assert_int_equal(access_try(&b, BUS_WRITE, 1, PERIPHERAL_BASE + 2, &v), 0);
    assert_int_equal(w.value, 0x00990000);
    assert_int_equal(w.width, 4);
    assert_int_equal(access_try(&b, BUS_WRITE, 2, PERIPHERAL_BASE, &v), 0);
    assert_int_equal(w.value, 0x0000ef99);
}

static void narrow_targets_get_what_was_asked(void **state)
{
    static struct bus b;
    struct word w;
    uint32_t v = 0x99;

    (void)state;
    word_init(&w, 0);
    w.target.narrow = 1;
    bus_map(&b, PERIPHERAL_BASE, BUS_PAGE, &w.target);
    assert_int_equal(access_try(&b, BUS_WRITE, 1, PERIPHERAL_BASE + 3, &v), 0);
    assert_int_equal(w.addr, PERIPHERAL_BASE + 3);
    assert_int_equal(w.width, 1);
    assert_int_equal(w.value, 0x99);
}

static void errors_reach_no_target(void **state)
{
    static struct bus b;
    struct word w;
    uint32_t v = 7;

    (void)state;
    word_init(&w, 5);
    bus_map(&b, PERIPHERAL_BASE, BUS_PAGE, &w.target);
    assert_int_equal(access_try(&b, BUS_READ, 4, PERIPHERAL_BASE + 2, &v), BUS_MISALIGNED);
    assert_int_equal(access_try(&b, BUS_WRITE, 2, PERIPHERAL_BASE + 1, &v), BUS_MISALIGNED);
    assert_int_equal(access_try(&b, BUS_READ, 4, PERIPHERAL_BASE - 4, &v), BUS_OUTSIDE);
    assert_int_equal(access_try(&b, BUS_WRITE, 4, PERIPHERAL_END, &v), BUS_OUTSIDE);
    assert_int_equal(access_try(&b, BUS_WRITE, 4, PERIPHERAL_BASE + BUS_PAGE, &v), BUS_UNMODELLED);
    assert_int_equal(access_try(&b, BUS_READ, 4, PERIPHERAL_BASE + BUS_PAGE, &v), BUS_UNMODELLED);
    assert_int_equal(v, 0);
    assert_int_equal(w.reads + w.writes, 0);
}

struct witness {
    struct bus_watcher watcher;
    char *log;
    char name;
    uint32_t value;
    int result;
};

static void witness_saw(void *self, const struct bus_access *a, int result)
{
    struct witness *w = self;
    size_t n = strlen(w->log);

    w->log[n] = w->name;
    w->log[n + 1] = '\0';
    w->value = a->value;
    w->result = result;
}

static void watchers_see_results_in_order(void **state)
{
    static struct bus b;
    static char log[16];
    struct witness one = {.log = log, .name = '1'}, two = {.log = log, .name = '2'};
    struct word w;
    uint32_t v = 0;

    (void)state;
    one.watcher = (struct bus_watcher){.self = &one, .saw = witness_saw};
    two.watcher = (struct bus_watcher){.self = &two, .saw = witness_saw};
    bus_watch(&b, &one.watcher);
    bus_watch(&b, &two.watcher);
    word_init(&w, 77);
    bus_map(&b, PERIPHERAL_BASE, BUS_PAGE, &w.target);
    access_get(&b, PERIPHERAL_BASE);
    assert_int_equal(two.value, 77);
    access_try(&b, BUS_READ, 4, PERIPHERAL_END, &v);
    assert_int_equal(one.result, BUS_OUTSIDE);
    access_try(&b, BUS_BARRIER, 0, 0, &v);
    assert_string_equal(log, "121212");
    assert_int_equal(b.accesses, 2);
}

struct timing {
    unsigned costs;
    uint32_t us, cycles;
};

static void timing_cost(void *self)
{
    ((struct timing *)self)->costs++;
}

static void timing_delay(void *self, const struct bus_access *a)
{
    struct timing *t = self;

    if (a->op == BUS_DELAY_US)
        t->us += a->value;
    else
        t->cycles += a->value;
}

static void time_is_told(void **state)
{
    struct timing t = {0};
    static struct bus b;
    uint32_t us = 10, cycles = 300, none = 0;

    (void)state;
    b.timing = &t;
    b.access_cost = timing_cost;
    b.delay = timing_delay;
    assert_int_equal(access_try(&b, BUS_DELAY_US, 0, 0, &us), 0);
    assert_int_equal(access_try(&b, BUS_DELAY_CYCLES, 0, 0, &cycles), 0);
    assert_int_equal(access_try(&b, BUS_BARRIER, 0, 0, &none), 0);
    assert_int_equal(t.costs, 0);
    access_try(&b, BUS_READ, 4, PERIPHERAL_BASE, &none);
    assert_int_equal(t.costs, 1);
    assert_int_equal(t.us, 10);
    assert_int_equal(t.cycles, 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_by_page),
        cmocka_unit_test(narrow_reads_take_their_lanes),
        cmocka_unit_test(narrow_writes_carry_zeros),
        cmocka_unit_test(narrow_targets_get_what_was_asked),
        cmocka_unit_test(errors_reach_no_target),
        cmocka_unit_test(watchers_see_results_in_order),
        cmocka_unit_test(time_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
