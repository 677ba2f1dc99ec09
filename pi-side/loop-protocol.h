/* pi-side/loop-protocol.h - the device loop without the hardware: takes the line's bytes, executes
 * the laptop's frames through struct loop_port, answers. docs/wire.md is its contract. It never
 * waits: what must wait returns to the caller, who goes on moving bytes from the UART to the loop.
 */
#ifndef PI_SIDE_LOOP_PROTOCOL_H
#define PI_SIDE_LOOP_PROTOCOL_H

#include <stdint.h>

#include "wire/frame.h"
#include "wire/ops.h"

enum {
    LOOP_RING_BYTES = 4096, /* received and not yet looked at */
    LOOP_BURST_BYTES = 12,  /* an old installer's whole greeting: SOH, nbytes, crc */
    LOOP_EVENT_BYTES = 17,
    LOOP_RETREAT_US = 1000000, /* of damage at a high speed: back to the first */
    LOOP_NEVER = 1000000,      /* us */
};

struct loop_port {
    void *self;
    uint32_t (*now_us)(void *self); /* of a counter that runs all the time, modulo 2^32 */
    void (*put_byte)(void *self, uint8_t byte);
    /* One access to a peripheral, width 1, 2 or 4 bytes; 0, or -1 when the bus aborted it. */
    int (*read)(void *self, unsigned width, uint32_t addr, uint32_t *value);
    int (*write)(void *self, unsigned width, uint32_t addr, uint32_t value);
    /* Lets the bytes put so far leave, then changes the line's speed: baud has a divisor. 0, or -1:
     * it cannot, nothing changed. */
    int (*set_baud)(void *self, uint32_t baud);
    /* Lets the bytes put so far leave, then resets the machine. (A test's returns.) */
    void (*reboot)(void *self);
    uint8_t *bounce;       /* the buffer that bus masters may use */
    uint32_t bounce_addr;  /* as the ARM sees it */
    uint32_t bounce_bytes; /* 0: none */
};

/* What ends with a session. Frames are numbered from 1; executed + queued is the last accepted. In
 * both structs the smallest fields come first: that is where short instructions reach. */
struct loop_session {
    uint8_t exists;
    uint8_t first, queued; /* frames accepted and not yet executed, in loop.queue */

    /* the first of the queue, being executed */
    uint8_t begun;
    uint8_t nbytes, at; /* its body, and how much of it is decoded */
    uint8_t index;      /* of the operation being executed */
    uint8_t refused;    /* its refusal is among the items */
    uint8_t delaying;   /* op.count us, from `last` */
    uint8_t nitems;     /* bytes of its answer */
    uint8_t results;    /* among the items: values, */
    uint8_t other;      /*   and anything else */

    uint8_t polling;       /* `poll` goes on behind its first answer; its value is the last one */
    uint8_t poll_changes;  /* answers beyond the first */
    uint8_t armed, number; /* interrupts are watched for */
    uint8_t reported;      /* `event` was sent; again every EVENT_REPEAT_MS */

    uint16_t repeat;       /* how often `op`, a put, is still to be performed */
    uint16_t answer_bytes; /* of loop.answer, the last answer; 0: none yet */
    uint32_t nonce, executed;
    struct frame_key key;
    const uint8_t *body;
    uint32_t poll_reads;                  /* that gave the last value */
    uint32_t accesses, repeated, damaged; /* CTL_STATS */
    uint32_t last;                        /* when the last access ended, or the delay behind it */
    uint32_t poll_start, event_sent;
    struct op op, poll;
    uint8_t event[LOOP_EVENT_BYTES];
    struct dict dict;
};

/* Zero it to start. Times are in us, modulo 2^32: loop_run comes often enough to notice when
 * something is over. */
struct loop {
    /* the line */
    uint8_t noisy;       /* 0: silent for BURST_SILENCE_US; 1: for LINE_SILENCE_US; 2: no silence */
    uint8_t complaint;   /* something came that must be answered by NAK, or NO_SESSION */
    uint8_t complaints;  /* since a frame checked */
    uint8_t burst_bytes; /* at most one more than burst holds */

    /* its speed */
    uint8_t trial;              /* since trial_start, after baud_before */
    uint8_t damages;            /* since a frame checked; at most LOOP_RETREAT_US old */
    uint32_t baud, baud_before; /* 0: 115200 */

    uint16_t ring_first, ring_used;
    uint32_t lost;       /* bytes; the owner adds what the hardware lost */
    uint32_t now, heard; /* heard: when the last byte came */
    uint32_t trial_start, first_damage;
    uint8_t burst[LOOP_BURST_BYTES]; /* the first bytes since a silence of BURST_SILENCE_US */

    struct loop_session session;
    uint8_t answer[FRAME_MAX_BYTES];
    struct frame_gather queue[FRAME_WINDOW + 1]; /* the one behind the accepted ones collects */
    uint16_t ring[LOOP_RING_BYTES]; /* bytes received, and flags for the silence before each */
};

/* Takes one byte of the line; -1 when there is no room for it (it is lost). */
int loop_byte(struct loop *l, const struct loop_port *port, uint8_t byte);

/* What the mini-UART's clock is divided by for this speed: 8 * the divisor clocks a bit; 0 when no
 * divisor comes within 3 % of it. */
uint32_t loop_baud_divisor(uint32_t baud);

/* Does a little that can be done now: looks at some received bytes, executes one operation, reads
 * once what is polled or watched. Returns after how many us to call again if no byte comes before
 * that: 0 when there is more to do, LOOP_NEVER when there is nothing. Calling earlier does no harm.
 */
uint32_t loop_run(struct loop *l, const struct loop_port *port);

#endif
