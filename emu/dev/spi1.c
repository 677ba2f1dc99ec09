/* SPI1 and SPI2, from "BCM2835 ARM Peripherals" ch. 2.3 (p. 20-27) and its public errata (layout of
 * STAT); what it leaves open is as drivers for it count on: the FIFOs hold four words; what is sent
 * most significant bit first begins at bit 31 of IO, at bit 23 with a variable width.
 *
 * A full receive FIFO stops the master (the manual does not say). Not modelled: post-input mode,
 * DOUT hold times (bits are kept), the three words behind IO and behind TXHOLD, which are the same
 * to the chip, the levels of the pins themselves.
 *
 * Registers: CNTL0 00, CNTL1 04, STAT 08, PEEK 0C, IO 20, TXHOLD 30. */
#include "emu/dev/spi1.h"

#include <assert.h>
#include <string.h>

enum { CNTL0 = 0x00, CNTL1 = 0x04, STAT = 0x08, PEEK = 0x0c, IO = 0x20, TXHOLD = 0x30 };

enum { /* CNTL0, p. 22-23 */
       C0_LENGTH = 0x3f,
       C0_MS_FIRST_OUT = 1 << 6,
       C0_CPOL = 1 << 7,
       C0_CLEAR = 1 << 9,
       C0_IN_RISING = 1 << 10,
       C0_ENABLE = 1 << 11,
       C0_VARIABLE_WIDTH = 1 << 14,
       C0_VARIABLE_CS = 1 << 15,
       C0_CS_SHIFT = 17,
       C0_SPEED_SHIFT = 20,
       C0_RESET = 7 << C0_CS_SHIFT,
};

enum { /* CNTL1, p. 24 */
       C1_KEEP_INPUT = 1 << 0,
       C1_MS_FIRST_IN = 1 << 1,
       C1_IRQ_IDLE = 1 << 6,
       C1_IRQ_TX_EMPTY = 1 << 7,
       C1_CS_HIGH_SHIFT = 8,
       C1_KEPT = 0x7c3,
};

enum { /* STAT, errata p. 25 */
       STAT_BUSY = 1 << 6,
       STAT_RX_EMPTY = 1 << 7,
       STAT_RX_FULL = 1 << 8,
       STAT_TX_EMPTY = 1 << 9,
       STAT_TX_FULL = 1 << 10,
       STAT_RX_LEVEL_SHIFT = 20,
       STAT_TX_LEVEL_SHIFT = 28,
};

enum { CORE_NS = 4, WORD_BITS = 32, BYTE_BITS = 8, ALL_CS = 7 };

static const struct {
    uint8_t ce[DEV_SPI1_SELECTS], miso, mosi, sclk;
} pins[2] = {{{18, 17, 16}, 19, 20, 21}, {{43, 44, 45}, 40, 41, 42}};

unsigned dev_spi1_miso(const struct dev_spi1 *d)
{
    return pins[d->which].miso;
}

unsigned dev_spi1_mosi(const struct dev_spi1 *d)
{
    return pins[d->which].mosi;
}

/* p. 22: core clock / (2 * (speed + 1)). */
uint64_t dev_spi1_bit_ns(const struct dev_spi1 *d)
{
    return 2ull * CORE_NS * ((d->s.cntl0 >> C0_SPEED_SHIFT) + 1);
}

static int busy(const struct dev_spi1 *d)
{
    return d->s.shifting || ((d->s.cntl0 & C0_ENABLE) && d->s.tx.count);
}

static uint32_t status(const struct dev_spi1 *d)
{
    const struct dev_spi1_state *s = &d->s;
    uint32_t v = (uint32_t)s->tx.count << STAT_TX_LEVEL_SHIFT | (uint32_t)s->rx.count
                                                                    << STAT_RX_LEVEL_SHIFT;

    v |= !s->tx.count ? STAT_TX_EMPTY : s->tx.count == DEV_SPI1_FIFO ? STAT_TX_FULL : 0;
    v |= !s->rx.count ? STAT_RX_EMPTY : s->rx.count == DEV_SPI1_FIFO ? STAT_RX_FULL : 0;
    if (busy(d))
        v |= STAT_BUSY;
    if (s->shifting) { /* bits still to go */
        uint64_t now = clock_ns(d->clock), bit = dev_spi1_bit_ns(d);

        v |= now < d->alarm.at_ns ? (uint32_t)((d->alarm.at_ns - now + bit - 1) / bit) & 0x3f : 0;
    }
    return v;
}

static void drive_line(struct dev_spi1 *d)
{
    irq_drive(&d->irq, ((d->s.cntl1 & C1_IRQ_TX_EMPTY) && !d->s.tx.count) ||
                           ((d->s.cntl1 & C1_IRQ_IDLE) && !busy(d)));
}

