/* Chains of DMA control blocks ("BCM2835 ARM Peripherals" ch. 4): read from program memory,
 * checked, and copied so that they name the bounce buffer. Not modelled: chains without an end, and
 * chains that write to their own blocks. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "emu/remote/bounce-internal.h"
#include "wire/guard.h"

enum {
    MAX_BLOCKS = 1024,
    MAX_ROWS = 65536,
    GAP = 32,       /* between regions: the end of one is not the start of another */
    ALIGNMENT = 32, /* of a copy to its original: the engine's bursts look at the low bits */
    FIRST_LITE = 7, /* channels 7-14 know no 2D mode and shorter lengths, p. 39 */
    LAST_LITE = 14,
    LITE_LENGTH = 0xFFFF,
    FULL_LENGTH = 0x3FFFFFFF,

    TI_2D = 1 << 1, /* p. 51 */
    TI_DEST_INC = 1 << 4,
    TI_DEST_WIDE = 1 << 5,
    TI_DEST_IGNORE = 1 << 7,
    TI_SRC_INC = 1 << 8,
    TI_SRC_WIDE = 1 << 9,
    TI_SRC_IGNORE = 1 << 11,

    RAM_END = 0x20000000, /* bus addresses without alias, p. 5 */
    BUS_PERIPHERALS = 0x7E000000,
    BUS_PERIPHERALS_END = 0x7F000000,
    DMA = 0x20007000,
    DMA_END = 0x20008000,
    DMA15 = 0x20E05000,
    DMA15_END = 0x20E06000,
    PM_RESET = 0x5A000020,
};

enum word { TI, SOURCE_AD, DEST_AD, TXFR_LEN, STRIDE, NEXTCONBK };

/* ---- what a block touches ---- */

struct shape {
    uint32_t inc, wide, ignore; /* bits of TI */
    int stride;                 /* shift in STRIDE */
};

static const struct shape source_shape = {TI_SRC_INC, TI_SRC_WIDE, TI_SRC_IGNORE, 0};
static const struct shape dest_shape = {TI_DEST_INC, TI_DEST_WIDE, TI_DEST_IGNORE, 16};

/* YLENGTH + 1 rows: the manual (p. 53) says YLENGTH, the engine does one more. */
static struct dma_side side_of(const uint32_t *word, const struct shape *shape, uint32_t addr)
{
    uint32_t length = word[TXFR_LEN], unit = word[TI] & shape->wide ? 16 : 4, row = length;
    struct dma_side s = {.addr = addr, .rows = 1};
    int64_t lo, last;

    if (word[TI] & TI_2D) {
        s.rows = (length >> 16) + 1;
        row = length & 0xFFFF;
        s.pitch = (int16_t)(word[STRIDE] >> shape->stride);
    }
    s.none = (word[TI] & shape->ignore) != 0;
    s.nbytes = row;
    if (word[TI] & shape->inc)
        s.pitch += (int32_t)row;
    else
        s.nbytes = row < unit ? row : unit;
    s.peripheral = addr >= BUS_PERIPHERALS && addr < BUS_PERIPHERALS_END;
    lo = s.peripheral ? addr : bus_address(addr);
    last = lo + (int64_t)s.pitch * (s.rows - 1);
    s.lo = (uint32_t)(last < lo ? last : lo);
    s.hi = (uint32_t)((last < lo ? lo : last) + s.nbytes);
    if (last < 0 || last > UINT32_MAX - (int64_t)s.nbytes)
        s.hi = 0; /* lies nowhere */
    return s;
}

static int source_may(uint32_t addr)
{
    return guard_read(&(struct guard_access){.width = 4, .addr = addr}) == GUARD_PASS;
}

/* Whether any value may be written there: the engine's are not known. */
static int dest_may(uint32_t addr)
{
    static const uint32_t values[] = {0, UINT32_MAX, PM_RESET};

    if ((addr >= DMA && addr < DMA_END) || (addr >= DMA15 && addr < DMA15_END))
        return 0;
    for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
        struct guard_access a = {.width = 4, .addr = addr, .value = values[i]};

        if (guard_write(&a, 0, 0) != GUARD_PASS)
            return 0;
    }
    return 1;
}

