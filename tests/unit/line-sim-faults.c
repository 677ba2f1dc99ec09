/* Faults of the simulated line: what each does, how often it strikes, that it does so again, and
 * how it is written on a command line. */
#include "tests/unit/line-sim-rig.h"

enum { MANY = 1000000, BOTH = 1 << LINE_TO_PI | 1 << LINE_TO_LAPTOP };

static void start_with_fault(unsigned baud, struct line_fault fault)
{
    start(&(struct line_config){.baud = baud, .seed = 7, .nfaults = 1, .faults = {fault}});
}

static struct line_fault at(enum line_fault_kind kind, uint64_t position, uint64_t lasts_ns)
{
    return (struct line_fault){kind, 1 << LINE_TO_PI, 0, position, lasts_ns};
}

static void each_fault_does_what_it_says(void **state)
{
    const char *text;

    (void)state;
    start_with_fault(1000000, at(LINE_DROP, 2, 0));
    send_text(LINE_TO_PI, "abcd", 0);
    send_text(LINE_TO_LAPTOP, "abcd", 0);
    assert_string_equal(comes(LINE_TO_PI, SECOND), "abd");
    assert_string_equal(comes(LINE_TO_LAPTOP, SECOND), "abcd");

    start_with_fault(1000000, at(LINE_REPEAT, 1, 0));
    send_text(LINE_TO_PI, "abcd", 0);
    assert_string_equal(comes(LINE_TO_PI, SECOND), "abbcd");

    start_with_fault(1000000, at(LINE_FLIP, 3, 0));
    send_text(LINE_TO_PI, "abcd", 0);
    text = comes(LINE_TO_PI, SECOND);
    assert_memory_equal(text, "abc", 3);
    assert_int_equal(__builtin_popcount((unsigned)(uint8_t)text[3] ^ 'd'), 1);

    start_with_fault(1000000, at(LINE_INSERT, 0, 0));
    send_text(LINE_TO_PI, "abcd", 0);
    assert_string_equal(comes(LINE_TO_PI, SECOND) + 1, "abcd");
}

static void a_fault_takes_the_time_of_its_bytes(void **state)
{
    (void)state;
    start_with_fault(1000000, at(LINE_DROP, 0, 0));
    send_text(LINE_TO_PI, "ab", 0);
    expect_byte(LINE_TO_PI, 'b', 20000);

    start_with_fault(1000000, at(LINE_REPEAT, 0, 0));
    send_text(LINE_TO_PI, "ab", 0);
    expect_byte(LINE_TO_PI, 'a', 10000);
    expect_byte(LINE_TO_PI, 'a', 20000);
    expect_byte(LINE_TO_PI, 'b', 30000);

    start_with_fault(1000000, at(LINE_INSERT, 1, 0));
    send_text(LINE_TO_PI, "ab", 0);
    expect_byte(LINE_TO_PI, 'a', 10000);
    expect_byte(LINE_TO_PI, (uint8_t)line_random(7, 110 + LINE_TO_PI, 1), 20000);
    expect_byte(LINE_TO_PI, 'b', 30000);
}

/* An inserted byte, a lost one: both, and a lost byte is neither flipped nor repeated. */
static void faults_combine(void **state)
{
    struct line_config config = {.baud = 1000000, .seed = 7, .nfaults = 4};

    (void)state;
    for (unsigned kind = LINE_DROP; kind <= LINE_INSERT; kind++)
        config.faults[kind] = at(kind, 1, 0);
    start(&config);
    send_text(LINE_TO_PI, "abc", 0);
    expect_byte(LINE_TO_PI, 'a', 10000);
    expect_byte(LINE_TO_PI, (uint8_t)line_random(7, 110 + LINE_TO_PI, 1), 20000);
    expect_byte(LINE_TO_PI, 'c', 40000);
    assert_int_equal(m.wire[LINE_TO_PI].counts.faults[LINE_DROP], 1);
    assert_int_equal(m.wire[LINE_TO_PI].counts.faults[LINE_FLIP], 0);
    assert_int_equal(m.wire[LINE_TO_PI].counts.faults[LINE_REPEAT], 0);
    assert_int_equal(m.wire[LINE_TO_PI].counts.faults[LINE_INSERT], 1);
}

