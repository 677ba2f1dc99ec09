/* button.c - a pin as input; with nothing attached it is pulled down and reads 0. */
#include "rpi.h"

enum { BUTTON = 21, READS = 5 };

void notmain(void)
{
    gpio_set_input(BUTTON);
    gpio_set_pulldown(BUTTON);
    for (int i = 0; i < READS; i++) {
        printk("pin %d is %d\n", BUTTON, gpio_read(BUTTON));
        delay_ms(1);
    }
}
