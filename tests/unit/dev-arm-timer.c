/* ARM timer, register by register; pages of "BCM2835 ARM Peripherals". */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/arm-timer.h"

#define TIMER(off) (DEV_ARM_TIMER_BASE + (off))

enum {
    LOAD = 0x00,
    VALUE = 0x04,
    CONTROL = 0x08,
    IRQ_CLEAR = 0x0c,
    RAW_IRQ = 0x10,
    MASKED_IRQ = 0x14,
    RELOAD = 0x18,
    PREDIVIDER = 0x1c,
    FREE_RUNNING = 0x20,
};

enum { WIDE = 1 << 1, BY_16 = 1 << 2, BY_256 = 2 << 2, INTERRUPT = 1 << 5, ENABLE = 1 << 7 };
enum { FREE_ENABLE = 1 << 9 };

static struct bus bus;
static struct clock now;
static struct dev_arm_timer timer;
static unsigned rises;
static uint64_t rose_at;

static int fresh(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    clock_start(&now, CLOCK_VIRTUAL);
    dev_arm_timer_init(&timer, &now);
    bus_map(&bus, TIMER(0) & ~(BUS_PAGE - 1u), BUS_PAGE, &timer.target);
    rises = 0;
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

static void line(void *self, unsigned number, int level)
{
    (void)self;
    assert_int_equal(number, IRQ_ARM_TIMER);
    if (level) {
        rises++;
        rose_at = clock_ns(&now);
    }
}

/* p. 197, 199: predivider 0x7d, free-running prescaler 0x3e, interrupt enabled, timer off. */
static void starts_as_after_reset(void **state)
{
    (void)state;
    assert_int_equal(get(LOAD), 0);
    assert_int_equal(get(VALUE), 0);
    assert_int_equal(get(CONTROL), 0x003e0020);
    assert_int_equal(get(RAW_IRQ), 0);
    assert_int_equal(get(MASKED_IRQ), 0);
    assert_int_equal(get(PREDIVIDER), 0x7d);
    assert_int_equal(get(FREE_RUNNING), 0);
    clock_pass(&now, 1000000);
    assert_int_equal(get(VALUE), 0);
    assert_int_equal(get(FREE_RUNNING), 0);
}

/* p. 199: "timer_clock = apb_clock/(pre_divider+1)"; p. 197: prescale 1, 16, 256. */
static void counts_down_at_the_programmed_rate(void **state)
{
    static const struct {
        uint32_t control, predivider, count_ns;
    } rate[] = {
        {0, 0, 4},
        {0, 249, 1000},
        {BY_16, 249, 16000},
        {BY_256, 0, 1024},
        {BY_256, 0x7d, 126 * 4 * 256},
        {0, 0x3ff, 4096},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rate / sizeof rate[0]; i++) {
        put(CONTROL, 0);
        put(PREDIVIDER, rate[i].predivider);
        put(CONTROL, WIDE | ENABLE | rate[i].control);
        put(LOAD, 1000000);
        assert_int_equal(get(VALUE), 1000000);
        clock_pass(&now, rate[i].count_ns - 1);
        assert_int_equal(get(VALUE), 1000000);
        clock_pass(&now, 1);
        assert_int_equal(get(VALUE), 999999);
        clock_pass(&now, 998 * (uint64_t)rate[i].count_ns);
        assert_int_equal(get(VALUE), 999001);
    }
}

static void run(uint32_t load, uint32_t control)
{
    put(PREDIVIDER, 249); /* 1 us a count */
    put(CONTROL, control | ENABLE);
    put(LOAD, load);
}

/* p. 196: "It is counted down each timer clock until the value 0 is reached. Then the value
 * register is re-loaded from the timer load register and the interrupt pending bit is set." */
static void reloads_and_says_so(void **state)
{
    (void)state;
    run(9, WIDE);
    clock_pass(&now, 9000);
    assert_int_equal(get(VALUE), 0);
    assert_int_equal(get(RAW_IRQ), 0);
    clock_pass(&now, 1000);
    assert_int_equal(get(VALUE), 9);
    assert_int_equal(get(RAW_IRQ), 1);
    assert_int_equal(get(MASKED_IRQ), 0); /* not enabled */
    put(IRQ_CLEAR, 0);                    /* any value, p. 198 */
    assert_int_equal(get(RAW_IRQ), 0);
    assert_int_equal(get(IRQ_CLEAR), 0);
    clock_pass(&now, 10000 * 1000 + 3000);
    assert_int_equal(get(VALUE), 6);
    assert_int_equal(get(RAW_IRQ), 1);
    put(CONTROL, WIDE | ENABLE | INTERRUPT);
    assert_int_equal(get(MASKED_IRQ), 1);
}

/* p. 198: writing RELOAD does not reload at once; it reads as LOAD. */
static void reload_waits_for_its_turn(void **state)
{
    (void)state;
    run(9, WIDE);
    clock_pass(&now, 4000);
    put(RELOAD, 99);
    assert_int_equal(get(VALUE), 5);
    assert_int_equal(get(LOAD), 99);
    assert_int_equal(get(RELOAD), 99);
    clock_pass(&now, 6000);
    assert_int_equal(get(VALUE), 99);
}

/* p. 197 bit 1, errata: 16 or 32 bits. */
static void counts_16_bits_unless_told(void **state)
{
    (void)state;
    run(0x12340005, 0);
    assert_int_equal(get(VALUE), 5);
    clock_pass(&now, 6000);
    assert_int_equal(get(VALUE), 5);
    run(0x12340005, WIDE);
    assert_int_equal(get(VALUE), 0x12340005);
}

static void stands_still_when_off(void **state)
{
    (void)state;
    run(100, WIDE);
    clock_pass(&now, 10500);
    put(CONTROL, WIDE);
    clock_pass(&now, 50000);
    assert_int_equal(get(VALUE), 90);
    put(CONTROL, WIDE | ENABLE);
    clock_pass(&now, 1000);
    assert_int_equal(get(VALUE), 89);
}

/* p. 199: counts up at the core clock divided by bits 16-23 plus one; read-only. */
static void the_other_counter_runs_free(void **state)
{
    (void)state;
    put(CONTROL, 0x00f90000 | FREE_ENABLE); /* 1 us */
    clock_pass(&now, 7999);
    assert_int_equal(get(FREE_RUNNING), 7);
    put(FREE_RUNNING, 0);
    clock_pass(&now, 1);
    assert_int_equal(get(FREE_RUNNING), 8);
    put(CONTROL, 0x00f90000);
    clock_pass(&now, 100000);
    assert_int_equal(get(FREE_RUNNING), 8);
    put(CONTROL, FREE_ENABLE);
    clock_pass(&now, 400);
    assert_int_equal(get(FREE_RUNNING), 108);
}

static void the_line_rises_at_its_time(void **state)
{
    (void)state;
    dev_arm_timer_connect(&timer, NULL, line);
    run(99, WIDE | INTERRUPT);
    for (unsigned i = 1; i <= 5; i++) {
        clock_pass(&now, 99999);
        assert_int_equal(rises, i - 1);
        clock_pass(&now, 1);
        assert_int_equal(rises, i);
        assert_int_equal(rose_at, i * 100000);
        put(IRQ_CLEAR, 1);
    }
    clock_pass(&now, 350000); /* nobody clears: it stays up, and the next is not lost */
    assert_int_equal(rises, 6);
    put(IRQ_CLEAR, 1);
    clock_pass(&now, 50000);
    assert_int_equal(rises, 7);
    assert_int_equal(rose_at, 900000);
}

/* An unconnected line rings no alarm; connecting it finds what happened meanwhile. */
static void an_unheard_line_sets_no_alarm(void **state)
{
    (void)state;
    run(99, WIDE | INTERRUPT);
    assert_int_equal(clock_next(&now), CLOCK_NEVER);
    clock_pass(&now, 250000);
    dev_arm_timer_connect(&timer, NULL, line);
    assert_int_equal(rises, 1);
    put(IRQ_CLEAR, 1);
    assert_int_equal(clock_next(&now), 300000);
    dev_arm_timer_connect(&timer, NULL, NULL);
    assert_int_equal(clock_next(&now), CLOCK_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(starts_as_after_reset, fresh),
        cmocka_unit_test_setup(counts_down_at_the_programmed_rate, fresh),
        cmocka_unit_test_setup(reloads_and_says_so, fresh),
        cmocka_unit_test_setup(reload_waits_for_its_turn, fresh),
        cmocka_unit_test_setup(counts_16_bits_unless_told, fresh),
        cmocka_unit_test_setup(stands_still_when_off, fresh),
        cmocka_unit_test_setup(the_other_counter_runs_free, fresh),
        cmocka_unit_test_setup(the_line_rises_at_its_time, fresh),
        cmocka_unit_test_setup(an_unheard_line_sets_no_alarm, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
