/* N accesses of the kind that is asked for: -DKIND=... */
#include "rpi.h"

enum { TIMER_LOW = 0x20003004, SET0 = 0x2020001c, CLR0 = 0x20200028, PIN = 1 << 20 };
enum kind { READS, WRITES, BOTH, TRAPPED };

static void one(unsigned i)
{
    if (KIND == READS || KIND == BOTH)
        (void)get32((void *)TIMER_LOW);
    if (KIND == WRITES || KIND == BOTH)
        put32((void *)(i & 1 ? SET0 : CLR0), PIN);
    if (KIND == TRAPPED)
        (void)*(volatile unsigned *)TIMER_LOW;
}

void notmain(void)
{
    gpio_set_output(20);
    for (unsigned i = 0; i < N; i++)
        one(i);
}
