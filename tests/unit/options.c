/* The command line of emu and every .emu. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "emu/options.h"

enum { MAX_WORDS = 8 };

/* Splits text at spaces into argv and reads it. */
static int read_words(struct options *o, const char *text)
{
    static char copy[256];
    char *argv[MAX_WORDS + 1] = {copy};
    int argc = 1;

    snprintf(copy, 8, "prog");
    snprintf(copy + 8, sizeof copy - 8, "%s", text);
    for (char *p = strtok(copy + 8, " "); p; p = strtok(NULL, " "))
        argv[argc++] = p;
    return options_read(o, argc, argv);
}

static void defaults(void **state)
{
    struct options o;

    (void)state;
    assert_int_equal(read_words(&o, ""), 0);
    assert_int_equal(o.words, 1);
    assert_int_equal(o.baud, 115200);
    assert_int_equal(o.trace, TRACE_OFF);
    assert_int_equal(o.time, TIME_DEFAULT);
    assert_int_equal(o.engine, ENGINE_DEFAULT);
    assert_true(o.speed == 0);
    assert_false(o.pi || o.strict || o.quiet || o.help || o.version);
}

static void each_option(void **state)
{
    struct options o;

    (void)state;
    assert_int_equal(
        read_words(&o, "--pi=/dev/ttyUSB3 --baud 921600 --trace=all --time=host x.bin"), 0);
    assert_true(o.pi);
    assert_string_equal(o.pi_name, "/dev/ttyUSB3");
    assert_int_equal(o.baud, 921600);
    assert_int_equal(o.trace, TRACE_ALL);
    assert_int_equal(o.time, TIME_HOST);
    assert_int_equal(o.words, 6); /* --baud took two */
    assert_int_equal(
        read_words(&o, "--pi --trace --timeout=0.25 --output-limit 100 --strict --quiet"), 0);
    assert_null(o.pi_name);
    assert_int_equal(o.trace, TRACE_COURSE);
    assert_true(o.timeout_s == 0.25);
    assert_int_equal(o.output_limit, 100);
    assert_true(o.strict && o.quiet);
}

static void time_and_its_speed(void **state)
{
    struct options o;

    (void)state;
    assert_int_equal(read_words(&o, "--time=counted --speed=0.5"), 0);
    assert_int_equal(o.time, TIME_COUNTED);
    assert_true(o.speed == 0.5);
    assert_int_equal(read_words(&o, "--time virtual --speed 10"), 0);
    assert_int_equal(o.time, TIME_VIRTUAL);
    assert_true(o.speed == 10);
    assert_int_equal(o.words, 5);
    assert_int_equal(read_words(&o, "--speed=0.0009"), -1);
    assert_int_equal(read_words(&o, "--speed=1000001"), -1);
    assert_int_equal(read_words(&o, "--speed=nan"), -1);
}

static void a_waveform(void **state)
{
    struct options o;

    (void)state;
    assert_int_equal(read_words(&o, "--trace"), 0);
    assert_null(o.vcd);
    assert_int_equal(read_words(&o, "--vcd run.vcd x.bin"), 0);
    assert_string_equal(o.vcd, "run.vcd");
    assert_int_equal(o.words, 3);
    assert_int_equal(read_words(&o, "--vcd=./-a"), 0);
    assert_string_equal(o.vcd, "./-a");
}

static void what_needs_the_arm_engine(void **state)
{
    struct options o;

    (void)state;
    assert_int_equal(read_words(&o, "--trace=insn"), 0);
    assert_int_equal(o.engine, ENGINE_ARM);
    assert_int_equal(read_words(&o, "--pty"), 0);
    assert_int_equal(o.engine, ENGINE_ARM);
    assert_int_equal(read_words(&o, "--engine=native"), 0);
    assert_int_equal(o.engine, ENGINE_NATIVE);
}

static void ends_at_the_first_word(void **state)
{
    struct options o;

    (void)state;
    assert_int_equal(read_words(&o, "--quiet prog.bin --trace"), 0);
    assert_int_equal(o.words, 2);
    assert_int_equal(o.trace, TRACE_OFF);
    assert_int_equal(read_words(&o, "-- --trace"), 0);
    assert_int_equal(o.words, 2);
}

