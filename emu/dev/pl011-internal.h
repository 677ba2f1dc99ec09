/* emu/dev/pl011-internal.h - what the two halves of the PL011 share: pl011.c is the registers,
 * pl011-wire.c symbols and their time. Pages of "BCM2835 ARM Peripherals". */
#ifndef EMU_DEV_PL011_INTERNAL_H
#define EMU_DEV_PL011_INTERNAL_H

#include "emu/dev/pl011.h"

enum {
    ERRORS = 0xf00, /* DR: overrun, break, parity, framing */
    OVERRUN = 0x800,
    FR_CTS = 0x01,
    FR_BUSY = 0x08,
    FR_RXFE = 0x10,
    FR_TXFF = 0x20,
    FR_RXFF = 0x40,
    FR_TXFE = 0x80,
    LCRH_BRK = 0x01,
    LCRH_PEN = 0x02,
    LCRH_EPS = 0x04,
    LCRH_STP2 = 0x08,
    LCRH_FEN = 0x10,
    LCRH_WLEN_SHIFT = 5,
    LCRH_SPS = 0x80,
    CR_UARTEN = 0x01,
    CR_LBE = 0x80,
    CR_TXE = 0x100,
    CR_RXE = 0x200,
    CR_RTS = 0x800,
    CR_BITS = 0xcb81,
    CR_RESET = 0x300,
    IFLS_RESET = 0x12,
    INT_CTS = 0x002,
    INT_RX = 0x010,
    INT_TX = 0x020,
    INT_RT = 0x040,
    INT_OE = 0x400,
    DMACR_RX = 1,
    DMACR_TX = 2,
    DMACR_ON_ERROR = 4,
    ITCR_TESTFIFO = 2,
    TIMEOUT_BITS = 32, /* TRM 2.8: without a new symbol */
};

static inline unsigned pl011_depth(const struct dev_pl011 *d)
{
    return d->s.lcrh & LCRH_FEN ? DEV_PL011_FIFO : 1;
}

/* p. 187: levels of interrupt, in symbols. Without FIFOs the one place counts: full, or empty. */
static inline unsigned pl011_trigger(const struct dev_pl011 *d, unsigned select, unsigned without)
{
    static const uint8_t sixteenths[8] = {2, 4, 8, 12, 14, 14, 14, 14};

    return d->s.lcrh & LCRH_FEN ? sixteenths[select & 7] : without;
}

static inline unsigned pl011_tx_trigger(const struct dev_pl011 *d)
{
    return pl011_trigger(d, d->s.ifls, 0);
}

static inline unsigned pl011_rx_trigger(const struct dev_pl011 *d)
{
    return pl011_trigger(d, d->s.ifls >> 3, 1);
}

static inline int pl011_transmits(const struct dev_pl011 *d)
{
    return (d->s.cr & (CR_UARTEN | CR_TXE)) == (CR_UARTEN | CR_TXE);
}

static inline int pl011_receives(const struct dev_pl011 *d)
{
    return (d->s.cr & (CR_UARTEN | CR_RXE)) == (CR_UARTEN | CR_RXE);
}

static inline int pl011_looped(const struct dev_pl011 *d)
{
    return d->s.cr & CR_LBE;
}

static inline unsigned pl011_to_send(const struct dev_pl011 *d)
{
    return d->s.tx.count + d->s.wire.waiting;
}

static inline unsigned pl011_receivable(const struct dev_pl011 *d)
{
    return d->s.rx.count + (pl011_receives(d) && !pl011_looped(d) ? d->s.from_console.arrived : 0);
}

static inline unsigned pl011_data_bits(const struct dev_pl011 *d)
{
    return 5 + (d->s.lcrh >> LCRH_WLEN_SHIFT & 3);
}

/* A symbol on the wire; 0: symbols take no time. */
uint64_t pl011_symbol_ns(const struct dev_pl011 *d);

/* Everything that happened up to now, which is returned. */
uint64_t pl011_catch_up(struct dev_pl011 *d);

/* When something will change by itself. */
uint64_t pl011_next_change(const struct dev_pl011 *d, uint64_t now);

/* Interrupt and data requests as they are now, and the alarm for their next change. */
void pl011_drive(struct dev_pl011 *d);
void pl011_alarm_rang(void *self);

/* A symbol (DR's bits 0-10) came to the receiver: 0, or -1: it was lost. */
int pl011_push(struct dev_pl011 *d, uint32_t symbol, uint64_t now);

/* The program took a symbol, or all were dropped: what went below its level, or away, takes its
 * interrupt along (TRM 2.8). */
void pl011_read_one(struct dev_pl011 *d);

/* A symbol that is in the transmitter, on its way. While a break holds the wire low nothing
 * readable leaves. */
void pl011_transmit(struct dev_pl011 *d, uint32_t byte, uint64_t now);

#endif
