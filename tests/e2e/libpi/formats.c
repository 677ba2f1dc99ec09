/* printk and snprintk of the year, and what their calls return. */
#include "rpi.h"

static void numbers(int v)
{
#if LIBPI_YEAR <= 2020
    printk("d=%d u=%u x=%x p=%p b=%b w=<%6d,%6x,%4c>\n", v, v, v, v, v & 15, v, v, 'c');
#else
    printk("d=%d u=%u x=%x X=%X p=%p b=%b llx=%llx\n", v, v, v, v, v, v & 15,
           (uint64_t)(unsigned)v << 16);
#endif
}

void notmain(void)
{
    char buf[16];

    uart_init();
    numbers(0);
    numbers(-5);
    numbers(123456);
    numbers(-0x7fffffff - 1);
#if LIBPI_YEAR <= 2020
    printk("<%c> <%s> 100%%\n", 'c', "string");
    int sz = snprintk(buf, sizeof buf, "%s:%d", "a string that is cut", 1);
#else
    printk("<%c> <%s>\n", 'c', "string");
    int sz = snprintk(buf, sizeof buf, "%s:%d", "fits", 1);
#endif
    printk("snprintk: <%s> %d\n", buf, sz);
    printk("printk returns %d\n", printk("12345\n"));
    putk("putk\n");
#ifdef BAD_CONVERSION
    printk("before the bad one: ");
    printk(BAD_CONVERSION, 1);
#endif
    clean_reboot();
}
