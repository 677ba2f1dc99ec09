/* Traces as text: each form read and written, found in a program's output, and broken lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/observe/compare-input.h"
#include "emu/observe/trace.h"

static int read_one(struct log_text *t, const char *line, struct log_record *r)
{
    return log_text_line(t, line, strlen(line), r);
}

static void each_form_is_read(void **state)
{
    static const struct {
        const char *line;
        enum log_text_format format;
        struct bus_access a;
        int result;
    } known[] = {
        {"\tTRACE:PUT32(0x20200008)=0x1",
         LOG_TEXT_2019,
         {.op = BUS_WRITE, .width = 4, .addr = 0x20200008, .value = 1},
         0},
        {"\tTRACE:GET32(0x20200034)=0xffffffff",
         LOG_TEXT_2019,
         {.op = BUS_READ, .width = 4, .addr = 0x20200034, .value = 0xffffffff},
         0},
        {"TRACE:PUT32(0x20200008)=0x1",
         LOG_TEXT_PI,
         {.op = BUS_WRITE, .width = 4, .addr = 0x20200008, .value = 1},
         0},
        {"TRACE:GET32(20200034)=1f",
         LOG_TEXT_PI, /* printed without 0x */
         {.op = BUS_READ, .width = 4, .addr = 0x20200034, .value = 0x1f},
         0},
        {"TRACE:7: PUT32(0x20200008) = 0x66334871",
         LOG_TEXT_COURSE,
         {.op = BUS_WRITE, .width = 4, .addr = 0x20200008, .value = 0x66334871},
         0},
        {"TRACE:8: GET8(0x20200001) = 0xab",
         LOG_TEXT_COURSE,
         {.op = BUS_READ, .width = 1, .addr = 0x20200001, .value = 0xab},
         0},
        {"TRACE:8: PUT16(0x20200002) = 0xabcd",
         LOG_TEXT_COURSE,
         {.op = BUS_WRITE, .width = 2, .addr = 0x20200002, .value = 0xabcd},
         0},
        {"TRACE:8: DEV_VAL32=0x1", LOG_TEXT_COURSE, {.op = BUS_DEV_VAL, .value = 1}, 0},
        {"TRACE:8: delaying 3000000 cycles",
         LOG_TEXT_COURSE,
         {.op = BUS_DELAY_CYCLES, .value = 3000000},
         0},
        {"TRACE:8: dev_barrier", LOG_TEXT_COURSE, {.op = BUS_BARRIER}, 0},
        {"TRACE:0: calling pi code", LOG_TEXT_COURSE, {.op = BUS_START}, 0},
        {"TRACE:8: delaying 10 us", LOG_TEXT_ALL, {.op = BUS_DELAY_US, .value = 10}, 0},
        {"TRACE:8: dev_barrier # console",
         LOG_TEXT_ALL,
         {.op = BUS_BARRIER, .origin = ORIGIN_CONSOLE},
         0},
        {"TRACE:8: PUT32(0x20215040) = 0x68 # AUX.MU_IO, console",
         LOG_TEXT_ALL,
         {.op = BUS_WRITE, .origin = ORIGIN_CONSOLE, .width = 4, .addr = 0x20215040, .value = 0x68},
         0},
        {"TRACE:8: GET32(0x20999000) = 0x0 # 0x20999000, DMA, not modelled",
         LOG_TEXT_ALL,
         {.op = BUS_READ, .origin = ORIGIN_DMA, .width = 4, .addr = 0x20999000},
         BUS_UNMODELLED},
        {"TRACE:8: GET32(0x20200001) = 0x0 # GPIO.FSEL0, misaligned",
         LOG_TEXT_ALL,
         {.op = BUS_READ, .width = 4, .addr = 0x20200001},
         BUS_MISALIGNED},
        {"TRACE:8: GET32(0x20200004) = 0x0 # GPIO.FSEL1, lost",
         LOG_TEXT_ALL,
         {.op = BUS_READ, .width = 4, .addr = 0x20200004},
         BUS_LOST},
        {"TRACE:8: GET32(0x30200004) = 0x0 # 0x30200004, not a device",
         LOG_TEXT_ALL,
         {.op = BUS_READ, .width = 4, .addr = 0x30200004},
         BUS_OUTSIDE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct log_text t = {.format = LOG_TEXT_UNKNOWN};
        const struct bus_access *a = &known[i].a;
        struct log_record r;

        if (read_one(&t, known[i].line, &r) != 1)
            fail_msg("%s: %s", known[i].line, t.why);
        if (t.format != known[i].format || r.kind != LOG_ACCESS || r.a.op != a->op ||
            r.a.width != a->width || r.a.addr != a->addr || r.a.value != a->value ||
            r.a.origin != a->origin || r.result != known[i].result)
            fail_msg("%s: read as something else", known[i].line);
    }
}