static int check_peripheral(struct bounce *b, uint32_t name, const struct dma_side *s,
                            int (*may)(uint32_t addr))
{
    for (uint32_t bus = s->lo & ~3u; bus < s->hi; bus += 4) {
        uint32_t addr = bus - BUS_PERIPHERALS + PERIPHERAL_BASE;

        if (bus >= BUS_PERIPHERALS_END || bus < BUS_PERIPHERALS || !may(addr))
            return bounce_refuse(b,
                                 "DMA was not started: its control block at 0x%x names the device "
                                 "address 0x%08x, which would cost the line or the device loop",
                                 name, addr);
    }
    return 0;
}

static int check_side(struct bounce *b, uint32_t name, const struct dma_side *s,
                      int (*may)(uint32_t addr), int write)
{
    if (s->none)
        return 0;
    if (s->hi <= s->lo || s->hi - s->lo > b->link->bounce_bytes)
        return bounce_refuse(b,
                             "DMA was not started: its control block at 0x%x moves more than the "
                             "%u bytes there are for it on the Pi",
                             name, b->link->bounce_bytes);
    if (s->peripheral)
        return check_peripheral(b, name, s, may);
    if (s->hi > RAM_END || !bounce_memory(b, s->lo, s->hi - s->lo, write))
        return bounce_refuse(b,
                             "DMA was not started: its control block at 0x%x names 0x%x, which is "
                             "neither memory of the program's nor a device (0x7E......)",
                             name, s->addr);
    return 0;
}

/* ---- the chain ---- */

static int is_lite(unsigned channel)
{
    return channel >= FIRST_LITE && channel <= LAST_LITE;
}

/* What block->name names. */
static int read_block(struct bounce *b, unsigned channel, struct dma_block *block)
{
    uint32_t name = block->name;
    const uint8_t *bytes =
        name % DMA_BLOCK_BYTES ? NULL : bounce_memory(b, name, DMA_BLOCK_BYTES, 0);
    uint32_t *word = block->word;
    int e;

    if (!bytes)
        return bounce_refuse(b,
                             "DMA was not started: 0x%x is no address of a control block in the "
                             "program's memory",
                             name);
    memcpy(word, bytes, DMA_BLOCK_BYTES);
    word[TXFR_LEN] &= is_lite(channel) ? LITE_LENGTH : FULL_LENGTH;
    if (is_lite(channel))
        word[TI] &= ~(uint32_t)TI_2D;
    block->source = side_of(word, &source_shape, word[SOURCE_AD]);
    block->dest = side_of(word, &dest_shape, word[DEST_AD]);
    block->fill = block->dest.rows > 1 || block->source.none;
    if (block->source.nbytes == 0)
        return bounce_refuse(b, "DMA was not started: its control block at 0x%x moves 0 bytes",
                             name);
    if ((e = check_side(b, name, &block->source, source_may, 0)) != 0)
        return e;
    return check_side(b, name, &block->dest, dest_may, 1);
}

static int has_block(const struct bounce_transfer *t, uint32_t name)
{
    for (unsigned i = 0; i < t->nblocks; i++)
        if (bus_address(t->block[i].name) == bus_address(name))
            return 1;
    return 0;
}

static int read_blocks(struct bounce *b, unsigned channel, uint32_t name, struct bounce_transfer *t)
{
    uint32_t rows = 0, next = name;

    do {
        struct dma_block *more;
        int e;

        if (has_block(t, next))
            return bounce_refuse(b,
                                 "DMA was not started: its chain of control blocks comes back to "
                                 "0x%x; the copies on the Pi need an end",
                                 next);
        more = realloc(t->block, (t->nblocks + 1) * sizeof *more);
        if (!more)
            return bounce_refuse(b, "DMA was not started: out of memory");
        t->block = more;
        more += t->nblocks++;
        *more = (struct dma_block){.name = next};
        if ((e = read_block(b, channel, more)) != 0)
            return e;
        next = more->word[NEXTCONBK];
        rows += more->dest.rows;
        if (t->nblocks > MAX_BLOCKS || rows > MAX_ROWS)
            return bounce_refuse(b, "DMA was not started: more than %u control blocks, or %u rows",
                                 MAX_BLOCKS, MAX_ROWS);
    } while (next);
    return 0;
}

