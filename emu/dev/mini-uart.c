/* The mini-UART of AUX, from "BCM2835 ARM Peripherals" ch. 2 (p. 8-19) and its public errata.
 *
 * Not modelled: core clocks other than 250 MHz, the RTS and CTS lines (CTS reads as asserted); of
 * the two SPI masters (spi1.c) post-input mode, DOUT hold times, and the words behind IO and
 * TXHOLD, which are the same to the chip. A byte is shown at the console
 * when it is written, and takes its time on the wire afterwards.
 *
 * Registers: MU_IO 40, IER 44, IIR 48, LCR 4C, MCR 50, LSR 54, MSR 58,
 * SCRATCH 5C, CNTL 60, STAT 64, BAUD 68. */
#include "emu/dev/mini-uart-internal.h"

#include <string.h>

enum {
    MU_IO = 0x40,
    MU_IER = 0x44,
    MU_IIR = 0x48,
    MU_LCR = 0x4c,
    MU_MCR = 0x50,
    MU_LSR = 0x54,
    MU_MSR = 0x58,
    MU_SCRATCH = 0x5c,
    MU_CNTL = 0x60,
    MU_STAT = 0x64,
    MU_BAUD = 0x68,
};

enum {
    ENABLES_UART = 1,
    /* The manual has these two the wrong way round (errata p. 12). Its reserved bits 3:2 keep what
     * is written; whether the chip needs them for interrupts is disputed, so they are not asked
     * for. */
    IER_RX = 1,
    IER_TX = 2,
    IER_BITS = 0x0f,
    IIR_NONE = 1,
    IIR_TX = 2,
    IIR_RX = 4,
    IIR_FIFOS = 0xc0,
    IIR_CLEAR_RX = 2,
    IIR_CLEAR_TX = 4,
    LCR_8BIT = 3, /* errata p. 14: both bits */
    LCR_BREAK = 0x40,
    LCR_DLAB = 0x80,
    LCR_BITS = 0xc3,
    MCR_BITS = 2,
    LSR_RX = 1,
    LSR_OVERRUN = 2,
    LSR_TX_ROOM = 0x20,
    LSR_TX_IDLE = 0x40,
    MSR_CTS = 0x20,
    CNTL_RX = 1,
    CNTL_TX = 2,
    QUICK_LOOKS = 32, /* in vain: polled_in_vain is of interest to nobody before */
    CORE_HZ = 250000000,
    CORE_PERIOD_NS = 4,
};

static int fifo_push(struct dev_mini_uart_fifo *f, uint8_t byte)
{
    if (f->count == DEV_MINI_UART_FIFO)
        return -1;
    f->byte[(f->first + f->count++) % DEV_MINI_UART_FIFO] = byte;
    return 0;
}

static uint8_t fifo_pop(struct dev_mini_uart_fifo *f)
{
    uint8_t byte = f->byte[f->first];

    f->first = (f->first + 1) % DEV_MINI_UART_FIFO;
    f->count--;
    return byte;
}

static uint8_t data_bits(const struct dev_mini_uart *d)
{
    return (d->s.lcr & LCR_8BIT) == LCR_8BIT ? 0xff : 0x7f;
}

unsigned dev_mini_uart_bits(const struct dev_mini_uart *d)
{
    return data_bits(d) == 0xff ? 10 : 9;
}

static uint64_t symbol_ns(const struct dev_mini_uart *d)
{
    if (!d->clock || d->clock->mode == CLOCK_PI)
        return 0;
    return (uint64_t)dev_mini_uart_bits(d) * 8 * (d->s.baud + 1u) * CORE_PERIOD_NS;
}

static unsigned at_console(const struct dev_mini_uart *d)
{
    if (!(d->s.cntl & CNTL_RX) || !d->console.waiting)
        return 0;
    return d->console.waiting(d->console.self);
}

static void arrive(struct dev_mini_uart *d, uint64_t now, unsigned waiting)
{
    dev_serial_arrive(&d->s.from_console, now, symbol_ns(d), DEV_MINI_UART_FIFO - d->s.rx.count,
                      waiting);
}

