/* pi-side/loop-protocol.h - the device loop without the hardware: takes the line's bytes, performs
 * the laptop's requests through struct loop_port, answers. docs/wire.md is its contract. */
#ifndef PI_SIDE_LOOP_PROTOCOL_H
#define PI_SIDE_LOOP_PROTOCOL_H

#include <stdint.h>

#include "wire/frame.h"

enum {
    LOOP_SILENCE_US = 20000, /* longer than any pause inside a frame or a word */
    LOOP_BURST_BYTES = 12,   /* an old installer's whole greeting: SOH, nbytes, crc */
};

struct loop_port {
    void *self;
    void (*put_byte)(void *self, uint8_t byte);
    /* One access to a peripheral, width 1, 2 or 4 bytes; 0, or -1 when the bus aborted it. */
    int (*read)(void *self, unsigned width, uint32_t addr, uint32_t *value);
    int (*write)(void *self, unsigned width, uint32_t addr, uint32_t value);
    /* Lets the bytes put so far leave, then resets the machine. (A test's returns.) */
    void (*reboot)(void *self);
};

/* Zero it to start. */
struct loop {
    struct frame_parser parser;
    uint8_t burst[LOOP_BURST_BYTES]; /* the first bytes since the line was silent */
    uint8_t burst_bytes;             /* at most one more than burst holds */
    uint8_t in_session;
    uint8_t answered; /* `reply` answers the request before next_seq */
    uint8_t next_seq;
    uint32_t nonce;
    struct frame reply;
};

/* Takes one byte of the line. */
void loop_byte(struct loop *l, const struct loop_port *port, uint8_t byte);

/* The line was silent for LOOP_SILENCE_US: whatever was begun will not go on. */
void loop_silence(struct loop *l, const struct loop_port *port);

#endif
