/* Interrupt controller, register by register; pages of "BCM2835 ARM Peripherals". */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/interrupts.h"

#define REG(off) (DEV_INTERRUPTS_BASE + (off))

enum {
    BASIC_PENDING = 0x00,
    PENDING1 = 0x04,
    PENDING2 = 0x08,
    FIQ_CONTROL = 0x0c,
    ENABLE1 = 0x10,
    ENABLE2 = 0x14,
    ENABLE_BASIC = 0x18,
    DISABLE1 = 0x1c,
    DISABLE2 = 0x20,
    DISABLE_BASIC = 0x24,
};

static struct bus bus;
static struct dev_interrupts controller;
static unsigned told;

static void tell(void *self)
{
    assert_ptr_equal(self, &controller);
    told++;
}

static int fresh(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof bus);
    dev_interrupts_init(&controller);
    controller.self = &controller;
    controller.enables_changed = tell;
    told = 0;
    bus_map(&bus, REG(0) & ~(BUS_PAGE - 1u), BUS_PAGE, &controller.target);
    return 0;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, REG(off));
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, REG(off), value);
}

static void level(unsigned number, int to)
{
    dev_interrupts_set(&controller, number, to);
}

/* p. 116-118: "Writing a 1 to a bit will set the corresponding IRQ enable bit. All other IRQ enable
 * bits are unaffected"; the disable registers clear. */
static void enables_are_set_and_cleared_bit_by_bit(void **state)
{
    static const uint32_t set[] = {ENABLE1, ENABLE2}, clear[] = {DISABLE1, DISABLE2};

    (void)state;
    for (int i = 0; i < 2; i++) {
        put(set[i], 0x00000005);
        put(set[i], 0x80000000);
        assert_int_equal(get(set[i]), 0x80000005);
        assert_int_equal(get(clear[i]), 0x80000005);
        put(clear[i], 0x00000004);
        put(clear[i], 0);
        put(set[i], 0);
        assert_int_equal(get(set[i]), 0x80000001);
    }
    put(ENABLE_BASIC, 0xffffff81);
    assert_int_equal(get(ENABLE_BASIC), 0x81);
    put(DISABLE_BASIC, 0x80);
    assert_int_equal(get(DISABLE_BASIC), 0x01);
}

/* p. 115: the pending registers hold all lines of the GPU's side, as far as enabled. */
static void each_line_is_pending_while_up_and_enabled(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 64; n++) {
        uint32_t pending = n < 32 ? PENDING1 : PENDING2, bit = 1u << (n % 32);

        level(n, 1);
        assert_int_equal(get(pending), 0);
        assert_int_equal(controller.asked, 0);
        put(n < 32 ? ENABLE1 : ENABLE2, bit);
        assert_int_equal(get(pending), bit);
        assert_int_equal(get(n < 32 ? PENDING2 : PENDING1), 0);
        assert_int_equal(controller.asked, DEV_INTERRUPTS_IRQ);
        level(n, 0);
        assert_int_equal(get(pending), 0);
        assert_int_equal(controller.asked, 0);
        level(n, 1);
        assert_int_equal(controller.asked, DEV_INTERRUPTS_IRQ);
        put(n < 32 ? DISABLE1 : DISABLE2, bit);
        assert_int_equal(get(pending), 0);
        assert_int_equal(controller.asked, 0);
        level(n, 0);
    }
}

/* p. 114: bits 10-20 are lines 7, 9, 10, 18, 19, 53-57 and 62. "Any bit set in pending register 1/2
 * which is NOT connected to the basic pending register causes bit 8 or 9 to set." */
static void basic_pending_sums_up(void **state)
{
    static const unsigned direct[] = {7, 9, 10, 18, 19, 53, 54, 55, 56, 57, 62};

    (void)state;
    put(ENABLE1, 0xffffffff);
    put(ENABLE2, 0xffffffff);
    for (unsigned n = 0; n < 64; n++) {
        uint32_t want = n < 32 ? 1u << 8 : 1u << 9;

        for (unsigned i = 0; i < sizeof direct / sizeof direct[0]; i++) {
            if (direct[i] == n)
                want = 1u << (10 + i);
        }
        level(n, 1);
        assert_int_equal(get(BASIC_PENDING), want);
        level(n, 0);
    }
    level(1, 1);
    level(57, 1);
    level(49, 1);
    assert_int_equal(get(BASIC_PENDING), 1u << 8 | 1u << 9 | 1u << 19);
}

/* p. 114, 117: the ARM's own lines are bits 0-7. */
static void the_arms_own_lines_are_the_low_bits(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        level(IRQ_ARM + i, 1);
        assert_int_equal(get(BASIC_PENDING), 0);
        put(ENABLE_BASIC, 1u << i);
        assert_int_equal(get(BASIC_PENDING), 1u << i);
        assert_int_equal(controller.asked, DEV_INTERRUPTS_IRQ);
        put(DISABLE_BASIC, 1u << i);
        assert_int_equal(controller.asked, 0);
        level(IRQ_ARM + i, 0);
    }
}

