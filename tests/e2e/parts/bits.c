/* Sends at 115200 baud without libpi's own driver: each bit, 8.68 us, by delay_us or by the cycle
 * counter, from the end of the one before. */
#include "cycle-count.h"
#include "rpi.h"

enum { TX = 20, BITS = 10, CYCLES_A_BIT = 6076 }; /* 700 MHz / 115200 */

#ifdef DELAY
/* In whole microseconds, rounded so that the errors do not add up: 9, 8, 9, 9, ... */
static void wait_for_bit(unsigned n)
{
    delay_us(((n + 1) * 868 + 50) / 100 - (n * 868 + 50) / 100);
}
#else
static void wait_for_bit(unsigned n)
{
    unsigned start = cycle_cnt_read();

    (void)n;
    while (cycle_cnt_read() - start < CYCLES_A_BIT)
        ;
}
#endif

static void put(uint8_t byte)
{
    unsigned frame = (unsigned)byte << 1 | 1u << (BITS - 1);

    for (unsigned i = 0; i < BITS; i++) {
        gpio_write(TX, frame >> i & 1);
        wait_for_bit(i);
    }
}

void notmain(void)
{
    gpio_set_on(TX);
    gpio_set_output(TX);
    cycle_cnt_init();
    for (int i = 0; i < 20; i++)
        for (const char *p = "the quick brown fox "; *p; p++)
            put(*p);
    put('\n');
}
