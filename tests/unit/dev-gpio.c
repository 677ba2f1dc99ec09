/* GPIO, register by register; pages of "BCM2835 ARM Peripherals". */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/gpio.h"

#define GPIO(off) (DEV_GPIO_BASE + (off))

enum {
    FSEL0 = 0x00,
    SET0 = 0x1c,
    SET1 = 0x20,
    CLR0 = 0x28,
    CLR1 = 0x2c,
    LEV0 = 0x34,
    LEV1 = 0x38,
    EDS0 = 0x40,
    EDS1 = 0x44,
    REN0 = 0x4c,
    FEN0 = 0x58,
    HEN0 = 0x64,
    LEN0 = 0x70,
    LEN1 = 0x74,
    AREN0 = 0x7c,
    AREN1 = 0x80,
    AFEN0 = 0x88,
    PUD = 0x94,
    PUDCLK0 = 0x98,
    PUDCLK1 = 0x9c,
};

static struct bus bus;
static struct dev_gpio gpio;

static int fresh(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof bus);
    dev_gpio_init(&gpio);
    dev_gpio_map(&gpio, &bus);
    return 0;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, GPIO(off));
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, GPIO(off), value);
}

static void function(unsigned pin, unsigned f)
{
    uint32_t off = FSEL0 + 4 * (pin / 10), shift = 3 * (pin % 10);

    put(off, (get(off) & ~(7u << shift)) | f << shift);
}

/* p. 91-94: three bits a pin, ten pins a register, four in the last. */
static void fsel_holds_every_function_of_every_pin(void **state)
{
    (void)state;
    for (unsigned pin = 0; pin < DEV_GPIO_PINS; pin++) {
        for (unsigned f = 8; f-- > 0;) {
            function(pin, f);
            assert_int_equal(dev_gpio_function(&gpio, pin), f);
        }
        for (unsigned n = 0; n < 6; n++)
            assert_int_equal(get(FSEL0 + 4 * n), 0);
    }
    put(0x14, 0xffffffff);
    assert_int_equal(get(0x14), 0xfff);
    put(0x10, 0xffffffff);
    assert_int_equal(get(0x10), 0x3fffffff);
}

/* p. 95-96: SET and CLR act on ones only and read as 0. */
static void set_and_clear_every_output(void **state)
{
    (void)state;
    for (unsigned pin = 0; pin < DEV_GPIO_PINS; pin++) {
        uint32_t bit = 1u << (pin % 32), second = pin / 32 * 4;

        function(pin, GPIO_FSEL_OUTPUT);
        assert_false(get(LEV0 + second) & bit);
        put(SET0 + second, bit);
        assert_true(get(LEV0 + second) & bit);
        assert_int_equal(get(SET0 + second), 0);
        put(CLR0 + second, ~bit);
        put(SET0 + second, 0);
        assert_true(get(LEV0 + second) & bit);
        put(CLR0 + second, bit);
        assert_false(get(LEV0 + second) & bit);
        assert_int_equal(get(CLR0 + second), 0);
    }
}

/* p. 95: of an input, SET is remembered until the pin becomes an output. */
static void the_latch_outlives_the_function(void **state)
{
    (void)state;
    put(SET0, 1u << 20);
    assert_int_equal(get(LEV0) & 1u << 20, 0);
    function(20, GPIO_FSEL_OUTPUT);
    assert_int_equal(get(LEV0) & 1u << 20, 1u << 20);
    function(20, GPIO_FSEL_INPUT);
    assert_int_equal(get(LEV0) & 1u << 20, 0);
}

static void inputs_read_the_outside(void **state)
{
    (void)state;
    dev_gpio_drive(&gpio, 21, GPIO_DRIVEN_HIGH);
    dev_gpio_drive(&gpio, 53, GPIO_DRIVEN_HIGH);
    dev_gpio_drive(&gpio, 4, GPIO_DRIVEN_LOW);
    assert_int_equal(get(LEV0) & (1u << 21 | 1u << 4), 1u << 21);
    assert_int_equal(get(LEV1) & 1u << 21, 1u << 21);
    function(21, GPIO_FSEL_OUTPUT); /* an output reads its latch */
    assert_int_equal(get(LEV0) & 1u << 21, 0);
    function(21, GPIO_FSEL_ALT5); /* an alternate function reads the pin */
    assert_int_equal(dev_gpio_level(&gpio, 21), 1);
    dev_gpio_drive(&gpio, 21, GPIO_FLOATING);
    assert_int_equal(dev_gpio_level(&gpio, 21), 0);
}

/* p. 96 */
static void lev_ignores_writes(void **state)
{
    uint32_t lev = get(LEV0);

    (void)state;
    put(LEV0, ~lev);
    assert_int_equal(get(LEV0), lev);
}

