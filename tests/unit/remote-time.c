/* When things happen on the Pi: pulses of the width the program asked for, what is posted leaving
 * in time, and how soon a Pi that is gone is noticed. Virtual time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "emu/remote/remote.h"
#include "tests/bench/line-world.h"

#define US ((uint64_t)1000)
#define MS (1000 * US)

enum {
    SET0 = 0x2020001C,
    CLR0 = 0x20200028,
    LEV0 = 0x20200034,
    REN0 = 0x2020004C, /* writes to it are only counted */
    MAX_WRITES = 4096,
    NOTICED_MS = 2000,
    PI_STEP_NS = 4 * 2000 + 1000, /* a few runs of the loop, and the access */
};

static struct {
    struct world world;
    struct remote remote;
    struct world_access write[MAX_WRITES];
    unsigned nwrites, counted;
} t;

static int read_device(void *self, struct world_access *a)
{
    (void)self;
    a->value = 0;
    return 0;
}

static int write_device(void *self, const struct world_access *a)
{
    (void)self;
    if (a->addr == REN0) {
        t.counted++;
        return 0;
    }
    assert_in_range(t.nwrites, 0, MAX_WRITES - 1);
    t.write[t.nwrites++] = *a;
    return 0;
}

static void remark(void *self, const struct bus_access *a, enum remote_remark what)
{
    (void)self;
    fail_msg("remark %d: 0x%x", what, a->addr);
}

static void start(unsigned latency_ms)
{
    struct line_config config = {.baud = 115200, .latency_ns = latency_ms * MS};
    struct world_devices devices = {.read = read_device, .write = write_device};

    memset(&t, 0, sizeof t);
    world_init(&t.world, &config, &devices);
    t.world.end = UINT64_MAX;
    t.remote.port = t.world.link_port;
    t.remote.name = "line";
    t.remote.remark = remark;
    assert_int_equal(remote_open(&t.remote, 115200, NULL, 77, 1000), 0);
}

static void put(uint32_t addr, uint32_t value)
{
    struct bus_access a = {.op = BUS_WRITE, .width = 4, .addr = addr, .value = value};

    assert_int_equal(remote_write(&t.remote, &a), 0);
}

static int get(uint32_t addr)
{
    struct bus_access a = {.op = BUS_READ, .width = 4, .addr = addr};

    return remote_read(&t.remote, &a);
}

/* From write n to the next. */
static uint64_t gap(unsigned n)
{
    return t.write[n + 1].ns - t.write[n].ns;
}

static void expect_gap(unsigned n, uint64_t ns)
{
    if (gap(n) < ns || gap(n) > ns + PI_STEP_NS)
        fail_msg("write %u to %u: expected %llu ns, got %llu", n, n + 1, (unsigned long long)ns,
                 (unsigned long long)gap(n));
}

/* A byte says hundreds of equal writes; they are not posted so far ahead that a read, or an
 * interrupt's handler, waits long for them, nor so that the Pi seems late with them. */
static void equal_writes_do_not_pile_up(void **state)
{
    const unsigned n = 200000;
    uint64_t asked;

    (void)state;
    start(1);
    for (unsigned i = 0; i < n; i++)
        put(REN0, 5);
    asked = t.world.now;
    assert_int_equal(get(LEV0), 0);
    assert_int_equal(t.counted, n);
    assert_in_range((t.world.now - asked) / MS, 0, 30);
    assert_int_equal(t.remote.link.stats.repeats, 0);
    assert_int_equal(t.remote.link.executed, n + 1);
}

/* A byte of a bit-banged UART at 9600 baud, 104 us a bit: in one frame, so exact. */
static void short_pulses_are_exact(void **state)
{
    (void)state;
    start(1);
    for (unsigned bit = 0; bit < 20; bit++) {
        put(bit % 3 ? SET0 : CLR0, 1 << 20);
        remote_delay(&t.remote, 104);
    }
    assert_int_equal(remote_sync(&t.remote), 0);
    assert_int_equal(t.nwrites, 20);
    for (unsigned n = 0; n + 1 < t.nwrites; n++)
        expect_gap(n, 104 * US);
}

/* More than the line can carry in that time: no pulse is shorter than asked for. */
static void pulses_are_never_short(void **state)
{
    (void)state;
    start(16);
    for (unsigned i = 0; i < 1000; i++) {
        put(i % 2 ? SET0 : CLR0, 1u << i % 28);
        remote_delay(&t.remote, 10);
    }
    assert_int_equal(remote_sync(&t.remote), 0);
    assert_int_equal(t.nwrites, 1000);
    for (unsigned n = 0; n + 1 < t.nwrites; n++)
        assert_true(gap(n) >= 10 * US);
}

/* Long delays, each write in a frame of its own: exact, since the laptop is there before the Pi is
 * done; and no earlier than it must be. */
static void long_pulses_are_exact(void **state)
{
    static const uint32_t us[] = {1000, 1999, 5000, 20000, 20001, 99999, 100000, 250000, 3000000};

    (void)state;
    for (unsigned latency = 1; latency <= 16; latency += 15) {
        start(latency);
        for (unsigned i = 0; i < sizeof us / sizeof us[0]; i++) {
            put(SET0, 1u << i);
            remote_delay(&t.remote, us[i]);
        }
        assert_in_range(t.world.now, 3000 * MS, 3600 * MS);
        put(CLR0, 1);
        assert_int_equal(remote_sync(&t.remote), 0);
        for (unsigned n = 0; n + 1 < t.nwrites; n++)
            expect_gap(n, us[n] * US);
    }
}

