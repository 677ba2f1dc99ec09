/* The examples of docs/wire.md, byte by byte: each is made again by the code, from its meaning. A
 * row that differs is printed as it should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/answer.h"
#include "wire/frame.h"
#include "wire/ops.h"

enum { NONCE = 0x1D2C3B4A, FSEL2 = 0x20200008, SET0 = 0x2020001C, CLR0 = 0x20200028 };
enum { LEV0 = 0x20200034, SPI_CS = 0x20204000, PIN20 = 1 << 20 };

/* Rows of docs/wire.md that begin with bytes: | `5A 01` | meaning | */
struct rows {
    FILE *file;
    unsigned wrong;
};

static void open_rows(struct rows *r)
{
    *r = (struct rows){fopen("docs/wire.md", "r"), 0};
    assert_non_null(r->file); /* run it in the project's root */
}

static void row(struct rows *r, const char *meaning, const uint8_t *bytes, size_t n)
{
    char line[1200], expected[1200];
    size_t at = (size_t)sprintf(expected, "| `");

    for (size_t i = 0; i < n; i++)
        at += (size_t)sprintf(expected + at, i ? " %02X" : "%02X", bytes[i]);
    sprintf(expected + at, "` | %s |\n", meaning);
    while (fgets(line, sizeof line, r->file) && strncmp(line, "| `", 3) != 0)
        continue;
    if (feof(r->file))
        strcpy(line, "(no such row)\n");
    if (strcmp(line, expected) != 0) {
        r->wrong++;
        print_message("# expected: %s# got:      %s\n", expected, line);
    }
}

static void close_rows(struct rows *r)
{
    fclose(r->file);
    assert_int_equal(r->wrong, 0);
}

/* ---- the session's frames ---- */

struct session {
    struct rows rows;
    struct frame_key key;
    struct encoder encoder;
    uint32_t seq;
    uint8_t body[FRAME_MAX_BODY];
    size_t nbody;
};

static void control(struct session *s, enum frame_dir dir, enum control kind, const char *body,
                    size_t n, const char *meaning)
{
    int greeting = kind == CTL_HELLO || kind == CTL_WELCOME || kind == CTL_NO_SESSION;
    uint8_t bytes[FRAME_MAX_BYTES] = {0};

    row(&s->rows, meaning, bytes,
        frame_make_control(greeting ? &frame_no_session : &s->key, dir, kind, body, n, bytes));
}

static void add(struct session *s, struct op op)
{
    int n = op_encode(&s->encoder, &op, s->body + s->nbody, sizeof s->body - s->nbody);

    assert_true(n >= 0);
    s->nbody += (size_t)n;
}

static struct op put(uint32_t addr, uint32_t value)
{
    return (struct op){.kind = OP_PUT, .width = 4, .addr = addr, .value = value};
}

static struct op reg(enum op_kind kind, uint32_t addr)
{
    return (struct op){.kind = kind, .width = 4, .addr = addr};
}

static void down(struct session *s, const char *meaning)
{
    uint8_t bytes[FRAME_MAX_BYTES] = {0};

    row(&s->rows, meaning, bytes,
        frame_make_long(&s->key, FRAME_DOWN, ++s->seq, s->body, s->nbody, bytes));
    s->nbody = 0;
    encoder_new_frame(&s->encoder);
}

static void down_short(struct session *s, unsigned slot, const char *meaning)
{
    uint8_t bytes[FRAME_MAX_BYTES] = {0};

    row(&s->rows, meaning, bytes,
        frame_make_short(&s->key, FRAME_DOWN, ++s->seq, (uint8_t)slot, NULL, 0, bytes));
}

static void up(struct session *s, uint8_t code, const char *value, size_t n, const char *meaning)
{
    uint8_t bytes[FRAME_MAX_BYTES] = {0};

    row(&s->rows, meaning, bytes,
        frame_make_short(&s->key, FRAME_UP, s->seq, code, value, n, bytes));
}

static void up_long(struct session *s, const char *items, size_t n, const char *meaning)
{
    uint8_t bytes[FRAME_MAX_BYTES] = {0};

    row(&s->rows, meaning, bytes, frame_make_long(&s->key, FRAME_UP, s->seq, items, n, bytes));
}

