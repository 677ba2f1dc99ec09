/* What devices drive onto pins in their ALT functions: which pin has what, its level at any moment,
 * every edge where somebody hears it, and nothing where nobody does. */
#include "tests/unit/access.h"

#include <stdlib.h>
#include <string.h>

#include "emu/dev/board.h"

enum {
    LEV0 = DEV_GPIO_BASE + 0x34,
    EDS0 = DEV_GPIO_BASE + 0x40,
    REN0 = DEV_GPIO_BASE + 0x4c,
    UART0 = DEV_PL011_BASE,
    MINI = DEV_AUX_BASE,
    PWM = DEV_PWM_BASE,
    CM = DEV_CLOCKS_BASE,
    PASSWORD = 0x5a000000,
    EDGES = 20000,
};

static struct clock clk;
static struct bus bus;
static struct dev_board board;

/* Every change of a pin that is heard. */
static struct {
    uint64_t at_ns, level;
} edge[EDGES];
static unsigned edges;

static void heard(void *self, uint64_t was, uint64_t now)
{
    (void)self;
    if (was == now)
        return;
    assert_in_range(edges, 0, EDGES - 1);
    edge[edges].at_ns = clk.ns;
    edge[edges++].level = now;
}

static int fresh(void **state)
{
    struct dev_board_outside outside = {.clock = &clk};

    (void)state;
    memset(&clk, 0, sizeof clk);
    memset(&bus, 0, sizeof bus);
    clock_start(&clk, CLOCK_VIRTUAL);
    dev_board_init(&board, &outside, &bus);
    dev_board_after_boot(&board);
    edges = 0;
    return 0;
}

static void put(uint32_t addr, uint32_t value)
{
    access_put(&bus, addr, value);
}

static void function(unsigned pin, unsigned f)
{
    uint32_t addr = DEV_GPIO_BASE + 4 * (pin / 10), shift = 3 * (pin % 10);

    put(addr, (access_get(&bus, addr) & ~(7u << shift)) | f << shift);
}

static int level(unsigned pin)
{
    return (int)(access_get(&bus, LEV0 + 4 * (pin / 32)) >> pin % 32 & 1);
}

static void listen_to(uint64_t pins)
{
    board.gpio.changed = heard;
    dev_gpio_wire(&board.gpio, pins);
}

static void clock_output(uint32_t off, unsigned source, uint32_t div)
{
    put(CM + off, PASSWORD | source);
    put(CM + off + 4, PASSWORD | div << 12);
    put(CM + off, PASSWORD | 0x10 | source);
}

/* ---- which pin has what ---- */

/* A signal goes low and high. */
static void drive_signal(unsigned signal, int high)
{
    switch (signal) {
    case 0: /* TXD0: break */
        put(UART0 + 0x2c, high ? 0x70 : 0x71);
        break;
    case 1:
        put(MINI + 0x4c, high ? 3 : 0x43);
        break;
    case 2: /* PWM that is off: its silence bit */
    case 3:
        put(PWM, high ? 8u << (8 * (signal - 2)) : 0);
        break;
    default: /* a clock of 0.5 s, early or late in its period */
        put(CM + 0x70 + 8 * (signal - 4), PASSWORD | 0x20);
        put(CM + 0x74 + 8 * (signal - 4), PASSWORD | 4000 << 12);
        put(CM + 0x70 + 8 * (signal - 4), PASSWORD | (high ? 0x11 : 0x20));
    }
}

/* "BCM2835 ARM Peripherals" p. 102-103: pins of each signal by ALT function, those in the table's
 * columns 0 to 5; 99 ends a list. */
