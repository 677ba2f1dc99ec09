/* wire/ops.h - what the frames mean: the operations the laptop asks of the device loop.
 *
 * One request at a time: the laptop sends a request and repeats it, same seq, until its answer
 * comes; the loop performs a request once and answers a repeated one from memory. The first request
 * of a session has seq 0, each next one is one more, modulo 256. docs/wire.md has every message
 * byte by byte. */
#ifndef WIRE_OPS_H
#define WIRE_OPS_H

#include "wire/frame.h"

enum { WIRE_VERSION = 1 };

/* Sent by the laptop: HELLO, GET, PUT, REBOOT. Sent by the Pi: WELCOME, REPLY, TEXT. */
enum op_kind {
    OP_HELLO = 1, /* u16 version, u32 nonce; a new nonce starts a session */
    OP_WELCOME =
        2,         /* u16 the loop's version, u32 nonce of the HELLO; versions differ: no session */
    OP_GET = 3,    /* u8 width (1, 2, 4 bytes), u32 address */
    OP_PUT = 4,    /* u8 width, u32 address, u32 value */
    OP_REPLY = 5,  /* seq of the request; u8 enum op_status, u32 value read (0 for a put) */
    OP_REBOOT = 6, /* restart the boot loader; OP_REPLY comes first */
    OP_TEXT = 7,   /* bytes a put wrote to the mini-UART's data register: sent once, before the
                    * put's OP_REPLY, with its seq; no answer */
};

enum op_status {
    OPS_OK = 0,
    OPS_DROPPED = 1,    /* a write left out, or changed, to keep the line alive: mini-UART, AUX
                         * enable, function of GPIO14/15 */
    OPS_REBOOTS = 2,    /* a reset: the loop answers, then restarts the boot loader */
    OPS_REFUSED = 3,    /* not touched: outside the peripherals, misaligned, or a write that could
                         * stop the loop (clocks, power, DMA); or the bus answered with an abort */
    OPS_BAD = 4,        /* a request it does not know, or neither the last seq nor the next */
    OPS_NO_SESSION = 5, /* no OP_HELLO yet: the Pi was restarted behind the laptop's back */
};

struct op_hello {
    uint16_t version;
    uint32_t nonce;
};

struct op_access {
    uint8_t width; /* bytes: 1, 2 or 4 */
    uint32_t addr;
    uint32_t value; /* of a put */
};

struct op_reply {
    uint8_t status;
    uint32_t value;
};

/* Each fills *f whole (kind, seq, payload). */
void op_make_hello(struct frame *f, enum op_kind kind, const struct op_hello *h);
void op_make_get(struct frame *f, uint8_t seq, const struct op_access *a);
void op_make_put(struct frame *f, uint8_t seq, const struct op_access *a);
void op_make_reply(struct frame *f, uint8_t seq, const struct op_reply *r);
void op_make_reboot(struct frame *f, uint8_t seq);
/* nbytes is at most FRAME_MAX_PAYLOAD. */
void op_make_text(struct frame *f, uint8_t seq, const void *text, uint8_t nbytes);

/* Each returns 0, or -1 when f is of another kind or its payload has the wrong size or width. */
int op_read_hello(const struct frame *f, struct op_hello *h);   /* OP_HELLO or OP_WELCOME */
int op_read_access(const struct frame *f, struct op_access *a); /* OP_GET or OP_PUT */
int op_read_reply(const struct frame *f, struct op_reply *r);

#endif
