/* System timer, register by register; pages of "BCM2835 ARM Peripherals". */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/system-timer.h"

#define TIMER(off) (DEV_SYSTEM_TIMER_BASE + (off))

enum { CS = 0x00, CLO = 0x04, CHI = 0x08, C0 = 0x0c };

static struct bus bus;
static struct clock now;
static struct dev_system_timer timer;

static int fresh(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    clock_start(&now, CLOCK_VIRTUAL);
    dev_system_timer_init(&timer, &now);
    dev_system_timer_map(&timer, &bus);
    return 0;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, TIMER(off));
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, TIMER(off), value);
}

static void pass_us(uint64_t us)
{
    clock_pass(&now, us * 1000);
}

/* p. 173: 64 bits at 1 MHz, read-only. */
static void the_counter_counts(void **state)
{
    (void)state;
    assert_int_equal(get(CLO), 0);
    clock_pass(&now, 999);
    assert_int_equal(get(CLO), 0);
    clock_pass(&now, 1);
    assert_int_equal(get(CLO), 1);
    put(CLO, 12345);
    put(CHI, 12345);
    assert_int_equal(get(CLO), 1);
    pass_us(0xffffffff);
    assert_int_equal(get(CLO), 0);
    assert_int_equal(get(CHI), 1);
}

/* p. 172-174: each match sets its bit, writing 1 clears it. */
static void each_compare_matches(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        put(C0 + 4 * i, 1000 * (i + 1));
        assert_int_equal(get(C0 + 4 * i), 1000 * (i + 1));
    }
    pass_us(999);
    assert_int_equal(get(CS), 0);
    pass_us(1);
    assert_int_equal(get(CS), 1);
    pass_us(1000);
    assert_int_equal(get(CS), 3);
    put(CS, 1);
    assert_int_equal(get(CS), 2);
    pass_us(5000);
    assert_int_equal(get(CS), 0xe);
    put(CS, 0);
    assert_int_equal(get(CS), 0xe);
    put(CS, 0xffffffff);
    assert_int_equal(get(CS), 0);
}

static void a_match_nobody_looked_at_is_kept(void **state)
{
    (void)state;
    put(C0 + 4, 10);
    pass_us(0x300000064);
    assert_int_equal(get(CS) & 2, 2);
    put(CS, 0xf);
    pass_us(100);
    assert_int_equal(get(CS), 0);
}

/* A match is looked for where the counter was, not where the new compare value would have been. */
static void a_compare_in_the_past_matches_a_turn_later(void **state)
{
    (void)state;
    pass_us(5000);
    put(C0 + 12, 4000);
    pass_us(100000);
    assert_int_equal(get(CS), 0);
    pass_us(0x100000000ull - 101000 - 1);
    assert_int_equal(get(CS) & 8, 0);
    pass_us(1);
    assert_int_equal(get(CS) & 8, 8);
}

static void a_compare_with_now_matches_at_once(void **state)
{
    (void)state;
    pass_us(77);
    put(C0 + 4, 77);
    assert_int_equal(get(CS), 2);
}

static void compares_match_across_the_wrap(void **state)
{
    (void)state;
    pass_us(0xfffffff0);
    put(CS, 0xf);
    put(C0 + 4, 0x10);
    pass_us(0x1f);
    assert_int_equal(get(CS) & 2, 0);
    pass_us(1);
    assert_int_equal(get(CS) & 2, 2);
}

struct line {
    unsigned number, rises;
    int level;
    uint64_t at_us;
};

static void line_set(void *self, unsigned number, int level)
{
    struct line *l = self;

    l->number = number;
    l->level = level;
    l->rises += (unsigned)level;
    l->at_us = clock_us(&now);
}

/* Lines 0-3 (p. 113 and errata) rise at the match, with nobody reading, and fall with CS. */
static void lines_rise_on_time(void **state)
{
    struct line l1 = {0}, l3 = {0};

    (void)state;
    dev_system_timer_connect(&timer, 1, &l1, line_set);
    dev_system_timer_connect(&timer, 3, &l3, line_set);
    put(C0 + 4, 2000);
    put(C0 + 12, 1000);
    pass_us(5000);
    assert_int_equal(l1.number, IRQ_SYSTEM_TIMER0 + 1);
    assert_int_equal(l1.at_us, 2000);
    assert_int_equal(l3.at_us, 1000);
    assert_int_equal(l1.level & l3.level, 1);
    put(CS, 2);
    assert_int_equal(l1.level, 0);
    assert_int_equal(l3.level, 1);
    put(C0 + 4, 5500);
    pass_us(1000);
    assert_int_equal(l1.rises, 2);
    assert_int_equal(l1.at_us, 5500);
}

static void reset_forgets(void **state)
{
    (void)state;
    put(C0 + 4, 10);
    pass_us(10);
    dev_system_timer_reset(&timer);
    assert_int_equal(get(CS), 0);
    assert_int_equal(get(C0 + 4), 0);
    assert_int_equal(get(CLO), 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_counter_counts, fresh),
        cmocka_unit_test_setup(each_compare_matches, fresh),
        cmocka_unit_test_setup(a_match_nobody_looked_at_is_kept, fresh),
        cmocka_unit_test_setup(a_compare_in_the_past_matches_a_turn_later, fresh),
        cmocka_unit_test_setup(a_compare_with_now_matches_at_once, fresh),
        cmocka_unit_test_setup(compares_match_across_the_wrap, fresh),
        cmocka_unit_test_setup(lines_rise_on_time, fresh),
        cmocka_unit_test_setup(reset_forgets, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
