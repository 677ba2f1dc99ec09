/* PWM: "BCM2835 ARM Peripherals" ch. 9, p. 138-147, and its public errata. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/pwm.h"

enum {
    CTL = 0x00,
    STA = 0x04,
    DMAC = 0x08,
    RNG1 = 0x10,
    DAT1 = 0x14,
    FIF1 = 0x18,
    RNG2 = 0x20,
    DAT2 = 0x24,
};

enum {
    PWEN = 1 << 0,
    MODE = 1 << 1,
    RPTL = 1 << 2,
    SBIT = 1 << 3,
    POLA = 1 << 4,
    USEF = 1 << 5,
    CLRF = 1 << 6,
    MSEN = 1 << 7,
    SECOND = 8, /* shift to channel 2's */
    FULL = 1 << 0,
    EMPTY = 1 << 1,
    WERR = 1 << 2,
    GAP1 = 1 << 4,
    GAP2 = 1 << 5,
    STA1 = 1 << 9,
    STA2 = 1 << 10,
    HZ = 1000000,
    CYCLE = 1000, /* ns */
};

static struct bus bus;
static struct clock now;
static struct dev_pwm pwm;
static uint32_t hz;

static uint32_t rate(void *self)
{
    assert_ptr_equal(self, &hz);
    return hz;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, DEV_PWM_BASE + off);
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, DEV_PWM_BASE + off, value);
}

static int fresh(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    hz = HZ;
    clock_start(&now, CLOCK_VIRTUAL);
    dev_pwm_init(&pwm, &now, &hz, rate);
    dev_pwm_map(&pwm, &bus);
    return 0;
}

/* n cycles of a channel's output, as 0 and 1. */
static const char *cycles(unsigned channel, unsigned n)
{
    static char out[64];

    assert_true(n < sizeof out);
    clock_pass(&now, CYCLE / 2);
    for (unsigned i = 0; i < n; i++) {
        out[i] = (char)('0' + dev_pwm_level(&pwm, channel));
        clock_pass(&now, CYCLE);
    }
    out[n] = '\0';
    return out;
}

static void power_on_values(void **state)
{
    (void)state;
    assert_int_equal(get(CTL), 0);
    assert_int_equal(get(STA), EMPTY);
    assert_int_equal(get(DMAC), 0x707);
    assert_int_equal(get(RNG1), 0x20);
    assert_int_equal(get(RNG2), 0x20);
    assert_int_equal(get(DAT1), 0);
    assert_int_equal(get(DAT2), 0);
    assert_int_equal(get(FIF1), 0x70776d30);
}

/* p. 139: N pulses in M cycles, evenly spread. */
static void pulses_are_spread(void **state)
{
    (void)state;
    put(RNG1, 8);
    put(DAT1, 4);
    put(CTL, PWEN);
    assert_string_equal(cycles(0, 16), "0101010101010101");
    put(RNG2, 10);
    put(DAT2, 3);
    put(CTL, PWEN << SECOND);
    assert_string_equal(cycles(1, 10), "0001001001");
    assert_int_equal(get(STA), EMPTY | STA2);
}

static void mark_space_keeps_them_together(void **state)
{
    struct dev_pwm_output o;

    (void)state;
    put(RNG1, 10);
    put(DAT1, 3);
    put(CTL, PWEN | MSEN);
    assert_string_equal(cycles(0, 20), "00000001110000000111");
    dev_pwm_output(&pwm, 0, &o);
    assert_true(o.on && !o.serial);
    assert_int_equal(o.period_ns, 10 * CYCLE);
    assert_int_equal(o.high_ns, 3 * CYCLE);
    put(CTL, PWEN | MSEN | POLA); /* p. 142: inverted */
    dev_pwm_output(&pwm, 0, &o);
    assert_int_equal(o.high_ns, 7 * CYCLE);
    put(DAT1, 99); /* beyond the range: always */
    put(CTL, PWEN | MSEN);
    dev_pwm_output(&pwm, 0, &o);
    assert_int_equal(o.high_ns, 10 * CYCLE);
    assert_string_equal(cycles(0, 4), "1111");
}

/* p. 145: "if RNG is more than 32 excess zero bits are sent"; SBIT is what is sent there (errata).
 */
static void words_are_serialised(void **state)
{
    struct dev_pwm_output o;

    (void)state;
    put(RNG1, 6);
    put(DAT1, 0xa4000000);
    put(CTL, PWEN | MODE);
    assert_string_equal(cycles(0, 12), "101001101001");
    put(CTL, 0);
    put(RNG1, 35);
    put(DAT1, 0xffffffff);
    put(CTL, PWEN | MODE);
    assert_string_equal(cycles(0, 36), "111111111111111111111111111111110001");
    dev_pwm_output(&pwm, 0, &o);
    assert_true(o.on && o.serial);
    assert_int_equal(o.period_ns, 35 * CYCLE);
}

static void silence_is_sbit(void **state)
{
    struct dev_pwm_output o;

    (void)state;
    put(CTL, SBIT);
    assert_int_equal(dev_pwm_level(&pwm, 0), 1);
    put(CTL, SBIT | POLA);
    assert_int_equal(dev_pwm_level(&pwm, 0), 0);
    dev_pwm_output(&pwm, 0, &o);
    assert_false(o.on);
}

