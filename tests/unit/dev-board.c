/* The devices together: which interrupt line is whose ("BCM2835 ARM Peripherals" p. 113 and its
 * errata), and what the harness asks of the board. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/board.h"

enum {
    PENDING1 = 0x2000b204,
    PENDING2 = 0x2000b208,
    BASIC_PENDING = 0x2000b200,
    ENABLE1 = 0x2000b210,
    ENABLE2 = 0x2000b214,
    ENABLE_BASIC = 0x2000b218,
    DISABLE1 = 0x2000b21c,
    DISABLE_BASIC = 0x2000b224,
    TIMER_CS = 0x20003000,
    TIMER_C0 = 0x2000300c,
    ARM_LOAD = 0x2000b400,
    ARM_CONTROL = 0x2000b408,
    ARM_CLEAR = 0x2000b40c,
    GPIO_EDS0 = 0x20200040,
    GPIO_EDS1 = 0x20200044,
    GPIO_REN0 = 0x2020004c,
    GPIO_REN1 = 0x20200050,
    AUX_IER = 0x20215044,
    AUX_IO = 0x20215040,
};

static struct bus bus;
static struct clock now;
static struct dev_board board;
static unsigned waiting;

enum { MEMORY_AT = 0x8000 };
static uint8_t memory[64];

/* At MEMORY_AT, and data at 32. */
static void *memory_at(void *self, uint32_t addr, uint32_t nbytes, int write)
{
    (void)self, (void)nbytes, (void)write;
    if (addr == MEMORY_AT)
        return memory;
    return addr == 32 ? memory + 32 : NULL;
}

static unsigned input_waits(void *self)
{
    (void)self;
    return waiting;
}

static uint8_t input(void *self)
{
    (void)self;
    waiting--;
    return 'x';
}

static int fresh(void **state)
{
    struct dev_board_outside outside = {.clock = &now,
                                        .memory = {.at = memory_at},
                                        .console = {.waiting = input_waits, .get = input}};

    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    waiting = 0;
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

static void the_system_timer_has_lines_0_to_3(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        fresh(NULL);
        put(ENABLE1, 1u << i);
        put(TIMER_C0 + 4 * i, 1000);
        assert_int_equal(dev_board_next_irq(&board), 1000000);
        clock_pass(&now, 999999);
        assert_int_equal(dev_board_irq(&board), 0);
        clock_pass(&now, 1);
        assert_int_equal(dev_board_irq(&board), DEV_INTERRUPTS_IRQ);
        assert_int_equal(get(PENDING1), 1u << i);
        put(TIMER_CS, 1u << i);
        assert_int_equal(dev_board_irq(&board), 0);
    }
}

static void the_arm_timer_is_basic_line_0(void **state)
{
    const uint64_t ten_counts = 5040; /* of 126 * 4 ns */

    (void)state;
    put(ENABLE_BASIC, 1);
    put(ARM_CONTROL, 0x003e00a2);
    put(ARM_LOAD, 9);
    assert_int_equal(dev_board_next_irq(&board), ten_counts);
    clock_pass(&now, ten_counts);
    assert_int_equal(get(BASIC_PENDING), 1);
    assert_int_equal(dev_board_irq(&board), DEV_INTERRUPTS_IRQ);
    put(ARM_CLEAR, 0);
    assert_int_equal(dev_board_irq(&board), 0);
}

/* Lines 49-51 are the banks, 52 is any pin. */
static void pins_have_lines_49_to_52(void **state)
{
    static const struct {
        unsigned pin, line;
    } which[] = {{0, 49}, {27, 49}, {28, 50}, {45, 50}, {46, 51}, {53, 51}};

    (void)state;
    for (size_t i = 0; i < sizeof which / sizeof which[0]; i++) {
        unsigned pin = which[i].pin;
        uint32_t second = pin / 32 * 4;

        fresh(NULL);
        dev_gpio_drive(&board.gpio, pin, GPIO_DRIVEN_LOW);
        put(GPIO_REN0 + second, 1u << (pin % 32));
        put(ENABLE2, 0xffffffff);
        assert_int_equal(dev_board_irq(&board), 0);
        dev_gpio_drive(&board.gpio, pin, GPIO_DRIVEN_HIGH);
        assert_int_equal(get(PENDING2), 1u << (which[i].line - 32) | 1u << (52 - 32));
        assert_int_equal(get(BASIC_PENDING), 1u << 9);
        assert_int_equal(dev_board_irq(&board), DEV_INTERRUPTS_IRQ);
        put(GPIO_EDS0 + second, 1u << (pin % 32));
        assert_int_equal(dev_board_irq(&board), 0);
    }
}

static void the_mini_uart_has_line_29(void **state)
{
    (void)state;
    put(ENABLE1, 1u << 29);
    assert_false(dev_board_wants_input(&board));
    put(AUX_IER, 1);
    assert_true(dev_board_wants_input(&board));
    waiting = 1;
    dev_mini_uart_poll(&board.mini_uart);
    assert_int_equal(get(PENDING1), 1u << 29);
    assert_int_equal(get(AUX_IO), 'x');
    assert_int_equal(get(PENDING1), 0);
    put(DISABLE1, 1u << 29);
    assert_false(dev_board_wants_input(&board));
}

