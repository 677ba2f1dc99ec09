/* Touches a megabyte. */
#include "rpi.h"

void notmain(void)
{
    volatile char *p = (volatile char *)0x01000000;

    for (unsigned i = 0; i < 1 << 20; i += 64)
        p[i] = 1;
    printk("touched\n");
}
