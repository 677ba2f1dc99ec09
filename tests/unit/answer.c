/* Values in the fewest bytes, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/answer.h"

static void expect(uint32_t value, uint32_t before, uint8_t code, unsigned nbytes)
{
    uint8_t out[4] = {0}, n = 99;

    assert_int_equal(answer_value(value, before, out, &n), code);
    assert_int_equal(n, nbytes);
    assert_int_equal(answer_nbytes(code), nbytes);
    assert_int_equal(answer_read(code, out, before), value);
}

static void the_fewest_bytes_are_chosen(void **state)
{
    (void)state;
    expect(0, 0, ANS_SAME, 0);
    expect(0xDEADBEEF, 0xDEADBEEF, ANS_SAME, 0);
    expect(0xFF, 0, ANS_U8, 1);
    expect(0, 0xFFFFFFFF, ANS_U8, 1);
    expect(0x1234, 0x12FF, ANS_LOW, 1);
    expect(0xABCDEF01, 0xABCDEF02, ANS_LOW, 1);
    expect(0x80000000, 0, ANS_BIT, 1);
    expect(0x1000, 0x1100, ANS_BIT, 1);
    expect(0x1234, 0, ANS_U16, 2);
    expect(0xFFFF, 0x12340000, ANS_U16, 2);
    expect(0x10000, 1, ANS_U32, 4);
    expect(0xDEADBEEF, 0, ANS_U32, 4);
}

/* All values that differ from some base by few bits or few bytes, both ways. */
static void all_values_come_back(void **state)
{
    static const uint32_t base[] = {0, 1, 0xFF, 0x100, 0xFFFF, 0x10000, 0x12345678, 0xFFFFFFFF};
    uint32_t v = 1;

    (void)state;
    for (unsigned i = 0; i < 8 * 20000; i++) {
        uint32_t before = base[i % 8], value = before ^ v >> i % 32;
        uint8_t out[4], n, code = answer_value(value, before, out, &n);

        assert_in_range(code, ANS_SAME, ANS_BIT);
        assert_int_equal(answer_nbytes(code), n);
        assert_int_equal(answer_read(code, out, before), value);
        v = v * 1664525 + 1013904223;
    }
    for (unsigned bit = 0; bit < 32; bit++)
        for (unsigned b = 0; b < 8; b++) {
            uint8_t out[4], n, code = answer_value(base[b] ^ 1u << bit, base[b], out, &n);

            assert_int_equal(answer_read(code, out, base[b]), base[b] ^ 1u << bit);
            assert_in_range(n, 1, 1);
        }
}

static void other_codes_are_no_values(void **state)
{
    (void)state;
    assert_int_equal(answer_nbytes(ANS_ACK), -1);
    for (unsigned code = ANS_NAK; code < 256; code++)
        assert_int_equal(answer_nbytes((uint8_t)code), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fewest_bytes_are_chosen),
        cmocka_unit_test(all_values_come_back),
        cmocka_unit_test(other_codes_are_no_values),
    };

    return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
