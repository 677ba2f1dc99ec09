/* Says a line at both UARTs, and every byte; typed lines come back from the mini-UART. Between them
 * a pin is moved, and a delay passes. */
#include "rpi.h"

enum {
    FSEL1 = 0x20200004,
    DR = 0x20201000,
    FR = 0x20201018,
    IBRD = 0x20201024,
    FBRD = 0x20201028,
    LCRH = 0x2020102c,
    CR = 0x20201030,
    BUSY = 1 << 3,
    TX_FULL = 1 << 5,
};

static void pl011_say(const char *text)
{
    PUT32(FSEL1, (GET32(FSEL1) & ~(63u << 12)) | 4 << 12 | 4 << 15);
    PUT32(CR, 0);
    PUT32(IBRD, 48000000 / 16 / 230400);
    PUT32(FBRD, 1);
    PUT32(LCRH, 3 << 5 | 1 << 4 | 1 << 1); /* 8 bits, FIFOs, odd parity */
    PUT32(CR, 0x301);
    for (; *text; text++) {
        while (GET32(FR) & TX_FULL)
            continue;
        PUT32(DR, (uint8_t)*text);
    }
    while (GET32(FR) & BUSY)
        continue;
    PUT32(FSEL1, (GET32(FSEL1) & ~(63u << 12)) | 2 << 12 | 2 << 15);
}

void notmain(void)
{
    uart_init();
    for (unsigned i = 0; i < 256; i++)
        uart_put8(i);
    uart_flush_tx();
    pl011_say("quick brown fox");
    gpio_set_output(21);
    gpio_set_on(21);
    delay_us(500);
    gpio_set_off(21);
    for (int c; (c = uart_get8()) != '.';)
        uart_put8(c);
    uart_flush_tx();
}
