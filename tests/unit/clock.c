/* The clocks: virtual time exactly, host time by what must hold, the Pi's by what it answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "emu/core/clock.h"

static void virtual_time_moves_when_told(void **state)
{
    struct clock c = {0};

    (void)state;
    clock_start(&c, CLOCK_VIRTUAL);
    assert_int_equal(clock_ns(&c), 0);
    clock_pass(&c, 1999);
    assert_int_equal(clock_ns(&c), 1999);
    assert_int_equal(clock_us(&c), 1);
    assert_int_equal(clock_cycles(&c), 1999 * 7 / 10);
    clock_pass(&c, 3600ull * 1000000000);
    assert_int_equal(clock_us(&c), 3600ull * 1000000 + 1);
}

static void cycles_do_not_overflow(void **state)
{
    struct clock c = {.mode = CLOCK_VIRTUAL, .ns = UINT64_MAX / 8};

    (void)state;
    assert_int_equal(clock_cycles(&c), c.ns / 10 * 7 + c.ns % 10 * 7 / 10);
}

static void host_time_passes_by_itself_and_by_sleeping(void **state)
{
    struct clock c = {0};
    uint64_t before;

    (void)state;
    clock_start(&c, CLOCK_HOST);
    before = clock_ns(&c);
    clock_pass(&c, 2000000);
    assert_true(clock_ns(&c) - before >= 2000000);
}

static uint64_t pi_says(void *self)
{
    return *(uint64_t *)self;
}

static void pi_time_is_asked(void **state)
{
    uint64_t us = 12345678;
    struct clock c = {.self = &us, .ask = pi_says};

    (void)state;
    clock_start(&c, CLOCK_PI);
    assert_int_equal(clock_us(&c), 12345678);
    assert_int_equal(clock_cycles(&c), 12345678ull * 700);
}

struct bell {
    struct clock_alarm alarm;
    struct clock *clock;
    uint64_t rang_at[8];
    unsigned rang;
    uint64_t period;
};

static void bell_ring(void *self)
{
    struct bell *b = self;

    b->rang_at[b->rang++] = clock_ns(b->clock);
    if (b->period)
        clock_alarm_set(b->clock, &b->alarm, b->alarm.at_ns + b->period);
}

static void bell_init(struct bell *b, struct clock *c, uint64_t period)
{
    *b = (struct bell){.clock = c, .period = period};
    b->alarm = (struct clock_alarm){.self = b, .ring = bell_ring};
}

static void alarms_ring_at_their_time(void **state)
{
    struct clock c = {0};
    struct bell late, early;

    (void)state;
    clock_start(&c, CLOCK_VIRTUAL);
    bell_init(&late, &c, 0);
    bell_init(&early, &c, 0);
    clock_alarm_set(&c, &late.alarm, 500);
    clock_alarm_set(&c, &early.alarm, 200);
    assert_int_equal(clock_next(&c), 200);
    clock_pass(&c, 199);
    assert_int_equal(early.rang, 0);
    clock_pass(&c, 1);
    assert_int_equal(early.rang, 1);
    clock_pass(&c, 10000);
    assert_int_equal(early.rang_at[0], 200);
    assert_int_equal(late.rang_at[0], 500);
    assert_int_equal(late.rang, 1);
    assert_int_equal(clock_ns(&c), 10200);
    assert_true(clock_next(&c) == CLOCK_NEVER);
}

static void alarms_repeat_move_and_clear(void **state)
{
    struct clock c = {0};
    struct bell tick, other;

    (void)state;
    clock_start(&c, CLOCK_VIRTUAL);
    bell_init(&tick, &c, 100);
    bell_init(&other, &c, 0);
    clock_alarm_set(&c, &tick.alarm, 100);
    clock_alarm_set(&c, &other.alarm, 150);
    clock_alarm_set(&c, &other.alarm, 250);
    clock_pass(&c, 249);
    assert_int_equal(tick.rang, 2);
    assert_int_equal(tick.rang_at[1], 200);
    assert_int_equal(other.rang, 0);
    clock_alarm_clear(&c, &tick.alarm);
    clock_alarm_clear(&c, &tick.alarm);
    clock_pass(&c, 1000);
    assert_int_equal(tick.rang, 2);
    assert_int_equal(other.rang_at[0], 250);
}

static void an_alarm_in_the_past_rings_at_the_next_chance(void **state)
{
    struct clock c = {0};
    struct bell b;

    (void)state;
    clock_start(&c, CLOCK_VIRTUAL);
    clock_pass(&c, 1000);
    bell_init(&b, &c, 0);
    clock_alarm_set(&c, &b.alarm, 10);
    assert_int_equal(b.rang, 0);
    clock_ring(&c);
    assert_int_equal(b.rang_at[0], 1000);
}

static void host_alarms_ring_during_sleep(void **state)
{
    struct clock c = {0};
    struct bell b;

    (void)state;
    clock_start(&c, CLOCK_HOST);
    bell_init(&b, &c, 0);
    clock_alarm_set(&c, &b.alarm, clock_ns(&c) + 1000000);
    clock_pass(&c, 3000000);
    assert_int_equal(b.rang, 1);
    assert_true(b.rang_at[0] >= b.alarm.at_ns);
}

/* Somebody asks for a sleep: it is noted, and no time spent. */
struct sleeper {
    unsigned asked;
    uint64_t ns;
};

