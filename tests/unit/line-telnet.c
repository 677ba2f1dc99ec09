/* Telnet and COM-PORT-OPTION as bytes: data between sequences, cut anywhere; negotiation that falls
 * silent; malformed sequences; whatever bytes there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "libunix/line-telnet.h"

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

enum { SE = 240, NOP, SB = 250, WILL, WONT, DO, DONT, IAC };

/* What decodes to `data`, in one piece and cut into two at every place. */
static void decodes(const uint8_t *raw, size_t n, const uint8_t *data, size_t ndata)
{
    for (size_t cut = 0; cut <= n; cut++) {
        struct telnet t = {0};
        uint8_t got[64];
        assert_in_range(n, 0, sizeof got);
        memcpy(got, raw, n);
        size_t first = telnet_decode(&t, got, cut);
        size_t second = telnet_decode(&t, got + cut, n - cut);
        memmove(got + first, got + cut, second);
        assert_int_equal(first + second, ndata);
        assert_memory_equal(got, data, ndata);
        assert_int_equal(t.state, 0);
    }
}

static void says(struct telnet *t, const uint8_t *bytes, size_t n)
{
    assert_int_equal(t->nout, n);
    assert_memory_equal(t->out, bytes, n);
    t->nout = 0;
}

static void hear(struct telnet *t, const uint8_t *bytes, size_t n)
{
    uint8_t copy[256];
    memcpy(copy, bytes, n);
    assert_int_equal(telnet_decode(t, copy, n), 0);
}

static void test_data(void **state)
{
    (void)state;
    decodes(BYTES('a', 0, 13, 10, 254, 'b'), BYTES('a', 0, 13, 10, 254, 'b'));
    decodes(BYTES('a', IAC, IAC, 'b'), BYTES('a', 255, 'b'));
    decodes(BYTES(IAC, IAC, IAC, IAC), BYTES(255, 255));
    decodes(BYTES('a', IAC, NOP, 'b', IAC, IAC), BYTES('a', 'b', 255));
    decodes(BYTES('a', IAC, DO, 1, 'b', IAC, DO, 255, 'c'), BYTES('a', 'b', 'c'));
    decodes(BYTES('a', IAC, SB, 44, 106, 0, IAC, SE, 'b'), BYTES('a', 'b'));
    decodes(BYTES('a', IAC, SB, 44, 101, IAC, IAC, SE, IAC, SE, 'b'), BYTES('a', 'b'));
}

static void test_malformed(void **state)
{
    (void)state;
    decodes(BYTES('a', IAC, SE, 'b'), BYTES('a', 'b')); /* an end without a beginning */
    decodes(BYTES('a', IAC, 'x', 'b'), BYTES('a', 'b'));
    decodes(BYTES(IAC, SB, IAC, SE, 'a'), BYTES('a'));
    decodes(BYTES(IAC, SB, 44, IAC, SE, 'a'), BYTES('a'));
    decodes(BYTES(IAC, SB, 44, 1, IAC, DO, 0, 'a'), BYTES('a')); /* cut short by a command */
    decodes(BYTES(IAC, SB, 44, 1, IAC, SB, 44, 2, IAC, SE, 'a'), BYTES('a'));

    struct telnet t = {0};
    uint8_t endless[3 + TELNET_SUB_MAX + 5] = {IAC, SB, 44};
    size_t n = telnet_decode(&t, endless, sizeof endless);
    assert_in_range(n, 1, 8); /* given up, and data flows again */
    assert_int_equal(t.state, 0);
}

