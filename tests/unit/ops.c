/* Operations: the bytes docs/wire.md shows, and the refusal of every other shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ops.h"

static char manual[32 * 1024];

static void expect_bytes(const struct frame *f, const char *hex)
{
    static const char digit[] = "0123456789ABCDEF";
    uint8_t out[FRAME_MAX_BYTES];
    char text[3 * FRAME_MAX_BYTES + 1];
    size_t n = frame_encode(f, out);

    assert_int_not_equal(n, 0);
    for (size_t i = 0; i < n; i++) {
        text[3 * i] = digit[out[i] >> 4];
        text[3 * i + 1] = digit[out[i] & 15];
        text[3 * i + 2] = ' ';
    }
    text[3 * n - 1] = 0;
    assert_string_equal(text, hex);
    if (!strstr(manual, hex))
        fail_msg("docs/wire.md does not show %s", hex);
}

/* Run from the top of the tree, as make test does. */
static int read_manual(void **state)
{
    FILE *f = fopen("docs/wire.md", "r");

    (void)state;
    if (!f)
        return -1;
    manual[fread(manual, 1, sizeof manual - 1, f)] = 0;
    fclose(f);
    return 0;
}

static void messages_of_the_manual(void **state)
{
    struct frame f;

    (void)state;
    op_make_hello(&f, OP_HELLO, &(struct op_hello){.version = 1, .nonce = 0x1234ABCD});
    expect_bytes(&f, "A5 06 01 00 01 00 CD AB 34 12 FA B8 7C 8B");
    op_make_hello(&f, OP_WELCOME, &(struct op_hello){.version = 1, .nonce = 0x1234ABCD});
    expect_bytes(&f, "A5 06 02 00 01 00 CD AB 34 12 19 BF F3 05");
    op_make_get(&f, 7, &(struct op_access){.width = 4, .addr = 0x20200034});
    expect_bytes(&f, "A5 05 03 07 04 34 00 20 20 74 36 0C 25");
    op_make_reply(&f, 7, &(struct op_reply){.status = OPS_OK, .value = 0x00100000});
    expect_bytes(&f, "A5 05 05 07 00 00 00 10 00 43 DC 3D 28");
    op_make_put(&f, 8, &(struct op_access){.width = 4, .addr = 0x2020001C, .value = 0x00100000});
    expect_bytes(&f, "A5 09 04 08 04 1C 00 20 20 00 00 10 00 83 82 25 BF");
    op_make_reply(&f, 8, &(struct op_reply){.status = OPS_OK});
    expect_bytes(&f, "A5 05 05 08 00 00 00 00 00 C7 7C A9 93");
    op_make_put(&f, 9, &(struct op_access){.width = 1, .addr = 0x20215040, .value = '!'});
    expect_bytes(&f, "A5 09 04 09 01 40 50 21 20 21 00 00 00 63 AA 3C A2");
    op_make_text(&f, 9, "!", 1);
    expect_bytes(&f, "A5 01 07 09 21 EB 05 1C 01");
    op_make_reply(&f, 9, &(struct op_reply){.status = OPS_OK});
    expect_bytes(&f, "A5 05 05 09 00 00 00 00 00 62 AF F5 58");
    op_make_reboot(&f, 10);
    expect_bytes(&f, "A5 00 06 0A 8A 97 CE 49");
    op_make_reply(&f, 10, &(struct op_reply){.status = OPS_REBOOTS});
    expect_bytes(&f, "A5 05 05 0A 02 00 00 00 00 AC 8E A1 A4");
}

static void what_was_made_is_read(void **state)
{
    static const uint8_t widths[] = {1, 2, 4};
    struct frame f;

    (void)state;
    for (unsigned i = 0; i < sizeof widths; i++) {
        struct op_access in = {widths[i], 0x20203004, 0xFEDCBA98}, out;

        op_make_get(&f, 255, &in);
        assert_int_equal(f.seq, 255);
        assert_int_equal(op_read_access(&f, &out), 0);
        assert_int_equal(out.width, in.width);
        assert_int_equal(out.addr, in.addr);
        assert_int_equal(out.value, 0);
        op_make_put(&f, 3, &in);
        assert_int_equal(f.seq, 3);
        assert_int_equal(op_read_access(&f, &out), 0);
        assert_int_equal(out.width, in.width);
        assert_int_equal(out.addr, in.addr);
        assert_int_equal(out.value, in.value);
    }

    struct op_reply r;
    op_make_reply(&f, 4, &(struct op_reply){OPS_REFUSED, 0x89ABCDEF});
    assert_int_equal(f.seq, 4);
    assert_int_equal(op_read_reply(&f, &r), 0);
    assert_int_equal(r.status, OPS_REFUSED);
    assert_int_equal(r.value, 0x89ABCDEF);

    struct op_hello h;
    op_make_hello(&f, OP_WELCOME, &(struct op_hello){0xFFFE, 0xFFFFFFFF});
    assert_int_equal(op_read_hello(&f, &h), 0);
    assert_int_equal(h.version, 0xFFFE);
    assert_int_equal(h.nonce, 0xFFFFFFFF);
}

/* Every kind with every payload size: each reader takes its own shape only. */
static void other_shapes_are_refused(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 256; kind++)
        for (unsigned n = 0; n <= FRAME_MAX_PAYLOAD; n++) {
            struct frame f = {.kind = (uint8_t)kind, .nbytes = (uint8_t)n, .payload = {4}};
            struct op_hello h;
            struct op_access a;
            struct op_reply r;
            int hello = (kind == OP_HELLO || kind == OP_WELCOME) && n == 6;
            int access = (kind == OP_GET && n == 5) || (kind == OP_PUT && n == 9);
            int reply = kind == OP_REPLY && n == 5;

            assert_int_equal(op_read_hello(&f, &h), hello ? 0 : -1);
            assert_int_equal(op_read_access(&f, &a), access ? 0 : -1);
            assert_int_equal(op_read_reply(&f, &r), reply ? 0 : -1);
        }
}

static void odd_widths_are_refused(void **state)
{
    (void)state;
    for (unsigned width = 0; width < 256; width++) {
        struct frame f;
        struct op_access a = {(uint8_t)width, 0x20200000, 0};
        int good = width == 1 || width == 2 || width == 4;

        op_make_get(&f, 0, &a);
        assert_int_equal(op_read_access(&f, &a), good ? 0 : -1);
        a.width = (uint8_t)width;
        op_make_put(&f, 0, &a);
        assert_int_equal(op_read_access(&f, &a), good ? 0 : -1);
    }
}

static void longest_text(void **state)
{
    struct frame f;
    char text[FRAME_MAX_PAYLOAD];

    (void)state;
    memset(text, 'x', sizeof text);
    op_make_text(&f, 1, text, sizeof text);
    assert_int_equal(f.nbytes, FRAME_MAX_PAYLOAD);
    assert_memory_equal(f.payload, text, sizeof text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_the_manual),
        cmocka_unit_test(what_was_made_is_read),
        cmocka_unit_test(other_shapes_are_refused),
        cmocka_unit_test(odd_widths_are_refused),
        cmocka_unit_test(longest_text),
    };

    return cmocka_run_group_tests_name("ops", tests, read_manual, NULL);
}
