/* RNG, register by register; as Linux's bcm2835-rng driver uses them. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/rng.h"

#define RNG(off) (DEV_RNG_BASE + (off))

enum { CTRL = 0x00, STATUS = 0x04, DATA = 0x08, THRESHOLD = 0x0c, MASK = 0x10 };

static struct bus bus;
static struct clock now;
static struct dev_rng rng;
static int line_level;

static void line_set(void *self, unsigned number, int level)
{
    (void)self;
    assert_int_equal(number, IRQ_RNG);
    line_level = level;
}

static void start(uint64_t seed)
{
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    line_level = 0;
    clock_start(&now, CLOCK_VIRTUAL);
    dev_rng_init(&rng, &now, seed);
    dev_rng_map(&rng, &bus);
    irq_connect(&rng.irq, NULL, line_set);
}

static int power_on(void **state)
{
    (void)state;
    start(0);
    return 0;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, RNG(off));
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, RNG(off), value);
}

static void off_it_makes_no_numbers(void **state)
{
    (void)state;
    for (uint32_t off = CTRL; off <= MASK; off += 4)
        assert_int_equal(get(off), 0);
    clock_pass(&now, 1000000000);
    assert_int_equal(get(STATUS), 0);
    assert_int_equal(get(DATA), 0);
}

/* The count in STATUS is discarded first, then the words come, until the FIFO is full. */
static void words_come_after_the_warm_up(void **state)
{
    (void)state;
    put(STATUS, 0x40000);
    put(CTRL, 1);
    assert_int_equal(get(CTRL), 1);
    assert_int_equal(get(STATUS), 0x40000);
    clock_pass(&now, 0x40000 * 1000ull + DEV_RNG_WORD_NS - 1);
    assert_int_equal(get(STATUS), 0x40000);
    clock_pass(&now, 1);
    assert_int_equal(get(STATUS), 0x01040000);
    clock_pass(&now, 3ull * DEV_RNG_WORD_NS);
    assert_int_equal(get(STATUS), 0x04040000);
    clock_pass(&now, 1000ull * DEV_RNG_WORD_NS);
    assert_int_equal(get(STATUS) >> 24, DEV_RNG_FIFO);
    for (unsigned i = DEV_RNG_FIFO; i; i--) {
        assert_int_equal(get(STATUS) >> 24, i);
        get(DATA);
    }
    assert_int_equal(get(DATA), 0);
    clock_pass(&now, DEV_RNG_WORD_NS);
    assert_int_equal(get(STATUS) >> 24, 1);
}

static void take_all(uint32_t *words)
{
    put(CTRL, 1);
    clock_pass(&now, 1ull * DEV_RNG_FIFO * DEV_RNG_WORD_NS);
    for (unsigned i = 0; i < DEV_RNG_FIFO; i++)
        words[i] = get(DATA);
}

static void runs_repeat_and_seeds_differ(void **state)
{
    uint32_t first[DEV_RNG_FIFO], second[DEV_RNG_FIFO], other[DEV_RNG_FIFO];

    (void)state;
    take_all(first);
    start(0);
    take_all(second);
    start(1);
    take_all(other);
    assert_memory_equal(first, second, sizeof first);
    for (unsigned i = 0; i < DEV_RNG_FIFO; i++) {
        assert_int_not_equal(first[i], other[i]);
        for (unsigned j = 0; j < i; j++)
            assert_int_not_equal(first[i], first[j]);
    }
}

static void every_bit_is_one_half_of_the_time(void **state)
{
    unsigned ones[32] = {0}, n = 4096;

    (void)state;
    put(CTRL, 1);
    for (unsigned i = 0; i < n; i++) {
        clock_pass(&now, DEV_RNG_WORD_NS);
        for (uint32_t word = get(DATA), bit = 0; bit < 32; bit++)
            ones[bit] += word >> bit & 1;
    }
    for (unsigned bit = 0; bit < 32; bit++)
        assert_in_range(ones[bit], n / 2 - 200, n / 2 + 200);
}

static void the_threshold_interrupts(void **state)
{
    (void)state;
    put(THRESHOLD, 3);
    put(CTRL, 1);
    assert_int_equal(rng.alarm.at_ns, 3 * DEV_RNG_WORD_NS);
    clock_pass(&now, 3ull * DEV_RNG_WORD_NS - 1);
    assert_int_equal(line_level, 0);
    clock_pass(&now, 1);
    assert_int_equal(line_level, 1);
    put(MASK, 1);
    assert_int_equal(line_level, 0);
    put(MASK, 0);
    assert_int_equal(line_level, 1);
    get(DATA);
    assert_int_equal(line_level, 0);
}

static void access_costs(void *clock)
{
    clock_pass(clock, CLOCK_ACCESS_NS);
}

static void waiting_costs_few_looks(void **state)
{
    unsigned looks = 1;

    (void)state;
    put(MASK, 1);
    put(STATUS, 0x40000);
    bus.timing = &now;
    bus.access_cost = access_costs;
    put(CTRL, 1);
    while (!(get(STATUS) >> 24))
        looks++;
    assert_int_equal(looks, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(off_it_makes_no_numbers, power_on),
        cmocka_unit_test_setup(words_come_after_the_warm_up, power_on),
        cmocka_unit_test_setup(runs_repeat_and_seeds_differ, power_on),
        cmocka_unit_test_setup(every_bit_is_one_half_of_the_time, power_on),
        cmocka_unit_test_setup(the_threshold_interrupts, power_on),
        cmocka_unit_test_setup(waiting_costs_few_looks, power_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