static const struct {
    const char *name;
    uint8_t place[8][2]; /* pin, ALT */
} manual[] = {
    {"TXD0", {{14, 0}, {32, 3}, {36, 2}, {99}}},
    {"TXD1", {{14, 5}, {32, 5}, {40, 5}, {99}}},
    {"PWM0", {{12, 0}, {18, 5}, {40, 0}, {99}}},
    {"PWM1", {{13, 0}, {19, 5}, {41, 0}, {45, 0}, {99}}},
    {"GPCLK0", {{4, 0}, {20, 5}, {32, 0}, {34, 0}, {99}}},
    {"GPCLK1", {{5, 0}, {21, 5}, {42, 0}, {44, 0}, {99}}},
    {"GPCLK2", {{6, 0}, {43, 0}, {99}}},
};

static const uint8_t alt_code[6] = {4, 5, 6, 7, 3, 2}; /* p. 92 */

static int has(unsigned signal, unsigned pin, unsigned alt)
{
    for (unsigned i = 0; manual[signal].place[i][0] != 99; i++)
        if (manual[signal].place[i][0] == pin && manual[signal].place[i][1] == alt)
            return 1;
    return 0;
}

static void the_manual_says_which_pin(void **state)
{
    for (unsigned signal = 0; signal < sizeof manual / sizeof *manual; signal++) {
        for (unsigned pin = 0; pin < DEV_GPIO_PINS; pin++) {
            for (unsigned alt = 0; alt < 6; alt++) {
                int low, high;

                fresh(state);
                function(pin, alt_code[alt]);
                drive_signal(signal, 0);
                low = level(pin);
                drive_signal(signal, 1);
                high = level(pin);
                if ((low != high) != has(signal, pin, alt))
                    fail_msg("pin %u with ALT%u: %s does %sdrive it", pin, alt, manual[signal].name,
                             low != high ? "" : "not ");
                if (has(signal, pin, alt))
                    assert_int_equal(high, 1);
            }
        }
    }
}

static void other_functions_take_the_pin_away(void **state)
{
    (void)state;
    drive_signal(1, 0);
    assert_int_equal(level(14), 0);
    drive_signal(1, 1);
    assert_int_equal(level(14), 1);
    function(14, GPIO_FSEL_INPUT); /* pulled down */
    assert_int_equal(level(14), 0);
    dev_gpio_drive(&board.gpio, 14, GPIO_DRIVEN_HIGH);
    assert_int_equal(level(14), 1);
    function(14, GPIO_FSEL_OUTPUT);
    assert_int_equal(level(14), 0);
    function(14, GPIO_FSEL_ALT5);
    assert_int_equal(level(14), 1);
    dev_gpio_drive(&board.gpio, 14, GPIO_DRIVEN_LOW); /* a short circuit: it reads what it drives */
    assert_int_equal(level(14), 1);
}

/* ---- UARTs ---- */

/* A receiver for the pin: looks at the middle of each bit. Returns the bits of a frame, the start
 * bit lowest. */
static uint32_t frame_at(unsigned pin, uint64_t start_ns, uint64_t bit_ns, unsigned nbits)
{
    uint32_t bits = 0;

    for (unsigned i = 0; i < nbits; i++) {
        uint64_t middle = start_ns + i * bit_ns + bit_ns / 2;

        clock_pass(&clk, middle - clk.ns);
        bits |= (uint32_t)level(pin) << i;
    }
    return bits;
}

/* The same from the edges that were heard. */
static uint32_t frame_heard(unsigned pin, uint64_t start_ns, uint64_t bit_ns, unsigned nbits)
{
    uint32_t bits = 0;

    for (unsigned i = 0; i < nbits; i++) {
        uint64_t middle = start_ns + i * bit_ns + bit_ns / 2;
        int now = 1;

        for (unsigned e = 0; e < edges && edge[e].at_ns <= middle; e++)
            now = (int)(edge[e].level >> pin & 1);
        bits |= (uint32_t)now << i;
    }
    return bits;
}

static const uint8_t text[] = {0x55, 0x00, 0xff, 0x80, 0x01, 'P', 'i'};

