/* Frames under every kind of damage: what is delivered was sent, and what arrived whole is
 * delivered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/crc32.h"
#include "wire/frame.h"

struct received {
    struct frame frame[64];
    unsigned n;
};

static void keep(struct received *r, const struct frame *f)
{
    assert_in_range(r->n, 0, 63);
    r->frame[r->n++] = *f;
}

static void push(struct frame_parser *p, const uint8_t *bytes, size_t nbytes, struct received *r)
{
    struct frame f;

    for (size_t i = 0; i < nbytes; i++)
        for (int got = frame_push(p, bytes[i], &f); got; got = frame_next(p, &f))
            keep(r, &f);
}

static void flush(struct frame_parser *p, struct received *r)
{
    struct frame f;

    while (frame_flush(p, &f))
        keep(r, &f);
    assert_int_equal(p->used, 0);
}

static int same(const struct frame *a, const struct frame *b)
{
    return a->kind == b->kind && a->seq == b->seq && a->nbytes == b->nbytes &&
           !memcmp(a->payload, b->payload, a->nbytes);
}

static struct frame make(uint8_t kind, uint8_t seq, uint8_t nbytes)
{
    struct frame f = {.kind = kind, .seq = seq, .nbytes = nbytes};

    for (unsigned i = 0; i < nbytes && i < FRAME_MAX_PAYLOAD; i++)
        f.payload[i] = (uint8_t)(seq * 31 + i * 7 + nbytes);
    return f;
}

static void bytes_on_the_line(void **state)
{
    struct frame f = {.kind = 3, .seq = 7, .nbytes = 5, .payload = {4, 0x34, 0x00, 0x20, 0x20}};
    static const uint8_t expected[] = {0xA5, 5,    3,    7,    4,    0x34, 0x00,
                                       0x20, 0x20, 0x74, 0x36, 0x0C, 0x25};
    uint8_t out[FRAME_MAX_BYTES];

    (void)state;
    assert_int_equal(frame_encode(&f, out), sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
}

static void every_size_survives(void **state)
{
    (void)state;
    for (unsigned n = 0; n <= FRAME_MAX_PAYLOAD; n++) {
        struct frame f = make(5, (uint8_t)n, (uint8_t)n);
        struct frame_parser p = {0};
        struct received r = {0};
        uint8_t out[FRAME_MAX_BYTES];
        size_t len = frame_encode(&f, out);

        assert_int_equal(len, n + FRAME_OVERHEAD);
        push(&p, out, len - 1, &r);
        assert_int_equal(r.n, 0);
        push(&p, out + len - 1, 1, &r);
        assert_int_equal(r.n, 1);
        assert_true(same(&r.frame[0], &f));
        assert_int_equal(p.used, 0);
        assert_int_equal(p.dropped, 0);
    }
}

static void too_large_is_not_encoded(void **state)
{
    struct frame f = make(5, 0, FRAME_MAX_PAYLOAD);
    uint8_t out[FRAME_MAX_BYTES];

    (void)state;
    memset(out, 0x11, sizeof out);
    f.nbytes = FRAME_MAX_PAYLOAD + 1;
    assert_int_equal(frame_encode(&f, out), 0);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], 0x11);
}

/* first, damaged, then second: second must arrive, and nothing that was not sent. */
static void expect_second(const uint8_t *line, size_t nbytes, const struct frame *first,
                          const struct frame *second, int first_is_whole)
{
    struct frame_parser p = {0};
    struct received r = {0};

    push(&p, line, nbytes, &r);
    flush(&p, &r);
    for (unsigned i = 0; i < r.n; i++)
        assert_true(same(&r.frame[i], first) || same(&r.frame[i], second));
    assert_int_equal(r.n, first_is_whole ? 2 : 1);
    assert_true(same(&r.frame[r.n - 1], second));

    size_t delivered = 0;
    for (unsigned i = 0; i < r.n; i++)
        delivered += r.frame[i].nbytes + FRAME_OVERHEAD;
    assert_int_equal(p.dropped, nbytes - delivered);
}

