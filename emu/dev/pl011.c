/* PL011, from "BCM2835 ARM Peripherals" ch. 13 (p. 175-195) and ARM's manual of the cell.
 *
 * Not modelled: modem lines (CTSEN does not hold the transmitter; CTS is RTS in loopback, else
 * off), IrDA, which the chip leaves out, breaks on the looped wire, ITIP and ITOP beyond keeping
 * what is written. A byte is shown at the console when it is written, and takes its time on the
 * wire afterwards. A divisor of less than 1 counts as 1.
 *
 * Registers: DR 00, RSRECR 04, FR 18, ILPR 20, IBRD 24, FBRD 28, LCRH 2C, CR 30, IFLS 34, IMSC 38,
 * RIS 3C, MIS 40, ICR 44, DMACR 48, ITCR 80, ITIP 84, ITOP 88, TDR 8C. */
#include "emu/dev/pl011.h"

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
    LCRH_STP2 = 0x08,
    LCRH_FEN = 0x10,
    LCRH_WLEN_SHIFT = 5,
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

/* ---- the two FIFOs ---- */

static unsigned depth(const struct dev_pl011 *d)
{
    return d->s.lcrh & LCRH_FEN ? DEV_PL011_FIFO : 1;
}

/* p. 187: levels of interrupt, in symbols. Without FIFOs the one place counts: full, or empty. */
static unsigned trigger(const struct dev_pl011 *d, unsigned select, unsigned without)
{
    static const uint8_t sixteenths[8] = {2, 4, 8, 12, 14, 14, 14, 14};

    return d->s.lcrh & LCRH_FEN ? sixteenths[select & 7] : without;
}

static unsigned tx_trigger(const struct dev_pl011 *d)
{
    return trigger(d, d->s.ifls, 0);
}

static unsigned rx_trigger(const struct dev_pl011 *d)
{
    return trigger(d, d->s.ifls >> 3, 1);
}

static int transmits(const struct dev_pl011 *d)
{
    return (d->s.cr & (CR_UARTEN | CR_TXE)) == (CR_UARTEN | CR_TXE);
}

static int receives(const struct dev_pl011 *d)
{
    return (d->s.cr & (CR_UARTEN | CR_RXE)) == (CR_UARTEN | CR_RXE);
}

static int looped(const struct dev_pl011 *d)
{
    return d->s.cr & CR_LBE;
}

static unsigned to_send(const struct dev_pl011 *d)
{
    return d->s.tx.count + d->s.wire.waiting;
}

static unsigned receivable(const struct dev_pl011 *d)
{
    return d->s.rx.count + (receives(d) && !looped(d) ? d->s.from_console.arrived : 0);
}

/* ---- time ---- */

/* p. 183: a bit is 16 * divisor / 64 clocks. */
static uint64_t bits_ns(const struct dev_pl011 *d, unsigned bits)
{
    uint64_t divisor = d->s.divisor < 64 ? 64 : d->s.divisor;

    if (!d->clock || d->clock->mode == CLOCK_PI)
        return 0;
    return divisor * bits * 250000000 / d->s.hz;
}

static unsigned data_bits(const struct dev_pl011 *d)
{
    return 5 + (d->s.lcrh >> LCRH_WLEN_SHIFT & 3);
}

static uint64_t symbol_ns(const struct dev_pl011 *d)
{
    unsigned extra = (d->s.lcrh & LCRH_PEN ? 1 : 0) + (d->s.lcrh & LCRH_STP2 ? 1 : 0);

    return bits_ns(d, data_bits(d) + 2 + extra);
}

static unsigned at_console(const struct dev_pl011 *d)
{
    if (!receives(d) || looped(d) || !d->console.waiting)
        return 0;
    return d->console.waiting(d->console.self);
}

/* ---- receiving ---- */

/* The receive interrupt is of a level that is reached, p. 189. */
static void received(struct dev_pl011 *d, uint64_t at_ns)
{
    d->s.received_ns = at_ns;
    d->s.timed_out = 0;
    if (receivable(d) >= rx_trigger(d))
        d->s.ris |= INT_RX;
}

static int push(struct dev_pl011 *d, uint32_t symbol, uint64_t now)
{
    if (receivable(d) >= depth(d)) {
        d->s.overrun = 1;
        d->s.errors |= OVERRUN >> 8;
        d->s.ris |= INT_OE;
        return -1;
    }
    d->s.overrun = 0;
    dev_fifo_push(&d->s.rx, depth(d), symbol);
    d->s.ris |= (uint16_t)((symbol & 0x700) >> 1); /* framing, parity, break: bits 7-9 */
    received(d, now);
    return 0;
}