static int no_sleep(void *self, uint64_t ns)
{
    struct sleeper *s = self;

    s->asked++;
    s->ns = ns;
    return 1;
}

enum { HOUR_S = 3600 };
static const uint64_t hour = HOUR_S * 1000000000ull, minute = hour / 60;

static void a_paced_clock_waits(void **state)
{
    static const double speeds[] = {0.5, 1, 10};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct sleeper s = {0};
        struct clock c = {.self = &s, .wait = no_sleep};
        uint64_t real = (uint64_t)((double)hour / speeds[i]);

        clock_start(&c, CLOCK_VIRTUAL);
        clock_pace(&c, speeds[i]);
        clock_pass(&c, hour);
        assert_int_equal(s.asked, 1);
        assert_in_range(s.ns, real - minute, real);
        assert_int_equal(clock_ns(&c), hour); /* whether waited for or not */
    }
}

static void a_paced_clock_waits_before_an_alarm(void **state)
{
    struct sleeper s = {0};
    struct clock c = {.self = &s, .wait = no_sleep};
    struct bell b;

    (void)state;
    clock_start(&c, CLOCK_VIRTUAL);
    clock_pace(&c, 1);
    bell_init(&b, &c, 0);
    clock_alarm_set(&c, &b.alarm, hour);
    clock_pass(&c, 3 * hour);
    assert_int_equal(s.asked, 2);
    assert_int_equal(b.rang, 1);
    assert_int_equal(b.rang_at[0], hour);
    assert_int_equal(clock_ns(&c), 3 * hour);
}

static void a_paced_clock_is_looked_at_now_and_then(void **state)
{
    struct clock c = {0};
    unsigned slow = 0;

    (void)state;
    clock_start(&c, CLOCK_VIRTUAL);
    clock_pace(&c, 100);
    clock_pass(&c, CLOCK_ACCESS_NS);
    for (unsigned i = 0; i < 1000000; i++) {
        slow += c.ns + CLOCK_ACCESS_NS >= c.quick_ns;
        clock_pass(&c, CLOCK_ACCESS_NS);
    }
    assert_in_range(slow, 0, 1);
    clock_pass(&c, hour / 1000000);
    assert_true(c.quick_ns > clock_ns(&c));
    assert_true(c.quick_ns - clock_ns(&c) < minute);
}

static void a_paced_clock_does_not_make_up_for_lost_time(void **state)
{
    struct sleeper s = {0};
    struct clock c = {.self = &s, .wait = no_sleep};

    (void)state;
    clock_start(&c, CLOCK_VIRTUAL);
    clock_pace(&c, 1);
    c.pace.base_host_ns -= 10 * minute; /* the program computed so long */
    clock_pass(&c, minute);
    assert_int_equal(s.asked, 0);
    clock_pass(&c, hour);
    assert_int_equal(s.asked, 1);
    assert_in_range(s.ns, hour - minute, hour);
}

