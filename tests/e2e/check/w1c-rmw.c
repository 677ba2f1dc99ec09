/* Waits for edges of two pins. Clearing one with |= clears the other as well. */
#include "rpi.h"

static __attribute__((noinline)) void clear(unsigned pin)
{
#ifdef NEAR
    PUT32(0x20200040, 1u << pin);
#else
    PUT32(0x20200040, GET32(0x20200040) | 1u << pin); /* here */
#endif
}

void notmain(void)
{
    gpio_set_output(20);
    gpio_set_output(21);
    PUT32(0x2020004c, 3u << 20); /* rising edges */
    clear(20);
    gpio_set_on(21);
    gpio_set_on(20);
    clear(20);
    printk("pin 21 rose: %d\n", GET32(0x20200040) >> 21 & 1);
}