/* ---- pins ---- */

static int is_ours(const struct dev_spi1 *d, unsigned pin)
{
    return dev_gpio_function(d->gpio, pin) == GPIO_FSEL_ALT4;
}

void dev_spi1_pins_changed(struct dev_spi1 *d)
{
    uint8_t before = d->s.selected, now = 0;

    for (unsigned n = 0; n < DEV_SPI1_SELECTS; n++) {
        unsigned pin = pins[d->which].ce[n];
        int output = dev_gpio_function(d->gpio, pin) == GPIO_FSEL_OUTPUT;

        if (is_ours(d, pin) ? d->s.chosen >> n & 1 : output && !dev_gpio_level(d->gpio, pin))
            now |= (uint8_t)(1 << n);
    }
    d->s.selected = now;
    for (unsigned n = 0; n < DEV_SPI1_SELECTS; n++) {
        if (!((before ^ now) >> n & 1))
            continue;
        d->s.part_bits = 0; /* a select begins a byte */
        if (d->slave[n] && d->slave[n]->select)
            d->slave[n]->select(d->slave[n]->self, now >> n & 1);
    }
}

/* The part that hears the clock, or null. */
static const struct spi_slave *part(const struct dev_spi1 *d)
{
    for (unsigned n = 0; n < DEV_SPI1_SELECTS; n++)
        if (d->slave[n] && (d->s.selected >> n & 1) && is_ours(d, pins[d->which].sclk))
            return d->slave[n];
    return NULL;
}

/* p. 22: which edge samples decides, together with the idle level. */
static unsigned mode(const struct dev_spi1 *d)
{
    unsigned cpol = (d->s.cntl0 & C0_CPOL) != 0, rising = (d->s.cntl0 & C0_IN_RISING) != 0;

    return cpol << 1 | (rising == cpol);
}

/* Parts take bytes, of bits in the order of the wire. What a byte will answer is known before its
 * last bit. */
static int exchange_bit(struct dev_spi1 *d, int out)
{
    struct dev_spi1_state *s = &d->s;
    const struct spi_slave *p = part(d);
    int heard = is_ours(d, pins[d->which].miso);
    uint8_t answer;

    if (!is_ours(d, pins[d->which].mosi))
        out = dev_gpio_level(d->gpio, pins[d->which].mosi);
    if (!p)
        return heard && (d->loopback ? out : dev_gpio_level(d->gpio, pins[d->which].miso));
    if (p->mode)
        p->mode(p->self, mode(d));
    s->part_byte = (uint8_t)(s->part_byte << 1 | out);
    answer = p->offer ? p->offer(p->self) : 0xff;
    if (++s->part_bits == BYTE_BITS) {
        answer = p->exchange(p->self, s->part_byte);
        s->part_bits = 0;
        return heard && (answer & 1);
    }
    return heard && (answer >> (BYTE_BITS - s->part_bits) & 1);
}

/* ---- the wire ---- */

static void choose(struct dev_spi1 *d, unsigned pattern)
{
    d->s.chosen = (uint8_t)(~pattern & ALL_CS);
    dev_spi1_pins_changed(d);
}

static unsigned top_bit(const struct dev_spi1 *d)
{
    return d->s.cntl0 & C0_VARIABLE_WIDTH ? 23 : 31;
}

/* p. 20-21: the width, and the selects, come with the word or from CNTL0. */
static void begin_word(struct dev_spi1 *d, uint64_t now_ns)
{
    struct dev_spi1_state *s = &d->s;
    int variable_cs = (s->cntl0 & C0_VARIABLE_WIDTH) && (s->cntl0 & C0_VARIABLE_CS);
    uint64_t from = now_ns;
    unsigned n;

    if (s->shifting || !(s->cntl0 & C0_ENABLE) || !s->tx.count || s->rx.count == DEV_SPI1_FIFO)
        return;
    if (!s->chosen && s->free_ns > from)
        from = s->free_ns;
    s->out = dev_fifo_pop(&s->tx);
    s->hold = (uint8_t)dev_fifo_pop(&s->held);
    n = s->cntl0 & C0_VARIABLE_WIDTH ? s->out >> 24 & 0x1f : s->cntl0 & C0_LENGTH;
    s->nbits = (uint8_t)(n > WORD_BITS ? WORD_BITS : n);
    s->shifting = 1;
    choose(d, (variable_cs ? s->out >> 29 : s->cntl0 >> C0_CS_SHIFT) & ALL_CS);
    clock_alarm_set(d->clock, &d->alarm, from + s->nbits * dev_spi1_bit_ns(d));
}