/* Table on p. 102-103, column Pull. */
static void pulls_after_power_on(void **state)
{
    (void)state;
    assert_int_equal(get(LEV0), 0x000001ff);
    assert_int_equal(get(LEV1), 0x003fc01c);
}

/* The sequence of p. 101: control, clock, then both back to 0; the pull stays. */
static void pull(unsigned pin, uint32_t control)
{
    uint32_t clock = PUDCLK0 + pin / 32 * 4;

    put(PUD, control);
    put(clock, 1u << pin % 32);
    put(PUD, 0);
    put(clock, 0);
}

static void pulls_are_clocked_in(void **state)
{
    (void)state;
    for (unsigned pin = 0; pin < DEV_GPIO_PINS; pin++) {
        pull(pin, 2);
        assert_int_equal(dev_gpio_level(&gpio, pin), 1);
        pull(pin, 1);
        assert_int_equal(dev_gpio_level(&gpio, pin), 0);
        pull(pin, 2);
        pull(pin, 0);
        assert_int_equal(dev_gpio_level(&gpio, pin), 0);
        pull(pin, 2);
        dev_gpio_drive(&gpio, pin, GPIO_DRIVEN_LOW);
        assert_int_equal(dev_gpio_level(&gpio, pin), 0);
    }
    put(PUD, 2); /* without the clock nothing happens */
    dev_gpio_drive(&gpio, 17, GPIO_FLOATING);
    pull(17, 1);
    put(PUD, 2);
    assert_int_equal(dev_gpio_level(&gpio, 17), 0);
    assert_int_equal(get(PUD), 2);
}

/* Drives pin low, high, low and returns whether EDS saw it, clearing it. */
static int saw_pulse(unsigned pin)
{
    uint32_t eds = EDS0 + pin / 32 * 4, bit = 1u << pin % 32;
    int saw;

    dev_gpio_drive(&gpio, pin, GPIO_DRIVEN_HIGH);
    saw = (get(eds) & bit) != 0;
    put(eds, bit);
    dev_gpio_drive(&gpio, pin, GPIO_DRIVEN_LOW);
    saw |= ((get(eds) & bit) != 0) << 1;
    put(eds, bit);
    return saw;
}

/* p. 97-100: rising is 1, falling 2, both edges 3, for every pin. */
static void edges_are_detected(void **state)
{
    (void)state;
    for (unsigned pin = 0; pin < DEV_GPIO_PINS; pin++) {
        uint32_t second = pin / 32 * 4, bit = 1u << pin % 32;

        dev_gpio_drive(&gpio, pin, GPIO_DRIVEN_LOW);
        put(EDS0 + second, bit);
        assert_int_equal(saw_pulse(pin), 0);
        put(REN0 + second, bit);
        assert_int_equal(saw_pulse(pin), 1);
        put(FEN0 + second, bit);
        assert_int_equal(saw_pulse(pin), 3);
        put(REN0 + second, 0);
        assert_int_equal(saw_pulse(pin), 2);
        put(FEN0 + second, 0);
        put(AREN0 + second, bit);
        assert_int_equal(saw_pulse(pin), 1);
        put(AREN0 + second, 0);
        put(AFEN0 + second, bit);
        assert_int_equal(saw_pulse(pin), 2);
        put(AFEN0 + second, 0);
        assert_int_equal(get(EDS0 + second) & bit, 0);
    }
}

/* p. 96: a bit stays until 1 is written to it, and only to it. */
static void events_stay_until_cleared(void **state)
{
    (void)state;
    put(REN0, 3u << 20);
    dev_gpio_drive(&gpio, 20, GPIO_DRIVEN_HIGH);
    dev_gpio_drive(&gpio, 21, GPIO_DRIVEN_HIGH);
    dev_gpio_drive(&gpio, 20, GPIO_DRIVEN_LOW);
    put(REN0, 0);
    assert_int_equal(get(EDS0), 3u << 20);
    put(EDS0, 1u << 20);
    assert_int_equal(get(EDS0), 1u << 21);
    put(EDS0, 0);
    assert_int_equal(get(EDS0), 1u << 21);
}

/* p. 98-99: while the level holds, clearing sets the bit again. */
static void levels_are_detected(void **state)
{
    (void)state;
    put(HEN0, 1u << 20);
    assert_int_equal(get(EDS0), 0);
    dev_gpio_drive(&gpio, 20, GPIO_DRIVEN_HIGH);
    assert_int_equal(get(EDS0), 1u << 20);
    put(EDS0, 1u << 20);
    assert_int_equal(get(EDS0), 1u << 20);
    dev_gpio_drive(&gpio, 20, GPIO_DRIVEN_LOW);
    put(EDS0, 1u << 20);
    assert_int_equal(get(EDS0), 0);
    put(LEN1, 1u << (40 - 32)); /* the level is there already */
    assert_int_equal(get(EDS1), 1u << (40 - 32));
    put(LEN1, 0);
    put(EDS1, 1u << (40 - 32));
    assert_int_equal(get(EDS1), 0);
}

