/* Looks for room in a UART that is off, then prints. */
#include "rpi.h"

void notmain(void)
{
    uart_flush_tx();
    PUT32(0x20215004, 0);
#ifdef NEAR
    uart_init();
#endif
    GET32(0x20215054); /* here */
    uart_init();
    printk("on\n");
}
