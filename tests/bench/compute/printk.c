/* The formatter of printk: 2000 lines. */
#include "tests/bench/compute/work.h"

uint32_t work(uint32_t turn)
{
    char line[128], page[4096] = "";
    uint32_t sum = 0, at = 0;

    for (uint32_t i = 0; i < 2000; i++) {
        uint32_t n;

        snprintk(line, sizeof line, "%s:%d: pin %u is %x, <%c> %b, %s\n", "gpio.c", i, i % 54,
                 i * turn, 'a' + i % 26, i & 15, i & 1 ? "high" : "low");

        n = (uint32_t)strlen(line);
        if (at + n + 1 > sizeof page)
            at = 0;
        memcpy(page + at, line, n + 1);
        at += n;
        sum = sum * 31 + (uint8_t)page[at - 2] + n;
    }
    return sum;
}
