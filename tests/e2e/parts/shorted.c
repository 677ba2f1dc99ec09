/* Two outputs on one wire, one high, one low. */
#include "rpi.h"

void notmain(void)
{
    gpio_set_output(20);
    gpio_set_output(21);
    for (int i = 0; i < 3; i++) {
        gpio_write(20, 1);
        gpio_write(21, 0);
        gpio_write(20, 0);
    }
    printk("done\n");
}
