/* pi-side/boot-protocol.h - the Pi's half of boot protocol A (wire/boot.h), without the hardware.
 *
 * Everything it needs from the machine comes through struct boot_port, so that the laptop's unit
 * tests drive the same code. */
#ifndef PI_SIDE_BOOT_PROTOCOL_H
#define PI_SIDE_BOOT_PROTOCOL_H

#include <stdint.h>

struct boot_range {
    uint32_t lo, hi; /* [lo, hi) */
};

enum { BOOT_KEEP_RANGES = 2 };

struct boot_port {
    void *self;
    int (*get8)(void *self, uint32_t limit_us); /* the next byte, or -1 after limit_us of silence */
    void (*put8)(void *self, uint8_t byte);     /* may take as long as the byte takes on the line */
    uintptr_t memory;                           /* where the Pi's address 0 is; 0 on the Pi */
    uint32_t memory_end;                        /* one past the last address a program may use */
    struct boot_range keep[BOOT_KEEP_RANGES];   /* the loader and its stack: never overwritten */
};

enum boot_outcome {
    BOOT_OUTCOME_RUN,    /* the code is in memory, the laptop knows: run it */
    BOOT_OUTCOME_NOBODY, /* nobody answered the greeting */
    BOOT_OUTCOME_FAILED, /* an attempt failed; the laptop was told why, and the line is quiet */
};

/* Sends one greeting and serves the installer that answers it, if one does. On BOOT_OUTCOME_RUN
 * *start is where the program begins. Returns after at most BOOT_REPEAT_MS when nobody answers, and
 * within seconds of the last byte whatever an installer leaves undone. */
enum boot_outcome boot_serve(const struct boot_port *port, uint32_t *start);

#endif
