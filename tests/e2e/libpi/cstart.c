/* A program's own C start, which returns. */
#include "rpi.h"

void notmain(void); /* rpi.h of the first years leaves its type to the program */

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
