/* The timer is read between two writes of a pin. */
#include "rpi.h"

void notmain(void)
{
    gpio_set_output(20);
    dev_barrier();
    gpio_set_on(20);
    unsigned now = GET32(0x20003004);
#ifdef NEAR
    dev_barrier();
#endif
    gpio_set_off(20); /* here: what was read may come late */
    printk("%d\n", now < 1000000);
}
