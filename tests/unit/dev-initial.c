/* How the devices start where no manual says: by chance, or as they were in another run. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/core/chance.h"
#include "emu/dev/board.h"

enum {
    CS = 0x20003000,
    CLO = 0x20003004,
    CHI = 0x20003008,
    C1 = 0x20003010,
    ENABLE1 = 0x2000b210,
    FSEL0 = 0x20200000,
    SET0 = 0x2020001c,
    LEV0 = 0x20200034,
    LEV1 = 0x20200038,
    PUD = 0x20200094,
    PUDCLK0 = 0x20200098,
    RSTC = 0x2010001c,
    RSTS = 0x20100020,
    GP0DIV = 0x20101074,
    RNG_CTRL = 0x20104000,
    RNG_DATA = 0x20104008,
    FLOATING1 = 3 << 12, /* of LEV1: pins 44 and 45; 28 and 29 are in LEV0 */
    FLOATING0 = 3 << 28,
    TXD = 1 << 14, /* idle */
};

static struct bus bus;
static struct clock now;
static struct dev_board board;

static int fresh(void **state)
{
    const struct dev_board_outside outside = {.clock = &now};

    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    clock_start(&now, CLOCK_VIRTUAL);
    dev_board_init(&board, &outside, &bus);
    dev_board_after_boot(&board);
    return 0;
}

static uint32_t get(uint32_t addr)
{
    return access_get(&bus, addr);
}

static void put(uint32_t addr, uint32_t value)
{
    access_put(&bus, addr, value);
}

static void neighbouring_seeds_are_unlike(void **state)
{
    uint64_t a = 1, b = 2;
    unsigned alike = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        uint64_t same = ~(chance_next(&a) ^ chance_next(&b));

        alike += (unsigned)__builtin_popcountll(same);
    }
    assert_in_range(alike, 3000, 3400); /* of 6400 bits */
}

static void the_counter_starts_anywhere(void **state)
{
    (void)state;
    dev_system_timer_start(&board.system_timer, 0xfffffffeull * 1000 + 700);
    assert_int_equal(get(CLO), 0xfffffffe);
    clock_pass(&now, 299);
    assert_int_equal(get(CLO), 0xfffffffe);
    clock_pass(&now, 1);
    assert_int_equal(get(CLO), 0xffffffff);
    assert_int_equal(get(CS), 0); /* what lay before was no match */
    clock_pass(&now, 1000);
    assert_int_equal(get(CLO), 0);
    assert_int_equal(get(CHI), 1);
    assert_int_equal(get(CS), 0xf); /* the compare registers are 0 */
}

/* The interrupt comes when the counter gets there. */
static void matches_come_at_the_counters_time(void **state)
{
    (void)state;
    dev_system_timer_start(&board.system_timer, 5000000300);
    put(ENABLE1, 2);
    put(C1, 5000010);
    clock_pass(&now, 9699);
    assert_int_equal(dev_board_irq(&board), 0);
    clock_pass(&now, 1);
    assert_int_equal(dev_board_irq(&board), DEV_INTERRUPTS_IRQ);
    assert_int_equal(get(CLO), 5000010);
}

static void a_pin_that_floats_has_any_level(void **state)
{
    (void)state;
    assert_int_equal(get(LEV0) & FLOATING0, 0);
    dev_gpio_noise(&board.gpio, UINT64_MAX);
    assert_int_equal(get(LEV0), 0x1ff | TXD | FLOATING0); /* pulls are stronger */
    assert_int_equal(get(LEV1) & FLOATING1, FLOATING1);
    put(PUD, 0);
    put(PUDCLK0, 1 << 20 | 1 << 3);
    assert_int_equal(get(LEV0) >> 20 & 1, 1);
    assert_int_equal(get(LEV0) >> 3 & 1, 1);
    dev_gpio_drive(&board.gpio, 20, GPIO_DRIVEN_LOW); /* so is who drives it */
    assert_int_equal(get(LEV0) >> 20 & 1, 0);
    put(FSEL0, 1 << 9); /* an output */
    assert_int_equal(get(LEV0) >> 3 & 1, 0);
    dev_gpio_reset(&board.gpio);
    assert_int_equal(get(LEV0) & FLOATING0, FLOATING0);
}

/* What a seed decides, as numbers. */
struct started {
    uint32_t clo, rsts, pins, number;
};

static struct started start(uint64_t seed)
{
    struct started s;

    fresh(NULL);
    dev_board_chance(&board, seed);
    s.clo = get(CLO);
    s.rsts = get(RSTS);
    s.pins = get(LEV0);
    put(RNG_CTRL, 1);
    clock_pass(&now, 1000000);
    s.number = get(RNG_DATA);
    return s;
}

static void a_seed_decides_what_is_open(void **state)
{
    struct started base = start(0);
    unsigned watchdog = 0, wraps = 0, pins = 0, clo = 0, number = 0;

    (void)state;
    for (uint64_t seed = 1; seed <= 64; seed++) {
        struct started s = start(seed), again = start(seed);

        assert_memory_equal(&s, &again, sizeof s);
        assert_int_equal(s.pins & ~(uint32_t)FLOATING0, 0x1ff | TXD);
        assert_true(s.rsts == 0x1000 || s.rsts == 0x1020);
        watchdog += s.rsts == 0x1020;
        wraps += s.clo >= 0xffffffff - 1000000;
        pins += s.pins != base.pins;
        clo += s.clo != base.clo;
        number += s.number != base.number;
    }
    assert_in_range(watchdog, 16, 48);
    assert_in_range(wraps, 1, 12);
    assert_in_range(pins, 32, 63);
    assert_int_equal(clo, 64);
    assert_int_equal(number, 64);
    fresh(NULL);
    assert_int_equal(get(CLO), 0); /* without a seed */
}

static void what_a_register_keeps_it_starts_with(void **state)
{
    (void)state;
    assert_int_equal(dev_register_starts(&bus, FSEL0, 0x12345678 & 0x3fffffff), 1);
    assert_int_equal(get(FSEL0), 0x12345678 & 0x3fffffff);
    assert_int_equal(dev_register_starts(&bus, RSTS, 0x1020), 1); /* its password is ours to know */
    assert_int_equal(get(RSTS), 0x1020);
    assert_int_equal(dev_register_starts(&bus, GP0DIV, 0x5000), 1);
    assert_int_equal(get(GP0DIV), 0x5000);
}

static void what_acts_is_left_alone(void **state)
{
    static const uint32_t acts[] = {SET0,       LEV0,       RSTC,       CS,
                                    CLO,        C1,         ENABLE1,    RNG_DATA,
                                    0x20007004, 0x2000b8a0, 0x20200018, 0x20999000};

    (void)state;
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        assert_int_equal(dev_register_is_kept(acts[i]), 0);
        assert_int_equal(dev_register_starts(&bus, acts[i], UINT32_MAX), 0);
    }
    assert_int_equal(get(RSTC), 0x102);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbouring_seeds_are_unlike),
        cmocka_unit_test_setup(the_counter_starts_anywhere, fresh),
        cmocka_unit_test_setup(matches_come_at_the_counters_time, fresh),
        cmocka_unit_test_setup(a_pin_that_floats_has_any_level, fresh),
        cmocka_unit_test(a_seed_decides_what_is_open),
        cmocka_unit_test_setup(what_a_register_keeps_it_starts_with, fresh),
        cmocka_unit_test_setup(what_acts_is_left_alone, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