static void broken_lines(void **state)
{
    static const struct {
        const char *before, *line, *why;
    } known[] = {
        {"", "TRACE:PUT32(0x20200008)=", "no value of 32 bits in hexadecimal follows ="},
        {"", "TRACE:PUT32(0x120200008)=0x1", "no address of 32 bits in hexadecimal follows ("},
        {"", "TRACE:PUT32(0x20200008)=0x123456789", "no value of 32 bits in hexadecimal follows ="},
        {"", "TRACE:PUT32(0x20200008) = 0x1", "no \")=\" follows the address"},
        {"", "TRACE:PUT32((nil))=0x1", "no address of 32 bits in hexadecimal follows ("},
        {"", "TRACE:PUT32(0x20200008)=0x1abcg", "\"g\" follows the access"},
        {"\tTRACE:PUT32(0x20200008)=0x1", "TRACE:PUT32(0x20200008)=0x1",
         "a line of format pi in a trace of format 2019"},
        {"TRACE:PUT32(0x20200008)=0x1", "TRACE:4: dev_barrier",
         "a line with a number, in a trace without"},
        {"", "TRACE:4: PUT32(0x20200008)=0x1", "no \") = \" follows the address"},
        {"", "TRACE:4: PUT32(0x20200008", "no \") = \" follows the address"},
        {"", "TRACE:4: PUT64(0x20200008) = 0x1", "no access that a trace has follows its number"},
        {"", "TRACE:4:", "no \": \" follows the number of the line"},
        {"", "TRACE:99999999999999999999: dev_barrier", "the number of the line is too large"},
        {"", "TRACE:4: delaying", "no access that a trace has follows its number"},
        {"", "TRACE:4: delaying 4294967296 us", "no number of 32 bits follows \"delaying\""},
        {"", "TRACE:4: delaying 10", "neither \"us\" nor \"cycles\" follows the delay"},
        {"", "TRACE:4: DEV_VAL32=", "no value of 32 bits in hexadecimal follows ="},
        {"", "TRACE:4: dev_barrier # konsole", "\"konsole\" is no remark of --trace=all"},
        {"", "TRACE:4: GET32(0x20200008) = 0x0 # GPIO.FSEL2,console", "no blank follows a comma"},
        {"", "TRACE:4: dev_barrier # ", "nothing follows #"},
        {"", "TRACE:4: dev_barrier and more", "\" and more\" follows the access"},
        {"TRACE:3: dev_barrier", "TRACE:5: dev_barrier",
         "number 5 follows 3: lines are missing, or another run begins"},
        {"TRACE:9: dev_barrier", "TRACE:0: calling pi code",
         "number 0 follows 9: lines are missing, or another run begins"},
        {"TRACE:3: GET32(0x20200008) = 0x0", "TRACE:4: delaying 1 us",
         "a line of --trace=all in a trace of the course's format"},
        {"TRACE:3: delaying 1 us", "TRACE:4: GET32(0x20200008) = 0x0",
         "no register is named, in a trace of --trace=all"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct log_text t = {.format = LOG_TEXT_UNKNOWN};
        struct log_record r;

        if (*known[i].before && read_one(&t, known[i].before, &r) != 1)
            fail_msg("%s: %s", known[i].before, t.why);
        if (read_one(&t, known[i].line, &r) != -1)
            fail_msg("%s: taken", known[i].line);
        assert_string_equal(t.why, known[i].why);
    }
}

/* What the program prints lies between, and before the trace in its line. */
static void other_output_is_skipped(void **state)
{
    static const char *const lines[] = {
        "",
        "hello from the pi",
        "TRACE:notmain:about to set the pin", /* libpi's trace() */
        "TRACE:",
        "TRACE: 5",
        "emu: native engine: blink.c",
        "TRACE:PUT32 is what this program calls",
        "DONE!!!",
    };
    struct log_text t = {.format = LOG_TEXT_UNKNOWN};
    struct log_record r;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_int_equal(read_one(&t, lines[i], &r), 0);
    assert_int_equal(read_one(&t, "no newlineTRACE:5: dev_barrier", &r), 1);
    assert_int_equal(read_one(&t, "TRACE:x TRACE:6: GET32(0x20200008) = 0x2\r", &r), 1);
    assert_int_equal(r.a.value, 2);
    /* a program that traces itself, as the labs do, prints this */
    assert_int_equal(read_one(&t, "TRACE:PUT32(0x20200008)=0x1", &r), 0);
    assert_int_equal(t.line, sizeof lines / sizeof lines[0] + 3);

    t = (struct log_text){.format = LOG_TEXT_UNKNOWN};
    assert_int_equal(read_one(&t, "on: \tTRACE:PUT32(0x20200008)=0x1", &r), 1);
    assert_int_equal(t.format, LOG_TEXT_2019);
    assert_int_equal(log_text_line(&t, "\0TRACE:PUT32(0x2", 16, &r), -1);
}

/* What is written is read as what was written. */
static void there_and_back(void **state)
{
    static const struct bus_access run[] = {
        {.op = BUS_START},
        {.op = BUS_READ, .width = 4, .addr = 0x20200008, .value = 0x66334873},
        {.op = BUS_WRITE, .origin = ORIGIN_CONSOLE, .width = 4, .addr = 0x20215040, .value = 104},
        {.op = BUS_BARRIER, .origin = ORIGIN_CONSOLE},
        {.op = BUS_WRITE, .width = 1, .addr = 0x20200000, .value = 0xab},
        {.op = BUS_DELAY_US, .value = 10},
        {.op = BUS_DELAY_CYCLES, .value = 0xffffffff},
        {.op = BUS_DEV_VAL, .value = 1},
        {.op = BUS_WRITE, .origin = ORIGIN_DMA, .width = 4, .addr = 0x20203004, .value = 7},
        {.op = BUS_READ, .width = 2, .addr = 0x20999000},
    };
    static const int kept[] = {
        [LOG_TEXT_COURSE] = 6, [LOG_TEXT_ALL] = 10, [LOG_TEXT_2019] = 3, [LOG_TEXT_PI] = 3};
    enum { N = sizeof run / sizeof run[0] };

    (void)state;
    for (int f = 0; f < LOG_TEXT_UNKNOWN; f++) {
        struct log_text t = {.format = LOG_TEXT_UNKNOWN};
        int n = 0;

        assert_int_equal(log_text_format_named(log_text_format_name(f)), f);
        for (size_t i = 0; i < N; i++) {
            struct log_record r = {.kind = LOG_ACCESS, .a = run[i]}, back;
            char text[TRACE_MAX_LINE], line[TRACE_MAX_LINE + 16];
            size_t bytes;

            r.result = i == N - 1 && f == LOG_TEXT_ALL ? BUS_UNMODELLED : 0;
            if (!log_text_has(f, &r))
                continue;
            if (f == LOG_TEXT_COURSE || f == LOG_TEXT_ALL) {
                trace_line(&r.a, r.result, f == LOG_TEXT_ALL, text, sizeof text);
                bytes = (size_t)snprintf(line, sizeof line, "TRACE:%d: %s\n", n, text);
            } else {
                bytes = log_text_print(f, &r.a, line, sizeof line);
            }
            assert_int_equal(log_text_line(&t, line, bytes - 1, &back), 1);
            assert_memory_equal(&back.a, &r.a, sizeof r.a);
            assert_int_equal(back.result, r.result);
            n++;
        }
        assert_int_equal(n, kept[f]);
        assert_int_equal(t.format, f);
    }
    assert_int_equal(log_text_format_named("2020"), LOG_TEXT_UNKNOWN);
    assert_string_equal(log_text_format_name(LOG_TEXT_UNKNOWN), "unknown");
    assert_int_equal(log_text_has(LOG_TEXT_ALL, &(struct log_record){.kind = LOG_IRQ}), 0);
    assert_int_equal(log_text_shows(LOG_TEXT_UNKNOWN), 0);
}

static void the_old_forms_byte_for_byte(void **state)
{
    const struct bus_access a = {.op = BUS_WRITE, .width = 4, .addr = 0x20200008, .value = 1};
    char line[TRACE_MAX_LINE];

    (void)state;
    assert_int_equal(log_text_print(LOG_TEXT_2019, &a, line, sizeof line), 29);
    assert_string_equal(line, "\tTRACE:PUT32(0x20200008)=0x1\n");
    assert_int_equal(log_text_print(LOG_TEXT_PI, &a, line, sizeof line), 28);
    assert_string_equal(line, "TRACE:PUT32(0x20200008)=0x1\n");
}

/* The time that a text gets is the one a log takes for granted: it costs no byte. */
static void times_are_the_expected_ones(void **state)
{
    static const struct bus_access run[] = {
        {.op = BUS_WRITE, .width = 4, .addr = 0x20200008, .value = 1},
        {.op = BUS_READ, .width = 4, .addr = 0x20200008, .value = 1},
        {.op = BUS_BARRIER},
        {.op = BUS_DELAY_US, .value = 10},
        {.op = BUS_DELAY_CYCLES, .value = 100},
        {.op = BUS_DEV_VAL, .value = 1},
        {.op = BUS_WRITE, .origin = ORIGIN_DMA, .width = 4, .addr = 0x20203004, .value = 7},
    };
    struct log_code code = {.clock = LOG_VIRTUAL};
    uint8_t bytes[LOG_CODE_MAX];
    uint64_t ns = 0;

    (void)state;
    for (int turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < sizeof run / sizeof run[0]; i++) {
            struct log_record r = {.kind = LOG_ACCESS, .a = run[i]};

            r.ns = ns = log_text_time(&r, ns);
            log_encode(&code, &r, bytes);
            assert_int_not_equal(bytes[0], 4); /* "later than expected" */
        }
    }
    assert_int_equal(ns, 3 * (100 + 100 + 10000 + 10000));
}