static void a_cut_takes_both_wires(void **state)
{
    (void)state;
    start_with_fault(1000000, at(LINE_CUT, 2, 0));
    send_text(LINE_TO_PI, "abcd", 0);
    send_text(LINE_TO_LAPTOP, "ABCD", 0);
    assert_string_equal(comes(LINE_TO_PI, 1000 * SECOND), "ab");
    assert_string_equal(comes(LINE_TO_LAPTOP, 1000 * SECOND), "AB");
    send_text(LINE_TO_LAPTOP, "E", 1000 * SECOND);
    assert_string_equal(comes(LINE_TO_LAPTOP, 2000 * SECOND), "");
    assert_int_equal(m.wire[LINE_TO_LAPTOP].counts.dead, 3);

    start_with_fault(1000000, at(LINE_CUT, 1, 20000)); /* two bytes long */
    send_text(LINE_TO_PI, "abcd", 0);
    send_text(LINE_TO_LAPTOP, "ABCD", 0);
    assert_string_equal(comes(LINE_TO_PI, SECOND), "ad");
    assert_string_equal(comes(LINE_TO_LAPTOP, SECOND), "AD");
}

static void silence_takes_one_wire(void **state)
{
    (void)state;
    start_with_fault(1000000, at(LINE_SILENCE, 1, 20000));
    send_text(LINE_TO_PI, "abcd", 0);
    send_text(LINE_TO_LAPTOP, "ABCD", 0);
    assert_string_equal(comes(LINE_TO_PI, SECOND), "ad");
    assert_string_equal(comes(LINE_TO_LAPTOP, SECOND), "ABCD");
}

static void noise_fills_the_line(void **state)
{
    uint8_t byte;
    uint64_t when, n = 0;

    (void)state;
    start_with_fault(115200, at(LINE_NOISE, 2, SECOND));
    send_text(LINE_TO_PI, "abcd", 0);
    send_text(LINE_TO_LAPTOP, "ABCD", 0);
    expect_byte(LINE_TO_PI, 'a', wire_ns(1, 115200));
    expect_byte(LINE_TO_PI, 'b', wire_ns(2, 115200));
    while (line_model_next(&m) != LINE_NEVER) {
        line_model_advance(&m, line_model_next(&m));
        while (line_model_take(&m, LINE_TO_PI, &byte, &when))
            assert_true(when >= wire_ns(3 + n, 115200) && when <= wire_ns(3 + n, 115200) + 1 &&
                        ++n);
    }
    assert_int_equal(n, 11520);
    assert_int_equal(m.wire[LINE_TO_PI].counts.noise, 11520);
    assert_int_equal(m.wire[LINE_TO_PI].counts.dead, 2);
    assert_string_equal(comes(LINE_TO_LAPTOP, 2 * SECOND), "ABCD");
    send_text(LINE_TO_PI, "ef", 2 * SECOND);
    assert_string_equal(comes(LINE_TO_PI, 3 * SECOND), "ef");
}

static void a_cut_ends_noise_too(void **state)
{
    struct line_config config = {.baud = 1000000, .nfaults = 2};

    (void)state;
    config.faults[0] = at(LINE_NOISE, 0, MS);
    config.faults[1] = at(LINE_CUT, 40, 0);
    start(&config);
    for (unsigned i = 0; i < 100; i++)
        line_model_send(&m, LINE_TO_PI, 'x', 0);
    comes(LINE_TO_PI, SECOND);
    assert_int_equal(m.wire[LINE_TO_PI].counts.noise, 40);
    assert_int_equal(m.wire[LINE_TO_PI].counts.arrived, 40);
}

/* Sends MANY bytes towards the Pi, `gap_ns` apart; what comes is added up to a hash. */
static uint64_t stream_hash(const struct line_config *config, uint64_t gap_ns)
{
    uint64_t hash = 0xCBF29CE484222325, sent = 0, now = 0;
    uint8_t byte;

    start(config);
    while (sent < MANY || line_model_next(&m) != LINE_NEVER) {
        now = sent < MANY ? now + gap_ns : line_model_next(&m);
        line_model_advance(&m, now);
        if (sent < MANY && line_model_send(&m, LINE_TO_PI, (uint8_t)(sent * 31 >> 3), now) == 0)
            sent++;
        while (line_model_take(&m, LINE_TO_PI, &byte, NULL))
            hash = (hash ^ byte) * 0x100000001B3; /* FNV-1a */
    }
    return hash;
}

static const struct line_config thousandth = {
    .baud = 115200,
    .seed = 1,
    .nfaults = 4,
    .faults = {{LINE_DROP, BOTH, 1000, 0, 0},
               {LINE_FLIP, BOTH, 1000, 0, 0},
               {LINE_REPEAT, BOTH, 1000, 0, 0},
               {LINE_INSERT, BOTH, 1000, 0, 0}},
};