static void settle(struct dev_spi1 *d, uint64_t now_ns)
{
    begin_word(d, now_ns);
    drive_line(d);
}

/* p. 24: the input register begins empty unless it is kept. */
static void exchange_word(struct dev_spi1 *d)
{
    struct dev_spi1_state *s = &d->s;
    int ms_out = (s->cntl0 & C0_MS_FIRST_OUT) != 0, ms_in = (s->cntl1 & C1_MS_FIRST_IN) != 0;

    if (!(s->cntl1 & C1_KEEP_INPUT))
        s->in = 0;
    for (unsigned i = 0; i < s->nbits; i++) {
        unsigned at = ms_out ? top_bit(d) - i : i;
        uint32_t bit = (uint32_t)exchange_bit(d, at < WORD_BITS && (s->out >> at & 1));

        s->in = ms_in ? s->in << 1 | bit : s->in >> 1 | bit << (WORD_BITS - 1);
    }
}

static void word_over(void *self)
{
    struct dev_spi1 *d = self;
    struct dev_spi1_state *s = &d->s;

    dev_spi1_pins_changed(d);
    exchange_word(d);
    dev_fifo_push(&s->rx, DEV_SPI1_FIFO, s->in);
    s->shifting = 0;
    if (!s->hold) {
        s->free_ns = d->alarm.at_ns + (s->cntl1 >> C1_CS_HIGH_SHIFT & 7) * dev_spi1_bit_ns(d);
        choose(d, ALL_CS);
    }
    settle(d, d->alarm.at_ns);
}

/* ---- registers ---- */

static void stop(struct dev_spi1 *d)
{
    d->s.shifting = 0;
    clock_alarm_clear(d->clock, &d->alarm);
    choose(d, ALL_CS);
}

static void clear_fifos(struct dev_spi1 *d)
{
    dev_fifo_clear(&d->s.tx);
    dev_fifo_clear(&d->s.held);
    dev_fifo_clear(&d->s.rx);
}

int dev_spi1_exists(uint32_t off)
{
    return off <= PEEK || off == IO || off == TXHOLD;
}

int dev_spi1_read(struct dev_spi1 *d, uint32_t off, uint32_t *value)
{
    switch (off) {
    case CNTL0:
        *value = d->s.cntl0;
        return 0;
    case CNTL1:
        *value = d->s.cntl1;
        return 0;
    case STAT:
        *value = status(d);
        return 0;
    case PEEK:
        *value = d->s.rx.count ? d->s.rx.item[d->s.rx.first] : 0;
        return 0;
    default:
        *value = off == IO ? dev_fifo_pop(&d->s.rx) : 0;
        settle(d, clock_ns(d->clock));
        return 0;
    }
}

/* While CNTL0's bit 9 is set the FIFOs stay empty; a full one drops what is written. */
int dev_spi1_write(struct dev_spi1 *d, uint32_t off, uint32_t value)
{
    if (off == CNTL0) {
        d->s.cntl0 = value;
        if (value & C0_CLEAR)
            clear_fifos(d);
        if (!(value & C0_ENABLE))
            stop(d);
    } else if (off == CNTL1) {
        d->s.cntl1 = value & C1_KEPT;
    } else if (off >= IO && !(d->s.cntl0 & C0_CLEAR)) {
        if (dev_fifo_push(&d->s.tx, DEV_SPI1_FIFO, value) == 0)
            dev_fifo_push(&d->s.held, DEV_SPI1_FIFO, off == TXHOLD);
    }
    settle(d, clock_ns(d->clock));
    return 0;
}

/* ---- life ---- */

void dev_spi1_reset(struct dev_spi1 *d)
{
    uint8_t selected = d->s.selected;

    clock_alarm_clear(d->clock, &d->alarm);
    d->s = (struct dev_spi1_state){.cntl0 = C0_RESET, .selected = selected};
    dev_spi1_pins_changed(d);
    drive_line(d);
}

void dev_spi1_init(struct dev_spi1 *d, unsigned which, struct clock *c, const struct dev_gpio *gpio)
{
    memset(d, 0, sizeof *d);
    d->which = which;
    d->clock = c;
    d->gpio = gpio;
    d->alarm = (struct clock_alarm){.self = d, .ring = word_over};
    d->irq.number = IRQ_AUX;
    dev_spi1_reset(d);
}

void dev_spi1_attach(struct dev_spi1 *d, unsigned select, const struct spi_slave *p)
{
    assert(select < DEV_SPI1_SELECTS);
    d->slave[select] = p;
    if (p && p->select && (d->s.selected >> select & 1))
        p->select(p->self, 1);
}
