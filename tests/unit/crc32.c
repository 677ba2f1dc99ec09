/* CRC-32: published check values, pieces, and agreement with zlib. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>

#include "wire/crc32.h"

static void known_values(void **state)
{
    (void)state;
    assert_int_equal(wire_crc32("", 0), 0);
    assert_int_equal(wire_crc32("123456789", 9), 0xCBF43926);
    assert_int_equal(wire_crc32("\0\0\0\0", 4), 0x2144DF1C);
    assert_int_equal(wire_crc32("\xff\xff\xff\xff", 4), 0xFFFFFFFF);
}

static void fill(uint8_t *data, size_t nbytes)
{
    uint32_t x = 1;

    for (size_t i = 0; i < nbytes; i++) {
        x = x * 1664525 + 1013904223;
        data[i] = (uint8_t)(x >> 24);
    }
}

static void any_length_as_zlib(void **state)
{
    static uint8_t data[3000];

    (void)state;
    fill(data, sizeof data);
    for (size_t n = 0; n <= sizeof data; n += n < 70 ? 1 : 97)
        assert_int_equal(wire_crc32(data, n), crc32(0, data, (uInt)n));
}

static void pieces_equal_the_whole(void **state)
{
    uint8_t data[64];

    (void)state;
    fill(data, sizeof data);
    for (size_t a = 0; a <= sizeof data; a++)
        for (size_t b = a; b <= sizeof data; b += 7) {
            uint32_t crc = wire_crc32_more(0, data, a);

            crc = wire_crc32_more(crc, data + a, b - a);
            crc = wire_crc32_more(crc, data + b, sizeof data - b);
            assert_int_equal(crc, wire_crc32(data, sizeof data));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(any_length_as_zlib),
        cmocka_unit_test(pieces_equal_the_whole),
    };

    return cmocka_run_group_tests_name("crc32", tests, NULL, NULL);
}
