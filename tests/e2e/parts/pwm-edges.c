/* PWM on pin 18: its level is read there, and its rising edges are counted at pin 21. */
#include "rpi.h"

enum { CM_PWMCTL = 0x201010a0, CM_PWMDIV = 0x201010a4, PWM = 0x2020c000, PASSWORD = 0x5a000000 };
enum { GPLEV0 = 0x20200034, GPEDS0 = 0x20200040, GPREN0 = 0x2020004c };

void notmain(void)
{
    unsigned high = 0, edges = 0;

    gpio_set_function(18, GPIO_FUNC_ALT5);
    dev_barrier();
    PUT32(CM_PWMCTL, PASSWORD | 1);
    PUT32(CM_PWMDIV, PASSWORD | 192 << 12); /* 100 kHz */
    PUT32(CM_PWMCTL, PASSWORD | 0x11);
    dev_barrier();
    PUT32(PWM + 0x10, 100);
    PUT32(PWM + 0x14, 30);
    PUT32(PWM, 0x81);
    dev_barrier();
    for (int i = 0; i < 10000; i++) {
        high += (GET32(GPLEV0) >> 18) & 1;
        delay_us(1);
    }
    printk("pin 18 is high %d percent of the time\n", high / 100);
    PUT32(GPREN0, 1 << 21);
    PUT32(GPEDS0, 1 << 21);
    unsigned start = timer_get_usec();
    while (timer_get_usec() - start < 100 * 1000) {
        if (GET32(GPEDS0) & 1 << 21) {
            PUT32(GPEDS0, 1 << 21);
            edges++;
        }
    }
    printk("%d edges at pin 21\n", edges);
}
