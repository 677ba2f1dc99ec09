/* serial-interrupt.c - the mini-UART interrupts when its FIFO is empty; the program waits for that
 * by looking at nothing but its own status register. */
#include "rpi-inline-asm.h"
#include "rpi-interrupts.h"
#include "rpi.h"

enum { ENABLE1 = 0x2000B210, IO = 0x20215040, IER = 0x20215044, IIR = 0x20215048 };

static volatile unsigned at, iir;

void interrupt_vector(unsigned pc);
void interrupt_vector(unsigned pc)
{
    (void)pc;
    at = timer_get_usec();
    iir = GET32(IIR);
    PUT32(IER, 0);
    dev_barrier();
}

void notmain(void)
{
    unsigned start, us;

    interrupt_init();
    uart_flush_tx();
    PUT32(ENABLE1, 1 << 29);
    enable_interrupts();
    start = timer_get_usec();
    for (unsigned i = 0; i < 5; i++)
        PUT32(IO, "four\n"[i]);
    PUT32(IER, 2);
    while (!at)
        cpsr_get();
    us = at - start;
    printk("after four bytes: %s, iir %x\n", us >= 346 && us < 356 ? "yes" : "no", iir);
}
