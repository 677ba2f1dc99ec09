/* SPI0, from "BCM2835 ARM Peripherals" ch. 10 (p. 148-158) and its public errata.
 *
 * Bytes take their time at a 250 MHz core clock. Parts are told bytes, and the clock's polarity and
 * phase. With nobody on MISO (pin 9) each bit reads
 * as the pin's level: its pull, down after power-on. Not modelled: LoSSI mode (LEN; LTOH is kept),
 * bidirectional mode (REN), panic thresholds, chip select 2 (it has no pin), the levels of the pins
 * themselves.
 *
 * Registers: CS 00, FIFO 04, CLK 08, DLEN 0C, LTOH 10, DC 14. */
#include "emu/dev/spi0.h"

#include <assert.h>
#include <string.h>

#include "emu/core/dreq.h"

enum { CS = 0x00, FIFO = 0x04, CLK = 0x08, DLEN = 0x0c, LTOH = 0x10, DC = 0x14 };

enum { /* CS, p. 153-155 */
       CS_SELECT = 3,
       CS_CPHA = 1 << 2,
       CS_CPOL = 1 << 3,
       CS_CLEAR_TX = 1 << 4,
       CS_CLEAR_RX = 1 << 5,
       CS_CSPOL = 1 << 6,
       CS_TA = 1 << 7,
       CS_DMAEN = 1 << 8,
       CS_INTD = 1 << 9,
       CS_INTR = 1 << 10,
       CS_ADCS = 1 << 11,
       CS_REN = 1 << 12,
       CS_DONE = 1 << 16,
       CS_RXD = 1 << 17,
       CS_TXD = 1 << 18,
       CS_RXR = 1 << 19,
       CS_RXF = 1 << 20,
       CS_CSPOL0 = 1 << 21,
       CS_KEPT = 0x03e0ffcf,
       CS_FROM_FIFO = 0xcf, /* what a write to the FIFO with TA clear sets, without CLEAR */
};

enum {
    PIN_CE1 = 7,
    PIN_CE0 = 8,
    PIN_MISO = DEV_SPI0_MISO,
    PIN_MOSI = DEV_SPI0_MOSI,
    PIN_SCLK = 11,
};

enum {
    CORE_NS = 4,
    THREE_QUARTERS = DEV_SPI0_FIFO * 3 / 4,
    LTOH_RESET = 1,
    DC_RESET = 0x30201020,
};

static int active(const struct dev_spi0 *d)
{
    return (d->s.cs & CS_TA) != 0;
}

static int dma_mode(const struct dev_spi0 *d)
{
    return (d->s.cs & CS_DMAEN) != 0;
}

/* Everything there is to send has been sent. */
static int nothing_left(const struct dev_spi0 *d)
{
    return !d->s.shifting && (dma_mode(d) ? d->s.left == 0 : d->s.tx.count == 0);
}

static uint32_t status(const struct dev_spi0 *d)
{
    const struct dev_spi0_state *s = &d->s;
    uint32_t cs = s->cs;

    if (active(d) && nothing_left(d))
        cs |= CS_DONE;
    if (s->rx.count)
        cs |= CS_RXD;
    if (s->tx.count < DEV_SPI0_FIFO)
        cs |= CS_TXD;
    if (active(d) && s->rx.count >= THREE_QUARTERS)
        cs |= CS_RXR;
    if (s->rx.count == DEV_SPI0_FIFO)
        cs |= CS_RXF;
    return cs;
}

uint64_t dev_spi0_byte_ns(const struct dev_spi0 *d)
{
    uint64_t divisor = d->s.clk ? d->s.clk : 0x10000;

    return 8 * divisor * CORE_NS;
}

/* ---- pins ---- */

static int is_ours(const struct dev_spi0 *d, unsigned pin)
{
    return dev_gpio_function(d->gpio, pin) == GPIO_FSEL_ALT0;
}

/* Parts are selected while their pin is low. The manual has one bit for the polarity of all selects
 * and one for each; either makes a select active high. */
static int is_selected(const struct dev_spi0 *d, unsigned n)
{
    unsigned pin = n ? PIN_CE1 : PIN_CE0;
    int chosen = active(d) && (d->s.cs & CS_SELECT) == n;
    int high = (d->s.cs & (CS_CSPOL | (uint32_t)CS_CSPOL0 << n)) != 0;

    if (is_ours(d, pin))
        return chosen != high;
    return dev_gpio_function(d->gpio, pin) == GPIO_FSEL_OUTPUT && !dev_gpio_level(d->gpio, pin);
}

