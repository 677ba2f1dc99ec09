/* Records become bytes and the same records again, whatever they are; and no bytes make the decoder
 * read beyond them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "emu/observe/log.h"

enum { RECORDS = 200000 };

static uint32_t seed;

static uint32_t any(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)seed * below >> 32);
}

static uint32_t any_value(void)
{
    return any(2) ? any(4) : any(2) ? any(0xffffffff) : 1u << any(32);
}

static struct log_record some_access(void)
{
    static const uint8_t width[] = {1, 2, 4, 4, 4};
    struct log_record r = {.kind = LOG_ACCESS,
                           .a = {.op = any(BUS_START + 1),
                                 .origin = any(3),
                                 .addr = 0x20200000 + 4 * any(50),
                                 .value = any_value(),
                                 .pc = 0x20000 + 5 * any(30)},
                           .result = any(8) ? 0 : -(int)any(5)};

    if (r.a.op == BUS_READ || r.a.op == BUS_WRITE)
        r.a.width = width[any(sizeof width)];
    return r;
}

static struct log_record some_record(void)
{
    static uint8_t bytes[LOG_MEMORY_MAX];
    struct log_record r = {.kind = any(LOG_END + 1), .value = any_value()};

    switch (any(8) ? LOG_ACCESS : r.kind) {
    case LOG_ACCESS:
        return some_access();
    case LOG_MEMORY:
        r.addr = any_value();
        r.nbytes = 1 + any(any(10) ? 20 : LOG_MEMORY_MAX);
        r.value = 0;
        memset(bytes, (int)any(256), r.nbytes);
        r.bytes = bytes;
        break;
    case LOG_IRQ:
        r.value = 1 + any(3);
        r.addr = any_value();
        r.by_signal = (int)any(2);
        r.count = any_value();
        break;
    case LOG_INPUT:
        r.value &= 0xff;
        r.count = any_value();
        break;
    case LOG_CYCLES:
        r.count = any_value();
        break;
    case LOG_END:
        r.count = any(64);
        break;
    }
    return r;
}

static void assert_same(const struct log_record *a, const struct log_record *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->ns, b->ns);
    assert_int_equal(a->a.op, b->a.op);
    assert_int_equal(a->a.origin, b->a.origin);
    assert_int_equal(a->a.width, b->a.width);
    assert_int_equal(a->a.addr, b->a.addr);
    assert_int_equal(a->a.value, b->a.value);
    assert_int_equal(a->a.pc, b->a.pc);
    assert_int_equal(a->result, b->result);
    assert_int_equal(a->value, b->value);
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->by_signal, b->by_signal);
    assert_int_equal(a->addr, b->addr);
    assert_int_equal(a->nbytes, b->nbytes);
    if (a->nbytes)
        assert_memory_equal(a->bytes, b->bytes, a->nbytes);
}

static void there_and_back(enum log_clock clock)
{
    struct log_code to = {.clock = clock}, from = {.clock = clock};
    uint8_t code[LOG_CODE_MAX];
    uint64_t ns = 0;

    seed = clock;
    for (int i = 0; i < RECORDS; i++) {
        struct log_record r = some_record(), back;
        size_t n;

        ns += any(3) ? 100 : any(1000000);
        r.ns = clock == LOG_VIRTUAL ? ns : ns / 1000 * 1000;
        n = log_encode(&to, &r, code);
        assert_true(n <= LOG_CODE_MAX && n > 0);
        if (r.kind != LOG_MEMORY)
            assert_true(n <= LOG_RECORD_MAX);
        if (i % 64 == 0) { /* a part of a record is none, and changes nothing */
            for (size_t part = 0; part < n; part++)
                assert_int_equal(log_decode(&from, code, part, &back), 0);
        }
        assert_int_equal(log_decode(&from, code, n, &back), n);
        assert_same(&r, &back);
    }
}

static void virtual_time(void **state)
{
    (void)state;
    there_and_back(LOG_VIRTUAL);
}

static void real_time(void **state)
{
    (void)state;
    there_and_back(LOG_REAL);
}

static void a_loop_takes_a_byte_an_access(void **state)
{
    struct log_code to = {.clock = LOG_VIRTUAL};
    struct log_record set = {
        .a = {.op = BUS_WRITE, .width = 4, .addr = 0x2020001c, .value = 1 << 20, .pc = 0x20440}};
    struct log_record clear = {
        .a = {.op = BUS_WRITE, .width = 4, .addr = 0x20200028, .value = 1 << 20, .pc = 0x20460}};
    uint8_t code[LOG_CODE_MAX];
    size_t n = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        set.ns = 200 * (uint64_t)i + 100;
        clear.ns = set.ns + 100;
        n += log_encode(&to, &set, code);
        n += log_encode(&to, &clear, code);
    }
    assert_in_range(n, 2000, 2040);
}

