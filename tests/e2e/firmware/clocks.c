/* clocks.c - a clock for pin 4 as programs set one up, and ten random numbers. */
#include "rpi.h"

enum {
    CTL = 0x20101070,
    DIV = 0x20101074,
    PASSWORD = 0x5A000000,
    ENAB = 1 << 4,
    BUSY = 1 << 7,
    RNG_CTRL = 0x20104000,
    RNG_STATUS = 0x20104004,
    RNG_DATA = 0x20104008,
};

void notmain(void)
{
    unsigned ones = 0;

    PUT32(DIV, 0x00123456);
    PUT32(DIV, PASSWORD | 192 << 12);
    PUT32(CTL, PASSWORD | 1);
    PUT32(CTL, PASSWORD | ENAB | 1);
    while (!(GET32(CTL) & BUSY))
        ;
    printk("runs: %x %x\n", GET32(CTL), GET32(DIV));
    PUT32(CTL, PASSWORD | 1);
    while (GET32(CTL) & BUSY)
        ;
    printk("stopped: %x\n", GET32(CTL));
    PUT32(RNG_STATUS, 0x40000);
    PUT32(RNG_CTRL, 1);
    for (unsigned i = 0; i < 10; i++) {
        while (!(GET32(RNG_STATUS) >> 24))
            ;
        for (unsigned word = GET32(RNG_DATA); word; word &= word - 1)
            ones++;
    }
    printk("random: %s\n", ones > 100 && ones < 220 ? "about half ones" : "not so");
}
