/* A program's own C start, which returns. */
#include "rpi.h"

void _cstart(void);

static int zero;

void _cstart(void)
{
    zero = 0;
    uart_init();
    notmain();
}

void notmain(void)
{
    printk("own start %d\n", zero);
}
