/* uart.h - the mini-UART's registers as a struct (BCM2835 ARM Peripherals p. 8-19). */
#ifndef UART_H
#define UART_H

#define CLEAR_TX_FIFO (1 << 1)
#define CLEAR_RX_FIFO (1 << 2)
#define CLEAR_FIFOs (CLEAR_TX_FIFO | CLEAR_RX_FIFO)
#define IIR_RESET ((3 << 6) | 1)
#define RX_ENABLE (1 << 0)
#define TX_ENABLE (1 << 1)

struct aux_periphs {
    volatile unsigned io, ier, iir, lcr, mcr, lsr, msr, scratch, cntl, stat, baud;
};

static inline struct aux_periphs *uart_get(void)
{
    return (struct aux_periphs *)0x20215040;
}

#endif
