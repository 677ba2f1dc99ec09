/* emu/dev/mini-uart.h - the AUX block: UART1, the mini-UART, and the enables of its two SPI
 * masters. "BCM2835 ARM Peripherals" ch. 2, p. 8-19, with its public errata. */
#ifndef EMU_DEV_MINI_UART_H
#define EMU_DEV_MINI_UART_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/irq.h"
#include "emu/dev/console.h"
#include "emu/dev/output.h"
#include "emu/dev/serial.h"
#include "emu/dev/spi1.h"
#include "emu/dev/spin.h"

enum { DEV_AUX_BASE = 0x20215000, DEV_MINI_UART_FIFO = 8 };

struct dev_mini_uart_fifo {
    uint8_t byte[DEV_MINI_UART_FIFO];
    uint8_t first, count;
};

struct dev_mini_uart_state {
    uint8_t enables; /* AUXENB: bit 0 mini-UART, 1 SPI1, 2 SPI2 */
    uint8_t ier, lcr, mcr, scratch, cntl;
    uint16_t baud;
    uint8_t overrun;
    struct dev_mini_uart_fifo rx; /* what dev_mini_uart_receive brought */
    struct dev_mini_uart_fifo tx; /* what was written while the transmitter was off */
    struct dev_serial_rx from_console;
    struct dev_serial_tx wire;
    uint32_t vain; /* looks in a row that found nothing to receive */
};

struct dev_mini_uart {
    struct bus_target target;
    struct irq_line irq;     /* line 29, shared with SPI1 and SPI2 */
    struct dev_spi1 *spi[2]; /* answer in the same page; null: not there */
    struct dev_console console;
    struct clock *clock;      /* null: symbols take no time */
    struct clock_alarm alarm; /* when an enabled interrupt will rise by itself */
    struct dev_spin spin;
    struct dev_output out; /* TXD */
    struct dev_mini_uart_state s;
};

/* Makes a device wired to console (copied; null: to nothing) in its state after power-on. Its
 * symbols take their time on clock (borrowed; null, or CLOCK_PI: they take none). */
void dev_mini_uart_init(struct dev_mini_uart *d, struct clock *clock,
                        const struct dev_console *console);

void dev_mini_uart_reset(struct dev_mini_uart *d);

/* What the boot loader leaves behind: on, 8 bits, 115200 baud, no interrupts. */
void dev_mini_uart_after_boot(struct dev_mini_uart *d);

void dev_mini_uart_map(struct dev_mini_uart *d, struct bus *b);

/* A byte arrives on the wire now, whether or not there is room: for line models that keep byte
 * times. Returns 0, or -1 when it was lost (receiver off, or FIFO full: overrun). */
int dev_mini_uart_receive(struct dev_mini_uart *d, uint8_t byte);

/* Brings the interrupt line up to date when the console may have new bytes and the program is not
 * looking. */
void dev_mini_uart_poll(struct dev_mini_uart *d);

/* Whether the program asks for an interrupt when a byte arrives. */
int dev_mini_uart_wants_input(const struct dev_mini_uart *d);

/* The baud of BAUD at a 250 MHz core clock, rounded (p. 11); bits a character takes, 9 or 10. */
unsigned dev_mini_uart_baud(const struct dev_mini_uart *d);
unsigned dev_mini_uart_bits(const struct dev_mini_uart *d);

/* The level of TXD now; *edge: when it will change by itself, CLOCK_NEVER: it stays. */
int dev_mini_uart_txd(struct dev_mini_uart *d, uint64_t *edge);

/* When everything will be sent, on the clock; 0: nothing is being sent. */
uint64_t dev_mini_uart_idle_ns(const struct dev_mini_uart *d);

#endif
