/* PL011, from "BCM2835 ARM Peripherals" ch. 13 (p. 175-195) and ARM's manual of the cell.
 *
 * Not modelled: modem lines (CTSEN does not hold the transmitter; CTS is RTS in loopback, else
 * off), IrDA, which the chip leaves out, breaks on the looped wire, ITIP and ITOP beyond keeping
 * what is written. A byte is shown at the console when it is written, and takes its time on the
 * wire afterwards. A divisor of less than 1 counts as 1.
 *
 * Registers: DR 00, RSRECR 04, FR 18, ILPR 20, IBRD 24, FBRD 28, LCRH 2C, CR 30, IFLS 34, IMSC 38,
 * RIS 3C, MIS 40, ICR 44, DMACR 48, ITCR 80, ITIP 84, ITOP 88, TDR 8C. */
#include "emu/dev/pl011-internal.h"

#include <string.h>

enum {
    DR = 0x00,
    RSRECR = 0x04,
    FR = 0x18,
    ILPR = 0x20,
    IBRD = 0x24,
    FBRD = 0x28,
    LCRH = 0x2c,
    CR = 0x30,
    IFLS = 0x34,
    IMSC = 0x38,
    RIS = 0x3c,
    MIS = 0x40,
    ICR = 0x44,
    DMACR = 0x48,
    ITCR = 0x80,
    ITIP = 0x84,
    ITOP = 0x88,
    TDR = 0x8c,
};

/* ---- registers ---- */

/* p. 181; a program that waits here sees the next change at its second look. */
static uint32_t read_fr(struct dev_pl011 *d)
{
    uint64_t now = dev_serial_now(d->clock), next = pl011_next_change(d, now);
    unsigned rx, tx;

    if (next != CLOCK_NEVER && dev_spin(&d->spin, d->clock, FR, next))
        now = pl011_catch_up(d);
    rx = pl011_receivable(d);
    if (rx) {
        d->s.vain = 0;
    } else if (d->s.wire.ends_ns <= now) { /* else it may wait for its own bytes */
        d->s.vain += d->s.vain < UINT32_MAX;
        if (d->console.polled_in_vain) {
            d->console.polled_in_vain(d->console.self, d->s.vain);
            now = pl011_catch_up(d);
            rx = pl011_receivable(d);
        }
    }
    tx = pl011_to_send(d);
    return (pl011_looped(d) && (d->s.cr & CR_RTS) ? FR_CTS : 0) |
           (tx || d->s.wire.ends_ns > now ? FR_BUSY : 0) | (rx ? 0 : FR_RXFE) |
           (tx >= pl011_depth(d) ? FR_TXFF : 0) | (rx >= pl011_depth(d) ? FR_RXFF : 0) |
           (tx ? 0 : FR_TXFE);
}

static uint32_t read_dr(struct dev_pl011 *d)
{
    uint32_t symbol;

    if (!pl011_receivable(d))
        return 0;
    if (d->s.rx.count) {
        symbol = dev_fifo_pop(&d->s.rx);
    } else {
        d->s.from_console.arrived--;
        symbol = d->console.get(d->console.self) & ((1u << pl011_data_bits(d)) - 1);
    }
    d->s.errors = (uint8_t)((d->s.errors & OVERRUN >> 8) | (symbol >> 8 & 7));
    pl011_read_one(d);
    return symbol | (d->s.overrun ? OVERRUN : 0);
}

/* The transmit interrupt goes when the FIFO is filled above its level, and comes back when it falls
 * to it; without FIFOs also when the one place is free again at once (TRM 2.8). */
static void write_dr(struct dev_pl011 *d, uint32_t value)
{
    d->s.vain = 0;
    if (pl011_to_send(d) >= pl011_depth(d))
        return; /* lost, as on the chip */
    if (pl011_transmits(d))
        pl011_transmit(d, value, dev_serial_now(d->clock));
    else
        dev_fifo_push(&d->s.tx, pl011_depth(d), value & 0xff);
    if (pl011_to_send(d) > pl011_tx_trigger(d))
        d->s.ris &= (uint16_t)~INT_TX;
    else if (!(d->s.lcrh & LCRH_FEN))
        d->s.ris |= INT_TX;
}

static void write_cr(struct dev_pl011 *d, uint32_t value, uint64_t now)
{
    int sent = pl011_transmits(d), received_on = pl011_receives(d) && !pl011_looped(d);
    int cts = pl011_looped(d) && (d->s.cr & CR_RTS);

    d->s.cr = value & CR_BITS;
    if (cts != (pl011_looped(d) && (d->s.cr & CR_RTS)))
        d->s.ris |= INT_CTS;
    if (received_on && (!pl011_receives(d) || pl011_looped(d)))
        dev_serial_forget(&d->s.from_console, now, pl011_symbol_ns(d));
    if (sent || !pl011_transmits(d))
        return;
    if (d->s.wire.waiting && d->s.wire.ends_ns <= now) {
        d->s.wire.waiting--;
        d->s.wire.ends_ns = now + pl011_symbol_ns(d);
    }
    while (d->s.tx.count)
        pl011_transmit(d, dev_fifo_pop(&d->s.tx), now);
}

