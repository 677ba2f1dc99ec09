/* pl011-uart.h - UART0, the PL011 (BCM2835 ARM Peripherals p. 175-194), on GPIO14/15 in place of
 * the mini-UART. Its clock is 48 MHz, as current firmware sets it. */
#ifndef PL011_UART_H
#define PL011_UART_H

#include "rpi.h"

enum { BAUD_115200 = 115200 };

/* 8n1 on GPIO14/15 (ALT0); the mini-UART is disabled. */
void pl011_uart_init(uint32_t baud);
/* The same at 115200 baud, and printk goes there. */
void pl011_console_init(void);
/* Waits until all is sent, then turns it off. */
void pl011_disable(void);

int pl011_tx_is_empty(void);
void pl011_flush_tx(void);

int pl011_has_data(void);
int pl011_can_get8(void);
int pl011_get8(void); /* waits */
int pl011_can_put8(void);
int pl011_put8(uint8_t c); /* waits; returns 1 */
int pl011_putc(int c);

#endif
