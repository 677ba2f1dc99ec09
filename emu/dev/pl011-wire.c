/* The PL011's symbols: on their way, arriving, in the FIFOs, and what follows from their time; see
 * pl011-internal.h. */
#include "emu/dev/pl011-internal.h"

/* ---- time ---- */

/* p. 183: a bit is 16 * divisor / 64 clocks. */
static uint64_t bits_ns(const struct dev_pl011 *d, unsigned bits)
{
    uint64_t divisor = d->s.divisor < 64 ? 64 : d->s.divisor;

    if (!d->clock || d->clock->mode == CLOCK_PI)
        return 0;
    return divisor * bits * 250000000 / d->s.hz;
}

uint64_t pl011_symbol_ns(const struct dev_pl011 *d)
{
    unsigned extra = (d->s.lcrh & LCRH_PEN ? 1 : 0) + (d->s.lcrh & LCRH_STP2 ? 1 : 0);

    return bits_ns(d, pl011_data_bits(d) + 2 + extra);
}

static unsigned at_console(const struct dev_pl011 *d)
{
    if (!pl011_receives(d) || pl011_looped(d) || !d->console.waiting)
        return 0;
    return d->console.waiting(d->console.self);
}

/* ---- receiving ---- */

/* The receive interrupt is of a level that is reached, p. 189. */
static void received(struct dev_pl011 *d, uint64_t at_ns)
{
    d->s.received_ns = at_ns;
    d->s.timed_out = 0;
    if (pl011_receivable(d) >= pl011_rx_trigger(d))
        d->s.ris |= INT_RX;
}

int pl011_push(struct dev_pl011 *d, uint32_t symbol, uint64_t now)
{
    if (pl011_receivable(d) >= pl011_depth(d)) {
        d->s.overrun = 1;
        d->s.errors |= OVERRUN >> 8;
        d->s.ris |= INT_OE;
        return -1;
    }
    d->s.overrun = 0;
    dev_fifo_push(&d->s.rx, pl011_depth(d), symbol);
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

        if (pl011_receives(d))
            pl011_push(d, symbol, now);
    }
}

static void arrive(struct dev_pl011 *d, uint64_t now)
{
    unsigned before = d->s.from_console.arrived;
    uint64_t symbol = pl011_symbol_ns(d);

    dev_serial_arrive(&d->s.from_console, now, symbol, pl011_depth(d) - d->s.rx.count,
                      at_console(d));
    if (d->s.from_console.arrived > before) {
        uint64_t last = d->s.from_console.next_ns - symbol;

        received(d, last < now ? last : now);
    }
}

static uint64_t timeout_ns(const struct dev_pl011 *d)
{
    return d->s.received_ns + bits_ns(d, TIMEOUT_BITS);
}

void pl011_read_one(struct dev_pl011 *d)
{
    if (pl011_receivable(d) < pl011_rx_trigger(d))
        d->s.ris &= (uint16_t)~INT_RX;
    if (!pl011_receivable(d))
        d->s.ris &= (uint16_t)~INT_RT;
}

/* ---- now ---- */

uint64_t pl011_catch_up(struct dev_pl011 *d)
{
    uint64_t now = dev_serial_now(d->clock);
    unsigned before = pl011_to_send(d);

    if (pl011_transmits(d))
        dev_serial_send_on(&d->s.wire, now, pl011_symbol_ns(d));
    if (before > pl011_tx_trigger(d) && pl011_to_send(d) <= pl011_tx_trigger(d))
        d->s.ris |= INT_TX;
    come_around(d, now);
    arrive(d, now);
    if (pl011_receivable(d) && !d->s.timed_out && now >= timeout_ns(d)) {
        d->s.timed_out = 1;
        d->s.ris |= INT_RT;
    }
    return now;
}

uint64_t pl011_next_change(const struct dev_pl011 *d, uint64_t now)
{
    uint64_t next = pl011_transmits(d) ? dev_serial_next(&d->s.wire, now) : CLOCK_NEVER;

    if (at_console(d) > d->s.from_console.arrived && pl011_receivable(d) < pl011_depth(d) &&
        d->s.from_console.next_ns < next)
        next = d->s.from_console.next_ns;
    return next;
}

static int requests(const struct dev_pl011 *d, unsigned which)
{
    return (d->s.cr & CR_UARTEN) && (d->s.dmacr & which);
}

