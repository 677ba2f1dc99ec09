/* DMA controller, from "BCM2835 ARM Peripherals" ch. 4 (p. 38-64) and its public errata.
 *
 * The manual gives no rates, but that a lite channel is about half as fast (p. 39): a beat takes a
 * core clock of 4 ns on each side, ten on a peripheral's, a lite channel twice that. Transfers
 * between memory and memory advance 256 bytes at a time. A read where nobody is ends the chain with
 * READ_ERROR; a write there is lost. Not modelled: priorities and bursts (channels do not slow each
 * other down), outstanding writes (there never are any), DMA_STATE, the lines of channel 15.
 *
 * Registers of a channel: CS 00, CONBLK_AD 04, TI 08, SOURCE_AD 0C, DEST_AD 10, TXFR_LEN 14,
 * STRIDE 18, NEXTCONBK 1C, DEBUG 20. Of all: INT_STATUS FE0, ENABLE FF0. */
#include "emu/dev/dma.h"

#include <stddef.h>
#include <string.h>

#include "emu/dev/dma-internal.h"

enum {
    CS = 0x00,
    CONBLK_AD = 0x04,
    TI = 0x08,
    SOURCE_AD = 0x0c,
    DEST_AD = 0x10,
    TXFR_LEN = 0x14,
    STRIDE = 0x18,
    NEXTCONBK = 0x1c,
    DEBUG = 0x20,
    CHANNEL_BYTES = 0x100,
    INT_STATUS = 0xfe0,
    ENABLE = 0xff0,
};

enum { /* DEBUG, p. 55 */
       DEBUG_ERRORS = 7,
       DEBUG_ID = 8, /* shift */
       DEBUG_VERSION = 2 << 25,
       DEBUG_LITE = 1 << 28,
};

static uint32_t read_cs(const struct dev_dma *d, unsigned n)
{
    const struct dev_dma_channel_state *s = &d->s.channel[n];
    uint32_t cs = s->cs;

    if (s->ti && dma_requested(d, s))
        cs |= DMA_CS_DREQ;
    if ((s->phase != DMA_IDLE && !(cs & DMA_CS_ACTIVE)) || dma_is_held_up(d, s))
        cs |= DMA_CS_PAUSED;
    if (dma_is_held_up(d, s))
        cs |= DMA_CS_DREQ_STOPS;
    if (s->errors)
        cs |= DMA_CS_ERROR;
    return cs;
}

static uint32_t read_debug(const struct dev_dma *d, unsigned n)
{
    return d->s.channel[n].errors | n << DEBUG_ID | DEBUG_VERSION |
           (dma_is_lite(n) ? DEBUG_LITE : 0);
}

static int read_register(const struct dev_dma *d, unsigned n, uint32_t reg, uint32_t *value)
{
    const struct dev_dma_channel_state *s = &d->s.channel[n];

    switch (reg) {
    case CS:
        *value = read_cs(d, n);
        return 0;
    case CONBLK_AD:
        *value = s->conblk;
        return 0;
    case TI:
        *value = s->ti;
        return 0;
    case SOURCE_AD:
        *value = s->source;
        return 0;
    case DEST_AD:
        *value = s->dest;
        return 0;
    case TXFR_LEN:
        *value = s->rows_left << 16 | s->row_left;
        return 0;
    case STRIDE:
        *value = s->stride;
        return dma_is_lite(n) ? BUS_UNMODELLED : 0;
    case NEXTCONBK:
        *value = s->next;
        return 0;
    case DEBUG:
        *value = read_debug(d, n);
        return 0;
    default:
        return BUS_UNMODELLED;
    }
}

/* A channel with its ACTIVE bit set begins once it has a block's address, p. 47. */
static void begin(struct dev_dma_channel_state *s)
{
    if ((s->cs & DMA_CS_ACTIVE) && s->phase == DMA_IDLE && s->conblk)
        s->phase = DMA_LOADING;
}

static void write_cs(struct dev_dma *d, unsigned n, uint32_t value)
{
    struct dev_dma_channel_state *s = &d->s.channel[n];
    uint32_t latched = s->cs & (DMA_CS_END | DMA_CS_INT) & ~value;

    if (value & DMA_CS_RESET) {
        *s = (struct dev_dma_channel_state){0};
    } else {
        s->cs = latched | (value & (DMA_CS_KEPT | DMA_CS_ACTIVE));
        begin(s);
        if ((value & DMA_CS_ABORT) && s->phase == DMA_MOVING)
            dma_go_to_next(s);
    }
    clock_alarm_clear(d->clock, &d->channel[n].alarm);
}

