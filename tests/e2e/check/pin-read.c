/* A pin is read that nobody made an input. */
#include "rpi.h"

void notmain(void)
{
#ifdef NEAR
    gpio_set_input(20);
#endif
    printk("%d\n", gpio_read(20)); /* here */
}
