/* AUX and its mini-UART, from "BCM2835 ARM Peripherals" ch. 2 (p. 8-19) and its public errata.
 *
 * Not modelled: byte times (a byte sent is gone, a byte waiting at the console is there), the RTS
 * and CTS lines (CTS reads as asserted), the two SPI masters beyond their enable bits.
 *
 * Registers: IRQ 00, ENABLES 04, MU_IO 40, IER 44, IIR 48, LCR 4C, MCR 50, LSR 54, MSR 58,
 * SCRATCH 5C, CNTL 60, STAT 64, BAUD 68. */
#include "emu/dev/mini-uart.h"

#include <string.h>

enum {
    AUX_IRQ = 0x00,
    AUX_ENABLES = 0x04,
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
    CORE_HZ = 250000000,
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

/* Symbols the program could take now, 0..8: those in the FIFO, then those at the console. */
static unsigned receivable(const struct dev_mini_uart *d)
{
    unsigned n = d->s.rx.count;

    if ((d->s.cntl & CNTL_RX) && d->console.waiting)
        n += d->console.waiting(d->console.self);
    return n < DEV_MINI_UART_FIFO ? n : DEV_MINI_UART_FIFO;
}

/* IIR's idea of what is pending, p. 13; receive comes before transmit. */
static uint32_t pending(const struct dev_mini_uart *d)
{
    if ((d->s.ier & IER_RX) && receivable(d))
        return IIR_RX;
    if ((d->s.ier & IER_TX) && !d->s.tx.count)
        return IIR_TX;
    return IIR_NONE;
}

static int interrupting(const struct dev_mini_uart *d)
{
    return (d->s.enables & ENABLES_UART) && pending(d) != IIR_NONE;
}

void dev_mini_uart_poll(struct dev_mini_uart *d)
{
    irq_drive(&d->irq, interrupting(d));
}

static unsigned look(struct dev_mini_uart *d)
{
    unsigned n = receivable(d);

    if (n) {
        d->s.vain = 0;
    } else {
        if (d->s.vain < UINT32_MAX)
            d->s.vain++;
        if (d->console.polled_in_vain) {
            d->console.polled_in_vain(d->console.self, d->s.vain);
            n = receivable(d);
        }
    }
    return n;
}

static uint8_t data_bits(const struct dev_mini_uart *d)
{
    return (d->s.lcr & LCR_8BIT) == LCR_8BIT ? 0xff : 0x7f;
}

/* While a break holds the wire low nothing readable leaves. */
static void transmit(struct dev_mini_uart *d, uint8_t byte)
{
    if (!(d->s.lcr & LCR_BREAK) && d->console.put)
        d->console.put(d->console.self, byte & data_bits(d));
}

static void send_waiting(struct dev_mini_uart *d)
{
    while ((d->s.cntl & CNTL_TX) && d->s.tx.count)
        transmit(d, fifo_pop(&d->s.tx));
}

static uint32_t read_io(struct dev_mini_uart *d)
{
    if (d->s.lcr & LCR_DLAB)
        return d->s.baud & 0xff;
    if (!look(d))
        return 0;
    if (d->s.rx.count)
        return fifo_pop(&d->s.rx);
    return d->console.get(d->console.self) & data_bits(d);
}

static void write_io(struct dev_mini_uart *d, uint32_t value)
{
    if (d->s.lcr & LCR_DLAB) {
        d->s.baud = (uint16_t)((d->s.baud & 0xff00) | (value & 0xff));
        return;
    }
    d->s.vain = 0;
    fifo_push(&d->s.tx, (uint8_t)value); /* a ninth byte is lost, as on the chip */
    send_waiting(d);
}

/* LSR, p. 15: reading clears the overrun. */
static uint32_t read_lsr(struct dev_mini_uart *d)
{
    uint32_t v = look(d) ? LSR_RX : 0;

    if (d->s.overrun)
        v |= LSR_OVERRUN;
    if (d->s.tx.count < DEV_MINI_UART_FIFO)
        v |= LSR_TX_ROOM;
    if (!d->s.tx.count)
        v |= LSR_TX_IDLE;
    d->s.overrun = 0;
    return v;
}

/* STAT, p. 18-19. Receiver and transmitter are always idle: characters take no time here. */
static uint32_t read_stat(struct dev_mini_uart *d)
{
    unsigned rx = look(d), tx = d->s.tx.count;

    return (uint32_t)(rx != 0) << 0 | (uint32_t)(tx < DEV_MINI_UART_FIFO) << 1 | 1u << 2 | 1u << 3 |
           (uint32_t)d->s.overrun << 4 | (uint32_t)(tx == DEV_MINI_UART_FIFO) << 5 |
           (uint32_t)(tx == 0) << 8 | (uint32_t)(tx == 0) << 9 | rx << 16 | tx << 24;
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
    case MU_IIR: /* p. 13: clears the FIFOs; bytes still at the console have not arrived yet */
        if (value & IIR_CLEAR_RX)
            s->rx.count = 0;
        if (value & IIR_CLEAR_TX)
            s->tx.count = 0;
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
        s->cntl = (uint8_t)value;
        send_waiting(d);
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
static int reachable(const struct dev_mini_uart *d)
{
    return d->s.enables & ENABLES_UART;
}

static int is_uart(uint32_t off)
{
    return off >= MU_IO && off <= MU_BAUD && off % 4 == 0;
}

static int aux_mmio_read(void *self, struct bus_access *a)
{
    struct dev_mini_uart *d = self;
    uint32_t off = a->addr - DEV_AUX_BASE;
    int r = 0;

    if (off == AUX_IRQ)
        a->value = (uint32_t)interrupting(d);
    else if (off == AUX_ENABLES)
        a->value = d->s.enables;
    else if (!is_uart(off))
        return BUS_UNMODELLED;
    else if (reachable(d))
        r = read_uart(d, off, &a->value);
    dev_mini_uart_poll(d);
    return r;
}

static int aux_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_mini_uart *d = self;
    uint32_t off = a->addr - DEV_AUX_BASE;
    int r = 0;

    if (off == AUX_ENABLES)
        d->s.enables = a->value & 7;
    else if (off != AUX_IRQ && !is_uart(off))
        return BUS_UNMODELLED;
    else if (off != AUX_IRQ && reachable(d))
        r = write_uart(d, off, a->value);
    dev_mini_uart_poll(d);
    return r;
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

void dev_mini_uart_init(struct dev_mini_uart *d, const struct dev_console *console)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = "AUX", .self = d, .read = aux_mmio_read, .write = aux_mmio_write};
    d->irq.number = IRQ_AUX;
    if (console)
        d->console = *console;
    dev_mini_uart_reset(d);
}

void dev_mini_uart_map(struct dev_mini_uart *d, struct bus *b)
{
    bus_map(b, DEV_AUX_BASE, BUS_PAGE, &d->target);
}

int dev_mini_uart_receive(struct dev_mini_uart *d, uint8_t byte)
{
    int r = -1;

    if ((d->s.enables & ENABLES_UART) && (d->s.cntl & CNTL_RX)) {
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

unsigned dev_mini_uart_bits(const struct dev_mini_uart *d)
{
    return data_bits(d) == 0xff ? 10 : 9;
}
