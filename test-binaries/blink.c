/* blink.c - a light on pin 20, ten times on and off. */
#include "rpi.h"

enum { LED = 20, TIMES = 10, HALF_PERIOD_MS = 20 };

void notmain(void)
{
    gpio_set_output(LED);
    for (int i = 0; i < TIMES; i++) {
        gpio_set_on(LED);
        delay_ms(HALF_PERIOD_MS);
        gpio_set_off(LED);
        delay_ms(HALF_PERIOD_MS);
    }
    printk("blinked %d times\n", TIMES);
}
