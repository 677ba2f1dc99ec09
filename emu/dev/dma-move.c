/* How DMA channels move words; see dma.h and dma.c. */
#include <stddef.h>
#include <string.h>

#include "emu/dev/dma-internal.h"

enum { /* TI, p. 50-52 */
       TI_INTEN = 1 << 0,
       TI_2D = 1 << 1,
       TI_DEST_INC = 1 << 4,
       TI_DEST_WIDE = 1 << 5,
       TI_DEST_DREQ = 1 << 6,
       TI_DEST_IGNORE = 1 << 7,
       TI_SRC_INC = 1 << 8,
       TI_SRC_WIDE = 1 << 9,
       TI_SRC_DREQ = 1 << 10,
       TI_SRC_IGNORE = 1 << 11,
       TI_BITS = 0x07fffffb,
       TI_NOT_LITE = TI_2D | TI_DEST_IGNORE | TI_SRC_IGNORE, /* p. 39 */
};

enum { READ_ERROR = 1 << 2 }; /* in DEBUG, p. 55 */

enum {
    LITE_LENGTH = 0xffff,
    FULL_LENGTH = 0x3fffffff,
    MEMORY = 0x3fffffff, /* a bus address without its alias, p. 5 */
    SHARED_LINE = 11,    /* of channels 11 to 14, as Linux's device tree has it */
    ANY_LINE = 12,
};

enum { CORE_NS = 4, PERIPHERAL_CLOCKS = 10, LOAD_CLOCKS = 30, CHUNK = 256, WIDE = 16, WORD = 4 };

static int is_peripheral(uint32_t addr)
{
    return addr >> 24 == 0x7e;
}

/* ---- data requests ---- */

static unsigned permap(const struct dev_dma_channel_state *s)
{
    return s->ti >> 16 & 0x1f;
}

/* p. 47: 1 without pacing. */
int dma_requested(const struct dev_dma *d, const struct dev_dma_channel_state *s)
{
    uint32_t line = 1u << permap(s);

    return permap(s) == 0 || !(d->connected & line) || (d->s.requests & line);
}

static int is_paced(const struct dev_dma_channel_state *s)
{
    return (s->ti & (TI_SRC_DREQ | TI_DEST_DREQ)) != 0;
}

int dma_is_held_up(const struct dev_dma *d, const struct dev_dma_channel_state *s)
{
    return s->phase == DMA_MOVING && is_paced(s) && !dma_requested(d, s);
}

/* ---- interrupts ---- */

uint32_t dma_int_status(const struct dev_dma *d)
{
    uint32_t status = 0;

    for (unsigned n = 0; n < DEV_DMA_CHANNELS; n++)
        if (d->s.channel[n].cs & DMA_CS_INT)
            status |= 1u << n;
    return status;
}

void dma_drive_lines(struct dev_dma *d)
{
    uint32_t status = dma_int_status(d) & DMA_ENABLE_BITS;

    for (unsigned i = 0; i < SHARED_LINE; i++)
        irq_drive(&d->irq[i], status >> i & 1);
    irq_drive(&d->irq[SHARED_LINE], status >> SHARED_LINE != 0);
    irq_drive(&d->irq[ANY_LINE], status != 0);
}

/* ---- moving ---- */

static uint64_t side_clocks(const struct dev_dma_channel_state *s, uint32_t addr, int wide,
                            uint32_t nbytes)
{
    uint32_t beat = wide ? WIDE : WORD, waits = s->ti >> 21 & 0x1f; /* p. 51 */
    uint32_t one = is_peripheral(addr) ? PERIPHERAL_CLOCKS : 1;

    return (uint64_t)((nbytes + beat - 1) / beat) * (one + waits);
}

/* How many bytes the channel moves at its next step. */
static uint32_t step_bytes(const struct dev_dma_channel_state *s)
{
    uint32_t most = CHUNK;

    if (is_paced(s) || is_peripheral(s->source) || is_peripheral(s->dest))
        most = WORD;
    return s->row_left < most ? s->row_left : most;
}

