/* emu/dev/firmware-internal.h - what the two halves of the firmware share: firmware.c is messages,
 * board, clocks and power, firmware-memory.c memory and frame buffer. */
#ifndef EMU_DEV_FIRMWARE_INTERNAL_H
#define EMU_DEV_FIRMWARE_INTERNAL_H

#include "emu/dev/firmware.h"

enum { FIRMWARE_UNKNOWN = -1 };

/* Answers of one and of two words; the latter returns its length in bytes. */
static inline void firmware_reply1(uint32_t *v, uint32_t a)
{
    v[0] = a;
}

static inline int firmware_reply2(uint32_t *v, uint32_t a, uint32_t b)
{
    v[0] = a;
    v[1] = b;
    return 8;
}

/* The answer to a tag of memory, or of the frame buffer, in place of its request v: its length in
 * bytes, or FIRMWARE_UNKNOWN. */
int firmware_memory(struct dev_firmware *f, uint32_t tag, uint32_t *v);
int firmware_screen(struct dev_firmware *f, uint32_t tag, uint32_t *v);

#endif
