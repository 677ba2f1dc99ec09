/* emu/observe/vcd-serial.h - the UARTs' wires as a waveform has them: each byte becomes a symbol of
 * the baud and form that the registers say, one behind the other.
 *
 * A byte that is sent begins when the wire is free; one that was received begins when the program
 * reads it, since nobody knows when it came. In loopback, nothing is on the wires. */
#ifndef EMU_OBSERVE_VCD_SERIAL_H
#define EMU_OBSERVE_VCD_SERIAL_H

#include <stdint.h>

#include "emu/core/bus.h"

enum { VCD_WIRE_KEPT = 1 << 16 }; /* bytes that may wait; only with a Pi do more than 16 */

struct vcd_wire {
    unsigned level, text; /* signals: the wire, and the byte on it */
    int held;             /* the transmitter is off */
    int broken;           /* a break holds it low */
    uint8_t byte[VCD_WIRE_KEPT];
    unsigned first, waiting;
    unsigned lost; /* bytes that found no room */
    int busy;      /* a symbol is on the wire */
    uint64_t start_ns, symbol_ns;
    uint32_t bits;
    unsigned nbits, data_end, next; /* next: the bit that begins next; nbits: the end */
    uint64_t ends_ns;               /* of the last symbol */
};

struct vcd_uart {
    struct vcd_wire tx, rx;
    unsigned depth;   /* of the transmit FIFO */
    uint64_t bit, hz; /* a bit takes bit / hz ns */
    unsigned data_bits, parity_bits, stop_bits;
    int even, stick;
    int off;            /* the registers cannot be reached */
    int divisor_access; /* LCR.DLAB */
    int loop;
    int seen; /* a status register said that there is a byte to read */
    uint32_t baud, ibrd, fbrd;
    int fifo;
};

struct vcd;

/* As the boot loader leaves the mini-UART (115200 baud), and as the PL011 is after reset: off. */
void vcd_mini_uart_init(struct vcd_uart *u);
void vcd_pl011_init(struct vcd_uart *u);

/* An access in the AUX block's page, or in UART0's. */
void vcd_mini_uart_saw(struct vcd *v, const struct bus_access *a);
void vcd_pl011_saw(struct vcd *v, const struct bus_access *a);

/* When the wire does something next by itself; UINT64_MAX: it does not. */
uint64_t vcd_wire_next(const struct vcd_wire *w);

/* Does it; the present moment is vcd_wire_next. */
void vcd_wire_step(struct vcd *v, const struct vcd_uart *u, struct vcd_wire *w);

#endif
