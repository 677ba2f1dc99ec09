/* printk-all-formats.c - every conversion of printk, and snprintk. */
#include "rpi.h"

static void numbers(int v)
{
    printk("%d: u=%u x=%x X=%X b=%b p=%p\n", v, v, v, v, v, (void *)(uintptr_t)(uint32_t)v);
}

void notmain(void)
{
    numbers(0);
    numbers(1);
    numbers(-1);
    numbers(10);
    numbers(0x7fffffff);
    numbers(-0x7fffffff - 1);
    numbers(0xdeadbeef);

    printk("c=<%c%c%c> s=<%s> empty=<%s>\n", 'a', '%', 'z', "string", "");
    printk("llx=%llx %llx %llx\n", 0ULL, 0x123456789abcdef0ULL, 0x100000001ULL);
    putk("putk: 100% as it is\n");

    static char longer[200];
    memset(longer, 'x', sizeof longer - 1);
    printk("<%s>\n", longer);

    char buf[32];
    int ret = snprintk(buf, sizeof buf, "%s=%d,%x", "n", -5, 255);
    printk("snprintk: <%s> returned %d\n", buf, ret);
}