/* What has left the transmitter of a looped wire is at the receiver. */
static void come_around(struct dev_pl011 *d, uint64_t now)
{
    unsigned still = d->s.wire.waiting + (d->s.wire.ends_ns > now);

    while (d->s.loop.count > still) {
        uint32_t symbol = dev_fifo_pop(&d->s.loop);

        if (receives(d))
            push(d, symbol, now);
    }
}

static void arrive(struct dev_pl011 *d, uint64_t now)
{
    unsigned before = d->s.from_console.arrived;
    uint64_t symbol = symbol_ns(d);

    dev_serial_arrive(&d->s.from_console, now, symbol, depth(d) - d->s.rx.count, at_console(d));
    if (d->s.from_console.arrived > before) {
        uint64_t last = d->s.from_console.next_ns - symbol;

        received(d, last < now ? last : now);
    }
}

static uint64_t timeout_ns(const struct dev_pl011 *d)
{
    return d->s.received_ns + bits_ns(d, TIMEOUT_BITS);
}

/* What went below its level, or away, takes its interrupt along (TRM 2.8). */
static void read_one(struct dev_pl011 *d)
{
    if (receivable(d) < rx_trigger(d))
        d->s.ris &= (uint16_t)~INT_RX;
    if (!receivable(d))
        d->s.ris &= (uint16_t)~INT_RT;
}

/* ---- now ---- */

static uint64_t catch_up(struct dev_pl011 *d)
{
    uint64_t now = dev_serial_now(d->clock);
    unsigned before = to_send(d);

    if (transmits(d))
        dev_serial_send_on(&d->s.wire, now, symbol_ns(d));
    if (before > tx_trigger(d) && to_send(d) <= tx_trigger(d))
        d->s.ris |= INT_TX;
    come_around(d, now);
    arrive(d, now);
    if (receivable(d) && !d->s.timed_out && now >= timeout_ns(d)) {
        d->s.timed_out = 1;
        d->s.ris |= INT_RT;
    }
    return now;
}

/* When something will change by itself. */
static uint64_t next_change(const struct dev_pl011 *d, uint64_t now)
{
    uint64_t next = transmits(d) ? dev_serial_next(&d->s.wire, now) : CLOCK_NEVER;

    if (at_console(d) > d->s.from_console.arrived && receivable(d) < depth(d) &&
        d->s.from_console.next_ns < next)
        next = d->s.from_console.next_ns;
    return next;
}

static int requests(const struct dev_pl011 *d, unsigned which)
{
    return (d->s.cr & CR_UARTEN) && (d->s.dmacr & which);
}

static void drive(struct dev_pl011 *d)
{
    const int held = (d->s.dmacr & DMACR_ON_ERROR) && (d->s.ris & 0x780);
    uint64_t now = dev_serial_now(d->clock), next;

    irq_drive(&d->irq, (d->s.ris & d->s.imsc) != 0);
    irq_drive(&d->dreq_tx, requests(d, DMACR_TX) && to_send(d) < depth(d));
    irq_drive(&d->dreq_rx, requests(d, DMACR_RX) && receivable(d) && !held);
    if (!d->clock)
        return;
    next = next_change(d, now);
    if (receivable(d) && !d->s.timed_out && timeout_ns(d) < next)
        next = timeout_ns(d);
    if ((d->s.imsc || d->s.dmacr) && next != CLOCK_NEVER)
        clock_alarm_set(d->clock, &d->alarm, next);
    else
        clock_alarm_clear(d->clock, &d->alarm);
}

void dev_pl011_poll(struct dev_pl011 *d)
{
    catch_up(d);
    drive(d);
}

static void alarm_rang(void *self)
{
    dev_pl011_poll(self);
}

/* ---- registers ---- */

/* p. 181; a program that waits here sees the next change at its second look. */
static uint32_t read_fr(struct dev_pl011 *d)
{
    uint64_t now = dev_serial_now(d->clock), next = next_change(d, now);
    unsigned rx, tx;

    if (next != CLOCK_NEVER && dev_spin(&d->spin, d->clock, FR, next))
        now = catch_up(d);
    rx = receivable(d);
    if (rx) {
        d->s.vain = 0;
    } else {
        d->s.vain += d->s.vain < UINT32_MAX;
        if (d->console.polled_in_vain) {
            d->console.polled_in_vain(d->console.self, d->s.vain);
            now = catch_up(d);
            rx = receivable(d);
        }
    }
    tx = to_send(d);
    return (looped(d) && (d->s.cr & CR_RTS) ? FR_CTS : 0) |
           (tx || d->s.wire.ends_ns > now ? FR_BUSY : 0) | (rx ? 0 : FR_RXFE) |
           (tx >= depth(d) ? FR_TXFF : 0) | (rx >= depth(d) ? FR_RXFF : 0) | (tx ? 0 : FR_TXFE);
}

