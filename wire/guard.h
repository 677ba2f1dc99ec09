/* wire/guard.h - which device accesses the loop may perform for the laptop without losing the
 * line, its clock or its memory. The laptop asks before it sends, the loop before it performs. Pure
 * functions; docs/wire.md lists the rules for users. */
#ifndef WIRE_GUARD_H
#define WIRE_GUARD_H

#include <stdint.h>

enum guard_verdict {
    GUARD_PASS,    /* perform it as it is now */
    GUARD_CHANGED, /* perform it; bits were changed to keep the line alive */
    GUARD_DROP,    /* leave it out; a read gives 0 */
    GUARD_TEXT,    /* a write to the mini-UART's data register: the low byte is console output */
    GUARD_REBOOT,  /* a write that resets the machine */
    GUARD_REFUSE,  /* outside the peripherals, misaligned, or it could stop the loop */
};

struct guard_access {
    uint8_t width; /* bytes: 1, 2 or 4 */
    uint32_t addr;
    uint32_t value; /* of a write */
};

/* a->width must be 1, 2 or 4. guard_write may change *a: bits it protects, and an 8- or 16-bit
 * write to a register with such bits becomes the 32-bit write it is on the peripheral bus, which
 * has no byte lanes: zeros elsewhere. The addresses that a write hands to bus masters must lie in
 * the bounce buffer: bounce_bytes from `bounce` on, as the ARM sees it. */
enum guard_verdict guard_read(const struct guard_access *a);
enum guard_verdict guard_write(struct guard_access *a, uint32_t bounce, uint32_t bounce_bytes);

#endif
