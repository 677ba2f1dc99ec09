/* Waits for rising edges of pin 21 without touching a device. */
#include "rpi.h"
#include "rpi-interrupts.h"

enum { EVENTS = 0x20200040, RISING = 0x2020004c };

static volatile unsigned edges;

void interrupt_vector(unsigned pc)
{
    dev_barrier();
    PUT32(EVENTS, 1u << 21);
    dev_barrier();
    edges++;
}

void notmain(void)
{
    interrupt_init();
    gpio_set_input(21);
    PUT32(RISING, 1u << 21);
    dev_barrier();
    PUT32(IRQ_Enable_2, 1u << (49 - 32));
    dev_barrier();
    enable_interrupts();
    while (edges < 3)
        ;
    printk("3 edges after %d us\n", timer_get_usec() / 1000 * 1000);
}
