/* CRC-32 of 256 KB by a table. */
#include "tests/bench/compute/work.h"

enum { N = 256 << 10 };

static uint32_t table[256];
static uint8_t data[N];

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
        table[i] = c;
    }
}

uint32_t work(uint32_t turn)
{
    uint32_t crc = ~0u;

    if (!table[1])
        make_table();
    memset(data, (int)turn & 0xff, N);
    for (uint32_t i = 0; i < N; i++)
        crc = table[(crc ^ data[i]) & 0xff] ^ (crc >> 8);
    return ~crc;
}