static void mini_uart_frames(void **state)
{
    const uint64_t bit = 8672; /* 271 * 8 clocks of 4 ns */

    for (int listening = 0; listening < 2; listening++) {
        for (unsigned seven = 0; seven < 2; seven++) {
            unsigned nbits = seven ? 9 : 10;
            uint32_t mask = seven ? 0x7f : 0xff;

            fresh(state);
            put(MINI + 0x4c, seven ? 2 : 3);
            if (listening)
                listen_to(1 << 14);
            clk.ns = 1000;
            for (unsigned i = 0; i < sizeof text; i++)
                put(MINI + 0x40, text[i]);
            for (unsigned i = 0; i < sizeof text; i++) {
                uint32_t expect = (text[i] & mask) << 1 | 1u << (nbits - 1);
                uint64_t start = 1000 + bit * nbits * i;

                assert_int_equal(frame_at(14, start, bit, nbits), expect);
                if (listening)
                    assert_int_equal(frame_heard(14, start, bit, nbits), expect);
            }
            clock_pass(&clk, 10 * bit);
            assert_int_equal(level(14), 1);
            assert_int_equal(listening, edges != 0);
            if (listening)
                assert_int_equal(edge[0].at_ns, 1000);
        }
    }
}

/* LCRH, p. 184: length, parity, two stop bits. */
static void pl011_frames(void **state)
{
    static const struct {
        uint8_t lcrh, data, nbits;
        char parity; /* 0, 'e', 'o', '0', '1' */
    } forms[] = {{0x70, 8, 10, 0},   {0x10, 5, 7, 0},    {0x30, 6, 8, 0},    {0x50, 7, 9, 0},
                 {0x76, 8, 11, 'e'}, {0x72, 8, 11, 'o'}, {0xf6, 8, 11, '0'}, {0xf2, 8, 11, '1'},
                 {0x78, 8, 11, 0},   {0x5e, 7, 11, 'e'}};

    for (unsigned f = 0; f < sizeof forms / sizeof *forms; f++) {
        uint64_t frame_ns = forms[f].nbits * 16000ull / 48;

        fresh(state);
        function(14, GPIO_FSEL_ALT0);
        put(UART0 + 0x24, 1);
        put(UART0 + 0x2c, forms[f].lcrh);
        put(UART0 + 0x30, 0x301);
        listen_to(1 << 14);
        clk.ns = 1000;
        for (unsigned i = 0; i < sizeof text; i++)
            put(UART0, text[i]);
        clock_pass(&clk, (sizeof text + 1) * frame_ns);
        for (unsigned i = 0; i < sizeof text; i++) {
            uint32_t byte = text[i] & ((1u << forms[f].data) - 1), expect = byte << 1;
            unsigned n = 1 + forms[f].data, odd = (unsigned)__builtin_parity(byte);

            if (forms[f].parity)
                expect |= (forms[f].parity == 'e'   ? odd
                           : forms[f].parity == 'o' ? !odd
                                                    : forms[f].parity == '1')
                          << n++;
            while (n < forms[f].nbits)
                expect |= 1u << n++;
            assert_int_equal(
                frame_heard(14, 1000 + i * frame_ns, frame_ns / forms[f].nbits, forms[f].nbits),
                expect);
        }
        put(UART0 + 0x30, 0x381); /* loopback: nothing outside */
        edges = 0;
        put(UART0, 0);
        clock_pass(&clk, 2 * frame_ns);
        assert_int_equal(edges, 0);
    }
}

/* What is dropped does not go out, what was begun does. */
static void a_cleared_fifo_is_not_sent(void **state)
{
    const uint64_t bit = 8672; /* 271 * 8 clocks of 4 ns */

    (void)state;
    put(MINI + 0x40, 0x0f);
    put(MINI + 0x40, 0x33);
    put(MINI + 0x48, 4);
    put(MINI + 0x40, 0x5a);
    assert_int_equal(frame_at(14, 0, bit, 10), 0x0f << 1 | 0x200);
    assert_int_equal(frame_at(14, 10 * bit, bit, 10), 0x5a << 1 | 0x200);
    clock_pass(&clk, 10 * bit);
    assert_int_equal(level(14), 1);
}