void dev_spi0_pins_changed(struct dev_spi0 *d)
{
    uint8_t before = d->s.selected, now = 0;

    for (unsigned n = 0; n < DEV_SPI0_SELECTS; n++)
        now |= (uint8_t)(is_selected(d, n) << n);
    d->s.selected = now;
    for (unsigned n = 0; n < DEV_SPI0_SELECTS; n++)
        if (d->slave[n] && d->slave[n]->select && (before ^ now) >> n & 1)
            d->slave[n]->select(d->slave[n]->self, now >> n & 1);
}

/* The byte that comes while `out` goes. */
static uint8_t exchange(struct dev_spi0 *d, uint8_t out)
{
    int heard = is_ours(d, PIN_MISO);
    uint8_t in = heard && dev_gpio_level(d->gpio, PIN_MISO) ? 0xff : 0;

    if (!is_ours(d, PIN_MOSI))
        out = dev_gpio_level(d->gpio, PIN_MOSI) ? 0xff : 0;
    if (d->loopback)
        in = out;
    for (unsigned n = 0; n < DEV_SPI0_SELECTS; n++)
        if (d->slave[n] && (d->s.selected >> n & 1) && is_ours(d, PIN_SCLK)) {
            if (d->slave[n]->mode)
                d->slave[n]->mode(d->slave[n]->self,
                                  (d->s.cs & CS_CPOL ? 2 : 0) | (d->s.cs & CS_CPHA ? 1 : 0));
            in = d->slave[n]->exchange(d->slave[n]->self, out);
        }
    return heard ? in : 0;
}

/* ---- the wire ---- */

static void drive_lines(struct dev_spi0 *d)
{
    const struct dev_spi0_state *s = &d->s;
    uint32_t cs = status(d);
    int over = !active(d) || nothing_left(d);
    unsigned write_below = s->dc & 0xff, read_above = s->dc >> 16 & 0xff;

    irq_drive(&d->irq, ((cs & CS_DONE) && (cs & CS_INTD)) || ((cs & CS_RXR) && (cs & CS_INTR)));
    /* p. 157; nothing more is asked for than DLEN says, and the next transfer's first word only
     * when this one is over. */
    irq_drive(&d->dreq_tx,
              dma_mode(d) && s->tx.count <= write_below && (!active(d) || s->left > s->tx.count));
    irq_drive(&d->dreq_rx, dma_mode(d) && (s->rx.count > read_above || (over && s->rx.count > 0)));
}

/* Puts the next byte on the wire at from_ns, if there is one and room for what comes back. */
static void begin_byte(struct dev_spi0 *d, uint64_t from_ns)
{
    struct dev_spi0_state *s = &d->s;

    if (s->shifting || !active(d) || !s->tx.count || s->rx.count == DEV_SPI0_FIFO)
        return;
    if (dma_mode(d)) {
        if (!s->left)
            return;
        s->left--;
    }
    s->out = (uint8_t)dev_fifo_pop(&s->tx);
    s->shifting = 1;
    clock_alarm_set(d->clock, &d->alarm, from_ns + dev_spi0_byte_ns(d));
}

static void stop(struct dev_spi0 *d)
{
    d->s.shifting = 0;
    clock_alarm_clear(d->clock, &d->alarm);
}

static void settle(struct dev_spi0 *d, uint64_t now_ns)
{
    dev_spi0_pins_changed(d);
    begin_byte(d, now_ns);
    drive_lines(d);
}

static void byte_over(void *self)
{
    struct dev_spi0 *d = self;
    struct dev_spi0_state *s = &d->s;

    dev_spi0_pins_changed(d);
    s->shifting = 0;
    dev_fifo_push(&s->rx, DEV_SPI0_FIFO, exchange(d, s->out));
    if (dma_mode(d) && !s->left) {
        dev_fifo_clear(&s->tx); /* the rest of the last word */
        if (s->cs & CS_ADCS)
            s->cs &= ~(uint32_t)CS_TA;
    }
    settle(d, d->alarm.at_ns);
}

