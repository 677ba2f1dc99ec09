/* Works TURNS times and prints what came out. */
#include "tests/bench/compute/work.h"

#ifndef TURNS
#define TURNS 1u
#endif

static uint32_t all(void)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < TURNS; i++)
        sum = sum * 31 + work(i);
    return sum;
}

#ifdef PI
void notmain(void)
{
    printk("result %x\n", all());
}
#else
#include <stdio.h>
#include <stdlib.h>

/* What libpi's formatter says of a bad format. */
int printk(const char *format, ...);
void clean_reboot(void);

int printk(const char *format, ...)
{
    fputs(format, stderr);
    return 0;
}

void clean_reboot(void)
{
    exit(1);
}

int main(void)
{
    printf("result %x\n", (unsigned)all());
    return 0;
}
#endif