/* ---- PWM ---- */

static uint32_t seed = 1;

static uint32_t any(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)seed * below >> 32);
}

/* At 10 MHz a cycle is 100 ns: each is looked at, and next_edge is asked on the way. */
static void pwm_edges_are_where_the_level_changes(void **state)
{
    for (int round = 0; round < 500; round++) {
        unsigned channel = any(2), shift = 8 * channel;
        uint32_t range = 1 + any(round % 2 ? 12 : 70),
                 data = any(4) ? any(range + 2) : any(1u << 31);
        uint32_t ctl = 1u | any(2) << 1 | any(2) << 3 | any(2) << 4 | any(2) << 7;
        uint64_t next;
        int was;

        fresh(state);
        clock_output(0xa0, 6, 50);
        put(PWM + (channel ? 0x20 : 0x10), range);
        put(PWM + (channel ? 0x24 : 0x14), data);
        put(PWM, ctl << shift);
        was = dev_pwm_level(&board.pwm, channel);
        next = dev_pwm_next_edge(&board.pwm, channel);
        for (uint32_t cycle = 1; cycle <= 3 * range; cycle++) {
            int now;

            clk.ns = 100ull * cycle;
            now = dev_pwm_level(&board.pwm, channel);
            if ((now != was) != (next == clk.ns))
                fail_msg("range %u data 0x%x ctl 0x%x: level %d at cycle %u, edge told for %llu ns",
                         range, data, ctl, now, cycle, (unsigned long long)next);
            if (now != was)
                next = dev_pwm_next_edge(&board.pwm, channel);
            was = now;
        }
    }
}

static void pwm_on_a_pin(void **state)
{
    unsigned rose = 0;

    (void)state;
    function(18, GPIO_FSEL_ALT5);
    clock_output(0xa0, 1, 192); /* 100 kHz */
    put(PWM + 0x10, 100);
    put(PWM + 0x14, 30);
    put(PWM, 0x81);
    put(REN0, 1 << 18);
    for (int ms = 0; ms < 50; ms++) {
        clock_pass(&clk, 1000000);
        rose += access_get(&bus, EDS0) >> 18 & 1;
        put(EDS0, 1 << 18);
    }
    assert_int_equal(rose, 50);
    listen_to(1 << 18);
    clock_pass(&clk, 10000000);
    assert_int_equal(edges, 20);
    for (unsigned i = 1; i < edges; i++)
        assert_int_equal(edge[i].at_ns - edge[i - 1].at_ns,
                         edge[i].level >> 18 & 1 ? 700000 : 300000);
    put(PWM, 0);
    assert_int_equal(level(18), 0);
    assert_false(board.alt.alarm.set);
}

/* The FIFO's words follow each other without a seam. */
static void pwm_words_on_a_pin(void **state)
{
    uint32_t seen = 0;

    (void)state;
    function(12, GPIO_FSEL_ALT0);
    clock_output(0xa0, 6, 50);
    put(PWM + 0x10, 32);
    listen_to(1 << 12);
    put(PWM + 0x18, 0xa5f00001);
    put(PWM + 0x18, 0x80000000);
    put(PWM, 0x23); /* serialiser, from the FIFO */
    for (unsigned i = 0; i < 34; i++) {
        if (i < 32)
            seen |= (uint32_t)level(12) << (31 - i);
        else
            assert_int_equal(level(12), i == 32);
        clock_pass(&clk, 100);
    }
    assert_int_equal(seen, 0xa5f00001);
}

/* ---- clocks ---- */

