/* The timer may interrupt, and nothing is there to be called. */
#include "rpi.h"
#include "rpi-interrupts.h"

void interrupt_vector(unsigned pc)
{
    dev_barrier();
}

void notmain(void)
{
#ifdef NEAR
    interrupt_init();
#endif
    dev_barrier();
    PUT32(0x2000b218, 1);
    dev_barrier();
    enable_interrupts(); /* here */
    printk("enabled\n");
}
