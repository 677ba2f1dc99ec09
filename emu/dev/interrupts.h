/* emu/dev/interrupts.h - the ARM's interrupt controller: 64 lines of the GPU's side, 8 of the ARM's
 * own, enables, and one fast interrupt. "BCM2835 ARM Peripherals" ch. 7, p. 109-118. */
#ifndef EMU_DEV_INTERRUPTS_H
#define EMU_DEV_INTERRUPTS_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/irq.h"

enum { DEV_INTERRUPTS_BASE = 0x2000b200, DEV_INTERRUPTS_LINES = 72 };

/* What the controller asks of the processor, as bits. */
enum { DEV_INTERRUPTS_IRQ = 1, DEV_INTERRUPTS_FIQ = 2 };

/* Lines 0-63 are bits of the 64-bit words, lines 64-71 of the 8-bit ones. */
struct dev_interrupts_state {
    uint64_t level, enabled;
    uint8_t basic_level, basic_enabled;
    uint8_t fiq; /* FIQ_CONTROL: bit 7 enable, 0-6 the line */
};

struct dev_interrupts {
    struct bus_target target;
    int asked; /* now; kept up to date */
    void *self;
    /* The program enabled or disabled lines. Devices need not run timers for lines nobody listens
     * to. Null: nobody. */
    void (*enables_changed)(void *self);
    /* What is pending (and enabled, or the fast one) may have changed: lines 0-63, and the ARM's
     * own. Null: nobody wants to know. */
    void *watcher;
    void (*pending_changed)(void *watcher, uint64_t lines, uint8_t arm);
    struct dev_interrupts_state s;
};

/* Makes a controller with every line down and disabled. */
void dev_interrupts_init(struct dev_interrupts *d);

/* Power-on state; the levels, which others drive, stay. */
void dev_interrupts_reset(struct dev_interrupts *d);

/* A line's level (0 or 1) changes: to be given to irq_connect with the controller as self. */
void dev_interrupts_set(void *self, unsigned number, int level);

/* Whether a line (0..71) can interrupt: enabled, or the fast one. */
int dev_interrupts_listens(const struct dev_interrupts *d, unsigned number);

#endif