/* Edges of outputs count too: the detectors look at the pin. */
static void outputs_have_edges(void **state)
{
    (void)state;
    function(47, GPIO_FSEL_OUTPUT);
    put(AREN1, 1u << (47 - 32));
    put(SET1, 1u << (47 - 32));
    assert_int_equal(get(EDS1), 1u << (47 - 32));
}

static int line_level[4];

static void line_set(void *self, unsigned number, int level)
{
    (void)self;
    line_level[number - IRQ_GPIO0] = level;
}

/* Lines 49-52 (p. 113): the first three by pin, the last for any. */
static void interrupt_lines_follow_events(void **state)
{
    static const struct {
        unsigned pin, line;
    } ends[] = {{0, 0}, {27, 0}, {28, 1}, {45, 1}, {46, 2}, {53, 2}};

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        irq_connect(&gpio.irq[i], NULL, line_set);
    for (unsigned i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        uint32_t second = ends[i].pin / 32 * 4, bit = 1u << ends[i].pin % 32;

        dev_gpio_drive(&gpio, ends[i].pin, GPIO_DRIVEN_LOW);
        put(REN0 + second, bit);
        dev_gpio_drive(&gpio, ends[i].pin, GPIO_DRIVEN_HIGH);
        for (unsigned n = 0; n < 3; n++)
            assert_int_equal(line_level[n], n == ends[i].line);
        assert_int_equal(line_level[3], 1);
        put(EDS0 + second, bit);
        assert_int_equal(line_level[ends[i].line] | line_level[3], 0);
    }
}

static void echo_20_on_21(void *self, uint64_t was, uint64_t now)
{
    (void)self;
    if ((was ^ now) >> 20 & 1)
        dev_gpio_drive(&gpio, 21, now >> 20 & 1 ? GPIO_DRIVEN_HIGH : GPIO_DRIVEN_LOW);
}

/* A jumper from 20 to 21, made of the change callback. */
static void a_wire_joins_two_pins(void **state)
{
    (void)state;
    gpio.changed = echo_20_on_21;
    function(20, GPIO_FSEL_OUTPUT);
    put(REN0, 1u << 21);
    put(SET0, 1u << 20);
    assert_int_equal(get(LEV0) & 3u << 20, 3u << 20);
    assert_int_equal(get(EDS0), 1u << 21);
    put(CLR0, 1u << 20);
    assert_int_equal(get(LEV0) & 3u << 20, 0);
}

static uint64_t changed_bits;

static void note_change(void *self, uint64_t was, uint64_t now)
{
    (void)self;
    changed_bits |= was ^ now;
}

static void reset_and_boot(void **state)
{
    (void)state;
    function(14, GPIO_FSEL_OUTPUT);
    function(16, GPIO_FSEL_OUTPUT);
    put(SET0, 1u << 16);
    put(HEN0, 1u << 16);
    dev_gpio_drive(&gpio, 9, GPIO_DRIVEN_HIGH);
    changed_bits = 0;
    gpio.changed = note_change;
    dev_gpio_reset(&gpio);
    assert_int_equal(changed_bits, 1u << 16); /* who watches levels sees only what moved */
    assert_int_equal(get(0x04), 0);
    assert_int_equal(get(EDS0), 0);
    assert_int_equal(get(LEV0), 0x3ff); /* what drives pin 9 is still there */
    dev_gpio_after_boot(&gpio);
    assert_int_equal(get(0x04), 2u << 12 | 2u << 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(fsel_holds_every_function_of_every_pin, fresh),
        cmocka_unit_test_setup(set_and_clear_every_output, fresh),
        cmocka_unit_test_setup(the_latch_outlives_the_function, fresh),
        cmocka_unit_test_setup(inputs_read_the_outside, fresh),
        cmocka_unit_test_setup(lev_ignores_writes, fresh),
        cmocka_unit_test_setup(pulls_after_power_on, fresh),
        cmocka_unit_test_setup(pulls_are_clocked_in, fresh),
        cmocka_unit_test_setup(edges_are_detected, fresh),
        cmocka_unit_test_setup(events_stay_until_cleared, fresh),
        cmocka_unit_test_setup(levels_are_detected, fresh),
        cmocka_unit_test_setup(outputs_have_edges, fresh),
        cmocka_unit_test_setup(interrupt_lines_follow_events, fresh),
        cmocka_unit_test_setup(a_wire_joins_two_pins, fresh),
        cmocka_unit_test_setup(reset_and_boot, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
