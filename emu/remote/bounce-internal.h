/* emu/remote/bounce-internal.h - between the parts of the bounce buffer: its rooms and copies, the
 * mailbox, DMA channels, chains of control blocks. */
#ifndef EMU_REMOTE_BOUNCE_INTERNAL_H
#define EMU_REMOTE_BOUNCE_INTERNAL_H

#include <stddef.h>

#include "emu/remote/bounce.h"

enum {
    BUS_ALIAS = (int)0xC0000000, /* how the caches are used, BCM2835 ARM Peripherals p. 5 */
    DMA_BLOCK_BYTES = 32,        /* p. 40; aligned to as much */
    BOUNCE_REFUSED = 2,          /* a remark was made */
};

static inline uint32_t bus_address(uint32_t addr)
{
    return addr & ~(uint32_t)BUS_ALIAS;
}

static inline uint32_t bus_alias(uint32_t addr)
{
    return addr & (uint32_t)BUS_ALIAS;
}

/* Says why something is left out; returns BOUNCE_REFUSED. */
int bounce_refuse(struct bounce *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Program RAM at a bus address, whatever its alias, or null. */
uint8_t *bounce_memory(const struct bounce *b, uint32_t addr, uint32_t nbytes, int write);

/* ---- the buffer; offsets are multiples of 32, and so are the addresses they stand for ---- */

/* The first control block of each channel has a place of its own. */
uint32_t bounce_head(const struct bounce *b, unsigned channel);

/* The address of an offset as the ARM sees it, and back: at least the buffer's size if it is not in
 * the buffer. */
uint32_t bounce_addr(const struct bounce *b, uint32_t at);
uint32_t bounce_offset(const struct bounce *b, uint32_t addr);

/* Room for nbytes: its offset, or 0: there is none. */
uint32_t bounce_take_room(struct bounce *b, uint32_t nbytes);
void bounce_give_room(struct bounce *b, uint32_t at);

/* Bytes of the largest room that could be had. */
uint32_t bounce_free_bytes(const struct bounce *b);

/* ---- operations; each returns 0 or a negative enum link_error ---- */

int bounce_op(struct bounce *b, struct op *op);
int bounce_store(struct bounce *b, uint32_t at, const void *from, uint32_t nbytes);
int bounce_get(struct bounce *b, uint32_t addr, uint32_t *value); /* waits */

/* Copies from the buffer, as much as fits in one answer at a time. Zero it to start, but for b. */
struct bounce_loader {
    struct bounce *b;
    unsigned n, nbytes;
    struct {
        uint8_t *to;
        uint32_t at;
        uint8_t nbytes;
    } piece[12];
};

int bounce_load(struct bounce_loader *l, uint32_t at, uint8_t *to, uint32_t nbytes); /* may wait */
int bounce_load_rest(struct bounce_loader *l);                                       /* waits */

/* ---- the mailbox: as the functions of bounce.h ---- */

int mailbox_write(struct bounce *b, struct bus_access *a);
int mailbox_read(struct bounce *b, struct bus_access *a);
void mailbox_saw_read(const struct bounce *b, struct bus_access *a);

/* ---- DMA ---- */

int dma_write(struct bounce *b, struct bus_access *a);
int dma_saw_read(struct bounce *b, struct bus_access *a);
int dma_time_passed(struct bounce *b);

/* One side of a control block: rows of nbytes each, `pitch` bytes from one to the next. */
struct dma_side {
    uint32_t addr; /* as the program named it */
    uint32_t nbytes, rows;
    int32_t pitch;
    uint32_t lo, hi; /* [lo, hi): bus addresses without alias, all that is touched */
    uint8_t none;    /* the engine leaves this side out */
    uint8_t peripheral;
};

struct dma_block {
    uint32_t name; /* as the program names it */
    uint32_t at;   /* its copy */
    uint32_t word[8];
    struct dma_side source, dest;
    uint8_t fill; /* not every byte of dest need be written */
};

struct dma_region {
    uint32_t lo, hi, at; /* program RAM [lo, hi), and its copy */
};

struct bounce_transfer {
    uint32_t at;            /* its room, 0: given back */
    unsigned nblocks, done; /* done: how many are copied back */
    struct dma_block *block;
    unsigned nregions;
    struct dma_region *region;
};

/* Reads the chain that begins at `name` for a channel. 0 with *out, the caller's to free with
 * chain_free; BOUNCE_REFUSED. Nothing is sent. */
int chain_read(struct bounce *b, unsigned channel, uint32_t name, struct bounce_transfer **out);
void chain_free(struct bounce_transfer *t);

/* Copies blocks and sources to the buffer. 0 or a negative enum link_error. */
int chain_send(struct bounce *b, const struct bounce_transfer *t);

/* Copies back what blocks [from, to) wrote to RAM. 0 or a negative enum link_error. */
int chain_fetch(struct bounce *b, const struct bounce_transfer *t, unsigned from, unsigned to);

/* The copy's offset of program RAM at lo, which lies in one of the regions. */
uint32_t chain_copy_of(const struct bounce_transfer *t, uint32_t lo);

#endif