static int touches_ram(const struct dma_side *s)
{
    return !s->none && !s->peripheral;
}

/* The copies on the Pi would not learn of it. */
static int check_own_blocks(struct bounce *b, const struct bounce_transfer *t)
{
    for (unsigned i = 0; i < t->nblocks; i++)
        for (unsigned j = 0; j < t->nblocks; j++) {
            const struct dma_side *dest = &t->block[i].dest;
            uint32_t at = bus_address(t->block[j].name);

            if (touches_ram(dest) && dest->lo < at + DMA_BLOCK_BYTES && dest->hi > at)
                return bounce_refuse(b,
                                     "DMA was not started: its control block at 0x%x writes to "
                                     "the one at 0x%x",
                                     t->block[i].name, t->block[j].name);
        }
    return 0;
}

/* ---- ranges of program memory ---- */

static int by_lo(const void *a, const void *b)
{
    const struct dma_region *x = a, *y = b;

    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

/* Sorts n ranges and makes one of those that overlap or touch; returns how many are left. */
static unsigned merge(struct dma_region *r, unsigned n)
{
    unsigned kept = 0;

    qsort(r, n, sizeof *r, by_lo);
    for (unsigned i = 0; i < n; i++)
        if (kept && r[i].lo <= r[kept - 1].hi) {
            if (r[i].hi > r[kept - 1].hi)
                r[kept - 1].hi = r[i].hi;
        } else {
            r[kept++] = r[i];
        }
    return kept;
}

uint32_t chain_copy_of(const struct bounce_transfer *t, uint32_t lo)
{
    unsigned i = 0;

    while (lo < t->region[i].lo || lo >= t->region[i].hi)
        i++;
    return t->region[i].at + (lo - t->region[i].lo);
}

/* Gives everything its place: blocks but the first, regions. Returns the bytes they take. */
static uint32_t lay_out(struct bounce_transfer *t)
{
    uint32_t at = (t->nblocks - 1) * DMA_BLOCK_BYTES;

    for (unsigned i = 0; i < t->nblocks; i++) {
        const struct dma_side *sides[] = {&t->block[i].source, &t->block[i].dest};

        for (unsigned j = 0; j < 2; j++)
            if (touches_ram(sides[j]))
                t->region[t->nregions++] =
                    (struct dma_region){.lo = sides[j]->lo & ~(ALIGNMENT - 1u),
                                        .hi = (sides[j]->hi + ALIGNMENT - 1) & ~(ALIGNMENT - 1u)};
    }
    t->nregions = merge(t->region, t->nregions);
    for (unsigned i = 0; i < t->nregions; i++) {
        t->region[i].at = at;
        at += t->region[i].hi - t->region[i].lo + GAP;
        if (at > UINT32_MAX / 2)
            return at;
    }
    return at;
}

static int find_room(struct bounce *b, unsigned channel, struct bounce_transfer *t)
{
    uint32_t nbytes = 0;

    assert(t->nblocks > 0);
    t->region = calloc(2 * (size_t)t->nblocks, sizeof *t->region);
    if (!t->region)
        return bounce_refuse(b, "DMA was not started: out of memory");
    nbytes = lay_out(t);
    if (!(t->at = bounce_take_room(b, nbytes ? nbytes : DMA_BLOCK_BYTES)))
        return bounce_refuse(b,
                             "DMA was not started: its control blocks and what they move take %u "
                             "bytes, of which there are %u on the Pi",
                             nbytes, bounce_free_bytes(b));
    for (unsigned i = 0; i < t->nregions; i++)
        t->region[i].at += t->at;
    for (unsigned i = 0; i < t->nblocks; i++)
        t->block[i].at = i ? t->at + (i - 1) * DMA_BLOCK_BYTES : bounce_head(b, channel);
    return 0;
}

int chain_read(struct bounce *b, unsigned channel, uint32_t name, struct bounce_transfer **out)
{
    struct bounce_transfer *t = calloc(1, sizeof *t);
    int e;

    if (!t)
        return bounce_refuse(b, "DMA was not started: out of memory");
    e = read_blocks(b, channel, name, t);
    if (e == 0)
        e = check_own_blocks(b, t);
    if (e == 0)
        e = find_room(b, channel, t);
    if (e == 0)
        *out = t;
    else
        chain_free(t);
    return e;
}

void chain_free(struct bounce_transfer *t)
{
    if (!t)
        return;
    free(t->block);
    free(t->region);
    free(t);
}

/* ---- copies ---- */

static uint32_t copied_address(const struct bounce *b, const struct bounce_transfer *t,
                               const struct dma_side *s)
{
    if (!touches_ram(s))
        return s->addr;
    return bus_alias(s->addr) | bounce_addr(b, chain_copy_of(t, bus_address(s->addr)));
}

static int send_block(struct bounce *b, const struct bounce_transfer *t, unsigned i)
{
    const struct dma_block *block = &t->block[i];
    uint32_t word[8];

    memcpy(word, block->word, sizeof word);
    word[SOURCE_AD] = copied_address(b, t, &block->source);
    word[DEST_AD] = copied_address(b, t, &block->dest);
    if (word[NEXTCONBK])
        word[NEXTCONBK] = bus_alias(word[NEXTCONBK]) | bounce_addr(b, block[1].at);
    return bounce_store(b, block->at, word, sizeof word);
}

/* What is read, and what need not be written whole. */
static unsigned sources(const struct bounce_transfer *t, struct dma_region *r)
{
    unsigned n = 0;

    for (unsigned i = 0; i < t->nblocks; i++) {
        const struct dma_block *block = &t->block[i];

        if (touches_ram(&block->source))
            r[n++] = (struct dma_region){.lo = block->source.lo, .hi = block->source.hi};
        if (touches_ram(&block->dest) && block->fill)
            r[n++] = (struct dma_region){.lo = block->dest.lo, .hi = block->dest.hi};
    }
    return merge(r, n);
}

int chain_send(struct bounce *b, const struct bounce_transfer *t)
{
    struct dma_region *r = calloc(2 * (size_t)t->nblocks, sizeof *r);
    unsigned n = r ? sources(t, r) : 0;
    int e = r ? 0 : bounce_refuse(b, "DMA was not started: out of memory");

    for (unsigned i = 0; i < n && e == 0; i++) {
        uint32_t nbytes = r[i].hi - r[i].lo;

        e = bounce_store(b, chain_copy_of(t, r[i].lo), bounce_memory(b, r[i].lo, nbytes, 0),
                         nbytes);
    }
    for (unsigned i = 0; i < t->nblocks && e == 0; i++)
        e = send_block(b, t, i);
    free(r);
    return e;
}

static unsigned rows_of(const struct dma_side *s, struct dma_region *r)
{
    uint32_t lo = bus_address(s->addr);

    if (!touches_ram(s))
        return 0;
    for (uint32_t i = 0; i < s->rows; i++, lo += (uint32_t)s->pitch)
        r[i] = (struct dma_region){.lo = lo, .hi = lo + s->nbytes};
    return s->rows;
}

int chain_fetch(struct bounce *b, const struct bounce_transfer *t, unsigned from, unsigned to)
{
    struct bounce_loader l = {.b = b};
    struct dma_region *r;
    uint32_t rows = 0;
    unsigned n = 0;
    int e = 0;

    for (unsigned i = from; i < to; i++)
        rows += t->block[i].dest.rows;
    r = calloc(rows ? rows : 1, sizeof *r);
    if (!r) {
        bounce_refuse(b, "what DMA wrote was not copied back: out of memory");
        return 0;
    }
    for (unsigned i = from; i < to; i++)
        n += rows_of(&t->block[i].dest, r + n);
    n = merge(r, n);
    for (unsigned i = 0; i < n && e == 0; i++) {
        uint32_t nbytes = r[i].hi - r[i].lo;

        e = bounce_load(&l, chain_copy_of(t, r[i].lo), bounce_memory(b, r[i].lo, nbytes, 1),
                        nbytes);
    }
    if (e == 0)
        e = bounce_load_rest(&l);
    free(r);
    return e;
}
