/* emu/dev/dma.h - the DMA engine: sixteen channels that move words between memory and devices by
 * control blocks in memory. "BCM2835 ARM Peripherals" ch. 4, p. 38-64, with its public errata. */
#ifndef EMU_DEV_DMA_H
#define EMU_DEV_DMA_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/dreq.h"
#include "emu/core/irq.h"
#include "emu/core/memory.h"

enum {
    DEV_DMA_BASE = 0x20007000,
    DEV_DMA15_BASE = 0x20e05000, /* channel 15 stands apart */
    DEV_DMA_CHANNELS = 16,
    DEV_DMA_LINES = 13, /* 16-26: channels 0-10; 27: channels 11-14; 28: any of 0-14 */
};

struct dev_dma_channel_state {
    uint32_t cs;     /* bits a program writes, END and INT */
    uint32_t conblk; /* of the block at work, or to be loaded */
    uint32_t ti, source, dest, stride, next;
    uint32_t row, row_left; /* bytes of a row, and of this one not moved yet */
    uint32_t rows_left;     /* behind this one */
    uint8_t errors;         /* DEBUG's three */
    uint8_t phase;
};

struct dev_dma_state {
    struct dev_dma_channel_state channel[DEV_DMA_CHANNELS];
    uint32_t enable;
    uint32_t requests; /* bit n: the line of PERMAP n is up */
};

struct dev_dma_channel {
    struct dev_dma *dma;
    unsigned number;
    struct clock_alarm alarm; /* the end of what the channel is doing */
};

struct dev_dma {
    struct bus_target target, target15;
    struct irq_line irq[DEV_DMA_LINES];
    struct clock *clock;
    struct bus *bus;
    struct memory memory;
    uint32_t connected; /* bit n: somebody drives the line of PERMAP n */
    struct dev_dma_channel channel[DEV_DMA_CHANNELS];
    struct dev_dma_state s;
};

/* Makes an engine, idle, that moves the words of memory (copied; at may be null: there is none) and
 * of what is on bus (borrowed, as the clock is). */
void dev_dma_init(struct dev_dma *d, struct clock *c, struct bus *bus, const struct memory *memory);

void dev_dma_reset(struct dev_dma *d);

void dev_dma_map(struct dev_dma *d, struct bus *b);

/* Lets a device's data request (its number is the PERMAP) pace transfers. Those of a PERMAP nobody
 * drives are not held up. */
void dev_dma_connect(struct dev_dma *d, struct irq_line *request);

#endif