static void greetings(struct session *s)
{
    control(s, FRAME_UP, CTL_NO_SESSION, "\x02\x00", 2, "up: NO_SESSION, version 2");
    control(s, FRAME_DOWN, CTL_HELLO, "\x02\x00\x4A\x3B\x2C\x1D", 6,
            "down: HELLO, version 2, nonce 1D2C3B4A");
    control(s, FRAME_UP, CTL_WELCOME, "\x02\x00\x4A\x3B\x2C\x1D\x00\x00\x40\x00\x00\x00\x10\x00",
            14, "up: WELCOME, version 2, that nonce, buffer of 1 MB at 00400000");
    control(s, FRAME_DOWN, CTL_SPEED, "\x00\x10\x0E\x00", 4, "down: SPEED 921600");
    control(s, FRAME_UP, CTL_SPEED, "\x00\x10\x0E\x00", 4, "up: SPEED 921600, at the old speed");
    control(s, FRAME_UP, CTL_SPEED, "\x00\x00\x00\x00", 4, "up: SPEED 0, if it could not");
    control(s, FRAME_DOWN, CTL_PROBE, "\x55\xAA", 2, "down: PROBE, at the new speed");
    control(s, FRAME_UP, CTL_PROBE, "\x55\xAA", 2, "up: PROBE, what came");
    control(s, FRAME_DOWN, CTL_KEEP, "", 0, "down: KEEP");
    control(s, FRAME_UP, CTL_KEEP, "", 0, "up: KEEP");
}

static void writes_and_reads(struct session *s)
{
    add(s, put(FSEL2, 1));
    add(s, put(SET0, PIN20));
    add(s, (struct op){.kind = OP_DELAY, .count = 500});
    add(s, put(CLR0, PIN20));
    down(s, "down 1: GPFSEL2 = 1 (slot 0, pair 0), GPSET0 = 1 << 20 (slot 1, pair 1), 500 us, "
            "GPCLR0 = 1 << 20 (slot 2, pair 2)");
    up(s, ANS_ACK, "", 0, "up 1: ACK");
    add(s, put(SET0, PIN20));
    add(s, reg(OP_GET, LEV0));
    down(s, "down 2: pair 1 again, GET GPLEV0 (slot 3)");
    up(s, ANS_BIT, "\x14", 1, "up 2: 00100000, bit 20 of what counts as 0 before");
    down_short(s, 3, "down 3: GET slot 3");
    up(s, ANS_SAME, "", 0, "up 3: the same");
    add(s, reg(OP_GET, LEV0));
    add(s, (struct op){.kind = OP_GET, .width = 2, .addr = FSEL2});
    down(s, "down 4: GET slot 3, GET of 16 bits of GPFSEL2 (slot 4)");
    up_long(s, "\x04\x78\x56\x34\x12\x02\x01", 7, "up 4: 12345678, then 1");
    up(s, ANS_NAK, "", 0, "up: NAK, executed up to 4");
}

static void waits(struct session *s)
{
    add(s, reg(OP_POLL, SPI_CS));
    down(s, "down 5: POLL of SPI's status (slot 5)");
    up(s, ANS_U8, "\x80", 1, "up 5: 80");
    up(s, ANS_CHANGED | ANS_BIT, "\x10", 1, "up 5: another value: bit 16 is different");
    up(s, ANS_LIMIT, "\x40\x0D\x03\x01", 4,
       "up 5: LIMIT, 200000 reads gave that; one further answer came before");
    add(s, (struct op){.kind = OP_ARM, .count = 1});
    down(s, "down 6: ARM 1");
    up(s, ANS_ACK, "", 0, "up 6: ACK");
    control(s, FRAME_UP, CTL_EVENT,
            "\x01\x40\x42\x0F\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00", 17,
            "up: EVENT of ARM 1, at 1000000 us; basic 200, pending 1 0, pending 2 20000");
    add(s, (struct op){.kind = OP_DISARM});
    down(s, "down 7: DISARM");
    up(s, ANS_ACK, "", 0, "up 7: ACK");
}

