/* emu/dev/fifo.h - the queue inside a serial device, of bytes or words. */
#ifndef EMU_DEV_FIFO_H
#define EMU_DEV_FIFO_H

#include <stdint.h>

enum { DEV_FIFO_MAX = 64 };

/* Zero is empty. */
struct dev_fifo {
    uint32_t item[DEV_FIFO_MAX];
    uint8_t first, count;
};

/* Appends an item; 0, or -1 when it holds `depth` (at most DEV_FIFO_MAX) already. */
static inline int dev_fifo_push(struct dev_fifo *f, unsigned depth, uint32_t item)
{
    if (f->count >= depth)
        return -1;
    f->item[(f->first + f->count++) % DEV_FIFO_MAX] = item;
    return 0;
}

/* Takes the oldest item; 0 of an empty one. */
static inline uint32_t dev_fifo_pop(struct dev_fifo *f)
{
    uint32_t item = f->item[f->first];

    if (!f->count)
        return 0;
    f->first = (uint8_t)((f->first + 1) % DEV_FIFO_MAX);
    f->count--;
    return item;
}

static inline void dev_fifo_clear(struct dev_fifo *f)
{
    f->first = f->count = 0;
}

#endif
