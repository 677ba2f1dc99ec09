/* emu/dev/pcm.h - the PCM (I2S) interface as its program sees it. "BCM2835 ARM Peripherals" ch. 8,
 * p. 119-137. */
#ifndef EMU_DEV_PCM_H
#define EMU_DEV_PCM_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/irq.h"
#include "emu/dev/fifo.h"

enum { DEV_PCM_BASE = 0x20203000, DEV_PCM_FIFO = 64 };

struct dev_pcm_state {
    uint32_t cs; /* CS_A: bits that stay, and the two errors */
    uint32_t mode, rxc, txc, dreq, inten, intstc, gray;
    struct dev_fifo tx, rx;
};

struct dev_pcm {
    struct bus_target target;
    struct irq_line irq;              /* line 55 */
    struct irq_line dreq_tx, dreq_rx; /* emu/core/dreq.h */
    struct clock *clock;
    struct clock_alarm alarm; /* the end of a frame */
    void *self;
    uint32_t (*rate)(void *self); /* of the PCM clock, in Hz; 0: it stands still */
    struct dev_pcm_state s;
};

/* Makes a device on the clock (borrowed) in its state after power-on. rate may be null: the clock
 * stands still, as it does on a Pi before a program sets it up. */
void dev_pcm_init(struct dev_pcm *d, struct clock *c, void *self, uint32_t (*rate)(void *self));

void dev_pcm_reset(struct dev_pcm *d);

void dev_pcm_map(struct dev_pcm *d, struct bus *b);

/* The clock's rate is another now: the frame on its way begins anew. */
void dev_pcm_rate_changed(struct dev_pcm *d);

#endif