static void blocks_and_refusals(struct session *s)
{
    add(s, (struct op){.kind = OP_STORE, .addr = 64, .nbytes = 4, .data = (const uint8_t *)"abcd"});
    add(s, (struct op){.kind = OP_LOAD, .addr = 64, .nbytes = 2});
    down(s, "down 8: STORE 4 bytes at 64, LOAD 2");
    up_long(s,
            "\x11\x02"
            "ab",
            4, "up 8: BYTES");
    add(s, reg(OP_GET, 0x20F00000));
    down(s, "down 9: GET of an address where no device is (slot 6)");
    up_long(s, "\x10\x00\x01", 3, "up 9: REFUSED, operation 0; its value counts as 0, the same");
    s->body[s->nbody++] = 0x49;
    down(s, "down 10: GET of slot 9, which is not defined (no laptop says so)");
    up_long(s, "\x12\x00", 2, "up 10: BAD, operation 0");
    control(s, FRAME_DOWN, CTL_STATS, "", 0, "down: STATS");
    control(s, FRAME_UP, CTL_STATS,
            "\x4B\x0D\x03\x00\x40\x0D\x03\x00\x00\x00\x00\x00\x01\x00\x00\x00", 16,
            "up: STATS: 200011 accesses, 200000 of them by POLL; no overruns, 1 damage");
    control(s, FRAME_DOWN, CTL_REBOOT, "", 0, "down: REBOOT");
    control(s, FRAME_UP, CTL_REBOOT, "", 0, "up: REBOOT");
}

/* ---- operations one by one ---- */

static void op_row(struct session *s, struct op op, const char *meaning)
{
    s->nbody = 0;
    add(s, op);
    row(&s->rows, meaning, s->body, s->nbody);
}

static void operations(struct session *s)
{
    static const uint8_t abc[] = "abc";

    encoder_init(&s->encoder, 1);
    op_row(s, put(SET0, 16), "slot 0 is GPSET0; PUT 16 (pair 0)");
    op_row(s, put(SET0, 0x1234), "PUT 1234 (pair 1)");
    op_row(s, put(SET0, 0x12345678), "PUT 12345678 (pair 2)");
    op_row(s, put(SET0, 0x12345678 ^ 5 << 12), "PUT 5 << 12 xor 12345678 (pair 3)");
    op_row(s, put(SET0, 7 << 21), "PUT 7 << 21 (pair 4)");
    op_row(s, put(SET0, 16), "PUT 16: pair 0");
    op_row(s, put(SET0, 16), "and again: pair 0");
    op_row(s, put(SET0, 16), "and once more, by count");
    add(s, put(SET0, 16));
    row(&s->rows, "the same, grown to twice more", s->body, s->nbody);
    op_row(s, reg(OP_GET, SET0), "GET slot 0");
    op_row(s, (struct op){.kind = OP_PUT, .width = 1, .addr = SET0 + 1, .value = 9},
           "slot 1 is the second byte of GPSET0; PUT 9 (pair 5)");
    op_row(s, reg(OP_POLL, LEV0), "slot 2 is GPLEV0; POLL");
    op_row(s, (struct op){.kind = OP_DELAY, .count = 10}, "DELAY 10 us");
    op_row(s, (struct op){.kind = OP_DELAY, .count = 1000}, "DELAY 1000 us");
    op_row(s, (struct op){.kind = OP_DELAY, .count = 1000000}, "DELAY 1 s");
    op_row(s, (struct op){.kind = OP_ARM, .count = 7}, "ARM 7");
    op_row(s, (struct op){.kind = OP_DISARM}, "DISARM");
    op_row(s, (struct op){.kind = OP_STORE, .addr = 0x10200, .nbytes = 3, .data = abc},
           "STORE 3 bytes at 10200");
    op_row(s, (struct op){.kind = OP_LOAD, .addr = 0x10200, .nbytes = 3}, "LOAD 3 bytes at 10200");
}

static void examples_are_what_the_code_says(void **state)
{
    static struct session s;

    (void)state;
    memset(&s, 0, sizeof s);
    frame_key_init(&s.key, NONCE);
    encoder_init(&s.encoder, 1);
    open_rows(&s.rows);
    greetings(&s);
    writes_and_reads(&s);
    waits(&s);
    blocks_and_refusals(&s);
    operations(&s);
    close_rows(&s.rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(examples_are_what_the_code_says)};

    return cmocka_run_group_tests_name("wire-examples", tests, NULL, NULL);
}
