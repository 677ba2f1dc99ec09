/* The upper two bits of a function register stand for no pin. */
#include "rpi.h"

void notmain(void)
{
    unsigned fsel = GET32(0x20200008);
#ifdef NEAR
    PUT32(0x20200008, (fsel & ~7u) | 1);
#else
    PUT32(0x20200008, (fsel & ~7u) | 1 | 1u << 30); /* here */
#endif
    printk("%x\n", GET32(0x20200008) & 7);
}