/* Binomial: mean 1000, standard deviation 31.6; five of them are 158. */
static void rates_are_what_was_asked_for(void **state)
{
    const struct line_counts *c = &m.wire[LINE_TO_PI].counts;

    (void)state;
    stream_hash(&thousandth, 90000);
    for (unsigned kind = LINE_DROP; kind <= LINE_INSERT; kind++)
        assert_in_range(c->faults[kind], 842, 1158);
    assert_int_equal(c->sent, MANY);
    assert_int_equal(c->arrived, c->sent - c->faults[LINE_DROP] + c->faults[LINE_REPEAT] +
                                     c->faults[LINE_INSERT]);
}

/* No stretch is spared or favoured, and two faults in a row are as likely as chance has it. */
static void faults_are_spread_by_chance(void **state)
{
    const struct line_fault f = {LINE_DROP, BOTH, 10, 0, 0};
    unsigned total = 0, pairs = 0, same = 0;

    (void)state;
    for (unsigned block = 0; block < 100; block++) {
        unsigned n = 0;

        for (uint64_t p = block * 10000ull; p < (block + 1) * 10000ull; p++) {
            int now = line_fault_strikes(&f, 1, LINE_TO_PI, p);

            n += (unsigned)now;
            pairs += now && line_fault_strikes(&f, 1, LINE_TO_PI, p + 1);
            same += now && line_fault_strikes(&f, 1, LINE_TO_LAPTOP, p);
        }
        assert_in_range(n, 1000 - 150, 1000 + 150); /* deviation 30 */
        total += n;
    }
    assert_in_range(total, 100000 - 1500, 100000 + 1500);
    assert_in_range(pairs, 10000 - 500, 10000 + 500); /* deviation 99.5 */
    assert_in_range(same, 10000 - 500, 10000 + 500);
}

static void every_bit_is_flipped_equally_often(void **state)
{
    unsigned bits[8] = {0};
    uint8_t byte;

    (void)state;
    start_with_fault(115200, (struct line_fault){LINE_FLIP, BOTH, 1, 0, 0});
    for (unsigned i = 0; i < 80000; i++) {
        line_model_send(&m, LINE_TO_PI, 0, m.now);
        line_model_advance(&m, line_model_next(&m));
        assert_int_equal(line_model_take(&m, LINE_TO_PI, &byte, NULL), 1);
        assert_int_equal(__builtin_popcount(byte), 1);
        bits[__builtin_ctz(byte)]++;
    }
    for (unsigned b = 0; b < 8; b++)
        assert_in_range(bits[b], 10000 - 500, 10000 + 500); /* deviation 94 */
}

static void the_same_seed_gives_the_same_faults(void **state)
{
    struct line_config config = thousandth;
    uint64_t hash = stream_hash(&config, 90000);

    (void)state;
    assert_int_equal(stream_hash(&config, 90000), hash);
    assert_int_equal(stream_hash(&config, 123456), hash); /* at whatever pace */
    config.baud = 921600;
    assert_int_equal(stream_hash(&config, 20000), hash);
    config.seed = 2;
    assert_int_not_equal(stream_hash(&config, 20000), hash);
}

/* Every kind at once, windows that overlap, a FIFO that overruns: no byte is unaccounted for. */
static void every_byte_is_accounted_for(void **state)
{
    struct line_config config = thousandth;
    uint8_t byte;

    (void)state;
    config.fifo = 8;
    config.latency_ns = MS;
    config.ftdi = 1;
    config.nfaults = 7;
    config.faults[4] = (struct line_fault){LINE_CUT, BOTH, 20000, 0, 3 * MS};
    config.faults[5] = (struct line_fault){LINE_NOISE, BOTH, 5000, 0, 5 * MS};
    config.faults[6] = (struct line_fault){LINE_SILENCE, BOTH, 5000, 0, 2 * MS};
    start(&config);
    for (unsigned i = 0; i < 200000; i++) {
        line_model_send(&m, LINE_TO_PI, (uint8_t)i, i * 88000ull);
        line_model_send(&m, LINE_TO_LAPTOP, (uint8_t)i, i * 88000ull);
        for (unsigned d = 0; i % 9 == 0 && d < LINE_DIRS; d++)
            while (line_model_take(&m, d, &byte, NULL))
                ;
    }
    for (unsigned d = 0; d < LINE_DIRS; d++) {
        const struct line_counts *c = &m.wire[d].counts;

        assert_string_not_equal(comes(d, 1000 * SECOND), "");
        assert_int_equal(c->sent, 200000);
        assert_int_equal(c->arrived, c->sent - c->dead - c->faults[LINE_DROP] +
                                         c->faults[LINE_REPEAT] + c->faults[LINE_INSERT] +
                                         c->noise - c->overrun);
        for (unsigned kind = 0; kind < LINE_FAULT_KINDS; kind++)
            assert_true(c->faults[kind] > 0);
        assert_true(c->dead > 0 && c->noise > 0);
    }
    assert_true(m.wire[LINE_TO_PI].counts.overrun > 0);
    assert_int_equal(m.wire[LINE_TO_LAPTOP].counts.overrun, 0);
}