static int write_register(struct dev_dma *d, unsigned n, uint32_t reg, uint32_t value)
{
    struct dev_dma_channel_state *s = &d->s.channel[n];

    switch (reg) {
    case CS:
        write_cs(d, n, value);
        break;
    case CONBLK_AD: /* while a block is at work it cannot be written, p. 50 */
        if (s->phase == DMA_IDLE || !(s->cs & DMA_CS_ACTIVE)) {
            s->conblk = value & ~(DMA_BLOCK_BYTES - 1u);
            s->phase = DMA_IDLE;
            begin(s);
        }
        break;
    case DEBUG:
        s->errors &= (uint8_t) ~(value & DEBUG_ERRORS);
        break;
    case STRIDE:
        return dma_is_lite(n) ? BUS_UNMODELLED : 0;
    case TI: /* loaded from the block, p. 40 */
    case SOURCE_AD:
    case DEST_AD:
    case TXFR_LEN:
    case NEXTCONBK:
        break;
    default:
        return BUS_UNMODELLED;
    }
    dma_drive_lines(d);
    dma_schedule(d, n, clock_ns(d->clock));
    return 0;
}

static int dma_mmio_read(void *self, struct bus_access *a)
{
    const struct dev_dma *d = self;
    uint32_t off = a->addr - DEV_DMA_BASE;

    if (off == INT_STATUS)
        a->value = dma_int_status(d);
    else if (off == ENABLE)
        a->value = d->s.enable;
    else if (off / CHANNEL_BYTES > DMA_LAST_LITE)
        return BUS_UNMODELLED;
    else
        return read_register(d, off / CHANNEL_BYTES, off % CHANNEL_BYTES, &a->value);
    return 0;
}

static int dma_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_dma *d = self;
    uint32_t off = a->addr - DEV_DMA_BASE;

    if (off == INT_STATUS) /* read-only, p. 63 */
        return 0;
    if (off == ENABLE) {
        d->s.enable = a->value & DMA_ENABLE_BITS;
        for (unsigned n = 0; n <= DMA_LAST_LITE; n++)
            dma_schedule(d, n, clock_ns(d->clock));
        return 0;
    }
    if (off / CHANNEL_BYTES > DMA_LAST_LITE)
        return BUS_UNMODELLED;
    return write_register(d, off / CHANNEL_BYTES, off % CHANNEL_BYTES, a->value);
}

static int dma15_mmio_read(void *self, struct bus_access *a)
{
    return read_register(self, DMA_LAST_LITE + 1, a->addr - DEV_DMA15_BASE, &a->value);
}

static int dma15_mmio_write(void *self, const struct bus_access *a)
{
    return write_register(self, DMA_LAST_LITE + 1, a->addr - DEV_DMA15_BASE, a->value);
}

/* ---- life ---- */

void dev_dma_reset(struct dev_dma *d)
{
    d->s = (struct dev_dma_state){.enable = DMA_ENABLE_BITS, .requests = d->s.requests};
    for (unsigned n = 0; n < DEV_DMA_CHANNELS; n++)
        clock_alarm_clear(d->clock, &d->channel[n].alarm);
    dma_drive_lines(d);
}

void dev_dma_init(struct dev_dma *d, struct clock *c, struct bus *bus, const struct memory *memory)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = "DMA", .self = d, .read = dma_mmio_read, .write = dma_mmio_write};
    d->target15 = (struct bus_target){
        .name = "DMA", .self = d, .read = dma15_mmio_read, .write = dma15_mmio_write};
    d->clock = c;
    d->bus = bus;
    d->memory = *memory;
    for (unsigned n = 0; n < DEV_DMA_CHANNELS; n++) {
        d->channel[n] = (struct dev_dma_channel){.dma = d, .number = n};
        d->channel[n].alarm = (struct clock_alarm){.self = &d->channel[n], .ring = dma_step_over};
    }
    for (unsigned i = 0; i < DEV_DMA_LINES; i++)
        d->irq[i].number = IRQ_DMA0 + i;
    dev_dma_reset(d);
}

void dev_dma_map(struct dev_dma *d, struct bus *b)
{
    bus_map(b, DEV_DMA_BASE, BUS_PAGE, &d->target);
    bus_map(b, DEV_DMA15_BASE, BUS_PAGE, &d->target15);
}

void dev_dma_connect(struct dev_dma *d, struct irq_line *request)
{
    d->connected |= 1u << request->number;
    irq_connect(request, d, dma_request_changed);
}
