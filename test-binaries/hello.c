/* hello.c - the smallest program. */
#include "rpi.h"

void notmain(void)
{
    printk("hello from the pi\n");
}
