/* The bounce buffer: rooms in it, copies to and from it, and whose an access is. */
#include "emu/remote/bounce.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "emu/remote/bounce-internal.h"

enum {
    ALIGNMENT = 32,
    LOAD_HEAD = 2, /* bytes of a block's item in an answer */
    MAILBOX = 0x2000B880,
    MAILBOX_END = 0x2000B8C0,
    DMA = 0x20007000,
    DMA_END = 0x20008000,
    DMA15 = 0x20E05000,
    DMA15_END = 0x20E05100,
};

void bounce_init(struct bounce *b, struct link *link, struct shadow *shadow, int alone)
{
    *b = (struct bounce){.self = b->self,
                         .memory = b->memory,
                         .remark = b->remark,
                         .link = link,
                         .shadow = shadow,
                         .alone = alone};
}

int bounce_refuse(struct bounce *b, const char *format, ...)
{
    char text[256];
    va_list ap;

    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    b->remark(b->self, text);
    return BOUNCE_REFUSED;
}

uint8_t *bounce_memory(const struct bounce *b, uint32_t addr, uint32_t nbytes, int write)
{
    return b->memory(b->self, bus_address(addr), nbytes, write);
}

/* ---- rooms ---- */

static uint32_t round_up(uint32_t n)
{
    return (n + ALIGNMENT - 1) & ~(ALIGNMENT - 1u);
}

uint32_t bounce_head(const struct bounce *b, unsigned channel)
{
    return round_up(b->link->bounce_addr) - b->link->bounce_addr + channel * DMA_BLOCK_BYTES;
}

uint32_t bounce_addr(const struct bounce *b, uint32_t at)
{
    return b->link->bounce_addr + at;
}

uint32_t bounce_offset(const struct bounce *b, uint32_t addr)
{
    return bus_address(addr) - b->link->bounce_addr;
}

/* Where a gap before room i ends and begins: behind the last room, the buffer's end. */
static uint32_t gap_start(const struct bounce *b, unsigned i)
{
    return i ? b->room[i - 1].at + b->room[i - 1].nbytes : bounce_head(b, BOUNCE_CHANNELS);
}

static uint32_t gap_bytes(const struct bounce *b, unsigned i)
{
    uint32_t start = gap_start(b, i);
    uint32_t end = i < b->nrooms ? b->room[i].at : b->link->bounce_bytes;

    return end > start ? end - start : 0;
}

uint32_t bounce_free_bytes(const struct bounce *b)
{
    uint32_t most = 0;

    for (unsigned i = 0; i <= b->nrooms; i++)
        if (gap_bytes(b, i) > most)
            most = gap_bytes(b, i);
    return most & ~(ALIGNMENT - 1u);
}

uint32_t bounce_take_room(struct bounce *b, uint32_t nbytes)
{
    unsigned i = 0;

    if (nbytes > b->link->bounce_bytes || b->nrooms == BOUNCE_ROOMS)
        return 0;
    nbytes = round_up(nbytes);
    while (i <= b->nrooms && gap_bytes(b, i) < nbytes)
        i++;
    if (i > b->nrooms)
        return 0;
    memmove(b->room + i + 1, b->room + i, (b->nrooms - i) * sizeof *b->room);
    b->nrooms++;
    b->room[i] = (struct bounce_room){gap_start(b, i), nbytes};
    return b->room[i].at;
}

void bounce_give_room(struct bounce *b, uint32_t at)
{
    for (unsigned i = 0; i < b->nrooms; i++)
        if (b->room[i].at == at) {
            b->nrooms--;
            memmove(b->room + i, b->room + i + 1, (b->nrooms - i) * sizeof *b->room);
            return;
        }
}

/* ---- operations ---- */

int bounce_op(struct bounce *b, struct op *op)
{
    int e = link_op(b->link, op);

    return e < 0 || !b->alone ? e : link_collect(b->link);
}

int bounce_store(struct bounce *b, uint32_t at, const void *from, uint32_t nbytes)
{
    const uint8_t *data = from;
    int e = 0;

    while (nbytes && e == 0) {
        struct op op = {.kind = OP_STORE, .addr = at, .data = data};

        op.nbytes = (uint8_t)(nbytes < OP_MAX_BLOCK ? nbytes : OP_MAX_BLOCK);
        e = bounce_op(b, &op);
        at += op.nbytes;
        data += op.nbytes;
        nbytes -= op.nbytes;
    }
    return e;
}

int bounce_get(struct bounce *b, uint32_t addr, uint32_t *value)
{
    struct op op = {.kind = OP_GET, .width = 4, .addr = addr};
    int e = link_op(b->link, &op);

    if (e == 0)
        e = link_collect(b->link);
    if (e == 0)
        *value = b->link->result[0].value;
    return e;
}

int bounce_load_rest(struct bounce_loader *l)
{
    struct link *link = l->b->link;
    int e;

    if (l->n == 0)
        return 0;
    e = link_reserve(link, (size_t)l->n * BLOCK_HEAD);
    for (unsigned i = 0; i < l->n && e == 0; i++) {
        struct op op = {.kind = OP_LOAD, .addr = l->piece[i].at, .nbytes = l->piece[i].nbytes};

        e = link_op(link, &op);
    }
    if (e == 0)
        e = link_collect(link);
    for (unsigned i = 0; i < l->n && e == 0; i++)
        memcpy(l->piece[i].to, link->result[i].block, l->piece[i].nbytes);
    l->n = l->nbytes = 0;
    return e;
}

int bounce_load(struct bounce_loader *l, uint32_t at, uint8_t *to, uint32_t nbytes)
{
    while (nbytes) {
        uint32_t n = nbytes < OP_MAX_BLOCK ? nbytes : OP_MAX_BLOCK;

        if (l->n == sizeof l->piece / sizeof *l->piece ||
            l->nbytes + LOAD_HEAD + n > FRAME_MAX_BODY) {
            int e = bounce_load_rest(l);

            if (e < 0)
                return e;
        }
        l->piece[l->n].at = at;
        l->piece[l->n].to = to;
        l->piece[l->n++].nbytes = (uint8_t)n;
        l->nbytes += LOAD_HEAD + n;
        at += n;
        to += n;
        nbytes -= n;
    }
    return 0;
}

/* ---- accesses ---- */

static int is_mailbox(const struct bus_access *a)
{
    return a->width == 4 && a->addr >= MAILBOX && a->addr < MAILBOX_END;
}

static int is_dma(const struct bus_access *a)
{
    return a->width == 4 &&
           ((a->addr >= DMA && a->addr < DMA_END) || (a->addr >= DMA15 && a->addr < DMA15_END));
}

int bounce_write(struct bounce *b, struct bus_access *a)
{
    if (is_mailbox(a))
        return mailbox_write(b, a);
    return is_dma(a) ? dma_write(b, a) : BOUNCE_TRAVELS;
}

int bounce_read(struct bounce *b, struct bus_access *a)
{
    for (unsigned i = 0; b->live && i < BOUNCE_CHANNELS; i++)
        if (b->channel[i].live && b->channel[i].outwards)
            shadow_forget(b->shadow);
    return is_mailbox(a) ? mailbox_read(b, a) : BOUNCE_TRAVELS;
}

int bounce_saw_read(struct bounce *b, struct bus_access *a)
{
    if (is_mailbox(a))
        mailbox_saw_read(b, a);
    return is_dma(a) ? dma_saw_read(b, a) : 0;
}

int bounce_time_passed(struct bounce *b)
{
    return b->live ? dma_time_passed(b) : 0;
}