static void test_negotiation(void **state)
{
    struct telnet t = {0};
    (void)state;
    telnet_start(&t);
    says(&t, BYTES(IAC, WILL, 44, IAC, WILL, 0, IAC, DO, 0, IAC, WILL, 3, IAC, DO, 3));
    assert_int_equal(telnet_ready(&t), 0);
    hear(&t, BYTES(IAC, DO, 44, IAC, DO, 0));
    assert_int_equal(telnet_ready(&t), 0);
    hear(&t, BYTES(IAC, WILL, 0));
    assert_int_equal(telnet_ready(&t), 1); /* go-aheads or not is all the same to us */
    hear(&t, BYTES(IAC, WONT, 3, IAC, DONT, 3));
    assert_int_equal(telnet_ready(&t), 1);
    says(&t, NULL, 0); /* none of these answers is answered */
    hear(&t, BYTES(IAC, DO, 0, IAC, WILL, 0, IAC, DO, 44));
    says(&t, NULL, 0); /* nor what is so already */
    hear(&t, BYTES(IAC, WILL, 1, IAC, DO, 24, IAC, DO, 6));
    says(&t, BYTES(IAC, DONT, 1, IAC, WONT, 24, IAC, WONT, 6));
    hear(&t, BYTES(IAC, WONT, 1, IAC, DONT, 24));
    says(&t, NULL, 0);
    hear(&t, BYTES(IAC, DO, 3, IAC, WILL, 3)); /* refused before, wanted now */
    says(&t, BYTES(IAC, WILL, 3, IAC, DO, 3));
    hear(&t, BYTES(IAC, DONT, 3, IAC, DONT, 3));
    says(&t, BYTES(IAC, WONT, 3));
}

/* A server that asks first, as ser2net does. */
static void test_asked_first(void **state)
{
    struct telnet t = {0};
    (void)state;
    hear(&t, BYTES(IAC, WILL, 0, IAC, DO, 0, IAC, DO, 44));
    says(&t, BYTES(IAC, DO, 0, IAC, WILL, 0, IAC, WILL, 44));
    assert_int_equal(telnet_ready(&t), 1);
}

static void test_refused(void **state)
{
    (void)state;
    static const uint8_t no[][3] = {{IAC, DONT, 44}, {IAC, DONT, 0}, {IAC, WONT, 0}};
    for (size_t i = 0; i < 3; i++) {
        struct telnet t = {0};
        telnet_start(&t);
        hear(&t, BYTES(IAC, DO, 44, IAC, DO, 0, IAC, WILL, 0));
        telnet_start(&t);
        hear(&t, no[i], 3);
        assert_int_equal(telnet_ready(&t), -1);
    }
}

static void test_comport(void **state)
{
    struct telnet t = {0};
    (void)state;
    assert_int_equal(telnet_comport(&t, COMPORT_BAUD, 921600, 4), 0);
    says(&t, BYTES(IAC, SB, 44, 1, 0x00, 0x0E, 0x10, 0x00, IAC, SE));
    assert_int_equal(telnet_comport(&t, COMPORT_BAUD, 0xFFFF01FF, 4), 0);
    says(&t, BYTES(IAC, SB, 44, 1, 255, 255, 255, 255, 1, 255, 255, IAC, SE));
    assert_int_equal(telnet_comport(&t, COMPORT_PARITY, 1, 1), 0);
    says(&t, BYTES(IAC, SB, 44, 3, 1, IAC, SE));
    assert_int_equal(t.answered, 0);
    hear(&t, BYTES(IAC, SB, 44, 101, 0, 1, 0xC2, 0, IAC, SE, IAC, SB, 44, 103, 1, IAC, SE));
    assert_int_equal(t.answered, 1 << COMPORT_BAUD | 1 << COMPORT_PARITY);
    assert_int_equal(t.answer[COMPORT_BAUD], 115200);
    assert_int_equal(t.answer[COMPORT_PARITY], 1);
    hear(&t, BYTES(IAC, SB, 44, 101, 0, 0, IAC, IAC, IAC, IAC, IAC, SE));
    assert_int_equal(t.answer[COMPORT_BAUD], 0xFFFF);
    assert_int_equal(telnet_comport(&t, COMPORT_BAUD, 9600, 4), 0);
    assert_int_equal(t.answered, 1 << COMPORT_PARITY); /* the old answer is none to this */
}