void pl011_drive(struct dev_pl011 *d)
{
    const int held = (d->s.dmacr & DMACR_ON_ERROR) && (d->s.ris & 0x780);
    uint64_t now = dev_serial_now(d->clock), next;

    irq_drive(&d->irq, (d->s.ris & d->s.imsc) != 0);
    irq_drive(&d->dreq_tx, requests(d, DMACR_TX) && pl011_to_send(d) < pl011_depth(d));
    irq_drive(&d->dreq_rx, requests(d, DMACR_RX) && pl011_receivable(d) && !held);
    if (!d->clock)
        return;
    next = pl011_next_change(d, now);
    if (pl011_receivable(d) && !d->s.timed_out && timeout_ns(d) < next)
        next = timeout_ns(d);
    if ((d->s.imsc || d->s.dmacr) && next != CLOCK_NEVER)
        clock_alarm_set(d->clock, &d->alarm, next);
    else
        clock_alarm_clear(d->clock, &d->alarm);
}

void dev_pl011_poll(struct dev_pl011 *d)
{
    pl011_catch_up(d);
    pl011_drive(d);
}

void pl011_alarm_rang(void *self)
{
    dev_pl011_poll(self);
}

/* ---- sending ---- */

void pl011_transmit(struct dev_pl011 *d, uint32_t byte, uint64_t now)
{
    byte &= (1u << pl011_data_bits(d)) - 1;
    dev_serial_send(&d->s.wire, now, pl011_symbol_ns(d), (uint8_t)byte);
    if (pl011_looped(d)) {
        dev_fifo_push(&d->s.loop, DEV_FIFO_MAX, byte);
        come_around(d, now);
    } else if (!(d->s.lcrh & LCRH_BRK) && d->console.put) {
        d->console.put(d->console.self, (uint8_t)byte);
    }
}

/* ---- the outside ---- */

/* p. 184: parity is even with EPS; with SPS it is the opposite of EPS, whatever is sent. */
static unsigned parity(const struct dev_pl011 *d, uint8_t byte)
{
    unsigned even = (d->s.lcrh & LCRH_EPS) != 0;

    return d->s.lcrh & LCRH_SPS ? !even : (unsigned)__builtin_parity(byte) ^ !even;
}

/* Start bit, data, parity, stop bits. In loopback the pin is idle. */
int dev_pl011_txd(struct dev_pl011 *d, uint64_t *edge)
{
    uint64_t now = pl011_catch_up(d);
    unsigned n = pl011_data_bits(d);
    uint8_t byte = dev_serial_on_wire(&d->s.wire) & ((1u << n) - 1);
    struct dev_serial_frame f = {.bits = (uint32_t)byte << 1, .nbits = 1 + n};

    *edge = CLOCK_NEVER;
    if (d->s.lcrh & LCRH_BRK)
        return 0;
    if (pl011_looped(d))
        return 1;
    if (d->s.lcrh & LCRH_PEN)
        f.bits |= (uint32_t)parity(d, byte) << f.nbits++;
    for (int stops = d->s.lcrh & LCRH_STP2 ? 2 : 1; stops; stops--)
        f.bits |= 1u << f.nbits++;
    return dev_serial_level(&d->s.wire, &f, now, pl011_symbol_ns(d), edge);
}

uint64_t dev_pl011_idle_ns(const struct dev_pl011 *d)
{
    if (!pl011_transmits(d))
        return 0;
    return dev_serial_idle_ns(&d->s.wire, dev_serial_now(d->clock), pl011_symbol_ns(d));
}

int dev_pl011_receive(struct dev_pl011 *d, uint16_t symbol)
{
    uint64_t now = pl011_catch_up(d);
    int r = -1;

    if (pl011_receives(d) && !pl011_looped(d))
        r = pl011_push(d, symbol & 0x7ff, now);
    pl011_drive(d);
    return r;
}

void dev_pl011_set_clock(struct dev_pl011 *d, uint32_t hz)
{
    pl011_catch_up(d);
    d->s.hz = hz;
    pl011_drive(d);
    dev_output_moved(&d->out);
}

int dev_pl011_wants_input(const struct dev_pl011 *d)
{
    return pl011_receives(d) && (d->s.imsc & (INT_RX | INT_RT));
}

unsigned dev_pl011_baud(const struct dev_pl011 *d)
{
    uint64_t divisor = d->s.divisor < 64 ? 64 : d->s.divisor;

    return (unsigned)((4 * (uint64_t)d->s.hz + divisor / 2) / divisor);
}