static uint64_t step_ns(const struct dev_dma_channel_state *s, unsigned n)
{
    uint64_t clocks = LOAD_CLOCKS;

    if (s->phase == DMA_MOVING) {
        uint32_t nbytes = step_bytes(s);

        clocks = 1 + side_clocks(s, s->source, (s->ti & TI_SRC_WIDE) != 0, nbytes) +
                 side_clocks(s, s->dest, (s->ti & TI_DEST_WIDE) != 0, nbytes);
    }
    return clocks * CORE_NS * (dma_is_lite(n) ? 2 : 1);
}

void dma_schedule(struct dev_dma *d, unsigned n, uint64_t from_ns)
{
    const struct dev_dma_channel_state *s = &d->s.channel[n];
    int enabled = n > DMA_LAST_LITE || (d->s.enable >> n & 1);

    if (!enabled || !(s->cs & DMA_CS_ACTIVE) || s->phase == DMA_IDLE || dma_is_held_up(d, s))
        clock_alarm_clear(d->clock, &d->channel[n].alarm);
    else if (!d->channel[n].alarm.set)
        clock_alarm_set(d->clock, &d->channel[n].alarm, from_ns + step_ns(s, n));
}

/* A word of a device; the access is ours, not the program's. */
static uint32_t device_word(struct dev_dma *d, enum bus_op op, uint32_t addr, uint32_t value)
{
    struct bus_access a = {.op = op,
                           .origin = ORIGIN_DMA,
                           .width = 4,
                           .addr = PERIPHERAL_BASE + (addr & 0xfffffc),
                           .value = value};

    bus_perform(d->bus, &a);
    return a.value;
}

static void *memory_at(const struct dev_dma *d, uint32_t addr, uint32_t nbytes, int write)
{
    if (!d->memory.at)
        return NULL;
    return d->memory.at(d->memory.self, addr & MEMORY, nbytes, write);
}

/* nbytes, at most a word. 0, or -1 when nobody is there. */
static int get(struct dev_dma *d, uint32_t addr, uint32_t nbytes, uint32_t *word)
{
    const void *from;

    *word = 0;
    if (is_peripheral(addr)) {
        *word = device_word(d, BUS_READ, addr, 0) >> (8 * (addr & 3));
        return 0;
    }
    if (!(from = memory_at(d, addr, nbytes, 0)))
        return -1;
    memcpy(word, from, nbytes);
    return 0;
}

static void put(struct dev_dma *d, uint32_t addr, uint32_t nbytes, uint32_t word)
{
    void *to;

    if (is_peripheral(addr))
        device_word(d, BUS_WRITE, addr, word << (8 * (addr & 3)));
    else if ((to = memory_at(d, addr, nbytes, 1)))
        memcpy(to, &word, nbytes);
}

/* Where word `at` bytes into a row is: one that does not move is a beat wide. */
static uint32_t word_at(uint32_t addr, uint32_t inc, uint32_t wide, uint32_t at)
{
    if (inc)
        return addr;
    return addr + (wide ? at % WIDE & ~(WORD - 1u) : 0);
}

/* Up to n bytes of the row, at most a word; the write comes last, since it may be to the channel's
 * own registers. 0, or -1 when there is nobody to read from. */
static int move_word(struct dev_dma *d, struct dev_dma_channel_state *s, uint32_t n)
{
    uint32_t at = s->row - s->row_left, word;
    uint32_t from = word_at(s->source, s->ti & TI_SRC_INC, s->ti & TI_SRC_WIDE, at);
    uint32_t to = word_at(s->dest, s->ti & TI_DEST_INC, s->ti & TI_DEST_WIDE, at);
    int reads = !(s->ti & TI_SRC_IGNORE);
    int writes = reads && !(s->ti & TI_DEST_IGNORE); /* else all write strobes are off, p. 51 */

    if (reads && get(d, from, n, &word) < 0)
        return -1;
    if (s->ti & TI_SRC_INC)
        s->source += n;
    if (s->ti & TI_DEST_INC)
        s->dest += n;
    s->row_left -= n;
    if (writes)
        put(d, to, n, word);
    return 0;
}