static uint32_t read_dr(struct dev_pl011 *d)
{
    uint32_t symbol;

    if (!receivable(d))
        return 0;
    if (d->s.rx.count) {
        symbol = dev_fifo_pop(&d->s.rx);
    } else {
        d->s.from_console.arrived--;
        symbol = d->console.get(d->console.self) & ((1u << data_bits(d)) - 1);
    }
    d->s.errors = (uint8_t)((d->s.errors & OVERRUN >> 8) | (symbol >> 8 & 7));
    read_one(d);
    return symbol | (d->s.overrun ? OVERRUN : 0);
}

/* A symbol that is in the transmitter, on its way. While a break holds the wire low nothing
 * readable leaves. */
static void transmit(struct dev_pl011 *d, uint32_t byte, uint64_t now)
{
    byte &= (1u << data_bits(d)) - 1;
    dev_serial_send(&d->s.wire, now, symbol_ns(d));
    if (looped(d)) {
        dev_fifo_push(&d->s.loop, DEV_FIFO_MAX, byte);
        come_around(d, now);
    } else if (!(d->s.lcrh & LCRH_BRK) && d->console.put) {
        d->console.put(d->console.self, (uint8_t)byte);
    }
}

/* The transmit interrupt goes when the FIFO is filled above its level, and comes back when it falls
 * to it; without FIFOs also when the one place is free again at once (TRM 2.8). */
static void write_dr(struct dev_pl011 *d, uint32_t value)
{
    d->s.vain = 0;
    if (to_send(d) >= depth(d))
        return; /* lost, as on the chip */
    if (transmits(d))
        transmit(d, value, dev_serial_now(d->clock));
    else
        dev_fifo_push(&d->s.tx, depth(d), value & 0xff);
    if (to_send(d) > tx_trigger(d))
        d->s.ris &= (uint16_t)~INT_TX;
    else if (!(d->s.lcrh & LCRH_FEN))
        d->s.ris |= INT_TX;
}

static void write_cr(struct dev_pl011 *d, uint32_t value, uint64_t now)
{
    int sent = transmits(d), received_on = receives(d) && !looped(d);
    int cts = looped(d) && (d->s.cr & CR_RTS);

    d->s.cr = value & CR_BITS;
    if (cts != (looped(d) && (d->s.cr & CR_RTS)))
        d->s.ris |= INT_CTS;
    if (received_on && (!receives(d) || looped(d)))
        dev_serial_forget(&d->s.from_console, now, symbol_ns(d));
    if (sent || !transmits(d))
        return;
    if (d->s.wire.waiting && d->s.wire.ends_ns <= now) {
        d->s.wire.waiting--;
        d->s.wire.ends_ns = now + symbol_ns(d);
    }
    while (d->s.tx.count)
        transmit(d, dev_fifo_pop(&d->s.tx), now);
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
    d->s.wire.waiting = 0;
    dev_serial_forget(&d->s.from_console, now, 0);
    read_one(d);
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
            push(d, value & 0x7ff, now);
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

    catch_up(d);
    r = read_register(d, a->addr - DEV_PL011_BASE, &a->value);
    drive(d);
    return r;
}

static int pl011_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_pl011 *d = self;
    int r = write_register(d, a->addr - DEV_PL011_BASE, a->value, catch_up(d));

    drive(d);
    return r;
}

/* ---- the outside ---- */

int dev_pl011_receive(struct dev_pl011 *d, uint16_t symbol)
{
    uint64_t now = catch_up(d);
    int r = -1;

    if (receives(d) && !looped(d))
        r = push(d, symbol & 0x7ff, now);
    drive(d);
    return r;
}

void dev_pl011_set_clock(struct dev_pl011 *d, uint32_t hz)
{
    catch_up(d);
    d->s.hz = hz;
    drive(d);
}

int dev_pl011_wants_input(const struct dev_pl011 *d)
{
    return receives(d) && (d->s.imsc & (INT_RX | INT_RT));
}

unsigned dev_pl011_baud(const struct dev_pl011 *d)
{
    uint64_t divisor = d->s.divisor < 64 ? 64 : d->s.divisor;

    return (unsigned)((4 * (uint64_t)d->s.hz + divisor / 2) / divisor);
}

void dev_pl011_reset(struct dev_pl011 *d)
{
    d->s = (struct dev_pl011_state){.cr = CR_RESET, .ifls = IFLS_RESET, .hz = DEV_PL011_HZ};
    drive(d);
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
    d->alarm = (struct clock_alarm){.self = d, .ring = alarm_rang};
    if (console)
        d->console = *console;
    dev_pl011_reset(d);
}

void dev_pl011_map(struct dev_pl011 *d, struct bus *b)
{
    bus_map(b, DEV_PL011_BASE, BUS_PAGE, &d->target);
}
