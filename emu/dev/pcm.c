/* PCM, from "BCM2835 ARM Peripherals" ch. 8 (p. 119-137).
 *
 * Frames take their time and words of the enabled channels leave and enter the FIFOs with each, but
 * nobody is on the pins: what is sent goes nowhere, what is received is 0. Not modelled: a clock or
 * frame sync from outside (the device stands still), PDM, Gray mode (GRAY is kept), the levels of
 * the pins, panic thresholds. The two thresholds between empty and full are taken as a quarter and
 * three quarters.
 *
 * Registers: CS_A 00, FIFO_A 04, MODE_A 08, RXC_A 0C, TXC_A 10, DREQ_A 14, INTEN_A 18, INTSTC_A 1C,
 * GRAY 20. */
#include "emu/dev/pcm.h"

#include <string.h>

#include "emu/core/dreq.h"

enum {
    CS_A = 0x00,
    FIFO_A = 0x04,
    MODE_A = 0x08,
    RXC_A = 0x0c,
    TXC_A = 0x10,
    DREQ_A = 0x14,
    INTEN_A = 0x18,
    INTSTC_A = 0x1c,
    GRAY = 0x20,
};

enum { /* CS_A, p. 126-128 */
       CS_EN = 1 << 0,
       CS_RXON = 1 << 1,
       CS_TXON = 1 << 2,
       CS_TXCLR = 1 << 3,
       CS_RXCLR = 1 << 4,
       CS_TXTHR = 5, /* shifts */
       CS_RXTHR = 7,
       CS_DMAEN = 1 << 9,
       CS_TXSYNC = 1 << 13,
       CS_RXSYNC = 1 << 14,
       CS_TXERR = 1 << 15,
       CS_RXERR = 1 << 16,
       CS_TXW = 1 << 17,
       CS_RXR = 1 << 18,
       CS_TXD = 1 << 19,
       CS_RXD = 1 << 20,
       CS_TXE = 1 << 21,
       CS_RXF = 1 << 22,
       CS_SYNC = 1 << 24,
       CS_KEPT = 0x038003e7,
};

enum {                 /* MODE_A, p. 129-130 */
       MODE_FLEN = 10, /* shift */
       MODE_FSM = 1 << 21,
       MODE_CLKM = 1 << 23,
       MODE_FTXP = 1 << 24,
       MODE_FRXP = 1 << 25,
       MODE_BITS = 0x1fffffff,
       MODE_CLK_DIS = 1 << 28,
};

enum { INT_TXW = 1, INT_RXR = 2, INT_TXERR = 4, INT_RXERR = 8, INT_BITS = 15 }; /* p. 135 */

enum {
    CHANNEL_ENABLES = 1 << 30 | 1 << 14, /* of RXC_A and TXC_A, p. 131 */
    DREQ_BITS = 0x7f7f7f7f,
    DREQ_RESET = 0x10303020,
    GRAY_BITS = 0x7,
    NS_PER_S = 1000000000,
};

static uint32_t rate(const struct dev_pcm *d)
{
    int ours = !(d->s.mode & (MODE_CLKM | MODE_FSM | MODE_CLK_DIS));

    return d->rate && ours ? d->rate(d->self) : 0;
}

static int runs(const struct dev_pcm *d, uint32_t direction)
{
    return (d->s.cs & CS_EN) && (d->s.cs & direction) && rate(d);
}

/* ---- status ---- */

static int wants_words(const struct dev_pcm_state *s)
{
    static const uint8_t below[] = {1, DEV_PCM_FIFO / 4, DEV_PCM_FIFO * 3 / 4, DEV_PCM_FIFO};

    return s->tx.count < below[s->cs >> CS_TXTHR & 3];
}

static int has_words(const struct dev_pcm_state *s)
{
    static const uint8_t from[] = {1, DEV_PCM_FIFO / 4, DEV_PCM_FIFO * 3 / 4, DEV_PCM_FIFO};

    return s->rx.count >= from[s->cs >> CS_RXTHR & 3];
}

static uint32_t status(const struct dev_pcm *d)
{
    const struct dev_pcm_state *s = &d->s;
    uint32_t cs = s->cs;

    if (!rate(d)) /* echoed two PCM clocks later, p. 126 */
        cs &= ~(uint32_t)CS_SYNC;
    if (runs(d, CS_TXON))
        cs |= CS_TXSYNC;
    if (runs(d, CS_RXON))
        cs |= CS_RXSYNC;
    if ((cs & CS_TXON) && wants_words(s))
        cs |= CS_TXW;
    if ((cs & CS_RXON) && has_words(s))
        cs |= CS_RXR;
    if (s->tx.count < DEV_PCM_FIFO)
        cs |= CS_TXD;
    if (s->rx.count)
        cs |= CS_RXD;
    if (!s->tx.count)
        cs |= CS_TXE;
    if (s->rx.count == DEV_PCM_FIFO)
        cs |= CS_RXF;
    return cs;
}

static void drive_lines(struct dev_pcm *d)
{
    struct dev_pcm_state *s = &d->s;
    uint32_t cs = status(d), events = 0;
    int dma = (cs & CS_EN) && (cs & CS_DMAEN);

    events |= cs & CS_TXW ? INT_TXW : 0;
    events |= cs & CS_RXR ? INT_RXR : 0;
    events |= cs & CS_TXERR ? INT_TXERR : 0;
    events |= cs & CS_RXERR ? INT_RXERR : 0;
    s->intstc |= events & s->inten;
    irq_drive(&d->irq, s->intstc != 0);
    irq_drive(&d->dreq_tx, dma && s->tx.count < (s->dreq >> 8 & 0x7f)); /* p. 134 */
    irq_drive(&d->dreq_rx, dma && s->rx.count > (s->dreq & 0x7f));
}