/* p. 184: the divisor counts from here on; turning FIFOs on or off empties them. */
static void write_lcrh(struct dev_pl011 *d, uint32_t value, uint64_t now)
{
    int fifos_change = (d->s.lcrh ^ value) & LCRH_FEN;

    d->s.lcrh = value & 0xff;
    d->s.divisor = (uint32_t)d->s.ibrd << 6 | d->s.fbrd;
    if (!fifos_change)
        return;
    dev_fifo_clear(&d->s.rx);
    dev_fifo_clear(&d->s.tx);
    dev_fifo_clear(&d->s.loop);
    dev_serial_drop(&d->s.wire);
    dev_serial_forget(&d->s.from_console, now, 0);
    pl011_read_one(d);
}

/* p. 195: with TESTFIFO set, the other ends of both FIFOs. */
static uint32_t read_tdr(struct dev_pl011 *d)
{
    return d->s.itcr & ITCR_TESTFIFO ? dev_fifo_pop(&d->s.tx) : 0;
}

/* Registers that keep what is written, and the bits they keep. */
static uint16_t *kept(struct dev_pl011 *d, uint32_t off, uint16_t *bits)
{
    struct dev_pl011_state *s = &d->s;
    const struct {
        uint32_t off;
        uint16_t bits;
        uint16_t *where;
    } all[] = {
        {IBRD, 0xffff, &s->ibrd}, {FBRD, 0x3f, &s->fbrd},   {IFLS, 0x3f, &s->ifls},
        {IMSC, 0x7f2, &s->imsc},  {DMACR, 0x07, &s->dmacr}, {ITCR, 0x03, &s->itcr},
        {ITIP, 0xff, &s->itip},   {ITOP, 0xfff, &s->itop},
    };

    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].off == off) {
            *bits = all[i].bits;
            return all[i].where;
        }
    }
    return NULL;
}

static int read_register(struct dev_pl011 *d, uint32_t off, uint32_t *value)
{
    uint16_t bits, *where = kept(d, off, &bits);

    if (where) {
        *value = *where;
        return 0;
    }
    switch (off) {
    case DR:
        *value = read_dr(d);
        return 0;
    case RSRECR:
        *value = d->s.errors;
        return 0;
    case FR:
        *value = read_fr(d);
        return 0;
    case LCRH:
        *value = d->s.lcrh;
        return 0;
    case CR:
        *value = d->s.cr;
        return 0;
    case RIS:
        *value = d->s.ris;
        return 0;
    case MIS:
        *value = d->s.ris & d->s.imsc;
        return 0;
    case TDR:
        *value = read_tdr(d);
        return 0;
    case ILPR:
    case ICR:
        return 0;
    default:
        return BUS_UNMODELLED;
    }
}

static int write_register(struct dev_pl011 *d, uint32_t off, uint32_t value, uint64_t now)
{
    uint16_t bits, *where = kept(d, off, &bits);

    if (where) {
        *where = (uint16_t)(value & bits);
        return 0;
    }
    switch (off) {
    case DR:
        write_dr(d, value);
        return 0;
    case RSRECR: /* p. 180: any write clears */
        d->s.errors = 0;
        return 0;
    case LCRH:
        write_lcrh(d, value, now);
        return 0;
    case CR:
        write_cr(d, value, now);
        return 0;
    case ICR:
        d->s.ris &= (uint16_t)~value;
        return 0;
    case TDR:
        if (d->s.itcr & ITCR_TESTFIFO)
            pl011_push(d, value & 0x7ff, now);
        return 0;
    case FR: /* read-only */
    case ILPR:
    case RIS:
    case MIS:
        return 0;
    default:
        return BUS_UNMODELLED;
    }
}

static int pl011_mmio_read(void *self, struct bus_access *a)
{
    struct dev_pl011 *d = self;
    int r;

    pl011_catch_up(d);
    r = read_register(d, a->addr - DEV_PL011_BASE, &a->value);
    pl011_drive(d);
    return r;
}

static int pl011_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_pl011 *d = self;
    int r = write_register(d, a->addr - DEV_PL011_BASE, a->value, pl011_catch_up(d));

    pl011_drive(d);
    dev_output_moved(&d->out);
    return r;
}

/* ---- life ---- */

void dev_pl011_reset(struct dev_pl011 *d)
{
    d->s = (struct dev_pl011_state){.cr = CR_RESET, .ifls = IFLS_RESET, .hz = DEV_PL011_HZ};
    pl011_drive(d);
}

void dev_pl011_init(struct dev_pl011 *d, struct clock *clock, const struct dev_console *console)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = "UART0", .self = d, .read = pl011_mmio_read, .write = pl011_mmio_write};
    d->irq.number = IRQ_PL011;
    d->dreq_tx.number = DREQ_UART_TX;
    d->dreq_rx.number = DREQ_UART_RX;
    d->clock = clock;
    d->alarm = (struct clock_alarm){.self = d, .ring = pl011_alarm_rang};
    if (console)
        d->console = *console;
    dev_pl011_reset(d);
}

void dev_pl011_map(struct dev_pl011 *d, struct bus *b)
{
    bus_map(b, DEV_PL011_BASE, BUS_PAGE, &d->target);
}
