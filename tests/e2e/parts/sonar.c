/* The sonar lab: three measurements, in mm. */
#include "rpi.h"

enum { TRIGGER = 20, ECHO = 21 };

static void measure(void)
{
    gpio_write(TRIGGER, 1);
    delay_us(10);
    gpio_write(TRIGGER, 0);
    while (!gpio_read(ECHO))
        ;
    unsigned start = timer_get_usec();
    while (gpio_read(ECHO))
        ;
    unsigned us = timer_get_usec() - start;
    if (us > 30000)
        printk("nothing\n");
    else
        printk("%d mm\n", (us * 343 + 1000) / 2000);
    delay_ms(60);
}

void notmain(void)
{
    gpio_set_output(TRIGGER);
    gpio_set_input(ECHO);
    for (int i = 0; i < 4; i++)
        measure();
#ifdef SHORT_TRIGGER
    gpio_write(TRIGGER, 1);
    gpio_write(TRIGGER, 0);
#endif
}