/* The example of docs/log.md. */
static void the_example_of_the_documents(void **state)
{
    struct log_code to = {.clock = LOG_VIRTUAL};
    struct log_record set = {
        .ns = 100,
        .a = {.op = BUS_WRITE, .width = 4, .addr = 0x2020001c, .value = 1 << 20, .pc = 0x20440}};
    static const uint8_t want[] = {0x01, 0x33, 0x21, 0xb8, 0x80, 0x80, 0x82,
                                   0x04, 0x80, 0x91, 0x10, 0x80, 0x80, 0x40};
    uint8_t code[LOG_CODE_MAX];

    (void)state;
    assert_int_equal(log_encode(&to, &set, code), sizeof want);
    assert_memory_equal(code, want, sizeof want);
    set.ns = 200;
    assert_int_equal(log_encode(&to, &set, code), 1);
    assert_int_equal(code[0], 0xb3);
}

/* Any bytes are records or are refused; the last byte of a record is the last that is read. */
static void noise_is_refused(void **state)
{
    struct log_record r;
    long good = 0, bad = 0;

    (void)state;
    seed = 7;
    for (int i = 0; i < RECORDS; i++) {
        struct log_code c = {.clock = any(2)};
        uint8_t noise[24];
        size_t n = 1 + any(sizeof noise);
        long took;

        for (size_t k = 0; k < n; k++)
            noise[k] = (uint8_t)(any(2) ? any(12) : any(256));
        took = log_decode(&c, noise, n, &r);
        assert_true(took >= -1 && took <= (long)n);
        good += took > 0;
        bad += took < 0;
    }
    assert_true(good > 1000 && bad > 1000);
}

static void each_wrong_field_is_refused(void **state)
{
    static const struct {
        const char *what;
        uint8_t n, code[12];
    } wrong[] = {
        {"no record", 1, {0}},
        {"no such first byte", 1, {10}},
        {"no such first byte, the last", 1, {0x7f}},
        {"a slot that was not defined", 1, {LOG_AGAIN + 3}},
        {"a slot beyond the table", 2, {2, 128}},
        {"an access of no width", 8, {1, 0, 0x01, 0, 0, 0, 0, 0}},
        {"an access of 3 bytes", 8, {1, 0, 0x19, 0, 0, 0, 0, 0}},
        {"an access in another slot than its own", 8, {1, 1, 0x21, 0, 0, 0, 0, 0}},
        {"a value of more than 32 bits", 6, {8, 0xff, 0xff, 0xff, 0xff, 0x7f}},
        {"a number longer than it has to be", 3, {8, 0x80, 0}},
        {"a number that does not end",
         12,
         {8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}},
        {"two times in a row", 4, {4, 2, 4, 2}},
        {"a time before the start", 5, {4, 1, 9, 0, 0}},
        {"memory of no bytes", 3, {5, 0, 0}},
        {"memory of too many bytes", 4, {5, 0, 0x81, 0x20}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct log_code c = {.clock = LOG_VIRTUAL};
        struct log_record r;

        if (log_decode(&c, wrong[i].code, wrong[i].n, &r) != -1)
            fail_msg("%s: taken", wrong[i].what);
        c = (struct log_code){.clock = LOG_REAL};
        if (log_decode(&c, wrong[i].code, wrong[i].n, &r) != -1)
            fail_msg("%s, in real time: taken", wrong[i].what);
    }
}

/* A time has 63 bits: what goes beyond is refused, in ticks of either clock. */
static void times_end_somewhere(void **state)
{
    static const uint8_t last[] = {4, 254, 255, 255, 255, 255, 255, 255, 255, 255, 1, 9, 0, 0};
    static const uint8_t one_more[] = {4, 2, 9, 0, 0};
    struct log_code c = {.clock = LOG_VIRTUAL};
    struct log_record r;

    (void)state;
    assert_int_equal(log_decode(&c, last, sizeof last, &r), sizeof last);
    assert_int_equal(r.ns, INT64_MAX);
    assert_int_equal(log_decode(&c, one_more, sizeof one_more, &r), -1);
    c = (struct log_code){.clock = LOG_REAL};
    assert_int_equal(log_decode(&c, last, sizeof last, &r), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(virtual_time),
        cmocka_unit_test(real_time),
        cmocka_unit_test(a_loop_takes_a_byte_an_access),
        cmocka_unit_test(the_example_of_the_documents),
        cmocka_unit_test(noise_is_refused),
        cmocka_unit_test(each_wrong_field_is_refused),
        cmocka_unit_test(times_end_somewhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