/* Only what will interrupt counts: a line that is disabled is forgotten, and found again. */
static void alarms_are_for_lines_that_are_listened_to(void **state)
{
    (void)state;
    put(TIMER_C0 + 4, 1000);
    put(ARM_CONTROL, 0x003e00a2);
    put(ARM_LOAD, 9);
    assert_int_equal(dev_board_next_irq(&board), CLOCK_NEVER);
    put(ENABLE1, 2);
    assert_int_equal(dev_board_next_irq(&board), 1000000);
    clock_pass(&now, 2000000);
    assert_int_equal(dev_board_irq(&board), DEV_INTERRUPTS_IRQ);
    put(DISABLE1, 2);
    assert_int_equal(dev_board_irq(&board), 0);
    put(TIMER_CS, 2);
    put(ENABLE1, 2);
    assert_int_equal(dev_board_irq(&board), 0);
    put(ENABLE_BASIC, 1);
    assert_int_equal(dev_board_irq(&board), DEV_INTERRUPTS_IRQ);
    put(DISABLE_BASIC, 1);
    assert_int_equal(dev_board_irq(&board), 0);
}

static void enable_all(void)
{
    put(ENABLE1, 0xffffffff);
    put(ENABLE2, 0xffffffff);
}

/* Both BSCs pull at line 53: it is up until neither does. */
static void i2c_has_line_53(void **state)
{
    static const uint32_t bsc[] = {0x20205000, 0x20804000};
    const uint64_t no_answer = 10ull * 1500 * 4;

    (void)state;
    enable_all();
    for (unsigned i = 0; i < 2; i++)
        put(bsc[i], 1 << 15 | 1 << 8 | 1 << 7);
    assert_int_equal(dev_board_next_irq(&board), no_answer);
    clock_pass(&now, no_answer);
    assert_int_equal(get(PENDING2), 1u << (53 - 32));
    put(bsc[0] + 4, 2);
    assert_int_equal(get(PENDING2), 1u << (53 - 32));
    put(bsc[1] + 4, 2);
    assert_int_equal(get(PENDING2), 0);
}

static void spi0_and_pcm_have_lines_54_and_55(void **state)
{
    (void)state;
    enable_all();
    put(0x20204000, 1 << 7 | 1 << 9); /* TA, INTD: done with nothing to do */
    assert_int_equal(get(PENDING2), 1u << (54 - 32));
    put(0x20204000, 0);
    put(0x20203018, 1);
    put(0x20203000, 1 << 2 | 1); /* wants words */
    assert_int_equal(get(PENDING2), 1u << (55 - 32));
}

/* Its own memory read into a device: channel 3's line is 19, and 28 is any channel's. */
static void dma_has_lines_16_to_28(void **state)
{
    static const uint32_t block[8] = {1 | 1 << 8, 32, 0x7e20c014, 4};

    (void)state;
    memcpy(memory, block, sizeof block);
    memory[32] = 77;
    memory[33] = memory[34] = memory[35] = 0;
    enable_all();
    put(0x20007304, 0x40000000 + MEMORY_AT);
    put(0x20007300, 1);
    assert_true(dev_board_next_irq(&board) < 1000);
    clock_pass(&now, 10000);
    assert_int_equal(get(PENDING1), 1u << 19 | 1u << 28);
    assert_int_equal(get(0x2020c014), 77);
    put(0x20007300, 4);
    assert_int_equal(get(PENDING1), 0);
}

/* PWM follows its clock as it is set up: 1920 cycles at 19.2 MHz. */
static void pwm_runs_at_its_clock(void **state)
{
    (void)state;
    put(0x2020c010, 1920);
    put(0x2020c018, 1);
    put(0x2020c000, 1 << 5 | 1);
    clock_pass(&now, 1000000);
    assert_int_equal(get(0x2020c004), 0); /* the word waits */
    put(0x201010a4, 0x5a000000 | 1 << 12);
    put(0x201010a0, 0x5a000011);
    assert_int_equal(get(0x2020c004), 1 << 9 | 2);
    assert_int_equal(dev_board_next_irq(&board), now.ns + 100000);
    clock_pass(&now, 100000);
    assert_int_equal(get(0x2020c004), 1 << 4 | 2);
}

/* The page the ARM's blocks share has holes. */
static void nobody_answers_between_the_blocks(void **state)
{
    uint32_t value = 0;

    (void)state;
    assert_int_equal(access_try(&bus, BUS_READ, 4, 0x2000b000, &value), BUS_UNMODELLED);
    assert_int_equal(access_try(&bus, BUS_READ, 4, 0x2000b228, &value), BUS_UNMODELLED);
    assert_int_equal(access_try(&bus, BUS_WRITE, 4, 0x2000b424, &value), BUS_UNMODELLED);
    assert_int_equal(access_try(&bus, BUS_READ, 4, 0x2000b884, &value), BUS_UNMODELLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_system_timer_has_lines_0_to_3, fresh),
        cmocka_unit_test_setup(the_arm_timer_is_basic_line_0, fresh),
        cmocka_unit_test_setup(pins_have_lines_49_to_52, fresh),
        cmocka_unit_test_setup(the_mini_uart_has_line_29, fresh),
        cmocka_unit_test_setup(alarms_are_for_lines_that_are_listened_to, fresh),
        cmocka_unit_test_setup(i2c_has_line_53, fresh),
        cmocka_unit_test_setup(spi0_and_pcm_have_lines_54_and_55, fresh),
        cmocka_unit_test_setup(dma_has_lines_16_to_28, fresh),
        cmocka_unit_test_setup(pwm_runs_at_its_clock, fresh),
        cmocka_unit_test_setup(nobody_answers_between_the_blocks, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
