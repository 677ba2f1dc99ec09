/* A handler that begins and ends without a barrier. */
#include "rpi.h"
#include "rpi-interrupts.h"

static volatile int came;

void interrupt_vector(unsigned pc)
{
#ifdef NEAR
    dev_barrier();
#endif
    if (GET32(0x2000b204) & 2) { /* begins here */
#ifdef NEAR
        dev_barrier();
        PUT32(0x20003000, 2);
        dev_barrier();
#else
        dev_barrier();
        PUT32(0x20003000, 2); /* ends here */
#endif
        came = 1;
    }
}

void notmain(void)
{
    interrupt_init();
    dev_barrier();
    PUT32(0x2000b210, 2);
    dev_barrier();
    PUT32(0x20003010, GET32(0x20003004) + 100);
    dev_barrier();
    enable_interrupts();
    while (!came)
        delay_us(10);
    printk("came\n");
}
