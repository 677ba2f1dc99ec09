/* PM: passwords, reset, watchdog. Bits as Linux's bcm2835_wdt driver uses them. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/pm.h"

#define PM(off) (DEV_PM_BASE + (off))

enum { RSTC = 0x1c, RSTS = 0x20, WDOG = 0x24 };

static struct bus bus;
static struct clock now;
static struct dev_pm pm;
static int resets, halts, counting;

static void count_reset(void *self, int halt)
{
    assert_ptr_equal(self, &pm);
    resets++;
    halts += halt;
}

static void note_counting(void *self, int on)
{
    assert_ptr_equal(self, &pm);
    assert_int_not_equal(on, counting);
    counting = on;
}

static int fresh(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    resets = halts = counting = 0;
    clock_start(&now, CLOCK_VIRTUAL);
    dev_pm_init(&pm, &now, &pm, count_reset);
    pm.counting = note_counting;
    dev_pm_map(&pm, &bus);
    return 0;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, PM(off));
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, PM(off), value);
}

static void power_on_values(void **state)
{
    (void)state;
    assert_int_equal(get(RSTC), 0x102);
    assert_int_equal(get(RSTS), 0x1000);
    assert_int_equal(get(WDOG), 0);
}

static void writes_need_the_password(void **state)
{
    static const uint32_t wrong[] = {0x00000000, 0x5b000000, 0xa5000000, 0xff000000};

    (void)state;
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        put(WDOG, wrong[i] | 100);
        put(RSTS, wrong[i] | 0x20);
        put(RSTC, wrong[i] | 0x20);
    }
    assert_int_equal(get(RSTC), 0x102);
    assert_int_equal(get(RSTS), 0x1000);
    assert_int_equal(get(WDOG), 0);
    assert_int_equal(resets, 0);
    put(RSTS, 0x5a000020);
    assert_int_equal(get(RSTS), 0x20);
}

/* The reboot of every libpi: one tick, then full reset. It happens without another access. */
static void a_reboot_is_at_once(void **state)
{
    (void)state;
    put(WDOG, 0x5a000001);
    assert_int_equal(resets, 0);
    put(RSTC, 0x5a000020);
    assert_int_equal(resets, 1);
    assert_int_equal(halts, 0);
}

/* Linux reboots with ten ticks and keeps RSTC's other bits. */
static void linux_reboots_too(void **state)
{
    (void)state;
    put(WDOG, 0x5a00000a);
    put(RSTC, 0x5a000122);
    assert_int_equal(resets, 1);
}

static void other_resets_are_none(void **state)
{
    (void)state;
    put(WDOG, 0x5a000001);
    put(RSTC, 0x5a000010);
    put(RSTC, 0x5a000030);
    put(RSTC, 0x5a000102);
    clock_pass(&now, 1000000000);
    assert_int_equal(resets, 0);
}

/* Partition 63 in RSTS asks the firmware to stay down. */
static void halt_is_told_apart(void **state)
{
    (void)state;
    put(RSTS, 0x5a000555);
    put(WDOG, 0x5a000001);
    put(RSTC, 0x5a000020);
    assert_int_equal(resets, 1);
    assert_int_equal(halts, 1);
}

static void the_watchdog_counts_down(void **state)
{
    (void)state;
    put(WDOG, 0x5a000000 | 2 * DEV_PM_HZ);
    assert_int_equal(counting, 0);
    put(RSTC, 0x5a000020);
    assert_int_equal(counting, 1);
    assert_int_equal(get(WDOG), 2 * DEV_PM_HZ);
    clock_pass(&now, 500000000);
    assert_int_equal(get(WDOG), 2 * DEV_PM_HZ - DEV_PM_HZ / 2);
    clock_pass(&now, 1499999999);
    assert_int_equal(get(WDOG), 1);
    assert_int_equal(resets, 0);
    clock_pass(&now, 1);
    assert_int_equal(resets, 1);
    assert_int_equal(get(WDOG), 0);
}

static void feeding_and_stopping_the_watchdog(void **state)
{
    (void)state;
    put(WDOG, 0x5a000000 | DEV_PM_HZ);
    put(RSTC, 0x5a000020);
    for (unsigned i = 0; i < 10; i++) {
        clock_pass(&now, 900000000);
        put(WDOG, 0x5a000000 | DEV_PM_HZ);
    }
    assert_int_equal(counting, 1);
    put(RSTC, 0x5a000102);
    assert_int_equal(counting, 0);
    clock_pass(&now, 10000000000);
    assert_int_equal(resets, 0);
}

static void reset_stops_the_countdown(void **state)
{
    (void)state;
    put(WDOG, 0x5a0fffff);
    put(RSTC, 0x5a000020);
    dev_pm_reset(&pm);
    clock_pass(&now, 20000000000);
    assert_int_equal(resets, 0);
    assert_int_equal(get(RSTC), 0x102);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(power_on_values, fresh),
        cmocka_unit_test_setup(writes_need_the_password, fresh),
        cmocka_unit_test_setup(a_reboot_is_at_once, fresh),
        cmocka_unit_test_setup(linux_reboots_too, fresh),
        cmocka_unit_test_setup(other_resets_are_none, fresh),
        cmocka_unit_test_setup(halt_is_told_apart, fresh),
        cmocka_unit_test_setup(the_watchdog_counts_down, fresh),
        cmocka_unit_test_setup(feeding_and_stopping_the_watchdog, fresh),
        cmocka_unit_test_setup(reset_stops_the_countdown, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
