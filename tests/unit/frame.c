/* Frames and their check: sizes, numbers, what does not travel; and the counting behind
 * docs/wire.md, "How strong the check is". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/answer.h"
#include "wire/frame.h"

enum { NONCE = 0x1D2C3B4A };

static uint32_t random_state;

static uint32_t random32(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

/* ---- the check ---- */

/* The textbook's form: the highest bit first, the polynomial as it is written. */
static uint32_t textbook(uint32_t crc, const uint8_t *bytes, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++)
        for (int bit = 7; bit >= 0; bit--) {
            unsigned out = (crc >> 23 ^ (unsigned)bytes[i] >> bit) & 1;

            crc = (crc << 1 & 0xFFFFFF) ^ (out ? 0x5D6DCB : 0);
        }
    return crc;
}

static uint32_t reversed(uint32_t v, unsigned bits)
{
    uint32_t r = 0;

    for (unsigned i = 0; i < bits; i++)
        r |= (v >> i & 1) << (bits - 1 - i);
    return r;
}

static void the_polynomial_is_flexrays(void **state)
{
    static const uint8_t digits[] = "123456789";

    (void)state;
    /* Its two check values in the catalogue of parametrised CRC algorithms. */
    assert_int_equal(textbook(0xFEDCBA, digits, 9), 0x7979BD);
    assert_int_equal(textbook(0xABCDEF, digits, 9), 0x1F23B8);
    assert_int_equal(reversed(0x5D6DCB, 24), CRC24_POLY);
}

static void ours_is_the_textbooks_in_the_other_bit_order(void **state)
{
    uint8_t bytes[300] = {0}, mirrored[300] = {0};

    (void)state;
    random_state = 1;
    for (unsigned n = 0; n < sizeof bytes; n++) {
        unsigned cut = n ? random32() % n : 0;
        uint32_t crc;

        for (unsigned i = 0; i < n; i++) {
            bytes[i] = (uint8_t)random32();
            mirrored[i] = (uint8_t)reversed(bytes[i], 8);
        }
        crc = crc24_more(crc24_more(CRC24_START, bytes, cut), bytes + cut, n - cut);
        assert_int_equal(reversed(crc, 24), textbook(0xFFFFFF, mirrored, n));
    }
}

enum { CODE_BITS = 253 * 8, CHECK_BITS = 24 };

/* What the check sees of one changed bit, by its distance from the end of the line's bits. */
static void syndromes(uint32_t *s)
{
    uint8_t bytes[CODE_BITS / 8] = {0};

    for (unsigned i = 0; i < CODE_BITS; i++) {
        unsigned bit = CODE_BITS - 1 - i;

        bytes[bit / 8] = (uint8_t)(1U << bit % 8);
        s[i] = crc24_more(0, bytes, sizeof bytes - CRC24_BYTES);
        for (unsigned k = 0; k < CRC24_BYTES; k++)
            s[i] ^= (uint32_t)bytes[sizeof bytes - CRC24_BYTES + k] << (8 * k);
        bytes[bit / 8] = 0;
    }
}

static int test_and_set(uint8_t *set, uint32_t v)
{
    int was = set[v >> 3] >> (v & 7) & 1;

    set[v >> 3] |= (uint8_t)(1U << (v & 7));
    return was;
}

/* Changed bits pass when their syndromes add up to 0. The syndromes of neighbours differ by one
 * step of the register, and the step loses nothing: so a set that passes can be moved until it
 * reaches the last bit, and only sets with that bit need a look. With the sums of all pairs in a
 * table, five bits are two lookups away. */
static void no_five_bits_pass(void **state)
{
    static uint32_t s[CODE_BITS];
    uint8_t *seen = calloc(1, 1 << (CHECK_BITS - 3));
    unsigned passing = 0;

    (void)state;
    assert_non_null(seen);
    syndromes(s);
    for (unsigned i = 1; i < CODE_BITS; i++)
        assert_int_equal(s[i], s[i - 1] >> 1 ^ (s[i - 1] & 1 ? CRC24_POLY : 0));
    assert_true(CRC24_POLY >> (CHECK_BITS - 1)); /* the step can be undone */

    assert_int_equal(test_and_set(seen, 0), 0);
    for (unsigned i = 0; i < CODE_BITS; i++) /* 1 and 2 bits */
        assert_int_equal(test_and_set(seen, s[i]), 0);
    for (unsigned i = 0; i < CODE_BITS; i++) /* 3 and 4 bits */
        for (unsigned k = 0; k < i; k++)
            passing += (unsigned)test_and_set(seen, s[i] ^ s[k]);
    assert_int_equal(passing, 0);
    for (unsigned i = 1; i < CODE_BITS;
         i++) /* 5 bits: the last one, i, k and a pair in the table */
        for (unsigned k = 1; k < i; k++) {
            uint32_t sum = s[0] ^ s[i] ^ s[k];

            passing += seen[sum >> 3] >> (sum & 7) & 1;
        }
    assert_int_equal(passing, 0);
    free(seen);
}

