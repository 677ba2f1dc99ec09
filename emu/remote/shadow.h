/* emu/remote/shadow.h - copies of registers that only writes change, so that a read of one need not
 * travel. Which registers those are is in the table of emu/core/regs.h, with pages; a register is
 * believed only after the Pi has once read back what was written to it. */
#ifndef EMU_REMOTE_SHADOW_H
#define EMU_REMOTE_SHADOW_H

#include <stdint.h>

enum { SHADOW_ENTRIES = 512 };

struct shadow_entry {
    uint32_t addr; /* 0: free */
    uint8_t known, written, trusted, refuted;
    uint32_t value; /* read, or what a read should give after the last write */
};

/* Zero it to start. */
struct shadow {
    struct shadow_entry entry[SHADOW_ENTRIES];
};

/* 1 and *value when a 32-bit read of addr would give this; else 0. */
int shadow_read(const struct shadow *s, uint32_t addr, uint32_t *value);

/* The Pi read this value, or was written it, at addr with this width (bytes). */
void shadow_saw_read(struct shadow *s, uint32_t addr, unsigned width, uint32_t value);
void shadow_saw_write(struct shadow *s, uint32_t addr, unsigned width, uint32_t value);

/* Something else than a write may have changed registers (the firmware, a DMA engine). */
void shadow_forget(struct shadow *s);

#endif
