/* watchdog.c - lets the watchdog end it, waiting without touching a device; fed once before. */
#include "rpi.h"

enum { RSTC = 0x2010001C, WDOG = 0x20100024, PASSWORD = 0x5A000000, FULL = 0x20, SECOND = 65536 };

void notmain(void)
{
    PUT32(WDOG, PASSWORD | SECOND / 4);
    PUT32(RSTC, PASSWORD | FULL);
    delay_ms(200);
    PUT32(WDOG, PASSWORD | SECOND / 4);
    delay_ms(200);
    printk("fed\n");
#ifdef LOOKS
    while (GET32(WDOG) < SECOND)
        ;
#else
    for (;;)
        asm volatile("");
#endif
}