/* 16 words (errata p. 138); WERR tells of one too many, p. 144. */
static void the_fifo_holds_sixteen_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        assert_int_equal(get(STA) & FULL, 0);
        put(FIF1, i);
    }
    assert_int_equal(get(STA), FULL);
    put(FIF1, 16);
    assert_int_equal(get(STA), FULL | WERR);
    put(STA, WERR);
    assert_int_equal(get(STA), FULL);
    put(CTL, CLRF);
    assert_int_equal(get(CTL), 0);
    assert_int_equal(get(STA), EMPTY);
}

static void words_leave_at_the_pwm_clock(void **state)
{
    (void)state;
    put(RNG1, 100);
    put(CTL, PWEN | USEF | MODE);
    assert_int_equal(get(STA), EMPTY); /* nothing to send yet (errata p. 144) */
    put(FIF1, 1);
    put(FIF1, 2);
    assert_int_equal(get(STA), STA1); /* one goes out, one waits */
    clock_pass(&now, 100 * CYCLE - 1);
    assert_int_equal(get(STA), STA1);
    clock_pass(&now, 1);
    assert_int_equal(get(STA), STA1 | EMPTY);
    clock_pass(&now, 100ull * CYCLE);
    assert_int_equal(get(STA), EMPTY | GAP1);
    put(STA, GAP1);
    assert_int_equal(get(STA), EMPTY);
}

/* p. 143: "Last data in FIFO is transmitted repetedly until FIFO is not empty". */
static void the_last_word_repeats(void **state)
{
    (void)state;
    put(RNG1, 4);
    put(CTL, PWEN | USEF | MODE | RPTL);
    put(FIF1, 0xa0000000);
    assert_string_equal(cycles(0, 10), "1010101010");
    assert_int_equal(get(STA), EMPTY | STA1);
    clock_pass(&now, CYCLE); /* 11.5 cycles: in the third repetition */
    put(FIF1, 0xf0000000);
    assert_int_equal(get(STA) & EMPTY, 0);
    clock_pass(&now, CYCLE / 2);
    assert_int_equal(get(STA), EMPTY | STA1);
    assert_string_equal(cycles(0, 4), "1111");
}

/* p. 146: the FIFO's words go to both in turn. */
static void both_channels_share_in_turn(void **state)
{
    (void)state;
    put(RNG1, 4);
    put(RNG2, 4);
    for (unsigned i = 1; i <= 5; i++)
        put(FIF1, i);
    put(CTL, (PWEN | USEF) | (PWEN | USEF) << SECOND);
    assert_int_equal(pwm.s.channel[0].word, 1);
    assert_int_equal(pwm.s.channel[1].word, 2);
    clock_pass(&now, 4ull * CYCLE);
    assert_int_equal(pwm.s.channel[0].word, 3);
    assert_int_equal(pwm.s.channel[1].word, 4);
    clock_pass(&now, 4ull * CYCLE);
    assert_int_equal(pwm.s.channel[0].word, 5);
    assert_int_equal(get(STA), EMPTY | STA1 | GAP2);
}

static void requests_keep_to_the_threshold(void **state)
{
    (void)state;
    put(RNG1, 10);
    put(DMAC, 0x80000003);
    assert_int_equal(pwm.dreq.level, 1);
    for (unsigned i = 0; i < 4; i++)
        put(FIF1, i);
    assert_int_equal(pwm.dreq.level, 0);
    put(CTL, PWEN | USEF);
    assert_int_equal(pwm.dreq.level, 1);
    put(DMAC, 3);
    assert_int_equal(pwm.dreq.level, 0);
}

static void without_a_clock_it_stands_still(void **state)
{
    (void)state;
    hz = 0;
    put(RNG1, 4);
    put(CTL, PWEN | USEF | MODE);
    put(FIF1, 0x80000000);
    put(FIF1, 0);
    clock_pass(&now, 1000000);
    assert_int_equal(get(STA), 0);
    assert_int_equal(dev_pwm_level(&pwm, 0), 0);
    hz = HZ;
    dev_pwm_rate_changed(&pwm);
    assert_int_equal(dev_pwm_level(&pwm, 0), 1);
    hz = HZ / 10;
    dev_pwm_rate_changed(&pwm);
    clock_pass(&now, 40 * CYCLE - 1);
    assert_int_equal(get(STA), STA1);
    clock_pass(&now, 1);
    assert_int_equal(get(STA), STA1 | EMPTY);
    put(FIF1, 1);
    hz = 0; /* runs out without a word */
    clock_pass(&now, 1000000);
    assert_int_equal(get(STA), STA1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(power_on_values, fresh),
        cmocka_unit_test_setup(pulses_are_spread, fresh),
        cmocka_unit_test_setup(mark_space_keeps_them_together, fresh),
        cmocka_unit_test_setup(words_are_serialised, fresh),
        cmocka_unit_test_setup(silence_is_sbit, fresh),
        cmocka_unit_test_setup(the_fifo_holds_sixteen_words, fresh),
        cmocka_unit_test_setup(words_leave_at_the_pwm_clock, fresh),
        cmocka_unit_test_setup(the_last_word_repeats, fresh),
        cmocka_unit_test_setup(both_channels_share_in_turn, fresh),
        cmocka_unit_test_setup(requests_keep_to_the_threshold, fresh),
        cmocka_unit_test_setup(without_a_clock_it_stands_still, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