/* Bursts of up to 24 bits: the syndromes of any 24 neighbours are independent. Of the last 24 they
 * are single bits, and the step keeps sets independent. */
static void no_burst_of_24_bits_passes(void **state)
{
    static uint32_t s[CODE_BITS];
    uint32_t all = 0;

    (void)state;
    syndromes(s);
    for (unsigned i = 0; i < CHECK_BITS; i++) {
        assert_int_equal(s[i] & (s[i] - 1), 0);
        all |= s[i];
    }
    assert_int_equal(all, 0xFFFFFF);
    random_state = 2;
    for (unsigned n = 0; n < 200000; n++) { /* and a sample of the others */
        unsigned at = random32() % (CODE_BITS - CHECK_BITS);
        uint32_t burst = random32() & 0xFFFFFF, sum = 0;

        for (unsigned i = 0; i < CHECK_BITS; i++)
            sum ^= burst >> i & 1 ? s[at + i] : 0;
        assert_true(burst == 0 || sum != 0);
    }
}

/* ---- frames ---- */

static struct frame_key key(uint32_t nonce)
{
    struct frame_key k;

    frame_key_init(&k, nonce);
    return k;
}

static void what_does_not_travel_is_checked(void **state)
{
    struct frame_key k = key(NONCE), other = key(NONCE + 1);
    uint8_t bytes[FRAME_MAX_BYTES];
    size_t n;

    (void)state;
    n = frame_make_short(&k, FRAME_DOWN, 9, 3, NULL, 0, bytes);
    assert_true(frame_checks(&k, FRAME_DOWN, 9, bytes, n));
    assert_false(frame_checks(&k, FRAME_UP, 9, bytes, n));
    assert_false(frame_checks(&k, FRAME_DOWN, 1, bytes, n)); /* the same bits travelled */
    assert_false(frame_checks(&k, FRAME_DOWN, 17, bytes, n));
    assert_false(frame_checks(&other, FRAME_DOWN, 9, bytes, n));
    assert_false(frame_checks(&frame_no_session, FRAME_DOWN, 9, bytes, n));
    n = frame_make_long(&k, FRAME_UP, 0x80000007, "abc", 3, bytes);
    assert_true(frame_checks(&k, FRAME_UP, 0x80000007, bytes, n));
    assert_false(frame_checks(&k, FRAME_UP, 0x00000007, bytes, n));
    assert_false(frame_checks(&k, FRAME_UP, 0x80000047, bytes, n));
    n = frame_make_control(&k, FRAME_UP, 6, "abc", 3, bytes);
    assert_true(frame_checks(&k, FRAME_UP, 0, bytes, n));
    assert_false(frame_checks(&k, FRAME_DOWN, 0, bytes, n));
}

static void sizes_of_all_first_bytes(void **state)
{
    static const int value_bytes[16] = {0, 0, 1, 2, 4, 1, 1, 0, 0, 4, 1, 2, 4, 1, 1, 0};

    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        uint8_t bytes[3] = {(uint8_t)first, 200, 199};

        assert_int_equal(frame_size(FRAME_DOWN, bytes, 0), 0);
        if (first & 0x80) {
            assert_int_equal(frame_size(FRAME_DOWN, bytes, 1), 4);
            assert_int_equal(frame_size(FRAME_UP, bytes, 1), 4 + value_bytes[first & 15]);
        } else if (first == FRAME_CONTROL_BYTE) {
            assert_int_equal(frame_size(FRAME_DOWN, bytes, 2), 0);
            assert_int_equal(frame_size(FRAME_DOWN, bytes, 3), 205);
            bytes[2] = FRAME_MAX_BODY + 1;
            assert_int_equal(frame_size(FRAME_UP, bytes, 3), -1);
        } else if (first < 0x40) {
            assert_int_equal(frame_size(FRAME_UP, bytes, 1), 0);
            assert_int_equal(frame_size(FRAME_UP, bytes, 2), 205);
            bytes[1] = FRAME_MAX_BODY + 1;
            assert_int_equal(frame_size(FRAME_DOWN, bytes, 2), -1);
        } else {
            assert_int_equal(frame_size(FRAME_DOWN, bytes, 1), -1);
            assert_int_equal(frame_size(FRAME_UP, bytes, 1), -1);
        }
    }
}

