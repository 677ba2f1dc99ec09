/* A jumper from 20 to 21 and GPIO interrupts on both edges. */
#include "rpi.h"
#include "rpi-interrupts.h"

enum { OUT = 20, IN = 21, EVENTS = 0x20200040, RISING = 0x2020004c, FALLING = 0x20200058 };

static volatile unsigned rose, fell;

void interrupt_vector(unsigned pc)
{
    dev_barrier();
    if (GET32(EVENTS) & 1u << IN) {
        PUT32(EVENTS, 1u << IN);
        if (gpio_read(IN))
            rose++;
        else
            fell++;
    }
    dev_barrier();
}

void notmain(void)
{
    interrupt_init();
    gpio_set_output(OUT);
    gpio_write(OUT, 0);
    gpio_set_input(IN);
    PUT32(RISING, 1u << IN);
    PUT32(FALLING, 1u << IN);
    PUT32(EVENTS, 1u << IN);
    dev_barrier();
    PUT32(IRQ_Enable_2, 1u << (49 - 32));
    dev_barrier();
    enable_interrupts();
    for (int i = 0; i < 10; i++) {
        gpio_write(OUT, 1);
        gpio_write(OUT, 0);
    }
    printk("rose %d fell %d\n", rose, fell);
}
