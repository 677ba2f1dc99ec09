/* A bit-banged UART: says something at its baud, then echoes lines until one says q. */
#include "rpi.h"
#include "sw-uart.h"

#ifndef BAUD
#define BAUD 115200
#endif

void notmain(void)
{
    sw_uart_t u = sw_uart_init(20, 21, BAUD);

    sw_uart_putk(&u, "the quick brown fox\n");
    for (unsigned i = 0; i < 256; i++)
        if (i < 9 || i > 13)
            sw_uart_put8(&u, i == 0 ? '0' : i < 32 || i > 126 ? 'x' : i);
    sw_uart_putk(&u, "\n");
    for (int c; (c = sw_uart_get8(&u)) != 'q';)
        sw_uart_put8(&u, c >= 'a' && c <= 'z' ? c - 32 : c);
    sw_uart_putk(&u, "bye\n");
}