static void expect_frame(const uint8_t *bytes, size_t n, enum frame_class class, uint8_t low,
                         uint8_t bits, const uint8_t *body, size_t nbody)
{
    struct frame f;

    frame_split(bytes, n, &f);
    assert_int_equal(f.class, class);
    assert_int_equal(f.low, low);
    assert_int_equal(f.bits, bits);
    assert_int_equal(f.nbytes, nbody);
    if (nbody)
        assert_memory_equal(f.body, body, nbody);
}

/* Made, measured, gathered, taken apart. */
static void every_body_comes_back(void **state)
{
    struct frame_key k = key(NONCE);
    uint8_t body[FRAME_MAX_BODY], bytes[FRAME_MAX_BYTES];
    struct frame_gather g = {0};

    (void)state;
    for (unsigned i = 0; i < sizeof body; i++)
        body[i] = (uint8_t)(i * 31 + 7);
    for (unsigned n = 0; n <= FRAME_MAX_BODY; n++)
        for (unsigned control = 0; control < 2; control++) {
            size_t size = control ? frame_make_control(&k, FRAME_UP, 6, body, n, bytes)
                                  : frame_make_long(&k, FRAME_UP, n * 5, body, n, bytes);

            for (size_t i = 0; i < size; i++)
                assert_int_equal(frame_gather(&g, FRAME_UP, bytes[i]), i + 1 < size ? 0 : size);
            assert_memory_equal(g.bytes, bytes, size);
            assert_true(frame_checks(&k, FRAME_UP, control ? 0 : n * 5, g.bytes, size));
            expect_frame(g.bytes, size, control ? FRAME_CONTROL : FRAME_LONG, control ? 6 : 0,
                         control ? 0 : n * 5 & 63, body, n);
        }
    for (unsigned code = 0; code < 16; code++) {
        size_t n = frame_size(FRAME_UP, &(uint8_t){(uint8_t)(0x80 | code)}, 1) - 4u;
        size_t size = frame_make_short(&k, FRAME_UP, 13, (uint8_t)code, body, n, bytes);

        assert_int_equal(size, n + 4);
        expect_frame(bytes, size, FRAME_SHORT, (uint8_t)code, 13 & 7, body, n);
    }
}

/* A body may be made where it belongs. */
static void bodies_in_place(void **state)
{
    static const uint8_t body[4] = {1, 2, 3, 4};
    struct frame_key k = key(NONCE);
    uint8_t here[FRAME_MAX_BYTES], there[FRAME_MAX_BYTES];

    (void)state;
    memcpy(here + 2, body, 4);
    assert_int_equal(frame_make_long(&k, FRAME_DOWN, 1, here + 2, 4, here), 9);
    frame_make_long(&k, FRAME_DOWN, 1, body, 4, there);
    assert_memory_equal(here, there, 9);
    memcpy(here + 3, body, 2); /* or behind it */
    frame_make_short(&k, FRAME_UP, 1, ANS_U16, here + 3, 2, here);
    frame_make_short(&k, FRAME_UP, 1, ANS_U16, body, 2, there);
    assert_memory_equal(here, there, 6);
}

static void numbers_are_the_nearest(void **state)
{
    static const uint32_t expected[] = {1, 4, 7, 8, 31, 32, 33, 1000, 0x7FFFFFFF, 0xFFFFFFFE, 0};

    (void)state;
    for (unsigned i = 0; i < sizeof expected / sizeof *expected; i++)
        for (int off = -32; off < 32; off++) {
            uint32_t seq = expected[i] + (uint32_t)off;
            struct frame l = {.class = FRAME_LONG, .bits = seq & 63};
            struct frame s = {.class = FRAME_SHORT, .bits = seq & 7};

            assert_int_equal(frame_seq(&l, expected[i]), seq);
            if (off >= -4 && off < 4)
                assert_int_equal(frame_seq(&s, expected[i]), seq);
        }
}