/* ---- registers ---- */

static void change_cs(struct dev_spi0 *d, uint32_t cs)
{
    int was = active(d);

    d->s.cs = cs & CS_KEPT;
    if (!active(d))
        stop(d);
    else if (!was)
        d->s.left = d->s.dlen;
}

static uint32_t read_fifo(struct dev_spi0 *d)
{
    uint32_t word = 0;

    if (!dma_mode(d))
        return dev_fifo_pop(&d->s.rx);
    for (unsigned i = 0; i < 4; i++)
        word |= dev_fifo_pop(&d->s.rx) << (8 * i);
    return word;
}

/* p. 153: with TA clear a write goes to CS's low byte, and to DLEN (p. 158; errata: whether or not
 * DMAEN is set). A full FIFO drops what is written. */
static void write_fifo(struct dev_spi0 *d, uint32_t value)
{
    if (!active(d)) {
        d->s.dlen = value >> 16;
        change_cs(d, (d->s.cs & ~(uint32_t)CS_FROM_FIFO) | (value & CS_FROM_FIFO));
        return;
    }
    for (unsigned i = 0; i < (dma_mode(d) ? 4 : 1); i++)
        dev_fifo_push(&d->s.tx, DEV_SPI0_FIFO, value >> (8 * i) & 0xff);
}

static int spi0_mmio_read(void *self, struct bus_access *a)
{
    struct dev_spi0 *d = self;

    switch (a->addr - DEV_SPI0_BASE) {
    case CS:
        a->value = status(d);
        return 0;
    case FIFO:
        a->value = read_fifo(d);
        break;
    case CLK:
        a->value = d->s.clk;
        return 0;
    case DLEN:
        a->value = d->s.dlen;
        return 0;
    case LTOH:
        a->value = d->s.ltoh;
        return 0;
    case DC:
        a->value = d->s.dc;
        return 0;
    default:
        return BUS_UNMODELLED;
    }
    settle(d, clock_ns(d->clock));
    return 0;
}

static int spi0_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_spi0 *d = self;

    switch (a->addr - DEV_SPI0_BASE) {
    case CS:
        if (a->value & CS_CLEAR_TX)
            dev_fifo_clear(&d->s.tx);
        if (a->value & CS_CLEAR_RX)
            dev_fifo_clear(&d->s.rx);
        change_cs(d, a->value);
        break;
    case FIFO:
        write_fifo(d, a->value);
        break;
    case CLK: /* odd numbers are rounded down, p. 156 */
        d->s.clk = a->value & 0xfffe;
        break;
    case DLEN:
        d->s.dlen = a->value & 0xffff;
        break;
    case LTOH:
        d->s.ltoh = a->value & 0xf;
        break;
    case DC:
        d->s.dc = a->value;
        break;
    default:
        return BUS_UNMODELLED;
    }
    settle(d, clock_ns(d->clock));
    return 0;
}

/* ---- life ---- */

void dev_spi0_reset(struct dev_spi0 *d)
{
    uint8_t selected = d->s.selected;

    stop(d);
    d->s = (struct dev_spi0_state){
        .cs = CS_REN, .ltoh = LTOH_RESET, .dc = DC_RESET, .selected = selected};
    settle(d, clock_ns(d->clock));
}

void dev_spi0_init(struct dev_spi0 *d, struct clock *c, const struct dev_gpio *gpio)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = "SPI0", .self = d, .read = spi0_mmio_read, .write = spi0_mmio_write};
    d->clock = c;
    d->gpio = gpio;
    d->alarm = (struct clock_alarm){.self = d, .ring = byte_over};
    d->irq.number = IRQ_SPI0;
    d->dreq_tx.number = DREQ_SPI_TX;
    d->dreq_rx.number = DREQ_SPI_RX;
    dev_spi0_reset(d);
}

void dev_spi0_map(struct dev_spi0 *d, struct bus *b)
{
    bus_map(b, DEV_SPI0_BASE, BUS_PAGE, &d->target);
}

void dev_spi0_attach(struct dev_spi0 *d, unsigned chip_select, const struct spi_slave *part)
{
    assert(chip_select < DEV_SPI0_SELECTS);
    d->slave[chip_select] = part;
    if (part && part->select && (d->s.selected >> chip_select & 1))
        part->select(part->self, 1);
}