/* ---- files ---- */

static char path[] = "/tmp/log-text-XXXXXX";

static void write_text(const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* The form is known before the first record is asked for, wherever the line that tells is. */
static void a_file_is_recognised(void **state)
{
    static const struct {
        const char *text;
        enum log_text_format format;
        int records;
    } known[] = {
        {"hi\n\tTRACE:PUT32(0x20200008)=0x1\nbye", LOG_TEXT_2019, 1},
        {"TRACE:PUT32(0x20200008)=0x1", LOG_TEXT_PI, 1},
        {"TRACE:0: calling pi code\nhello\nTRACE:1: dev_barrier\n", LOG_TEXT_COURSE, 2},
        {"TRACE:0: calling pi code\nTRACE:1: dev_barrier\nTRACE:2: delaying 1 us\n", LOG_TEXT_ALL,
         3},
        {"TRACE:0: calling pi code\nTRACE:1: GET32(0x0) = 0x0\n", LOG_TEXT_COURSE, 2},
        {"TRACE:0: calling pi code\nTRACE:1: GET32(0x0) = 0x0 # 0x0\n", LOG_TEXT_ALL, 2},
    };
    struct compare_input in;
    struct log_record r;

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        int n = 0;

        write_text(known[i].text);
        assert_int_equal(compare_open(&in, path), 0);
        assert_int_equal(in.lines.format, known[i].format);
        assert_int_equal(in.shows, log_text_shows(known[i].format));
        while (in.next(&in, &r) > 0)
            n++;
        assert_int_equal(n, known[i].records);
        assert_int_equal(in.next(&in, &r), 0);
        compare_close(&in);
    }
}

/* A broken line is reported where it is, after what comes before it. */
static void a_file_with_a_broken_line(void **state)
{
    char why[256];
    struct compare_input in;
    struct log_record r;

    (void)state;
    write_text("TRACE:0: calling pi code\nhello\nTRACE:1: dev_barrier\nTRACE:2: dev_barr\n");
    snprintf(why, sizeof why, "%s:4: no access that a trace has follows its number", path);
    assert_int_equal(compare_open(&in, path), 0);
    assert_int_equal(in.next(&in, &r), 1);
    assert_int_equal(in.at, 1);
    assert_int_equal(in.next(&in, &r), 1);
    assert_int_equal(in.at, 3);
    assert_int_equal(in.next(&in, &r), -1);
    assert_string_equal(in.why, why);
    compare_close(&in);
}

static int make_file(void **state)
{
    (void)state;
    close(mkstemp(path));
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_read),
        cmocka_unit_test(broken_lines),
        cmocka_unit_test(other_output_is_skipped),
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(the_old_forms_byte_for_byte),
        cmocka_unit_test(times_are_the_expected_ones),
        cmocka_unit_test(a_file_is_recognised),
        cmocka_unit_test(a_file_with_a_broken_line),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
