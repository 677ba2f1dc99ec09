/* The timer cannot be set; a compare register can. */
#include "rpi.h"

void notmain(void)
{
    dev_barrier();
#ifdef NEAR
    PUT32(0x20003010, 0);
#else
    PUT32(0x20003004, 0); /* here */
#endif
    dev_barrier();
    printk("written\n");
}