/* ---- frames ---- */

static uint64_t frame_ns(const struct dev_pcm *d)
{
    uint64_t ns = ((d->s.mode >> MODE_FLEN & 0x3ff) + 1ull) * NS_PER_S / rate(d);

    return ns ? ns : 1;
}

/* Words a frame takes from, or puts into, a FIFO: one for each channel, or one for both. */
static unsigned words(uint32_t channels, int packed)
{
    unsigned n = (unsigned)__builtin_popcount(channels & CHANNEL_ENABLES);

    return packed && n ? 1 : n;
}

static void settle(struct dev_pcm *d, uint64_t from_ns)
{
    if (!runs(d, CS_TXON | CS_RXON))
        clock_alarm_clear(d->clock, &d->alarm);
    else if (!d->alarm.set)
        clock_alarm_set(d->clock, &d->alarm, from_ns + frame_ns(d));
    drive_lines(d);
}

static void frame_over(void *self)
{
    struct dev_pcm *d = self;
    struct dev_pcm_state *s = &d->s;

    for (unsigned n = words(s->txc, s->mode & MODE_FTXP); n && runs(d, CS_TXON); n--) {
        if (!s->tx.count)
            s->cs |= CS_TXERR;
        dev_fifo_pop(&s->tx);
    }
    for (unsigned n = words(s->rxc, s->mode & MODE_FRXP); n && runs(d, CS_RXON); n--)
        if (dev_fifo_push(&s->rx, DEV_PCM_FIFO, 0) < 0)
            s->cs |= CS_RXERR;
    settle(d, d->alarm.at_ns);
}

void dev_pcm_rate_changed(struct dev_pcm *d)
{
    clock_alarm_clear(d->clock, &d->alarm);
    settle(d, clock_ns(d->clock));
}

/* ---- registers ---- */

static uint32_t read_fifo(struct dev_pcm *d)
{
    uint32_t word;

    if (!d->s.rx.count)
        d->s.cs |= CS_RXERR;
    word = dev_fifo_pop(&d->s.rx);
    drive_lines(d);
    return word;
}

static int pcm_mmio_read(void *self, struct bus_access *a)
{
    struct dev_pcm *d = self;

    switch (a->addr - DEV_PCM_BASE) {
    case CS_A:
        a->value = status(d);
        return 0;
    case FIFO_A:
        a->value = read_fifo(d);
        return 0;
    case MODE_A:
        a->value = d->s.mode;
        return 0;
    case RXC_A:
        a->value = d->s.rxc;
        return 0;
    case TXC_A:
        a->value = d->s.txc;
        return 0;
    case DREQ_A:
        a->value = d->s.dreq;
        return 0;
    case INTEN_A:
        a->value = d->s.inten;
        return 0;
    case INTSTC_A:
        a->value = d->s.intstc;
        return 0;
    case GRAY:
        a->value = d->s.gray;
        return 0;
    default:
        return BUS_UNMODELLED;
    }
}

static void write_cs(struct dev_pcm *d, uint32_t value)
{
    uint32_t errors = d->s.cs & (CS_TXERR | CS_RXERR) & ~value;

    d->s.cs = errors | (value & CS_KEPT);
    if (value & CS_TXCLR)
        dev_fifo_clear(&d->s.tx);
    if (value & CS_RXCLR)
        dev_fifo_clear(&d->s.rx);
}

static int pcm_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_pcm *d = self;

    switch (a->addr - DEV_PCM_BASE) {
    case CS_A:
        write_cs(d, a->value);
        break;
    case FIFO_A:
        if (dev_fifo_push(&d->s.tx, DEV_PCM_FIFO, a->value) < 0)
            d->s.cs |= CS_TXERR;
        break;
    case MODE_A:
        d->s.mode = a->value & MODE_BITS;
        break;
    case RXC_A:
        d->s.rxc = a->value;
        break;
    case TXC_A:
        d->s.txc = a->value;
        break;
    case DREQ_A:
        d->s.dreq = a->value & DREQ_BITS;
        break;
    case INTEN_A:
        d->s.inten = a->value & INT_BITS;
        break;
    case INTSTC_A:
        d->s.intstc &= ~a->value;
        break;
    case GRAY:
        d->s.gray = a->value & GRAY_BITS;
        break;
    default:
        return BUS_UNMODELLED;
    }
    settle(d, clock_ns(d->clock));
    return 0;
}

/* ---- life ---- */

void dev_pcm_reset(struct dev_pcm *d)
{
    d->s = (struct dev_pcm_state){.dreq = DREQ_RESET};
    settle(d, clock_ns(d->clock));
}

void dev_pcm_init(struct dev_pcm *d, struct clock *c, void *self, uint32_t (*hz)(void *self))
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = "PCM", .self = d, .read = pcm_mmio_read, .write = pcm_mmio_write};
    d->clock = c;
    d->self = self;
    d->rate = hz;
    d->alarm = (struct clock_alarm){.self = d, .ring = frame_over};
    d->irq.number = IRQ_PCM;
    d->dreq_tx.number = DREQ_PCM_TX;
    d->dreq_rx.number = DREQ_PCM_RX;
    dev_pcm_reset(d);
}

void dev_pcm_map(struct dev_pcm *d, struct bus *b)
{
    bus_map(b, DEV_PCM_BASE, BUS_PAGE, &d->target);
}