/* Symbols move on the wires up to now. What arrives is looked at where it matters. */
static uint64_t catch_up(struct dev_mini_uart *d)
{
    uint64_t now = dev_serial_now(d->clock);

    if (d->s.wire.waiting && (d->s.cntl & CNTL_TX))
        dev_serial_send_on(&d->s.wire, now, symbol_ns(d));
    if (d->s.ier & IER_RX)
        arrive(d, now, at_console(d));
    return now;
}

/* Symbols the program could take now, 0..8: those in the FIFO, then those from the console. */
static unsigned receivable(const struct dev_mini_uart *d)
{
    return d->s.rx.count + (d->s.cntl & CNTL_RX ? d->s.from_console.arrived : 0);
}

/* Symbols in the transmit FIFO. */
static unsigned to_send(const struct dev_mini_uart *d)
{
    return d->s.tx.count + d->s.wire.waiting;
}

/* IIR's idea of what is pending, p. 13; receive comes before transmit. */
static uint32_t pending(const struct dev_mini_uart *d)
{
    if ((d->s.ier & IER_RX) && receivable(d))
        return IIR_RX;
    if ((d->s.ier & IER_TX) && !to_send(d))
        return IIR_TX;
    return IIR_NONE;
}

/* When the line will rise if nobody does anything. */
static uint64_t rises_ns(const struct dev_mini_uart *d)
{
    uint64_t at = CLOCK_NEVER;

    if (!(d->s.enables & ENABLES_UART) || pending(d) != IIR_NONE)
        return CLOCK_NEVER;
    if ((d->s.ier & IER_TX) && (d->s.cntl & CNTL_TX) && d->s.wire.waiting)
        at = dev_serial_left_ns(&d->s.wire, 0, symbol_ns(d));
    if ((d->s.ier & IER_RX) && at_console(d) && d->s.from_console.next_ns < at)
        at = d->s.from_console.next_ns;
    return at;
}

static void drive(struct dev_mini_uart *d)
{
    uint64_t at;

    irq_drive(&d->irq, mini_uart_interrupting(d));
    if (!d->clock || (!d->s.ier && !d->alarm.set))
        return;
    at = rises_ns(d);
    if (at == CLOCK_NEVER)
        clock_alarm_clear(d->clock, &d->alarm);
    else if (!d->alarm.set || d->alarm.at_ns != at)
        clock_alarm_set(d->clock, &d->alarm, at);
}

void dev_mini_uart_poll(struct dev_mini_uart *d)
{
    catch_up(d);
    drive(d);
}

static void alarm_rang(void *self)
{
    dev_mini_uart_poll(self);
}

/* When a status register will change by itself. */
static uint64_t next_change(const struct dev_mini_uart *d, uint64_t now, unsigned waiting)
{
    uint64_t next = CLOCK_NEVER;

    if (d->s.cntl & CNTL_TX)
        next = dev_serial_next(&d->s.wire, now);
    if (waiting > d->s.from_console.arrived && d->s.from_console.next_ns < next)
        next = d->s.from_console.next_ns;
    return next;
}

/* Symbols to receive, of those `waiting` at the console, looked for at the register `off`. A
 * program that looks there again and again sees the next change. */
static unsigned look_at(struct dev_mini_uart *d, uint32_t off, unsigned waiting)
{
    uint64_t now = dev_serial_now(d->clock), next;

    arrive(d, now, waiting);
    next = next_change(d, now, waiting);
    if (next != CLOCK_NEVER && dev_spin(&d->spin, d->clock, off, next))
        arrive(d, catch_up(d), waiting);
    return receivable(d);
}

static int sending(const struct dev_mini_uart *d)
{
    return d->s.wire.ends_ns > dev_serial_now(d->clock);
}

/* The same; looks in vain are counted, but those of a program that may wait for its own bytes. */
static unsigned look(struct dev_mini_uart *d, uint32_t off)
{
    unsigned n = look_at(d, off, at_console(d));

    if (n) {
        d->s.vain = 0;
        return n;
    }
    if (sending(d))
        return 0;
    if (d->s.vain < UINT32_MAX)
        d->s.vain++;
    if (d->console.polled_in_vain) {
        d->console.polled_in_vain(d->console.self, d->s.vain);
        arrive(d, catch_up(d), at_console(d));
        n = receivable(d);
    }
    return n;
}

