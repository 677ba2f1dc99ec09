/* There is nothing at this address; at the one before there is. */
#include "rpi.h"

void notmain(void)
{
    dev_barrier();
#ifdef NEAR
    GET32(0x20200034 - 0x28);
#else
    GET32(0x20200018); /* here */
#endif
    dev_barrier();
    printk("read\n");
}
