/* A pin is driven before it is an output. */
#include "rpi.h"

void notmain(void)
{
#ifdef NEAR
    gpio_set_output(20);
#endif
    gpio_set_on(20); /* here */
    gpio_set_output(20);
    gpio_set_off(20);
    gpio_set_input(20);
    gpio_set_off(20); /* prepares it for being an output again */
    gpio_set_output(20);
    gpio_set_on(20);
    printk("%d\n", gpio_read(20));
}
