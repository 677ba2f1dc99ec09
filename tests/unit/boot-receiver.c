/* The installer's receiver on thousands of scripted boot loaders, most of them broken, from a fixed
 * seed: the promises of tests/fuzz/installer.c hold, and every kind of ending occurs. Then names
 * and texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "libunix/boot.h"
#include "libunix/line.h"
#include "tests/fuzz/installer.h"
#include "wire/boot.h"

enum { RUNS = 20000, STEPS_MAX = 24 };

static uint32_t random_state = 1;

static uint32_t random32(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

/* Step numbers of add_step: most scripts begin well, so that the damage comes late. */
static size_t make_script(uint8_t *out)
{
    static const uint8_t good_scripts[][6] = {
        {0, 6, 1, 1, 1, 1}, {10, 11, 5, 5, 5, 5}, {0, 6, 16, 17, 18, 20}};
    const uint8_t *good = good_scripts[random32() % 3];
    size_t steps = 1 + random32() % STEPS_MAX, good_steps = random32() % 7;
    for (size_t i = 0; i < steps; i++) {
        out[2 * i] = i < good_steps ? good[i] : (uint8_t)random32();
        out[2 * i + 1] = (uint8_t)random32();
    }
    return 2 * steps;
}

static void test_scripts(void **state)
{
    unsigned seen[64] = {0};
    uint8_t script[2 * STEPS_MAX];
    static const int must_occur[] = {
        0, LINE_GONE, BOOT_REFUSED, BOOT_BAD_CRC, BOOT_BAD_STRING, BOOT_UNEXPECTED};
    (void)state;
    for (unsigned i = 0; i < RUNS; i++) {
        size_t n = make_script(script);
        LLVMFuzzerTestOneInput(script, n);
        seen[-installer_result]++;
    }
    for (size_t i = 0; i < sizeof must_occur / sizeof *must_occur; i++)
        if (!seen[-must_occur[i]])
            fail_msg("no script of %d ended with %d", RUNS, must_occur[i]);
}

static void test_word_names(void **state)
{
    (void)state;
    assert_string_equal(boot_word_name(BOOT_PROTO_A, 0x11112222), "GET_PROG_INFO");
    assert_string_equal(boot_word_name(BOOT_PROTO_A, 0x9999AAAA), "BOOT_SUCCESS");
    assert_string_equal(boot_word_name(BOOT_PROTO_A, 5), "UNKNOWN");
    assert_string_equal(boot_word_name(BOOT_PROTO_B, 5), "ACK");
    assert_string_equal(boot_word_name(BOOT_PROTO_C, 0x12345678), "SOH");
    assert_string_equal(boot_word_name(BOOT_PROTO_UNKNOWN, 0x11112222), "UNKNOWN");
}

/* Each error has a text of its own that names the line, and fits where the programs put it. */
static void test_texts(void **state)
{
    char text[16][600];
    struct boot_result r = {.protocol = BOOT_PROTO_A, .detail = 0xDEADBEEF, .heard = 7};
    int n = 0;
    (void)state;
    for (int error = BOOT_SILENT; error >= BOOT_UNCONFIRMED; error--, n++) {
        boot_error_text(error, &r, "/dev/ttyX", text[n], sizeof text[n]);
        assert_memory_equal(text[n], "/dev/ttyX: ", 11);
        assert_in_range(strlen(text[n]), 20, 400);
        for (int i = 0; i < n; i++)
            assert_string_not_equal(text[i], text[n]);
    }
    assert_string_equal(boot_error_text(LINE_GONE, &r, "x", text[0], sizeof text[0]),
                        "x: the line went away (unplugged, or its other side closed)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_word_names),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests_name("boot-receiver", tests, NULL, NULL);
}
