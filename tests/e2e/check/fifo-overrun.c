/* Nine bytes, and the FIFO holds eight. */
#include "rpi.h"

void notmain(void)
{
    uart_flush_tx();
    for (int i = 0; i < 9; i++) {
#ifdef NEAR
        while (!(GET32(0x20215054) & 1 << 5))
            ;
#endif
        PUT32(0x20215040, '1' + i); /* here */
    }
    dev_barrier();
    printk("\n");
}
