/* Clock manager, register by register; pages of "BCM2835 ARM Peripherals", with its errata. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/clocks.h"

#define CM(off) (DEV_CLOCKS_BASE + (off))

enum { PASSWORD = 0x5a000000, BUSY = 0x80, ENAB = 0x10, KILL = 0x20, OSCILLATOR = 1 };

static const uint32_t ctl[CLOCKS_OUTPUTS] = {0x70, 0x78, 0x80, 0x98, 0xa0};

static struct bus bus;
static struct clock now;
static struct dev_clocks clocks;

static int power_on(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    clock_start(&now, CLOCK_VIRTUAL);
    dev_clocks_init(&clocks, &now);
    dev_clocks_map(&clocks, &bus);
    return 0;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, CM(off));
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, CM(off), value);
}

/* p. 107-108: "Clock Manager password 5a" in the top byte. */
static void writes_need_the_password(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CLOCKS_OUTPUTS; i++) {
        put(ctl[i], 0x5b000001);
        put(ctl[i] + 4, 0x00123456);
        assert_int_equal(get(ctl[i]), 0);
        assert_int_equal(get(ctl[i] + 4), 0);
        put(ctl[i], PASSWORD | 0x701);
        put(ctl[i] + 4, PASSWORD | 0x123456);
        assert_int_equal(get(ctl[i]), 0x701);
        assert_int_equal(get(ctl[i] + 4), 0x123456);
        assert_int_equal(dev_clocks_hz(&clocks, i), 0);
    }
}

/* p. 107: BUSY tells that the generator runs; ENAB turned off lets the cycle be completed. */
static void it_is_busy_until_its_last_cycle_ends(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CLOCKS_OUTPUTS; i++) {
        put(ctl[i] + 4, PASSWORD | 192 << 12); /* 100 kHz */
        put(ctl[i], PASSWORD | OSCILLATOR);
        assert_int_equal(get(ctl[i]), OSCILLATOR);
        put(ctl[i], PASSWORD | ENAB | OSCILLATOR);
        assert_int_equal(get(ctl[i]), BUSY | ENAB | OSCILLATOR);
        assert_int_equal(dev_clocks_hz(&clocks, i), 100000);
        put(ctl[i], PASSWORD | OSCILLATOR);
        assert_int_equal(get(ctl[i]), BUSY | OSCILLATOR);
        clock_pass(&now, 9999);
        assert_int_equal(get(ctl[i]), BUSY | OSCILLATOR);
        clock_pass(&now, 1);
        assert_int_equal(get(ctl[i]), OSCILLATOR);
        assert_int_equal(dev_clocks_hz(&clocks, i), 0);
    }
}

/* p. 107: KILL stops and resets the generator; ground as a source gives no cycle to wait for. */
static void killed_it_stops_at_once(void **state)
{
    (void)state;
    put(0x74, PASSWORD | 4095 << 12);
    put(0x70, PASSWORD | ENAB | OSCILLATOR);
    put(0x70, PASSWORD | KILL | ENAB | OSCILLATOR);
    assert_int_equal(get(0x70), KILL | OSCILLATOR);
    put(0x70, PASSWORD | ENAB);
    assert_int_equal(get(0x70), BUSY | ENAB);
    assert_int_equal(dev_clocks_hz(&clocks, CLOCKS_GP0), 0);
    put(0x70, PASSWORD);
    assert_int_equal(get(0x70), 0);
}

/* p. 106-108: source / (DIVI + DIVF / 4096). */
static void rates(void **state)
{
    static const struct {
        uint32_t source, div, hz;
    } want[] = {{1, 1 << 12, 19200000},   {1, 0, 19200000},        {1, 2 << 12 | 2048, 7680000},
                {5, 1000 << 12, 1000000}, {6, 500 << 12, 1000000}, {6, 4095 << 12 | 4095, 122070},
                {4, 1 << 12, 0},          {8, 1 << 12, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        put(0xa0, PASSWORD | KILL);
        put(0xa4, PASSWORD | want[i].div);
        put(0xa0, PASSWORD | ENAB | want[i].source);
        assert_int_equal(dev_clocks_hz(&clocks, CLOCKS_PWM), want[i].hz);
    }
}

static void access_costs(void *clock)
{
    clock_pass(clock, CLOCK_ACCESS_NS);
}

/* A program that waits for BUSY to go away is there at its second look. */
static void waiting_costs_few_looks(void **state)
{
    unsigned looks = 1;

    (void)state;
    put(0x74, PASSWORD | 1920 << 12);
    put(0x70, PASSWORD | ENAB | OSCILLATOR);
    put(0x70, PASSWORD | OSCILLATOR);
    bus.timing = &now;
    bus.access_cost = access_costs;
    while (get(0x70) & BUSY)
        looks++;
    assert_int_equal(looks, 2);
    assert_int_equal(now.ns, 100000);
}

static void reset_stops_everything(void **state)
{
    (void)state;
    put(0x70, PASSWORD | ENAB | OSCILLATOR);
    dev_clocks_reset(&clocks);
    assert_int_equal(get(0x70), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(writes_need_the_password, power_on),
        cmocka_unit_test_setup(it_is_busy_until_its_last_cycle_ends, power_on),
        cmocka_unit_test_setup(killed_it_stops_at_once, power_on),
        cmocka_unit_test_setup(rates, power_on),
        cmocka_unit_test_setup(waiting_costs_few_looks, power_on),
        cmocka_unit_test_setup(reset_stops_everything, power_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
