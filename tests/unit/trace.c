/* The trace, byte for byte, in the course's format and with everything. */
#include "tests/unit/access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/observe/trace.h"

static const struct bus_access run[] = {
    {.op = BUS_START},
    {.op = BUS_WRITE, .origin = ORIGIN_CONSOLE, .width = 4, .addr = 0x20215040, .value = 0x68},
    {.op = BUS_BARRIER, .origin = ORIGIN_CONSOLE},
    {.op = BUS_READ, .width = 4, .addr = 0x20200008, .value = 0x66334873},
    {.op = BUS_WRITE, .width = 4, .addr = 0x20200008, .value = 0x66334871},
    {.op = BUS_BARRIER},
    {.op = BUS_DELAY_CYCLES, .value = 3000000},
    {.op = BUS_DELAY_US, .value = 10},
    {.op = BUS_DEV_VAL, .value = 1},
    {.op = BUS_WRITE, .width = 1, .addr = 0x20200000, .value = 0xab},
    {.op = BUS_WRITE, .width = 2, .addr = 0x20200002, .value = 0xabcd},
    {.op = BUS_READ, .width = 1, .addr = 0x20200000, .value = 0},
    {.op = BUS_READ, .width = 2, .addr = 0x20200002, .value = 0xffff},
    {.op = BUS_DELAY_CYCLES, .value = 0xffffffff},
};

static char *traced(int all, const struct bus_access *a, size_t n, const int *results)
{
    struct trace t;
    char *text = NULL;
    size_t nbytes = 0;
    FILE *out = open_memstream(&text, &nbytes);

    assert_non_null(out);
    trace_init(&t, out, all);
    for (size_t i = 0; i < n; i++)
        t.watcher.saw(t.watcher.self, &a[i], results ? results[i] : 0);
    fclose(out);
    return text;
}

static void course_format(void **state)
{
    char *text = traced(0, run, sizeof run / sizeof run[0], NULL);

    (void)state;
    assert_string_equal(text, "TRACE:0: calling pi code\n"
                              "TRACE:1: GET32(0x20200008) = 0x66334873\n"
                              "TRACE:2: PUT32(0x20200008) = 0x66334871\n"
                              "TRACE:3: dev_barrier\n"
                              "TRACE:4: delaying 3000000 cycles\n"
                              "TRACE:5: DEV_VAL32=0x1\n"
                              "TRACE:6: PUT8(0x20200000) = 0xab\n"
                              "TRACE:7: PUT16(0x20200002) = 0xabcd\n"
                              "TRACE:8: GET8(0x20200000) = 0x0\n"
                              "TRACE:9: GET16(0x20200002) = 0xffff\n"
                              "TRACE:10: delaying 4294967295 cycles\n");
    free(text);
}

static void everything(void **state)
{
    char *text = traced(1, run, 9, NULL);

    (void)state;
    assert_string_equal(text, "TRACE:0: calling pi code\n"
                              "TRACE:1: PUT32(0x20215040) = 0x68 # AUX.MU_IO, console\n"
                              "TRACE:2: dev_barrier # console\n"
                              "TRACE:3: GET32(0x20200008) = 0x66334873 # GPIO.FSEL2\n"
                              "TRACE:4: PUT32(0x20200008) = 0x66334871 # GPIO.FSEL2\n"
                              "TRACE:5: dev_barrier\n"
                              "TRACE:6: delaying 3000000 cycles\n"
                              "TRACE:7: delaying 10 us\n"
                              "TRACE:8: DEV_VAL32=0x1\n");
    free(text);
}

static void results_are_named(void **state)
{
    static const struct bus_access a[] = {
        {.op = BUS_READ, .width = 4, .addr = 0x20204000},
        {.op = BUS_READ, .width = 4, .addr = 0x20200001},
        {.op = BUS_WRITE, .width = 4, .addr = 0x21000000},
        {.op = BUS_WRITE, .width = 4, .addr = 0x20007e20, .origin = ORIGIN_CONSOLE},
    };
    static const int results[] = {BUS_UNMODELLED, BUS_MISALIGNED, BUS_OUTSIDE, BUS_LOST};
    char *text = traced(1, a, 4, results);

    (void)state;
    assert_string_equal(text, "TRACE:0: GET32(0x20204000) = 0x0 # SPI0.CS, not modelled\n"
                              "TRACE:1: GET32(0x20200001) = 0x0 # GPIO.FSEL0, misaligned\n"
                              "TRACE:2: PUT32(0x21000000) = 0x0 # 0x21000000, not a device\n"
                              "TRACE:3: PUT32(0x20007e20) = 0x0 # DMA.14_DEBUG, console, lost\n");
    free(text);
}

static void text_alone(void **state)
{
    char buf[TRACE_MAX_TEXT];
    size_t n = trace_text(&run[3], buf, sizeof buf);

    (void)state;
    assert_string_equal(buf, "GET32(0x20200008) = 0x66334873");
    assert_int_equal(n, strlen(buf));
    assert_true(trace_is_course(&run[3]));
    assert_false(trace_is_course(&run[1]));
    assert_false(trace_is_course(&run[7]));
}

/* Lines leave one at a time, so that they stay in order with a program's output. */
static void a_line_is_out_when_the_access_is_done(void **state)
{
    struct trace t;
    char line[64] = "";
    FILE *out = tmpfile();

    (void)state;
    assert_non_null(out);
    setvbuf(out, NULL, _IONBF, 0);
    trace_init(&t, out, 0);
    t.watcher.saw(t.watcher.self, &run[5], 0);
    assert_int_equal(ftell(out), strlen("TRACE:0: dev_barrier\n"));
    rewind(out);
    assert_non_null(fgets(line, sizeof line, out));
    assert_string_equal(line, "TRACE:0: dev_barrier\n");
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(course_format),
        cmocka_unit_test(everything),
        cmocka_unit_test(results_are_named),
        cmocka_unit_test(text_alone),
        cmocka_unit_test(a_line_is_out_when_the_access_is_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