/* Somebody looks, and sets an alarm in the middle of a long wait. */
struct watcher {
    struct sleeper s;
    struct clock c;
    struct bell b;
    unsigned looks;
};

static int no_sleep_of_watcher(void *self, uint64_t ns)
{
    return no_sleep(&((struct watcher *)self)->s, ns);
}

static void look(void *self)
{
    struct watcher *w = self;

    if (++w->looks == 100)
        clock_alarm_set(&w->c, &w->b.alarm, clock_ns(&w->c) + 1000);
}

static void a_paced_clock_is_looked_at_while_it_waits(void **state)
{
    struct watcher w = {.c = {.self = &w, .wait = no_sleep_of_watcher, .look = look}};
    const uint64_t s = 1000000000, ms = 1000000;

    (void)state;
    clock_start(&w.c, CLOCK_VIRTUAL);
    assert_true(clock_piece(&w.c) == CLOCK_NEVER);
    clock_pace(&w.c, 2);
    assert_int_equal(clock_piece(&w.c), 20 * ms + 1);
    bell_init(&w.b, &w.c, 0);
    clock_pass(&w.c, 10 * s);
    assert_in_range(w.looks, 490, 510); /* every 10 ms of 5 s; the alarm's piece is one more */
    assert_int_equal(w.b.rang, 1);
    assert_int_equal(w.b.rang_at[0], 100 * (20 * ms + 1) + 1000);
    assert_int_equal(clock_ns(&w.c), 10 * s);
}

static void a_sleep_ends_with_the_run(void **state)
{
    struct sleeper s = {0};
    struct clock c = {.self = &s, .wait = no_sleep};
    struct bell b;

    (void)state;
    clock_start(&c, CLOCK_HOST);
    clock_pass(&c, hour);
    assert_int_equal(s.asked, 1);
    bell_init(&b, &c, 0);
    clock_alarm_set(&c, &b.alarm, clock_ns(&c) + hour);
    clock_pass(&c, 2 * hour);
    assert_int_equal(s.asked, 2);
    assert_int_equal(b.rang, 0);
}

static void what_is_due_is_not_held(void **state)
{
    struct clock c = {0};
    struct bell b;

    (void)state;
    clock_start(&c, CLOCK_VIRTUAL);
    assert_true(c.due_ns == CLOCK_NEVER);
    bell_init(&b, &c, 0);
    clock_alarm_set(&c, &b.alarm, 5000);
    clock_hold(&c, 1);
    assert_int_equal(c.quick_ns, 0);
    assert_int_equal(c.due_ns, 5000);
    clock_hold(&c, 0);
    assert_int_equal(c.quick_ns, 5000);
    clock_alarm_clear(&c, &b.alarm);
    assert_true(c.due_ns == CLOCK_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(virtual_time_moves_when_told),
        cmocka_unit_test(cycles_do_not_overflow),
        cmocka_unit_test(host_time_passes_by_itself_and_by_sleeping),
        cmocka_unit_test(pi_time_is_asked),
        cmocka_unit_test(alarms_ring_at_their_time),
        cmocka_unit_test(alarms_repeat_move_and_clear),
        cmocka_unit_test(an_alarm_in_the_past_rings_at_the_next_chance),
        cmocka_unit_test(host_alarms_ring_during_sleep),
        cmocka_unit_test(a_paced_clock_waits),
        cmocka_unit_test(a_paced_clock_waits_before_an_alarm),
        cmocka_unit_test(a_paced_clock_is_looked_at_now_and_then),
        cmocka_unit_test(a_paced_clock_does_not_make_up_for_lost_time),
        cmocka_unit_test(a_paced_clock_is_looked_at_while_it_waits),
        cmocka_unit_test(a_sleep_ends_with_the_run),
        cmocka_unit_test(what_is_due_is_not_held),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