static void refused(void **state)
{
    static const struct {
        const char *words, *error;
    } rows[] = {
        {"--nope", "--nope: no such option (see --help)"},
        {"--pi=", "--pi=: no such option (see --help)"},
        {"--trace=some", "--trace=some: no such choice (see --help)"},
        {"--time=slow", "--time=slow: no such choice (see --help)"},
        {"--time", "--time=: no such choice (see --help)"},
        {"--engine=x86", "--engine=x86: no such choice (see --help)"},
        {"--timeout 0", "--timeout 0: seconds are meant, such as --timeout 10 or 0.5"},
        {"--timeout=5x", "--timeout 5x: seconds are meant, such as --timeout 10 or 0.5"},
        {"--timeout=inf", "--timeout inf: seconds are meant, such as --timeout 10 or 0.5"},
        {"--timeout=nan", "--timeout nan: seconds are meant, such as --timeout 10 or 0.5"},
        {"--timeout", "--timeout : seconds are meant, such as --timeout 10 or 0.5"},
        {"--output-limit=-3", "--output-limit -3: a number of bytes is meant"},
        {"--baud=", "--baud : a baud such as 115200 is meant"},
        {"--vcd", "--vcd: the name of a file to write is meant, such as --vcd run.vcd"},
        {"--vcd=", "--vcd: the name of a file to write is meant, such as --vcd run.vcd"},
        {"--vcd --trace", "--vcd: the name of a file to write is meant, such as --vcd run.vcd"},
        {"--timeoutx=3", "--timeoutx=3: no such option (see --help)"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct options o;

        assert_int_equal(read_words(&o, rows[i].words), -1);
        assert_string_equal(o.error, rows[i].error);
    }
}

static void what_a_line_leaves_out(void **state)
{
    struct options o;

    (void)state;
    assert_int_equal(read_words(&o, ""), 0);
    assert_false(o.stats || o.remote.no_batch || o.remote.no_compact || o.remote.no_shadow ||
                 o.remote.no_fuse || o.remote.no_delay || o.remote.no_speed);
    assert_int_equal(read_words(&o, "--stats --no-batch --no-shadow --no-delay"), 0);
    assert_true(o.stats && o.remote.no_batch && o.remote.no_shadow && o.remote.no_delay);
    assert_false(o.remote.no_compact || o.remote.no_fuse || o.remote.no_speed);
    assert_int_equal(read_words(&o, "--no-compact --no-fuse --no-speed"), 0);
    assert_true(o.remote.no_compact && o.remote.no_fuse && o.remote.no_speed);
    assert_int_equal(read_words(&o, "--no-haste"), -1);
    assert_string_equal(o.error, "--no-haste: no such option (see --help)");
}

static void checks(void **state)
{
    struct options o;

    (void)state;
    assert_int_equal(read_words(&o, ""), 0);
    assert_false(o.check || o.gen_suppressions || o.nsuppressions);
    assert_int_equal(
        read_words(&o, "--check --suppressions a.supp --gen-suppressions --suppressions=b"), 0);
    assert_true(o.check && o.gen_suppressions);
    assert_int_equal(o.nsuppressions, 2);
    assert_string_equal(o.suppressions[0], "a.supp");
    assert_string_equal(o.suppressions[1], "b");
    assert_int_equal(read_words(&o, "--suppressions="), -1);
}

static void what_it_starts_with(void **state)
{
    static const char *const bad[] = {"--fill=",          "--fill=random",
                                      "--fill=random:",   "--fill=random:-1",
                                      "--fill=random:7x", "--fill=random:18446744073709551616",
                                      "--fill=zeros",     "--initial="};
    struct options o;

    (void)state;
    assert_int_equal(read_words(&o, "--fill=random:18446744073709551615 --initial a.log"), 0);
    assert_int_equal(o.fill, 1);
    assert_true(o.seed == UINT64_MAX);
    assert_string_equal(o.initial, "a.log");
    assert_int_equal(read_words(&o, "--fill random:0 --fill zero"), 0);
    assert_int_equal(o.fill, 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(read_words(&o, bad[i]), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks),
        cmocka_unit_test(defaults),
        cmocka_unit_test(each_option),
        cmocka_unit_test(time_and_its_speed),
        cmocka_unit_test(a_waveform),
        cmocka_unit_test(what_needs_the_arm_engine),
        cmocka_unit_test(ends_at_the_first_word),
        cmocka_unit_test(refused),
        cmocka_unit_test(what_a_line_leaves_out),
        cmocka_unit_test(what_it_starts_with),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
