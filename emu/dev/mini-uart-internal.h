/* emu/dev/mini-uart-internal.h - between the mini-UART and the page it shares: aux.c is the page,
 * its two registers and the way to the SPI masters. */
#ifndef EMU_DEV_MINI_UART_INTERNAL_H
#define EMU_DEV_MINI_UART_INTERNAL_H

#include "emu/dev/mini-uart.h"

/* Makes d->target answer for the page. */
void aux_init(struct dev_mini_uart *d);

/* Whether its registers can be accessed, and whether it interrupts. */
int mini_uart_reachable(const struct dev_mini_uart *d);
int mini_uart_interrupting(const struct dev_mini_uart *d);

/* Accesses to the registers at `off` from DEV_AUX_BASE: 0, or BUS_UNMODELLED. */
int mini_uart_read(struct dev_mini_uart *d, uint32_t off, uint32_t *value);
int mini_uart_write(struct dev_mini_uart *d, uint32_t off, uint32_t value);

/* AUXENB was written. */
void mini_uart_enable(struct dev_mini_uart *d, uint32_t enables);

quick_read mini_uart_quick_read;
quick_write mini_uart_quick_write;

#endif