static void what_begins_no_frame_is_dropped(void **state)
{
    struct frame_key k = key(NONCE);
    uint8_t bytes[FRAME_MAX_BYTES];
    size_t n = frame_make_short(&k, FRAME_DOWN, 1, 0, NULL, 0, bytes);
    struct frame_gather g = {0};

    (void)state;
    assert_int_equal(frame_gather(&g, FRAME_DOWN, 0x41), 0);
    assert_true(g.bad);
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(frame_gather(&g, FRAME_DOWN, bytes[i % n]), 0);
    g.bad = 0; /* the line was silent */
    for (size_t i = 0; i < n; i++)
        assert_int_equal(frame_gather(&g, FRAME_DOWN, bytes[i]), i + 1 < n ? 0 : n);
    frame_gather(&g, FRAME_DOWN, 0x00);
    frame_gather(&g, FRAME_DOWN, FRAME_MAX_BODY + 1);
    assert_true(g.bad);
}

/* Whether the first frame of these bytes passes for number seq. */
static int passes(const struct frame_key *k, const uint8_t *bytes, size_t n, uint32_t expected)
{
    struct frame_gather g = {0};

    for (size_t i = 0; i < n; i++) {
        int size = frame_gather(&g, FRAME_DOWN, bytes[i]);
        struct frame f;
        uint32_t seq;

        if (!size)
            continue;
        frame_split(g.bytes, (size_t)size, &f);
        seq = f.class == FRAME_CONTROL ? 0 : frame_seq(&f, expected);
        return frame_checks(k, FRAME_DOWN, seq, g.bytes, (size_t)size);
    }
    return 0;
}

static void any_byte_damaged_is_seen(void **state)
{
    static const uint8_t sizes[] = {0, 1, 5, 60, FRAME_MAX_BODY};
    static const uint8_t next[8] = {3, 1, 0xD0, 0x80}; /* what comes behind it */
    struct frame_key k = key(NONCE);
    uint8_t body[FRAME_MAX_BODY], bytes[FRAME_MAX_BYTES + 8], bad[FRAME_MAX_BYTES + 8];

    (void)state;
    random_state = 3;
    for (unsigned i = 0; i < sizeof body; i++)
        body[i] = (uint8_t)random32();
    for (unsigned s = 0; s < sizeof sizes; s++) {
        size_t n = frame_make_long(&k, FRAME_DOWN, 77, body, sizes[s], bytes);

        memcpy(bytes + n, next, sizeof next);
        assert_true(passes(&k, bytes, n, 70));
        for (size_t at = 0; at < n; at++) {
            for (unsigned flip = 1; flip < 256; flip++) {
                memcpy(bad, bytes, n + 8);
                bad[at] ^= (uint8_t)flip;
                assert_false(passes(&k, bad, n + 8, 70));
            }
            memcpy(bad, bytes, n + 8); /* missing */
            memmove(bad + at, bad + at + 1, n + 7 - at);
            if (memcmp(bad, bytes, n) != 0)
                assert_false(passes(&k, bad, n + 7, 70));
            memmove(bad + at + 1, bytes + at, n - at); /* twice */
            memcpy(bad, bytes, at + 1);
            if (memcmp(bad, bytes, n) != 0)
                assert_false(passes(&k, bad, n + 1, 70));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_polynomial_is_flexrays),
        cmocka_unit_test(ours_is_the_textbooks_in_the_other_bit_order),
        cmocka_unit_test(no_five_bits_pass),
        cmocka_unit_test(no_burst_of_24_bits_passes),
        cmocka_unit_test(what_does_not_travel_is_checked),
        cmocka_unit_test(sizes_of_all_first_bytes),
        cmocka_unit_test(every_body_comes_back),
        cmocka_unit_test(bodies_in_place),
        cmocka_unit_test(numbers_are_the_nearest),
        cmocka_unit_test(what_begins_no_frame_is_dropped),
        cmocka_unit_test(any_byte_damaged_is_seen),
    };

    return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
