/* pi-side/guard.h - which device accesses the loop may perform for the laptop without losing the
 * line, its clock or its memory. Pure functions; docs/wire.md lists the rules for users. */
#ifndef PI_SIDE_GUARD_H
#define PI_SIDE_GUARD_H

#include "wire/ops.h"

enum guard_verdict {
    GUARD_PASS,    /* perform it as it is now */
    GUARD_CHANGED, /* perform it; bits were changed to keep the line alive */
    GUARD_DROP,    /* leave it out; a read gives 0 */
    GUARD_TEXT,    /* a write to the mini-UART's data register: the low byte is console output */
    GUARD_REBOOT,  /* a write that resets the machine */
    GUARD_REFUSE,  /* outside the peripherals, misaligned, or it could stop the loop */
};

/* a->width must be 1, 2 or 4. guard_write may change *a: bits it protects, and an 8- or 16-bit
 * write to a register with such bits becomes the 32-bit write it is on the peripheral bus, which
 * has no byte lanes: zeros elsewhere. */
enum guard_verdict guard_read(const struct op_access *a);
enum guard_verdict guard_write(struct op_access *a);

#endif
