/* The boot loader's checked blocks, word by word, and what it does not believe without them;
 * tests/unit/boot-faults.c has them on bad lines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pi-side/boot-protocol.h"
#include "wire/boot.h"
#include "wire/crc32.h"

enum {
    MEMORY = 0x400000,
    LOADER = 0x200000,
    LOADER_END = 0x201000,
    STACK = 0x3F0000,
    LINE_MAX = 64 * 1024,
};

struct line {
    uint8_t byte[LINE_MAX];
    size_t head, tail;
};

/* All that the laptop says is there from the start; then it is silent. */
struct world {
    struct line to_pi, to_laptop;
};

static uint8_t memory[MEMORY + 1];
static uint8_t code[1000];

static void line_put(struct line *l, uint8_t byte)
{
    assert_true(l->tail < LINE_MAX);
    l->byte[l->tail++] = byte;
}

static int port_get8(void *self, uint32_t limit_us)
{
    struct line *l = &((struct world *)self)->to_pi;

    (void)limit_us;
    return l->head < l->tail ? l->byte[l->head++] : -1;
}

static void port_put8(void *self, uint8_t byte)
{
    line_put(&((struct world *)self)->to_laptop, byte);
}

static enum boot_outcome serve(struct world *w, uint32_t *start)
{
    const struct boot_port port = {
        .self = w,
        .get8 = port_get8,
        .put8 = port_put8,
        .memory = (uintptr_t)memory,
        .memory_end = MEMORY,
        .keep = {{LOADER, LOADER_END}, {STACK, MEMORY}},
    };

    return boot_serve(&port, start);
}

static struct world *new_world(void)
{
    static struct world w;

    memset(memory, 0xEE, MEMORY);
    memset(&w, 0, sizeof w);
    for (unsigned i = 0; i < sizeof code; i++)
        code[i] = (uint8_t)(i * 11 + (i >> 8));
    return &w;
}

static void say32(struct world *w, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        line_put(&w->to_pi, (uint8_t)(word >> (8 * i)));
}

static void say_begin(struct world *w, uint32_t addr, uint32_t nbytes, uint32_t crc)
{
    const uint32_t words[] = {addr, nbytes, crc};

    say32(w, BLOCKS_BEGIN);
    for (unsigned i = 0; i < 3; i++)
        say32(w, words[i]);
    say32(w, wire_crc32(words, sizeof words));
}

/* damage is xored into the check. */
static void say_block(struct world *w, uint32_t offset, uint32_t n, uint32_t damage)
{
    say32(w, (uint32_t)BLOCKS_BLOCK + n);
    say32(w, offset);
    for (uint32_t i = 0; i < n; i++)
        line_put(&w->to_pi, code[offset + i]);
    say32(w, wire_crc32(code, offset + n) ^ damage);
}

/* The loader's next reply is this one. */
static void expect_reply(struct world *w, size_t *at, uint32_t value)
{
    uint32_t words[2];

    assert_true(*at + sizeof words <= w->to_laptop.tail);
    memcpy(words, w->to_laptop.byte + *at, sizeof words);
    if (words[0] != value)
        fail_msg("reply at byte %zu: expected %#x, got %#x", *at, value, words[0]);
    assert_int_equal(words[1], wire_crc32(&value, 4));
    *at += sizeof words;
}

/* docs/boot-protocols.md shows these bytes. */
static void the_example_of_the_docs(void **state)
{
    static const uint8_t says[] = {0xe9, 0xc5, 0x31, 0x7a, 0x00, 0x80, 0x00, 0x00, 0x05, 0x00, 0x00,
                                   0x00, 0xf4, 0x99, 0x0b, 0x47, 0xe3, 0xf2, 0x5e, 0xb4, 0x05, 0x00,
                                   0x0c, 0xb1, 0x00, 0x00, 0x00, 0x00, 1,    2,    3,    4,    5,
                                   0xf4, 0x99, 0x0b, 0x47, 0x96, 0x5a, 0xc3, 0x60};
    struct world *w = new_world();
    uint32_t start = 0;
    size_t at = 4; /* behind the greeting */

    (void)state;
    for (size_t i = 0; i < sizeof says; i++)
        line_put(&w->to_pi, says[i]);
    assert_int_equal(serve(w, &start), BOOT_OUTCOME_RUN);
    assert_int_equal(start, 0x8000);
    assert_memory_equal(memory + start, says + 28, 5);
    assert_int_equal(memory[start + 5], 0xEE);
    expect_reply(w, &at, 0);
    expect_reply(w, &at, 5);
    for (uint32_t n = BLOCKS_RUNS; n-- > 0;)
        expect_reply(w, &at, BLOCKS_RUN | n);
    assert_memory_equal(w->to_laptop.byte + at, "\xaa\xaa\x99\x99", 4);
    assert_int_equal(w->to_laptop.tail, at + 4);
}