/* ---- how faults are written
 * -------------------------------------------------------------------------- */

static void faults_are_read(void **state)
{
    static const struct {
        enum line_fault_kind kind;
        const char *text;
        struct line_fault want;
    } good[] = {
        {LINE_DROP, "1/1000", {LINE_DROP, BOTH, 1000, 0, 0}},
        {LINE_FLIP, "to-pi:@0", {LINE_FLIP, 1 << LINE_TO_PI, 0, 0, 0}},
        {LINE_REPEAT, "to-laptop:1/1", {LINE_REPEAT, 1 << LINE_TO_LAPTOP, 1, 0, 0}},
        {LINE_INSERT, "@18446744073709551615", {LINE_INSERT, BOTH, 0, UINT64_MAX, 0}},
        {LINE_CUT, "@5", {LINE_CUT, BOTH, 0, 5, 0}},
        {LINE_CUT, "@5+0.5ms", {LINE_CUT, BOTH, 0, 5, MS / 2}},
        {LINE_NOISE, "to-pi:1/9+1000ms", {LINE_NOISE, 1 << LINE_TO_PI, 9, 0, SECOND}},
        {LINE_SILENCE, "@1+1ms", {LINE_SILENCE, BOTH, 0, 1, MS}},
    };
    static const struct {
        enum line_fault_kind kind;
        const char *text;
    } bad[] = {
        {LINE_DROP, ""},
        {LINE_DROP, "1000"},
        {LINE_DROP, "1/0"},
        {LINE_DROP, "1/"},
        {LINE_DROP, "1/-5"},
        {LINE_DROP, "1/ 5"},
        {LINE_DROP, "2/5"},
        {LINE_DROP, "1/5x"},
        {LINE_DROP, "@"},
        {LINE_DROP, "@-1"},
        {LINE_DROP, "to-mars:1/5"},
        {LINE_DROP, "to-pi1/5"},
        {LINE_DROP, "@5+3ms"},
        {LINE_CUT, "@5+"},
        {LINE_CUT, "@5+3"},
        {LINE_CUT, "@5+0ms"},
        {LINE_CUT, "@5+-3ms"},
        {LINE_CUT, "@5+3msx"},
        {LINE_NOISE, "@5"},
        {LINE_NOISE, "1/5"},
        {LINE_SILENCE, "@5"},
        {LINE_SILENCE, "@5+nan"},
        {LINE_DROP, "@18446744073709551616"},
    };
    struct line_fault f;

    (void)state;
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(line_fault_parse(good[i].kind, good[i].text, &f), 0);
        assert_memory_equal(&f, &good[i].want, sizeof f);
    }
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        if (line_fault_parse(bad[i].kind, bad[i].text, &f) != -1)
            fail_msg("%s: %s was taken", line_fault_name[bad[i].kind], bad[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_does_what_it_says),
        cmocka_unit_test(a_fault_takes_the_time_of_its_bytes),
        cmocka_unit_test(faults_combine),
        cmocka_unit_test(a_cut_takes_both_wires),
        cmocka_unit_test(silence_takes_one_wire),
        cmocka_unit_test(noise_fills_the_line),
        cmocka_unit_test(a_cut_ends_noise_too),
        cmocka_unit_test(rates_are_what_was_asked_for),
        cmocka_unit_test(faults_are_spread_by_chance),
        cmocka_unit_test(every_bit_is_flipped_equally_often),
        cmocka_unit_test(the_same_seed_gives_the_same_faults),
        cmocka_unit_test(every_byte_is_accounted_for),
        cmocka_unit_test(faults_are_read),
    };

    return cmocka_run_group_tests_name("line-sim-faults", tests, NULL, NULL);
}