static void clocks_on_pins(void **state)
{
    (void)state;
    function(4, GPIO_FSEL_ALT0);
    function(6, GPIO_FSEL_ALT0);
    clock_output(0x70, 1, 19); /* 1.0105 MHz */
    listen_to(1 << 4);
    clock_pass(&clk, 1000000000 / 1000);
    assert_in_range(edges, 2 * 1010 - 1, 2 * 1011 + 1);
    for (unsigned i = 1; i < edges; i++)
        assert_in_range(edge[i].at_ns - edge[i - 1].at_ns, 494, 496);
    assert_int_equal(level(6), 0);
    put(CM + 0x70, PASSWORD | 1); /* turned off: ends its cycle */
    clock_pass(&clk, 1000);
    assert_int_equal(level(4), 0);
    edges = 0;
    clock_pass(&clk, 100000);
    assert_int_equal(edges, 0);
    clock_output(0x80, 5, 1); /* 1 GHz: half cycles shorter than the clock tells apart */
    dev_gpio_wire(&board.gpio, 1 << 6);
    clock_pass(&clk, 1000);
}

/* ---- nobody listens ---- */

static void nothing_happens_where_nobody_listens(void **state)
{
    (void)state;
    function(18, GPIO_FSEL_ALT5);
    function(4, GPIO_FSEL_ALT0);
    clock_output(0xa0, 5, 2);
    clock_output(0x70, 5, 2);
    put(PWM, 1);
    put(PWM + 0x14, 1);
    put(MINI + 0x40, 'x');
    assert_false(board.alt.alarm.set);
    assert_true(clk.alarms == NULL);
    assert_true(board.gpio.alt_moves);
    put(REN0, 1 << 18);
    assert_true(board.alt.alarm.set);
    put(REN0, 0);
    assert_false(board.alt.alarm.set);
    /* Still pins are read without looking: the idle wire of the UART, as most programs have it. */
    fresh(state);
    assert_false(board.gpio.alt_moves);
    put(MINI + 0x40, 'x');
    assert_true(board.gpio.alt_moves);
    clock_pass(&clk, 100000);
    assert_int_equal(level(14), 1);
    assert_false(board.gpio.alt_moves);
}

/* An edge from before a detector was on is none. */
static void detectors_see_what_comes(void **state)
{
    (void)state;
    function(18, GPIO_FSEL_ALT5);
    put(PWM, 0);
    assert_int_equal(level(18), 0);
    clock_output(0xa0, 1, 1920); /* 10 kHz */
    put(PWM + 0x10, 2);
    put(PWM + 0x14, 1);
    put(PWM, 0x91);
    clock_pass(&clk, 250000);
    put(REN0, 1 << 18);
    assert_int_equal(access_get(&bus, EDS0), 0);
    clock_pass(&clk, 200000);
    assert_int_equal(access_get(&bus, EDS0), 1 << 18);
}

static void the_rest_is_known(void **state)
{
    (void)state;
    assert_int_equal(dev_alt_idle_ns(&board.alt), 0);
    put(MINI + 0x40, 'x');
    assert_int_equal(dev_alt_idle_ns(&board.alt), 0); /* nobody hears it */
    listen_to(1 << 14);
    put(MINI + 0x40, 'y');
    assert_int_equal(dev_alt_idle_ns(&board.alt), 2 * 86720);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manual_says_which_pin),
        cmocka_unit_test_setup(other_functions_take_the_pin_away, fresh),
        cmocka_unit_test(mini_uart_frames),
        cmocka_unit_test(pl011_frames),
        cmocka_unit_test_setup(a_cleared_fifo_is_not_sent, fresh),
        cmocka_unit_test(pwm_edges_are_where_the_level_changes),
        cmocka_unit_test_setup(pwm_on_a_pin, fresh),
        cmocka_unit_test_setup(pwm_words_on_a_pin, fresh),
        cmocka_unit_test_setup(clocks_on_pins, fresh),
        cmocka_unit_test_setup(nothing_happens_where_nobody_listens, fresh),
        cmocka_unit_test_setup(detectors_see_what_comes, fresh),
        cmocka_unit_test_setup(the_rest_is_known, fresh),
    };

    return cmocka_run_group_tests_name("dev-alt", tests, NULL, NULL);
}
