/* emu/dev/dma-internal.h - what the DMA engine's registers (dma.c) and its moving (dma-move.c)
 * share. Others use dma.h. */
#ifndef EMU_DEV_DMA_INTERNAL_H
#define EMU_DEV_DMA_INTERNAL_H

#include "emu/dev/dma.h"

enum { /* CS, p. 47-50 */
       DMA_CS_ACTIVE = 1 << 0,
       DMA_CS_END = 1 << 1,
       DMA_CS_INT = 1 << 2,
       DMA_CS_DREQ = 1 << 3,
       DMA_CS_PAUSED = 1 << 4,
       DMA_CS_DREQ_STOPS = 1 << 5,
       DMA_CS_ERROR = 1 << 8,
       DMA_CS_ABORT = 1 << 30,
       DMA_CS_KEPT = 0x30ff0000, /* priorities, WAIT_FOR_OUTSTANDING_WRITES, DISDEBUG */
};
#define DMA_CS_RESET 0x80000000u

enum {
    DMA_FIRST_LITE = 7,
    DMA_LAST_LITE = 14,
    DMA_BLOCK_BYTES = 32,
    DMA_ENABLE_BITS = 0x7fff, /* channel 15 has none, p. 63 */
};

enum dma_phase { DMA_IDLE, DMA_LOADING, DMA_MOVING };

static inline int dma_is_lite(unsigned n)
{
    return n >= DMA_FIRST_LITE && n <= DMA_LAST_LITE;
}

/* Whether the data request of the channel's PERMAP is up, or there is none; whether the channel
 * waits for it. */
int dma_requested(const struct dev_dma *d, const struct dev_dma_channel_state *s);
int dma_is_held_up(const struct dev_dma *d, const struct dev_dma_channel_state *s);

/* Channels whose INT is set, a bit each; brings the interrupt lines up to it. */
uint32_t dma_int_status(const struct dev_dma *d);
void dma_drive_lines(struct dev_dma *d);

/* Goes on from from_ns with what channel n has to do, if it may. */
void dma_schedule(struct dev_dma *d, unsigned n, uint64_t from_ns);

/* Leaves the block at work for the next of its chain. */
void dma_go_to_next(struct dev_dma_channel_state *s);

/* Alarms of a struct dev_dma_channel; the other end of data requests. */
void dma_step_over(void *self);
void dma_request_changed(void *self, unsigned number, int level);

#endif
