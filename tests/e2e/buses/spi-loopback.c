/* spi-loopback.c - MISO wired to MOSI: what is sent comes back. */
#include "rpi.h"

enum { SPI0 = 0x20204000, TA = 1 << 7, DONE = 1 << 16 };

void notmain(void)
{
    for (unsigned pin = 7; pin <= 11; pin++)
        gpio_set_function(pin, GPIO_FUNC_ALT0);
    dev_barrier();
    PUT32(SPI0 + 8, 64);
    PUT32(SPI0, TA | 3 << 4);
    for (unsigned i = 0; i < 5; i++) {
        PUT32(SPI0 + 4, i * 50 + 3);
        while (!(GET32(SPI0) & DONE))
            ;
        printk("%d ", GET32(SPI0 + 4));
    }
    PUT32(SPI0, 0);
    printk("\n");
}
