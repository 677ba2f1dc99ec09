/* C and assembly together. */
#include "rpi.h"

unsigned seventeen(void);
void unwritten(void);

void notmain(void)
{
    uart_init();
    printk("%d\n", seventeen());
    unwritten();
}