/* While a break holds the wire low nothing readable leaves. */
static void transmit(struct dev_mini_uart *d, uint8_t byte)
{
    if (!(d->s.lcr & LCR_BREAK) && d->console.put)
        d->console.put(d->console.self, byte & data_bits(d));
}

/* The transmitter was turned on, or off. */
static void control(struct dev_mini_uart *d, uint8_t value)
{
    int was_on = d->s.cntl & CNTL_TX;
    uint64_t now = catch_up(d);

    if ((d->s.cntl & CNTL_RX) && !(value & CNTL_RX))
        dev_serial_forget(&d->s.from_console, now, symbol_ns(d));
    d->s.cntl = value;
    if (!(value & CNTL_TX) || was_on)
        return;
    if (d->s.wire.waiting && d->s.wire.ends_ns <= now) {
        d->s.wire.waiting--;
        d->s.wire.ends_ns = now + symbol_ns(d);
    }
    while (d->s.tx.count) {
        uint8_t byte = fifo_pop(&d->s.tx);

        transmit(d, byte);
        dev_serial_send(&d->s.wire, now, symbol_ns(d), byte);
    }
}

static uint32_t read_io(struct dev_mini_uart *d)
{
    if (d->s.lcr & LCR_DLAB)
        return d->s.baud & 0xff;
    if (!look(d, MU_IO))
        return 0;
    if (d->s.rx.count)
        return fifo_pop(&d->s.rx);
    d->s.from_console.arrived--;
    return d->console.get(d->console.self) & data_bits(d);
}

static void write_io(struct dev_mini_uart *d, uint32_t value)
{
    if (d->s.lcr & LCR_DLAB) {
        d->s.baud = (uint16_t)((d->s.baud & 0xff00) | (value & 0xff));
        return;
    }
    d->s.vain = 0;
    if (to_send(d) == DEV_MINI_UART_FIFO)
        return; /* a byte too many is lost, as on the chip */
    if (d->s.cntl & CNTL_TX) {
        dev_serial_send(&d->s.wire, dev_serial_now(d->clock), symbol_ns(d), (uint8_t)value);
        transmit(d, (uint8_t)value); /* may end the run */
    } else {
        fifo_push(&d->s.tx, (uint8_t)value);
    }
}

static uint32_t lsr_of_transmitter(const struct dev_mini_uart *d)
{
    return (to_send(d) < DEV_MINI_UART_FIFO ? LSR_TX_ROOM : 0) |
           (!to_send(d) && !sending(d) ? LSR_TX_IDLE : 0);
}

/* LSR, p. 15: reading clears the overrun. */
static uint32_t read_lsr(struct dev_mini_uart *d)
{
    uint32_t v = look(d, MU_LSR) ? LSR_RX : 0;

    if (d->s.overrun)
        v |= LSR_OVERRUN;
    d->s.overrun = 0;
    return v | lsr_of_transmitter(d);
}

/* STAT, p. 18-19. The receiver always is idle: what it shows has arrived. */
static uint32_t read_stat(struct dev_mini_uart *d)
{
    unsigned rx = look(d, MU_STAT), tx = to_send(d);
    uint32_t idle = !sending(d);

    return (uint32_t)(rx != 0) << 0 | (uint32_t)(tx < DEV_MINI_UART_FIFO) << 1 | 1u << 2 |
           idle << 3 | (uint32_t)d->s.overrun << 4 | (uint32_t)(tx == DEV_MINI_UART_FIFO) << 5 |
           (uint32_t)(tx == 0) << 8 | (idle && !tx ? 1u << 9 : 0) | rx << 16 | tx << 24;
}