static void each_byte_dropped_doubled_flipped(void **state)
{
    (void)state;
    for (unsigned n = 0; n <= FRAME_MAX_PAYLOAD; n += n < 12 ? 1 : 13) {
        struct frame a = make(4, 9, (uint8_t)n), b = make(3, 10, 5);
        uint8_t whole[2 * FRAME_MAX_BYTES], line[2 * FRAME_MAX_BYTES + 1];
        size_t la = frame_encode(&a, whole), lb = frame_encode(&b, whole + la);

        for (size_t at = 0; at < la; at++) {
            memcpy(line, whole, at); /* dropped */
            memcpy(line + at, whole + at + 1, la + lb - at - 1);
            expect_second(line, la + lb - 1, &a, &b, 0);

            memcpy(line, whole, at + 1); /* doubled: harmless only in front of the sync byte */
            memcpy(line + at + 1, whole + at, la + lb - at);
            int last_byte_again = at == la - 1;
            expect_second(line, la + lb + 1, &a, &b, at == 0 || last_byte_again);

            for (unsigned bit = 0; bit < 8; bit++) {
                memcpy(line, whole, la + lb);
                line[at] ^= (uint8_t)(1U << bit);
                expect_second(line, la + lb, &a, &b, 0);
            }
        }
    }
}

static void cut_anywhere_then_a_good_frame(void **state)
{
    struct frame a = make(4, 1, FRAME_MAX_PAYLOAD), b = make(3, 2, 9);
    uint8_t whole[FRAME_MAX_BYTES], line[2 * FRAME_MAX_BYTES];
    size_t la = frame_encode(&a, whole);

    (void)state;
    for (size_t cut = 0; cut < la; cut++) {
        memcpy(line, whole, cut);
        size_t lb = frame_encode(&b, line + cut);
        expect_second(line, cut + lb, &a, &b, 0);
    }
}

/* A false start that claims the longest payload, and eight frames in the bytes it claims. */
static size_t eight_inside(uint8_t *line)
{
    size_t n = 0;

    line[n++] = FRAME_SYNC;
    line[n++] = FRAME_MAX_PAYLOAD;
    line[n++] = 1;
    line[n++] = 2;
    for (unsigned i = 0; i < 8; i++) {
        struct frame f = make(6, (uint8_t)i, 0);
        n += frame_encode(&f, line + n);
    }
    return n;
}

static void frames_inside_a_damaged_one(void **state)
{
    struct frame_parser p = {0};
    struct received r = {0};
    uint8_t line[FRAME_MAX_BYTES + 8];
    size_t n = eight_inside(line);

    (void)state;
    memset(line + n, 0, 4);
    push(&p, line, n + 3, &r);
    assert_int_equal(r.n, 0);
    push(&p, line + n + 3, 1, &r);
    assert_int_equal(r.n, 8);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(r.frame[i].seq, i);
    assert_int_equal(p.dropped, 4 + 4);
}

static void silence_frees_frames_behind_a_false_start(void **state)
{
    struct frame_parser p = {0};
    struct received r = {0};
    uint8_t line[FRAME_MAX_BYTES + 8];
    size_t n = eight_inside(line);

    (void)state;
    push(&p, line, n, &r);
    assert_int_equal(r.n, 0);
    flush(&p, &r);
    assert_int_equal(r.n, 8);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(r.frame[i].seq, i);
}

static void without_frame_next_nothing_is_lost(void **state)
{
    struct frame_parser p = {0};
    struct frame f;
    uint8_t line[FRAME_MAX_BYTES + 8];
    size_t n = eight_inside(line);
    unsigned got = 0;

    (void)state;
    memset(line + n, 0, 4);
    for (size_t i = 0; i < n + 4; i++)
        got += (unsigned)frame_push(&p, line[i], &f);
    assert_int_equal(got, 1);
    for (unsigned i = 0; i < 7; i++) {
        assert_int_equal(frame_push(&p, 0x55, &f), 1);
        assert_int_equal(f.seq, i + 1);
    }
    assert_int_equal(frame_push(&p, 0x55, &f), 0);
}

static uint32_t random32(uint32_t *x)
{
    *x = *x * 1664525 + 1013904223;
    return *x >> 8;
}