/* Frames that come in the middle of a delay wait for its end; a thousand delays add up to no more
 * than they are. */
static void delays_do_not_drift(void **state)
{
    uint64_t total;

    (void)state;
    start(1);
    for (unsigned i = 0; i < 1001; i++) {
        put(i % 2 ? SET0 : CLR0, 1u << 5);
        remote_delay(&t.remote, 2000);
    }
    assert_int_equal(remote_sync(&t.remote), 0);
    total = t.write[1000].ns - t.write[0].ns;
    assert_in_range(total, 2000 * MS, 2000 * MS + 1000ull * PI_STEP_NS);
}

static void posted_writes_leave_within_a_millisecond(void **state)
{
    uint64_t began;

    (void)state;
    start(1);
    began = t.world.now;
    put(SET0, 1);
    while (!t.nwrites) {
        uint64_t next = link_next(&t.remote.link);

        assert_true(next > t.world.now && (t.world.now > began || next == began + 1 * MS));
        world_pass(&t.world, next < t.world.now + 100 * US ? next : t.world.now + 100 * US);
        assert_int_equal(remote_service(&t.remote), 0);
        assert_true(t.world.now < began + 5 * MS);
    }
    /* a frame of 14 bytes */
    assert_in_range(t.write[0].ns - began, 1 * MS, 1 * MS + 1300 * US);
}

static void a_barrier_sends_at_once(void **state)
{
    uint64_t began;

    (void)state;
    start(1);
    began = t.world.now;
    put(SET0, 1);
    remote_barrier(&t.remote);
    world_pass(&t.world, began + 2 * MS);
    assert_int_equal(t.nwrites, 1);
    assert_in_range(t.write[0].ns - began, 0, 1300 * US);
}

/* Before a delay of a millisecond and more, what was written happens now. */
static void a_delay_sends_what_is_before_it(void **state)
{
    uint64_t began;

    (void)state;
    start(1);
    began = t.world.now;
    put(SET0, 1);
    remote_delay(&t.remote, 500000);
    assert_int_equal(t.nwrites, 1);
    assert_in_range(t.write[0].ns - began, 0, 1500 * US);
    assert_in_range(t.world.now - began, 450 * MS, 500 * MS);
}

static void expect_noticed(enum world_pi what, int error)
{
    uint64_t began;
    char text[512];

    start(1);
    put(SET0, 0x100);
    assert_int_equal(remote_sync(&t.remote), 0);
    world_set_pi(&t.world, what);
    began = t.world.now;
    while (get(LEV0) == 0)
        assert_true(t.world.now < began + NOTICED_MS * MS);
    assert_int_equal(t.remote.link.error, error);
    assert_in_range(t.world.now - began, 0, NOTICED_MS * MS);
    remote_error_text(&t.remote, t.remote.link.error, text, sizeof text);
    assert_non_null(
        strstr(text, "the last operation was write 0x2020001c = 0x100 (GPIO.SET0, number"));
}

static void a_hung_pi_is_noticed(void **state)
{
    (void)state;
    expect_noticed(WORLD_HUNG, LINK_LOST);
}

static void a_rebooted_pi_is_noticed(void **state)
{
    (void)state;
    expect_noticed(WORLD_LOADER, LINK_REBOOTED);
}

/* In the middle of a long delay, and while the Pi waits for a change. */
static void it_is_noticed_whatever_the_program_does(void **state)
{
    uint64_t began;

    (void)state;
    start(1);
    world_pass(&t.world, t.world.now + MS);
    put(SET0, 1);
    assert_int_equal(remote_sync(&t.remote), 0);
    world_set_pi(&t.world, WORLD_HUNG);
    began = t.world.now;
    remote_delay(&t.remote, 60000000);
    assert_int_equal(t.remote.link.error, LINK_LOST);
    assert_in_range(t.world.now - began, 0, NOTICED_MS * MS);

    start(1);
    for (unsigned i = 0; i < 100; i++)
        assert_int_equal(get(LEV0), 0);
    world_set_pi(&t.world, WORLD_HUNG);
    began = t.world.now;
    while (get(LEV0) == 0)
        assert_true(t.world.now < began + NOTICED_MS * MS);
    assert_int_equal(t.remote.link.error, LINK_LOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_writes_do_not_pile_up),
        cmocka_unit_test(short_pulses_are_exact),
        cmocka_unit_test(pulses_are_never_short),
        cmocka_unit_test(long_pulses_are_exact),
        cmocka_unit_test(delays_do_not_drift),
        cmocka_unit_test(posted_writes_leave_within_a_millisecond),
        cmocka_unit_test(a_barrier_sends_at_once),
        cmocka_unit_test(a_delay_sends_what_is_before_it),
        cmocka_unit_test(a_hung_pi_is_noticed),
        cmocka_unit_test(a_rebooted_pi_is_noticed),
        cmocka_unit_test(it_is_noticed_whatever_the_program_does),
    };

    return cmocka_run_group_tests_name("remote-time", tests, NULL, NULL);
}
