/* uart-int.h - the mini-UART through queues that its interrupt (29) fills and drains. The program's
 * interrupt_vector calls uart_interrupt_handler. */
#ifndef UART_INT_H
#define UART_INT_H

#include "uart.h"

typedef enum { UART_NO_INT = 0, UART_TX_INT = 1111, UART_RX_INT = 2222 } uart_int_t;

typedef struct aux_periphs hw_uart_t;

/* Interrupts of the UART that were handled. */
extern volatile unsigned n_uart_interrupts;

/* Call int_init before, enable interrupts after; the plain uart_ calls are not to be used then. */
void uart_init_with_interrupts(void);

/* Handles everything pending in the UART; returns 1 when there was something, else 0. */
int uart_interrupt_handler(void);

/* What the UART asks for now. */
uart_int_t uart_has_int(hw_uart_t *uart);
/* Drops what the UART has received. */
void uart_clear_int(hw_uart_t *uart);
unsigned *uart_get_aux_irq(void);

/* A received byte, waiting for one; needs interrupts enabled. */
int uart_getc_int(void);
/* 1 when a byte was received. */
int uart_has_data_int(void);
/* Queues a byte; returns it, or -1 when the queue is full. */
int uart_putc_int(int c);

#endif