static void test_wrong_answers(void **state)
{
    struct telnet t = {0};
    (void)state;
    hear(&t, BYTES(IAC, SB, 44, 101, 0, 1, 0xC2, IAC, SE));           /* too short */
    hear(&t, BYTES(IAC, SB, 44, 101, 0, 1, 0xC2, 0, 0, IAC, SE));     /* too long */
    hear(&t, BYTES(IAC, SB, 45, 101, 0, 1, 0xC2, 0, IAC, SE));        /* another option */
    hear(&t, BYTES(IAC, SB, 44, 1, 0, 1, 0xC2, 0, IAC, SE));          /* not a server's */
    hear(&t, BYTES(IAC, SB, 44, 103, IAC, SE));                       /* without a value */
    hear(&t, BYTES(IAC, SB, 44, 103, 1, 1, IAC, SE));                 /* with two */
    hear(&t, BYTES(IAC, SB, 44, 100 + COMPORT_COMMANDS, 1, IAC, SE)); /* unknown */
    hear(&t, BYTES(IAC, SB, 44, 255, 255, 1, IAC, SE));
    assert_int_equal(t.answered, 0);
}

static void test_encode(void **state)
{
    static const uint8_t data[] = {'a', 255, 255, 'b', 255};
    static const uint8_t whole[] = {'a', 255, 255, 255, 255, 'b', 255, 255};
    (void)state;
    for (size_t room = 0; room <= 10; room++) {
        uint8_t raw[10], got[10];
        size_t taken, n = telnet_encode(data, sizeof data, raw, room, &taken);
        assert_in_range(n, 0, room);
        assert_memory_equal(raw, whole, n);
        struct telnet t = {0};
        memcpy(got, raw, n);
        assert_int_equal(telnet_decode(&t, got, n), taken); /* never half an escaped byte */
        assert_memory_equal(got, data, taken);
        assert_int_equal(t.state, 0);
        if (room >= sizeof whole)
            assert_int_equal(taken, sizeof data);
    }
}

/* A peer that asks without end and takes no answer. */
static void test_full(void **state)
{
    struct telnet t = {0};
    (void)state;
    for (int i = 0; i < 1000; i++)
        hear(&t, BYTES(IAC, DO, 99));
    assert_in_range(t.nout, TELNET_OUT - 2, TELNET_OUT);
    assert_int_equal(telnet_comport(&t, COMPORT_BAUD, 9600, 4), -1);
}

/* Seeded noise, rich in 255: in any pieces the same, and all that decodes as data was received. */
static void test_noise(void **state)
{
    enum { BYTES_EACH = 2000, ROUNDS = 300 };
    static const uint8_t often[] = {IAC, IAC, IAC, SB, SE, DO, WILL, 44, 101, 0};
    uint32_t seed = 1;
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        static uint8_t raw[BYTES_EACH], once[BYTES_EACH], pieces[BYTES_EACH];
        struct telnet t = {0}, u = {0};
        for (int i = 0; i < BYTES_EACH; i++) {
            seed = seed * 1664525 + 1013904223;
            raw[i] = seed >> 31 ? often[(seed >> 20) % sizeof often] : (uint8_t)(seed >> 20);
        }
        memcpy(once, raw, sizeof raw);
        size_t n = telnet_decode(&t, once, sizeof once), have = 0;
        for (size_t at = 0, step; at < sizeof raw; at += step) {
            step = 1 + (seed >> 8) % 7;
            step = at + step > sizeof raw ? sizeof raw - at : step;
            memcpy(pieces + have, raw + at, step);
            have += telnet_decode(&u, pieces + have, step);
        }
        assert_int_equal(n, have);
        assert_memory_equal(once, pieces, n);
        assert_memory_equal(&t, &u, sizeof t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_data),          cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_negotiation),   cmocka_unit_test(test_asked_first),
        cmocka_unit_test(test_refused),       cmocka_unit_test(test_comport),
        cmocka_unit_test(test_wrong_answers), cmocka_unit_test(test_encode),
        cmocka_unit_test(test_full),          cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests_name("line-telnet", tests, NULL, NULL);
}
