/* serial-time.c - how long a hundred bytes take on the mini-UART, by baud rate. */
#include "rpi.h"

enum { IO = 0x20215040, LSR = 0x20215054, BAUD = 0x20215068, ROOM = 1 << 5, IDLE = 1 << 6 };

static unsigned hundred(unsigned baud)
{
    unsigned start;

    uart_flush_tx();
    PUT32(BAUD, baud);
    start = timer_get_usec();
    for (unsigned i = 0; i < 100; i++) {
        while (!(GET32(LSR) & ROOM))
            ;
        PUT32(IO, i % 50 == 49 ? '\n' : '.');
    }
    while (!(GET32(LSR) & IDLE))
        ;
    start = timer_get_usec() - start;
    PUT32(BAUD, 270);
    return start;
}

void notmain(void)
{
    static const unsigned baud[] = {270, 33, 3254};

    for (unsigned i = 0; i < 3; i++) {
        unsigned us = hundred(baud[i]), want = 100 * 10 * 8 * (baud[i] + 1) / 250;

        printk("%d: %s\n", baud[i], us - want < 20 ? "in time" : "not in time");
    }
}