static int read_uart(struct dev_mini_uart *d, uint32_t off, uint32_t *value)
{
    struct dev_mini_uart_state *s = &d->s;

    switch (off) {
    case MU_IO:
        *value = read_io(d);
        break;
    case MU_IER:
        *value = s->lcr & LCR_DLAB ? s->baud >> 8 : s->ier;
        break;
    case MU_IIR:
        *value = IIR_FIFOS | pending(d);
        break;
    case MU_LCR:
        *value = s->lcr;
        break;
    case MU_MCR:
        *value = s->mcr;
        break;
    case MU_LSR:
        *value = read_lsr(d);
        break;
    case MU_MSR:
        *value = MSR_CTS;
        break;
    case MU_SCRATCH:
        *value = s->scratch;
        break;
    case MU_CNTL:
        *value = s->cntl;
        break;
    case MU_STAT:
        *value = read_stat(d);
        break;
    case MU_BAUD:
        *value = s->baud;
        break;
    default:
        return BUS_UNMODELLED;
    }
    return 0;
}

static int write_uart(struct dev_mini_uart *d, uint32_t off, uint32_t value)
{
    struct dev_mini_uart_state *s = &d->s;

    switch (off) {
    case MU_IO:
        write_io(d, value);
        break;
    case MU_IER:
        if (s->lcr & LCR_DLAB)
            s->baud = (uint16_t)((s->baud & 0xff) | (value & 0xff) << 8);
        else
            s->ier = value & IER_BITS;
        break;
    case MU_IIR: /* p. 13: clears the FIFOs; the console sends again what had arrived from it */
        if (value & IIR_CLEAR_RX) {
            s->rx.count = 0;
            dev_serial_forget(&s->from_console, dev_serial_now(d->clock), symbol_ns(d));
        }
        if (value & IIR_CLEAR_TX) {
            s->tx.count = 0;
            dev_serial_drop(&s->wire);
        }
        break;
    case MU_LCR:
        s->lcr = value & LCR_BITS;
        break;
    case MU_MCR:
        s->mcr = value & MCR_BITS;
        break;
    case MU_SCRATCH:
        s->scratch = (uint8_t)value;
        break;
    case MU_CNTL:
        control(d, (uint8_t)value);
        break;
    case MU_BAUD:
        s->baud = (uint16_t)value;
        break;
    case MU_LSR: /* read-only */
    case MU_MSR:
    case MU_STAT:
        break;
    default:
        return BUS_UNMODELLED;
    }
    return 0;
}

/* p. 9: while it is disabled the mini-UART's registers cannot be accessed. */
int mini_uart_reachable(const struct dev_mini_uart *d)
{
    return d->s.enables & ENABLES_UART;
}

int mini_uart_interrupting(const struct dev_mini_uart *d)
{
    return mini_uart_reachable(d) && pending(d) != IIR_NONE;
}

int mini_uart_read(struct dev_mini_uart *d, uint32_t off, uint32_t *value)
{
    int r = 0;

    catch_up(d);
    if (mini_uart_reachable(d))
        r = read_uart(d, off, value);
    drive(d);
    return r;
}

int mini_uart_write(struct dev_mini_uart *d, uint32_t off, uint32_t value)
{
    int r = 0;

    catch_up(d);
    if (mini_uart_reachable(d))
        r = write_uart(d, off, value);
    drive(d);
    dev_output_moved(&d->out);
    return r;
}

void mini_uart_enable(struct dev_mini_uart *d, uint32_t enables)
{
    catch_up(d);
    d->s.enables = enables & 7;
    drive(d);
    dev_output_moved(&d->out);
}

/* ---- quick accesses: what printing consists of, while there is nothing to receive ---- */

static int only_sends(const struct dev_mini_uart *d)
{
    const struct dev_mini_uart_state *s = &d->s;

    return mini_uart_reachable(d) && !d->out.moved &&
           (s->cntl & (CNTL_RX | CNTL_TX)) == (CNTL_RX | CNTL_TX) &&
           !(s->lcr & (LCR_DLAB | LCR_BREAK)) && !s->ier && !d->alarm.set && !s->tx.count &&
           !s->rx.count && !s->from_console.arrived && !s->overrun && d->clock &&
           d->clock->mode == CLOCK_VIRTUAL;
}