static void blocks_are_asked_for_again(void **state)
{
    struct world *w = new_world();
    uint32_t start = 0;
    size_t at = 4;

    (void)state;
    say_begin(w, 0x9000, 900, wire_crc32(code, 900)); /* one bit off 0x8000: believed here */
    say_block(w, 0, 300, 0);
    say_block(w, 300, 300, 1);                        /* damaged */
    say_block(w, 600, 300, 0);                        /* those behind it: no further complaint */
    say_block(w, 0, 300, 0);                          /* there already */
    say_block(w, 300, 200, 0);                        /* of another size */
    say_block(w, 600, 300, 0);                        /* one is missing */
    say_block(w, 500, 401, 0);                        /* longer than what is left */
    say32(w, BLOCKS_GO);                              /* too early */
    say_begin(w, 0x9000, 900, wire_crc32(code, 900)); /* said again */
    say_block(w, 500, 400, 0);
    say32(w, BLOCKS_GO);
    assert_int_equal(serve(w, &start), BOOT_OUTCOME_RUN);
    assert_int_equal(start, 0x9000);
    assert_memory_equal(memory + start, code, 900);
    assert_int_equal(memory[start + 900], 0xEE);
    expect_reply(w, &at, 0);
    expect_reply(w, &at, 300);
    expect_reply(w, &at, (uint32_t)BLOCKS_AGAIN | 300);
    expect_reply(w, &at, 300);
    expect_reply(w, &at, 500);
    expect_reply(w, &at, (uint32_t)BLOCKS_AGAIN | 500);
    expect_reply(w, &at, 500);
    expect_reply(w, &at, 900);
    expect_reply(w, &at, BLOCKS_RUN | 2);
}

static void another_program_may_begin(void **state)
{
    struct world *w = new_world();
    uint32_t start = 0;

    (void)state;
    say_begin(w, 0x10000, 300, wire_crc32(code, 300));
    say_block(w, 0, 100, 0);
    say_begin(w, 0x8000, 600, wire_crc32(code, 600));
    say_block(w, 0, 600, 0);
    say32(w, BLOCKS_GO);
    assert_int_equal(serve(w, &start), BOOT_OUTCOME_RUN);
    assert_int_equal(start, 0x8000);
    assert_memory_equal(memory + start, code, 600);
}

/* A whole program that is not the one announced is not run, and a damaged beginning is none. */
static void what_was_not_announced_does_not_run(void **state)
{
    struct world *w = new_world();
    uint32_t start = 0;

    (void)state;
    say_begin(w, 0x8000, 600, wire_crc32(code, 600) ^ 1);
    say_block(w, 0, 600, 0);
    say32(w, BLOCKS_GO);
    assert_int_equal(serve(w, &start), BOOT_OUTCOME_FAILED);
    w = new_world();
    say_begin(w, 0x8000, 600, wire_crc32(code, 600));
    w->to_pi.byte[5] ^= 0x10; /* the address */
    say_block(w, 0, 600, 0);
    say32(w, BLOCKS_GO);
    assert_int_equal(serve(w, &start), BOOT_OUTCOME_NOBODY);
}

static void expect_block_refusal(uint32_t addr, uint32_t nbytes)
{
    struct world *w = new_world();
    uint32_t start, last;

    say_begin(w, addr, nbytes, 0);
    assert_int_equal(serve(w, &start), BOOT_OUTCOME_FAILED);
    memcpy(&last, w->to_laptop.byte + w->to_laptop.tail - 4, 4);
    assert_int_equal(last, (uint32_t)BOOT_BAD_CODE_ADDR);
}

static void places_are_refused_in_blocks(void **state)
{
    (void)state;
    expect_block_refusal(0x8000, 0);
    expect_block_refusal(LOADER, 4);
    expect_block_refusal(0x8001, 4);
    expect_block_refusal(0x8000, 0xFFFFFFFF);
}

static void one_bit_off_is_not_believed_without_blocks(void **state)
{
    static const char reason[] = ", one bit off 0x00008000";

    (void)state;
    for (unsigned bit = 2; bit < 21; bit++) {
        struct world *w = new_world();
        uint32_t start, words[2], addr = 0x8000 ^ 1U << bit;

        say32(w, BOOT_PUT_PROG_INFO);
        say32(w, addr);
        say32(w, 100);
        say32(w, wire_crc32(code, 100));
        say32(w, BOOT_PUT_CODE);
        for (unsigned i = 0; i < 100; i++)
            line_put(&w->to_pi, code[i]);
        assert_int_equal(serve(w, &start), BOOT_OUTCOME_FAILED);
        memcpy(words, w->to_laptop.byte + w->to_laptop.tail - sizeof words, sizeof words);
        assert_int_equal(words[0], (uint32_t)BOOT_ERROR);
        assert_int_equal(words[1], (uint32_t)BOOT_BAD_CODE_ADDR);
        assert_non_null(memmem(w->to_laptop.byte, w->to_laptop.tail, reason, sizeof reason - 1));
        assert_int_equal(memory[addr], 0xEE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_docs),
        cmocka_unit_test(blocks_are_asked_for_again),
        cmocka_unit_test(another_program_may_begin),
        cmocka_unit_test(what_was_not_announced_does_not_run),
        cmocka_unit_test(places_are_refused_in_blocks),
        cmocka_unit_test(one_bit_off_is_not_believed_without_blocks),
    };

    return cmocka_run_group_tests_name("boot-blocks", tests, NULL, NULL);
}
