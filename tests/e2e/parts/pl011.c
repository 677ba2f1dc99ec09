/* Text by the PL011, 9600 baud. */
#include "rpi.h"

enum { UART0 = 0x20201000 };

void notmain(void)
{
    uart_flush_tx();
    gpio_set_function(14, GPIO_FUNC_ALT0);
    dev_barrier();
    PUT32(UART0 + 0x30, 0);
    PUT32(UART0 + 0x24, 48000000 / 16 / 9600);
    PUT32(UART0 + 0x28, (48000000 / 16 * 64 / 9600) & 63);
    PUT32(UART0 + 0x2c, 0x70);
    PUT32(UART0 + 0x30, 0x301);
    for (const char *p = "sent by the PL011\n"; *p; p++) {
        while (GET32(UART0 + 0x18) & 0x20)
            ;
        PUT32(UART0, *p);
    }
    while (GET32(UART0 + 0x18) & 0x08)
        ;
    dev_barrier();
    gpio_set_function(14, GPIO_FUNC_ALT5);
}