static void next_row(struct dev_dma_channel_state *s)
{
    s->rows_left--;
    s->row_left = s->row;
    s->source += (uint32_t)(int16_t)(s->stride & 0xffff);
    s->dest += (uint32_t)(int16_t)(s->stride >> 16);
}

/* ---- blocks ---- */

/* The chain ends here. */
static void stop(struct dev_dma_channel_state *s)
{
    s->phase = DMA_IDLE;
    s->cs &= ~(uint32_t)DMA_CS_ACTIVE;
}

void dma_go_to_next(struct dev_dma_channel_state *s)
{
    s->conblk = s->next;
    s->phase = DMA_LOADING;
    if (!s->conblk)
        stop(s);
}

static void failed(struct dev_dma_channel_state *s)
{
    s->errors |= READ_ERROR;
    stop(s);
}

/* YLENGTH + 1 rows: the manual (p. 53) says YLENGTH, the engine does one more (errata). */
static void load(struct dev_dma *d, unsigned n)
{
    struct dev_dma_channel_state *s = &d->s.channel[n];
    const void *at = memory_at(d, s->conblk, DMA_BLOCK_BYTES, 0);
    uint32_t word[DMA_BLOCK_BYTES / 4];

    if (!at || is_peripheral(s->conblk)) {
        failed(s);
        return;
    }
    memcpy(word, at, sizeof word);
    s->ti = word[0] & TI_BITS & ~(dma_is_lite(n) ? (uint32_t)TI_NOT_LITE : 0);
    s->source = word[1];
    s->dest = word[2];
    s->row = word[3] & (dma_is_lite(n) ? LITE_LENGTH : FULL_LENGTH);
    s->rows_left = 0;
    if (s->ti & TI_2D) {
        s->rows_left = s->row >> 16;
        s->row &= 0xffff;
    }
    s->row_left = s->row;
    s->stride = dma_is_lite(n) ? 0 : word[4];
    s->next = word[5] & ~(DMA_BLOCK_BYTES - 1u);
    s->phase = DMA_MOVING;
}

static void block_done(struct dev_dma_channel_state *s)
{
    s->cs |= DMA_CS_END; /* p. 50 */
    if (s->ti & TI_INTEN)
        s->cs |= DMA_CS_INT;
    dma_go_to_next(s);
}

static void move(struct dev_dma *d, struct dev_dma_channel_state *s)
{
    uint32_t n;

    for (uint32_t left = step_bytes(s); left; left -= n) {
        n = left < WORD ? left : WORD;
        if (move_word(d, s, n) < 0) {
            failed(s);
            return;
        }
    }
    if (s->phase != DMA_MOVING) /* the channel wrote to its own registers */
        return;
    if (!s->row_left && s->rows_left)
        next_row(s);
    else if (!s->row_left)
        block_done(s);
}

void dma_step_over(void *self)
{
    struct dev_dma_channel *c = self;
    struct dev_dma *d = c->dma;
    struct dev_dma_channel_state *s = &d->s.channel[c->number];

    if (s->phase == DMA_LOADING)
        load(d, c->number);
    else if (!dma_is_held_up(d, s))
        move(d, s);
    dma_drive_lines(d);
    dma_schedule(d, c->number, c->alarm.at_ns);
}

void dma_request_changed(void *self, unsigned number, int level)
{
    struct dev_dma *d = self;
    uint32_t line = 1u << number;

    d->s.requests = level ? d->s.requests | line : d->s.requests & ~line;
    for (unsigned n = 0; level && n < DEV_DMA_CHANNELS; n++)
        dma_schedule(d, n, clock_ns(d->clock));
}