/* p. 116: bit 7 enables, bits 0-6 select lines 0-63, or with 64-71 the ARM's own; p. 110: one that
 * is enabled as well fires both. */
static void one_line_is_the_fast_one(void **state)
{
    (void)state;
    put(FIQ_CONTROL, 0xffffff00 | 0x80 | 3);
    assert_int_equal(get(FIQ_CONTROL), 0x83);
    level(3, 1);
    assert_int_equal(controller.asked, DEV_INTERRUPTS_FIQ);
    assert_int_equal(get(PENDING1), 0);
    put(ENABLE1, 8);
    assert_int_equal(controller.asked, DEV_INTERRUPTS_FIQ | DEV_INTERRUPTS_IRQ);
    put(FIQ_CONTROL, 3);
    assert_int_equal(controller.asked, DEV_INTERRUPTS_IRQ);
    level(3, 0);
    level(IRQ_ARM_TIMER, 1);
    put(FIQ_CONTROL, 0x80 | 64);
    assert_int_equal(controller.asked, DEV_INTERRUPTS_FIQ);
    put(FIQ_CONTROL, 0x80 | 100); /* no such line */
    assert_int_equal(controller.asked, 0);
}

static void listening_is_being_enabled_or_fast(void **state)
{
    (void)state;
    assert_false(dev_interrupts_listens(&controller, 1));
    put(ENABLE1, 2);
    assert_int_equal(told, 1);
    assert_true(dev_interrupts_listens(&controller, 1));
    assert_false(dev_interrupts_listens(&controller, 33));
    put(ENABLE_BASIC, 1);
    assert_true(dev_interrupts_listens(&controller, IRQ_ARM_TIMER));
    assert_false(dev_interrupts_listens(&controller, IRQ_ARM_TIMER + 1));
    put(FIQ_CONTROL, 0x80 | 33);
    assert_true(dev_interrupts_listens(&controller, 33));
    assert_int_equal(told, 3);
    dev_interrupts_reset(&controller);
    assert_int_equal(told, 4);
    assert_false(dev_interrupts_listens(&controller, 1));
}

static void pending_registers_are_read_only(void **state)
{
    (void)state;
    level(5, 1);
    put(ENABLE1, 1u << 5);
    put(BASIC_PENDING, 0xffffffff);
    put(PENDING1, 0xffffffff);
    put(PENDING2, 0xffffffff);
    assert_int_equal(get(PENDING1), 1u << 5);
    assert_int_equal(get(PENDING2), 0);
}

static struct {
    uint64_t lines;
    uint8_t arm;
} shown;

static void show(void *watcher, uint64_t lines, uint8_t arm)
{
    assert_ptr_equal(watcher, &shown);
    shown.lines = lines;
    shown.arm = arm;
}

static void a_watcher_hears_what_is_pending(void **state)
{
    (void)state;
    controller.watcher = &shown;
    controller.pending_changed = show;
    level(49, 1);
    assert_true(shown.lines == 0);
    put(ENABLE2, 1u << 17);
    assert_true(shown.lines == 1ull << 49);
    put(ENABLE_BASIC, 1);
    level(IRQ_ARM_TIMER, 1);
    assert_int_equal(shown.arm, 1);
    level(29, 1);
    put(FIQ_CONTROL, 1 << 7 | 29);
    assert_true(shown.lines == (1ull << 49 | 1u << 29));
    put(FIQ_CONTROL, 1 << 7 | (IRQ_ARM + 3));
    level(IRQ_ARM + 3, 1);
    assert_true(shown.lines == 1ull << 49);
    assert_int_equal(shown.arm, 1 | 8);
    level(49, 0);
    level(IRQ_ARM_TIMER, 0);
    put(FIQ_CONTROL, 0);
    assert_true(shown.lines == 0);
    assert_int_equal(shown.arm, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(enables_are_set_and_cleared_bit_by_bit, fresh),
        cmocka_unit_test_setup(each_line_is_pending_while_up_and_enabled, fresh),
        cmocka_unit_test_setup(basic_pending_sums_up, fresh),
        cmocka_unit_test_setup(the_arms_own_lines_are_the_low_bits, fresh),
        cmocka_unit_test_setup(one_line_is_the_fast_one, fresh),
        cmocka_unit_test_setup(listening_is_being_enabled_or_fast, fresh),
        cmocka_unit_test_setup(pending_registers_are_read_only, fresh),
        cmocka_unit_test_setup(a_watcher_hears_what_is_pending, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