uint32_t mini_uart_quick_read(uint32_t addr, uintptr_t pc, quick_rest *rest, void *self)
{
    struct dev_mini_uart *d = self;
    uint64_t next;

    if (addr != DEV_AUX_BASE + MU_LSR || !d->console.quick_waiting || !only_sends(d) ||
        d->s.vain >= QUICK_LOOKS)
        return rest(addr, 0, pc);
    next = dev_serial_next(&d->s.wire, catch_up(d));
    if ((next != CLOCK_NEVER && next >= d->clock->quick_ns) ||
        d->console.quick_waiting(d->console.self) != 0)
        return rest(addr, 0, pc);
    look_at(d, MU_LSR, 0);
    d->s.vain += !sending(d);
    return lsr_of_transmitter(d);
}

uint32_t mini_uart_quick_write(uint32_t addr, uint32_t value, uintptr_t pc, quick_rest *rest,
                               void *self)
{
    struct dev_mini_uart *d = self;

    if (addr != DEV_AUX_BASE + MU_IO || !d->console.quick_put || !only_sends(d))
        return rest(addr, value, pc);
    catch_up(d);
    if (to_send(d) == DEV_MINI_UART_FIFO ||
        d->console.quick_put(d->console.self, (uint8_t)value & data_bits(d)) < 0)
        return rest(addr, value, pc);
    d->s.vain = 0;
    dev_serial_send(&d->s.wire, d->clock->ns, symbol_ns(d), (uint8_t)value);
    dev_output_moved(&d->out);
    return 0;
}

void dev_mini_uart_reset(struct dev_mini_uart *d)
{
    d->s = (struct dev_mini_uart_state){.cntl = CNTL_RX | CNTL_TX};
    dev_mini_uart_poll(d);
}

void dev_mini_uart_after_boot(struct dev_mini_uart *d)
{
    dev_mini_uart_reset(d);
    d->s.enables = ENABLES_UART;
    d->s.lcr = LCR_8BIT;
    d->s.baud = 270;
}

void dev_mini_uart_init(struct dev_mini_uart *d, struct clock *clock,
                        const struct dev_console *console)
{
    memset(d, 0, sizeof *d);
    aux_init(d);
    d->irq.number = IRQ_AUX;
    d->clock = clock;
    d->alarm = (struct clock_alarm){.self = d, .ring = alarm_rang};
    if (console)
        d->console = *console;
    dev_mini_uart_reset(d);
}

int dev_mini_uart_receive(struct dev_mini_uart *d, uint8_t byte)
{
    int r = -1;

    arrive(d, catch_up(d), at_console(d));
    if ((d->s.enables & ENABLES_UART) && (d->s.cntl & CNTL_RX)) {
        if (receivable(d) < DEV_MINI_UART_FIFO)
            r = fifo_push(&d->s.rx, byte & data_bits(d));
        if (r < 0)
            d->s.overrun = 1;
    }
    dev_mini_uart_poll(d);
    return r;
}

unsigned dev_mini_uart_baud(const struct dev_mini_uart *d)
{
    unsigned divisor = 8 * (d->s.baud + 1u);

    return (CORE_HZ + divisor / 2) / divisor;
}

/* Start bit, 8 or 7 bits, stop bit. */
int dev_mini_uart_txd(struct dev_mini_uart *d, uint64_t *edge)
{
    uint64_t now = dev_serial_now(d->clock);
    struct dev_serial_frame f = {.nbits = dev_mini_uart_bits(d)};

    if (d->s.lcr & LCR_BREAK) {
        *edge = CLOCK_NEVER;
        return 0;
    }
    if (d->s.cntl & CNTL_TX)
        dev_serial_send_on(&d->s.wire, now, symbol_ns(d));
    f.bits = (uint32_t)(dev_serial_on_wire(&d->s.wire) & data_bits(d)) << 1 | 1u << (f.nbits - 1);
    return dev_serial_level(&d->s.wire, &f, now, symbol_ns(d), edge);
}

uint64_t dev_mini_uart_idle_ns(const struct dev_mini_uart *d)
{
    if (!(d->s.cntl & CNTL_TX))
        return 0;
    return dev_serial_idle_ns(&d->s.wire, dev_serial_now(d->clock), symbol_ns(d));
}

int dev_mini_uart_wants_input(const struct dev_mini_uart *d)
{
    return (d->s.enables & ENABLES_UART) && (d->s.ier & IER_RX);
}
