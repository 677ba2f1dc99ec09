/* What SET0 reads means nothing: its ones may switch other pins on. */
#include "rpi.h"

void notmain(void)
{
    gpio_set_output(20);
#ifdef NEAR
    PUT32(0x2020001c, 1 << 20);
#else
    PUT32(0x2020001c, GET32(0x2020001c) | 1 << 20); /* here */
#endif
    printk("%d\n", gpio_read(20));
}
