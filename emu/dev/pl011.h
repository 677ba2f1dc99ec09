/* emu/dev/pl011.h - UART0, ARM's PL011. "BCM2835 ARM Peripherals" ch. 13, p. 175-195; what it
 * leaves out is in the "PrimeCell UART (PL011) TRM" (DDI 0183). */
#ifndef EMU_DEV_PL011_H
#define EMU_DEV_PL011_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/dreq.h"
#include "emu/core/irq.h"
#include "emu/dev/console.h"
#include "emu/dev/fifo.h"
#include "emu/dev/output.h"
#include "emu/dev/serial.h"
#include "emu/dev/spin.h"

enum {
    DEV_PL011_BASE = 0x20201000,
    DEV_PL011_FIFO = 16,
    DEV_PL011_HZ = 48000000, /* UARTCLK as the firmware of a Pi Zero sets it; libpi counts on it */
};

struct dev_pl011_state {
    uint16_t cr, lcrh, ibrd, fbrd, ifls, imsc, ris, dmacr;
    uint16_t itcr, itip, itop;
    uint32_t divisor;     /* IBRD and FBRD, in 64ths, as taken over by the last write to LCRH */
    uint32_t hz;          /* UARTCLK */
    uint8_t errors;       /* RSRECR */
    uint8_t overrun;      /* the last symbol was lost */
    struct dev_fifo rx;   /* what came by loopback, TDR or dev_pl011_receive: DR's 12 bits */
    struct dev_fifo tx;   /* written while the transmitter was off */
    struct dev_fifo loop; /* on the looped wire and in the FIFO before it */
    struct dev_serial_rx from_console;
    struct dev_serial_tx wire;
    uint64_t received_ns; /* the last symbol */
    uint8_t timed_out;    /* and the receive time-out after it was noted */
    uint32_t vain;        /* looks in a row that found nothing to receive */
};

struct dev_pl011 {
    struct bus_target target;
    struct irq_line irq; /* line IRQ_PL011 */
    struct irq_line dreq_tx, dreq_rx;
    struct dev_console console;
    struct clock *clock;
    struct clock_alarm alarm;
    struct dev_spin spin;
    struct dev_output out; /* TXD */
    struct dev_pl011_state s;
};

/* Makes a device wired to console (copied; null: to nothing) in its state after power-on. Its
 * symbols take their time on clock (borrowed; null, or CLOCK_PI: they take none). */
void dev_pl011_init(struct dev_pl011 *d, struct clock *clock, const struct dev_console *console);

/* Power-on state; the clock's rate is DEV_PL011_HZ again. */
void dev_pl011_reset(struct dev_pl011 *d);

void dev_pl011_map(struct dev_pl011 *d, struct bus *b);

/* UARTCLK is now hz (not 0). */
void dev_pl011_set_clock(struct dev_pl011 *d, uint32_t hz);

/* A symbol arrives on the wire now, whether or not there is room: a byte, and DR's error bits 8-10.
 * Returns 0, or -1 when it was lost (receiver off, or FIFO full: overrun). */
int dev_pl011_receive(struct dev_pl011 *d, uint16_t symbol);

/* Brings the interrupt line up to date when the console may have new bytes. */
void dev_pl011_poll(struct dev_pl011 *d);

/* Whether the program asks for an interrupt when a byte arrives. */
int dev_pl011_wants_input(const struct dev_pl011 *d);

/* The baud of the divisor in use, rounded (p. 183). */
unsigned dev_pl011_baud(const struct dev_pl011 *d);

/* The level of TXD now; *edge: when it will change by itself, CLOCK_NEVER: it stays. */
int dev_pl011_txd(struct dev_pl011 *d, uint64_t *edge);

/* When everything will be sent, on the clock; 0: nothing is being sent. */
uint64_t dev_pl011_idle_ns(const struct dev_pl011 *d);

#endif
