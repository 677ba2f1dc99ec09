/* null-pointer.c - writes through a null pointer: on a Pi that overwrites the first vector. */
#include "rpi.h"

static int *volatile nowhere;

void notmain(void)
{
    printk("before the null pointer\n");
    *nowhere = 1;
    printk("after the null pointer\n");
}