/* Frames between runs of noise rich in sync bytes and plausible lengths. */
static void noise_between_frames(void **state)
{
    uint32_t seed = 140;

    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        struct frame_parser p = {0};
        struct received r = {0};
        struct frame sent[8];
        unsigned nsent = 1 + random32(&seed) % 8;

        for (unsigned i = 0; i < nsent; i++) {
            uint8_t bytes[FRAME_MAX_BYTES];
            unsigned noise = random32(&seed) % 40;

            for (unsigned k = 0; k < noise; k++) {
                uint32_t x = random32(&seed);
                uint8_t b = x % 3 == 0   ? FRAME_SYNC
                            : x % 3 == 1 ? (uint8_t)(x / 3 % 70)
                                         : (uint8_t)(x / 3);
                push(&p, &b, 1, &r);
            }
            sent[i] = make(3, (uint8_t)i, (uint8_t)(random32(&seed) % (FRAME_MAX_PAYLOAD + 1)));
            push(&p, bytes, frame_encode(&sent[i], bytes), &r);
        }
        flush(&p, &r);
        assert_int_equal(r.n, nsent);
        for (unsigned i = 0; i < nsent; i++)
            assert_true(same(&r.frame[i], &sent[i]));
    }
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* What flipping one bit does to the difference between the computed and the received check. The
 * check is linear, so a set of flips goes undetected exactly when these cancel. */
static void syndromes(uint32_t *s, unsigned nbytes)
{
    uint8_t data[FRAME_MAX_BYTES] = {0};
    uint32_t zero = wire_crc32(data, nbytes);

    for (unsigned bit = 0; bit < 8 * nbytes; bit++) {
        data[bit / 8] = (uint8_t)(1U << bit % 8);
        s[bit] = wire_crc32(data, nbytes) ^ zero;
        data[bit / 8] = 0;
    }
    for (unsigned bit = 0; bit < 32; bit++)
        s[8 * nbytes + bit] = 1U << bit;
}

static unsigned repeated(uint32_t *values, size_t n)
{
    unsigned count = 0;

    qsort(values, n, sizeof *values, by_value);
    for (size_t i = 1; i < n; i++)
        count += values[i] == values[i - 1];
    return count;
}

/* docs/wire.md: up to 4 flipped bits are seen in the longest frame. Two equal sums of two bits
 * would be an unseen error of at most four. */
static void four_flips_in_the_longest_frame(void **state)
{
    enum { BYTES = FRAME_MAX_PAYLOAD + 3, BITS = 8 * (BYTES + 4) };
    static uint32_t s[BITS], sum[BITS + BITS * (BITS - 1) / 2];
    size_t n = 0;

    (void)state;
    syndromes(s, BYTES);
    for (unsigned i = 0; i < BITS; i++) {
        assert_int_not_equal(s[i], 0);
        sum[n++] = s[i];
        for (unsigned j = 0; j < i; j++)
            sum[n++] = s[i] ^ s[j];
    }
    assert_int_equal(repeated(sum, n), 0);
}

/* docs/wire.md: up to 6 flipped bits are seen in OP_PUT, the longest frame of one access. */
static void six_flips_in_a_put(void **state)
{
    enum { BYTES = 9 + 3, BITS = 8 * (BYTES + 4) };
    static uint32_t s[BITS], sum[BITS * BITS * BITS / 6 + BITS * BITS + BITS];
    size_t n = 0;

    (void)state;
    syndromes(s, BYTES);
    for (unsigned i = 0; i < BITS; i++) {
        sum[n++] = s[i];
        for (unsigned j = 0; j < i; j++) {
            sum[n++] = s[i] ^ s[j];
            for (unsigned k = 0; k < j; k++)
                sum[n++] = s[i] ^ s[j] ^ s[k];
        }
    }
    assert_int_equal(repeated(sum, n), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_on_the_line),
        cmocka_unit_test(every_size_survives),
        cmocka_unit_test(too_large_is_not_encoded),
        cmocka_unit_test(each_byte_dropped_doubled_flipped),
        cmocka_unit_test(cut_anywhere_then_a_good_frame),
        cmocka_unit_test(frames_inside_a_damaged_one),
        cmocka_unit_test(silence_frees_frames_behind_a_false_start),
        cmocka_unit_test(without_frame_next_nothing_is_lost),
        cmocka_unit_test(noise_between_frames),
        cmocka_unit_test(four_flips_in_the_longest_frame),
        cmocka_unit_test(six_flips_in_a_put),
    };

    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
