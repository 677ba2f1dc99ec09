/* Operations: the laptop's encoder and the Pi's decoder stay in step, whatever is said; the bytes
 * are as few as promised; garbage is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/frame.h"
#include "wire/ops-bytes.h"
#include "wire/ops.h"

enum { SET0 = 0x2020001C, CLR0 = 0x20200028, LEV0 = 0x20200034 };

/* ---- in step ---- */

static uint32_t random_state;

static uint32_t random32(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

static void expect_same_dict(const struct dict *a, const struct dict *b)
{
    for (unsigned i = 0; i < DICT_SLOTS; i++) {
        assert_int_equal(a->slot[i].addr, b->slot[i].addr);
        assert_int_equal(a->slot[i].width, b->slot[i].width);
        assert_int_equal(a->slot[i].wrote, b->slot[i].wrote);
    }
    for (unsigned i = 0; i < DICT_PAIRS; i++) {
        assert_int_equal(a->pair[i].slot, b->pair[i].slot);
        if (a->pair[i].slot != DICT_NOWHERE)
            assert_int_equal(a->pair[i].value, b->pair[i].value);
    }
    assert_int_equal(a->next_pair, b->next_pair);
    assert_int_equal(a->last_put, b->last_put);
}

enum { FRAME_OPS = 4 * FRAME_MAX_BODY };

/* A frame's operations as they were said, its body, and both ends. */
struct talk {
    struct encoder encoder;
    struct dict dict;
    struct op said[FRAME_OPS];
    unsigned nsaid, frames, ops;
    size_t bytes;
    uint8_t body[FRAME_MAX_BODY];
    size_t nbody;
};

static void expect_op(const struct op *got, const struct op *said)
{
    assert_int_equal(got->kind, said->kind);
    assert_int_equal(got->width, said->width);
    assert_int_equal(got->nbytes, said->nbytes);
    if (said->width || said->nbytes)
        assert_int_equal(got->addr, said->addr);
    if (said->kind == OP_PUT)
        assert_int_equal(got->value, said->value);
    else
        assert_int_equal(got->count, said->count);
    if (said->kind == OP_STORE)
        assert_memory_equal(got->data, said->data, said->nbytes);
}

/* The frame is sent: the other end takes it apart. */
static void send(struct talk *t)
{
    unsigned next = 0;

    for (size_t at = 0; at < t->nbody;) {
        struct op op;
        int n = op_decode(&t->dict, t->body + at, t->nbody - at, &op);

        assert_in_range(n, 1, t->nbody - at);
        at += (size_t)n;
        for (unsigned i = 0; i < (op.kind == OP_PUT ? op.count : 1); i++) {
            assert_in_range(next, 0, t->nsaid - 1);
            assert_true(op.kind > OP_POLL || op.slot == t->said[next].slot);
            expect_op(&op, &t->said[next++]);
        }
    }
    assert_int_equal(next, t->nsaid);
    expect_same_dict(&t->encoder.dict, &t->dict);
    t->frames++;
    t->ops += t->nsaid;
    t->bytes += t->nbody;
    t->nsaid = 0;
    t->nbody = 0;
    encoder_new_frame(&t->encoder);
}

static void say(struct talk *t, struct op op)
{
    int n = op_encode(&t->encoder, &op, t->body + t->nbody, sizeof t->body - t->nbody);

    if (n < 0) {
        send(t);
        n = op_encode(&t->encoder, &op, t->body, sizeof t->body);
    }
    assert_in_range(n, 0, op.kind == OP_STORE ? BLOCK_HEAD + op.nbytes : OP_MAX_BYTES);
    t->nbody += (size_t)n;
    assert_in_range(t->nsaid, 0, FRAME_OPS - 1);
    t->said[t->nsaid++] = op;
    if (t->nsaid == FRAME_OPS)
        send(t);
}

static uint32_t random_value(void)
{
    switch (random32() % 6) {
    case 0:
        return random32() % 256;
    case 1:
        return (random32() % 8 + 1) << random32() % 32;
    case 2:
        return random32() % 65536;
    case 3:
        return random32();
    default:
        return 1u << random32() % 4;
    }
}

/* More registers than slots, more values than pairs, and many of both again. */
static struct op random_op(void)
{
    static uint8_t data[OP_MAX_BLOCK];
    unsigned what = random32() % 100;
    struct op op = {.width = 4, .addr = 0x20000000 + random32() % 12 * 4, .value = random_value()};

    if (random32() % 10 == 0) {
        op.width = (uint8_t)(1 << random32() % 3);
        op.addr = 0x20000000 + random32() % 0x1000000;
    }
    if (what < 60) {
        op.kind = OP_PUT;
    } else if (what < 75) {
        op.kind = OP_GET;
    } else if (what < 85) {
        op.kind = OP_POLL;
    } else if (what < 95) {
        op = (struct op){.kind = OP_DELAY, .count = random32() >> random32() % 32};
    } else if (what < 96) {
        op = (struct op){.kind = OP_ARM, .count = random32() % 256};
    } else if (what < 97) {
        op = (struct op){.kind = OP_DISARM};
    } else {
        op = (struct op){.kind = what < 98 ? OP_STORE : OP_LOAD,
                         .addr = random32() % (1 << 24),
                         .nbytes = (uint8_t)(1 + random32() % OP_MAX_BLOCK)};
        for (unsigned i = 0; op.kind == OP_STORE && i < op.nbytes; i++)
            data[i] = (uint8_t)random32();
        op.data = op.kind == OP_STORE ? data : NULL;
    }
    if (op.kind == OP_GET || op.kind == OP_POLL)
        op.value = 0;
    return op;
}

static size_t talk_at_random(struct talk *t, int compact, uint32_t seed, unsigned ops)
{
    memset(t, 0, sizeof *t);
    encoder_init(&t->encoder, compact);
    dict_init(&t->dict);
    random_state = seed;
    for (unsigned i = 0; i < ops; i++) {
        struct op op = random_op();
        unsigned times = op.kind == OP_PUT && random32() % 16 == 0 ? random32() % 600 : 1;

        if (op.kind == OP_STORE && t->nbody) /* its data is not kept */
            send(t);
        while (times--)
            say(t, op);
        if (op.kind == OP_STORE || random32() % 50 == 0)
            send(t);
    }
    if (t->nbody)
        send(t);
    return t->bytes;
}

static void both_ends_stay_in_step(void **state)
{
    static struct talk t;
    size_t compact, plain;

    (void)state;
    for (uint32_t seed = 1; seed <= 10; seed++) {
        compact = talk_at_random(&t, 1, seed, 10000);
        assert_in_range(t.ops, 50000, 1000000);
        plain = talk_at_random(&t, 0, seed, 10000);
        assert_true(compact * 2 < plain);
    }
}

/* ---- sizes ---- */

static struct op put(uint32_t addr, uint32_t value)
{
    return (struct op){.kind = OP_PUT, .width = 4, .addr = addr, .value = value};
}

static void expect_bytes(struct encoder *e, struct op op, const void *bytes, int n)
{
    uint8_t out[BLOCK_HEAD + OP_MAX_BLOCK];

    assert_int_equal(op_encode(e, &op, out, sizeof out), n);
    if (n)
        assert_memory_equal(out, bytes, (size_t)n);
}

static void the_fewest_bytes_are_chosen(void **state)
{
    struct encoder e;
    struct op get = {.kind = OP_GET, .width = 4, .addr = SET0};
    struct op poll = {.kind = OP_POLL, .width = 4, .addr = SET0};

    (void)state;
    encoder_init(&e, 1);
    expect_bytes(&e, put(SET0, 0), "\xD0\x1C\x00\x20\x50\x00", 6); /* a new register */
    expect_bytes(&e, put(SET0, 0xFF), "\x50\xFF", 2);
    expect_bytes(&e, put(SET0, 1 << 20), "\x80\x14", 2);
    expect_bytes(&e, put(SET0, 0x80000000), "\x80\x1F", 2);
    expect_bytes(&e, put(SET0, 7 << 8), "\x80\xC8", 2);
    expect_bytes(&e, put(SET0, 8u << 28), "\x03", 1); /* the pair of 1 << 31 */
    expect_bytes(&e, put(SET0, 0x12345678), "\x70\x78\x56\x34\x12", 5);
    expect_bytes(&e, put(SET0, 0x12345678 ^ 5 << 12), "\x90\x8C", 2);
    expect_bytes(&e, put(SET0, 0x1234), "\x60\x34\x12", 3);
    expect_bytes(&e, put(SET0, 0xFF), "\x01", 1);
    expect_bytes(&e, get, "\x40", 1);
    expect_bytes(&e, poll, "\xA0", 1);
    get.width = 1;
    expect_bytes(&e, get, "\xE1\x01\x1C\x00\x20\x41", 6);
    expect_bytes(&e, (struct op){.kind = OP_DELAY, .count = 255}, "\xC0\xFF", 2);
    expect_bytes(&e, (struct op){.kind = OP_DELAY, .count = 256}, "\xC1\x00\x01", 3);
    expect_bytes(&e, (struct op){.kind = OP_DELAY, .count = 65536}, "\xC2\x00\x00\x01\x00", 5);
    expect_bytes(&e, (struct op){.kind = OP_ARM, .count = 9}, "\xC4\x09", 2);
    expect_bytes(&e, (struct op){.kind = OP_DISARM}, "\xC5", 1);
    expect_bytes(
        &e, (struct op){.kind = OP_STORE, .addr = 0x10203, .nbytes = 2, .data = (uint8_t *)"ab"},
        "\xC6\x03\x02\x01\x02"
        "ab",
        7);
    expect_bytes(&e, (struct op){.kind = OP_LOAD, .addr = 0x10203, .nbytes = 192},
                 "\xC7\x03\x02\x01\xC0", 5);
}

/* Eight pins in turn, set and cleared: after the first round a byte an access. */
static void known_writes_take_one_byte(void **state)
{
    struct encoder e;
    uint8_t out[FRAME_MAX_BODY];
    size_t n = 0;

    (void)state;
    encoder_init(&e, 1);
    for (unsigned round = 0; round < 5; round++) {
        n = 0;
        for (unsigned pin = 0; pin < 16; pin++) {
            struct op op = put(pin % 2 ? CLR0 : SET0, 1u << (pin / 2 + 4));

            n += (size_t)op_encode(&e, &op, out + n, sizeof out - n);
        }
    }
    assert_int_equal(n, 16);
}

static void repetitions_take_two_bytes(void **state)
{
    struct encoder e;
    uint8_t out[FRAME_MAX_BODY];
    size_t n = 0;

    (void)state;
    encoder_init(&e, 1);
    for (unsigned i = 0; i < 2 + 255; i++) {
        struct op op = put(SET0, 4);

        n += (size_t)op_encode(&e, &op, out + n, sizeof out - n);
    }
    assert_int_equal(n, 6 + 1 + 2);
    assert_memory_equal(out + 6, "\x00\xC3\xFF", 3);
    encoder_new_frame(&e); /* it cannot reach back */
    struct op op = put(SET0, 4);
    assert_int_equal(op_encode(&e, &op, out, sizeof out), 1);
}

static void room_is_respected(void **state)
{
    struct op ops[] = {
        put(SET0, 5), {.kind = OP_GET, .width = 2, .addr = LEV0}, {.kind = OP_DELAY}};
    struct op store = {.kind = OP_STORE, .nbytes = 192, .data = (uint8_t[192]){0}};
    struct encoder e, before;
    uint8_t out[BLOCK_HEAD + 192];

    (void)state;
    encoder_init(&e, 1);
    before = e;
    for (size_t room = 0; room < OP_MAX_BYTES; room++)
        for (unsigned i = 0; i < 3; i++)
            assert_int_equal(op_encode(&e, &ops[i], out, room), -1);
    assert_int_equal(op_encode(&e, &store, out, BLOCK_HEAD + 191), -1);
    expect_same_dict(&e.dict, &before.dict);
    assert_int_equal(e.clock, before.clock);
    assert_int_equal(op_encode(&e, &store, out, BLOCK_HEAD + 192), BLOCK_HEAD + 192);
    assert_int_equal(op_encode(&e, &ops[0], out, OP_MAX_BYTES), 6);
}

/* The register longest unused gives up its slot, and its values with it. */
static void slots_are_reused(void **state)
{
    struct encoder e;

    (void)state;
    encoder_init(&e, 1);
    for (unsigned i = 0; i < DICT_SLOTS; i++) {
        struct op op = put(0x20200000 + 4 * i, 0x12345678);

        assert_int_equal(op_encode(&e, &op, (uint8_t[16]){0}, 16), 9);
        assert_int_equal(op.slot, i);
    }
    expect_bytes(&e, put(0x20200000, 0x12345678), "\x00", 1);
    expect_bytes(&e, put(0x20300000, 5), "\xD1\x00\x00\x30\x51\x05", 6); /* not 0: used just now */
    expect_bytes(&e, put(0x20200004, 0x12345678), "\xD2\x04\x00\x20\x72\x78\x56\x34\x12", 9);
    assert_int_equal(dict_find(&e.dict, 0x20200008, 4), -1);
}

/* ---- garbage ---- */

/* Refused, or an operation that the loop can perform and that did not reach behind its bytes. */
static void garbage_is_refused_or_meant(void **state)
{
    unsigned refused = 0, taken = 0;
    struct dict full;

    (void)state;
    random_state = 5;
    dict_init(&full);
    for (unsigned i = 0; i < DICT_SLOTS; i += 2)
        dict_define(&full, i, LEV0 + i, i % 4 ? 4 : 2);
    for (unsigned i = 0; i < DICT_PAIRS; i++)
        dict_put(&full, i % DICT_SLOTS / 2 * 2, i, 1);
    for (unsigned i = 0; i < 200000; i++) {
        size_t n = 1 + random32() % 24;
        uint8_t *bytes = malloc(n); /* exactly: what lies behind it is the sanitizer's */
        struct dict d = full;
        struct op op;

        assert_non_null(bytes);
        for (size_t k = 0; k < n; k++)
            bytes[k] = (uint8_t)random32();
        for (size_t at = 0; at < n;) {
            int used = op_decode(&d, bytes + at, n - at, &op);

            if (used < 0) {
                refused++;
                break;
            }
            taken++;
            assert_in_range(used, 1, n - at);
            assert_in_range(op.kind, OP_GET, OP_LOAD);
            if (op.kind <= OP_POLL) {
                assert_true(op.width == 1 || op.width == 2 || op.width == 4);
                assert_int_equal(op.addr >> 24, 0x20);
                assert_int_equal(op.addr, d.slot[op.slot].addr);
            }
            if (op.kind == OP_PUT)
                assert_in_range(op.count, 1, 256);
            if (op.kind == OP_STORE || op.kind == OP_LOAD)
                assert_in_range(op.nbytes, 1, OP_MAX_BLOCK);
            if (op.kind == OP_STORE)
                assert_true(op.data >= bytes && op.data + op.nbytes <= bytes + at + used);
            at += (size_t)used;
        }
        free(bytes);
    }
    assert_in_range(refused, 100000, 200000);
    assert_in_range(taken, 50000, 2000000);
}

static void what_is_cut_short_is_refused(void **state)
{
    static const struct {
        int n;
        uint8_t bytes[10];
    } whole[] = {
        {6, {0xD0, 0x1C, 0, 0x20, 0x50, 1}},
        {8, {0xE3, 2, 0x1C, 0, 0x20, 0x63, 1, 2}},
        {5, {0x71, 1, 2, 3, 4}},
        {2, {0x81, 5}},
        {2, {0x91, 5}},
        {2, {0xC0, 1}},
        {3, {0xC1, 1, 2}},
        {5, {0xC2, 1, 2, 3, 4}},
        {2, {0xC3, 1}},
        {2, {0xC4, 1}},
        {8, {0xC6, 0, 0, 0, 3, 1, 2, 3}},
        {5, {0xC7, 0, 0, 0, 1}},
        {9, {0xD0, 0x1C, 0, 0x20, 0x70, 1, 2, 3, 4}},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof whole / sizeof *whole; i++)
        for (int n = 0; n <= whole[i].n; n++) {
            struct dict d;
            struct op op;

            dict_init(&d);
            dict_define(&d, 1, LEV0, 4);
            dict_put(&d, 1, 7, 1);
            assert_int_equal(op_decode(&d, whole[i].bytes, (size_t)n, &op),
                             n < whole[i].n ? -1 : n);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_stay_in_step),
        cmocka_unit_test(the_fewest_bytes_are_chosen),
        cmocka_unit_test(known_writes_take_one_byte),
        cmocka_unit_test(repetitions_take_two_bytes),
        cmocka_unit_test(room_is_respected),
        cmocka_unit_test(slots_are_reused),
        cmocka_unit_test(garbage_is_refused_or_meant),
        cmocka_unit_test(what_is_cut_short_is_refused),
    };

    return cmocka_run_group_tests_name("ops", tests, NULL, NULL);
}
