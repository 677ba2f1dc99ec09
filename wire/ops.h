/* wire/ops.h - what the frames mean: the operations the laptop asks of the device loop.
 *
 * One request at a time: the laptop sends a request and repeats it, same seq, until its answer comes;
 * the loop performs a request once and answers a repeated one from memory. */
#ifndef WIRE_OPS_H
#define WIRE_OPS_H

#include "wire/frame.h"

enum { WIRE_VERSION = 1 };

enum op_kind {
    OP_HELLO = 1,   /* laptop: u16 version, u32 nonce. A new nonce starts a session: seq begins at 0 */
    OP_WELCOME = 2, /* Pi: u16 version, u32 nonce of the HELLO it answers */
    OP_GET = 3,     /* laptop: u8 width (1, 2, 4 bytes), u32 address */
    OP_PUT = 4,     /* laptop: u8 width, u32 address, u32 value */
    OP_REPLY = 5,   /* Pi: same seq as the request; u8 enum op_status, u32 value read (0 for a put) */
    OP_REBOOT = 6,  /* laptop: leave the loop and restart the boot loader; answered by OP_REPLY first */
    OP_TEXT = 7,    /* Pi: bytes a program on the Pi's side of the line printed; seq 0, no answer */
};

enum op_status {
    OPS_OK = 0,
    OPS_DROPPED = 1,  /* a write the loop left out to keep the line alive (mini-UART, AUX enable) */
    OPS_REBOOTS = 2,  /* the write was a reset: the loop answers, then restarts the boot loader */
    OPS_REFUSED = 3,  /* not an address the loop may touch (outside the peripherals, misaligned) */
    OPS_BAD = 4,      /* a request it does not know */
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

/* Each returns 0, or -1 when f is of another kind or its payload has the wrong size or width. */
int op_read_hello(const struct frame *f, struct op_hello *h); /* OP_HELLO or OP_WELCOME */
int op_read_access(const struct frame *f, struct op_access *a); /* OP_GET or OP_PUT */
int op_read_reply(const struct frame *f, struct op_reply *r);

#endif
