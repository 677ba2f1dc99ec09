/* Receives five bytes at 9600 baud in the handler of their start bits' falling edges. */
#include "rpi.h"
#include "rpi-interrupts.h"
#include "sw-uart.h"

enum { EVENTS = 0x20200040, FALLING = 0x20200058, RX = 21, BYTES = 5 };

static sw_uart_t u;
static volatile unsigned got;
static char text[BYTES + 1];

void interrupt_vector(unsigned pc)
{
    dev_barrier();
    if (got < BYTES)
        text[got++] = sw_uart_get8(&u);
    PUT32(EVENTS, 1u << RX);
    dev_barrier();
}

void notmain(void)
{
    interrupt_init();
    u = sw_uart_init(20, RX, 9600);
    PUT32(FALLING, 1u << RX);
    PUT32(EVENTS, 1u << RX);
    dev_barrier();
    PUT32(IRQ_Enable_2, 1u << (49 - 32));
    dev_barrier();
    enable_interrupts();
    while (got < BYTES)
        ;
    printk("got %s\n", text);
}
