/* wire/ops.h - operations: what the laptop asks of the device loop, and the memory both ends keep
 * to say it in few bytes. docs/wire.md lists the bytes.
 *
 * Both ends hold a struct dict. It changes only as operations are encoded (laptop) and executed
 * (Pi); each frame of a session is executed once and in order, so the two never part. */
#ifndef WIRE_OPS_H
#define WIRE_OPS_H

#include <stddef.h>
#include <stdint.h>

enum { WIRE_VERSION = 2, DICT_SLOTS = 16, DICT_PAIRS = 64, DICT_NOWHERE = 0xFF };

/* Control frames: kind, from whom, body. All are idempotent, and repeated by the laptop until
 * answered. HELLO and WELCOME have the key of no session, the others the session's. Numbers are
 * little-endian. */
enum control {
    CTL_HELLO = 1,   /* laptop: u16 version, u32 nonce; a new nonce starts a session */
    CTL_WELCOME = 2, /* Pi: u16 its version, u32 nonce of the HELLO, u32 address and u32 bytes of
                      * its bounce buffer; versions differ: no session */
    CTL_REBOOT = 3,  /* laptop: restart the boot loader. Pi: the same, it does so now */
    CTL_NO_SESSION =
        4,         /* Pi: u16 its version; I have no session: something came that is no HELLO */
    CTL_SPEED = 5, /* laptop: u32 baud. Pi: the same, at the old speed: it changes now; u32 0: it
                    * cannot */
    CTL_PROBE = 6, /* laptop: any bytes. Pi: the same bytes */
    CTL_KEEP = 7,  /* laptop: the speed is good. Pi: the same. Without it the Pi goes back to the
                    * old speed SPEED_TRIAL_MS after the change */
    CTL_EVENT = 8, /* Pi: an interrupt is pending that the program enabled: u8 number of the
                    * OP_ARM it answers, u32 system timer (us), u32 basic pending, u32 pending 1,
                    * u32 pending 2. Repeated every EVENT_REPEAT_MS until the next OP_ARM or
                    * OP_DISARM */
    CTL_STATS = 9, /* laptop: nothing. Pi: u32 accesses performed, u32 of those repeated by
                    * waits, u32 bytes lost to overruns, u32 frames that did not check */
};

enum {
    SPEED_TRIAL_MS = 1000,
    EVENT_REPEAT_MS = 50,
    LINE_SILENCE_US = 10000, /* after damage: this much silence, and the next byte begins a frame */
    BURST_SILENCE_US = 20000, /* inside a frame: it will not go on. More than a USB adapter, or a
                               * busy virtual machine, leaves. And around an old installer's
                               * greeting */
    POLL_LIMIT_MS = 300,
    POLL_CHANGES = 4,
};

enum op_kind {
    OP_GET,   /* one read; one result */
    OP_PUT,   /* one write */
    OP_POLL,  /* one read and its result at once; then reads go on, and each time another value
               * comes, another answer, until there were POLL_CHANGES of these, a byte arrives on
               * the line, or POLL_LIMIT_MS passed. Last of its frame */
    OP_DELAY, /* count: microseconds, from the end of the access before */
    OP_ARM,   /* count: a number, 0..255: watch for interrupts, report the next with that number */
    OP_DISARM,
    OP_STORE, /* nbytes bytes at data into the bounce buffer at offset addr */
    OP_LOAD,  /* nbytes bytes of the bounce buffer at offset addr; one result */
};

struct op {
    uint8_t kind;   /* enum op_kind */
    uint8_t slot;   /* of GET, PUT, POLL; the decoder's, or found by the encoder */
    uint8_t width;  /* bytes: 1, 2, 4 */
    uint8_t nbytes; /* of STORE and LOAD: 1..OP_MAX_BLOCK */
    uint32_t addr;  /* of the register; offset in the bounce buffer, < 1 << 24 */
    uint32_t value; /* of PUT */
    uint32_t count; /* of DELAY, ARM; PUT: how often in a row (decoder, 1..256) */
    const uint8_t *data;
};

enum { OP_MAX_BYTES = 16, OP_MAX_BLOCK = 192, BLOCK_HEAD = 5 };

struct dict_slot {
    uint32_t addr;
    uint8_t width; /* 0: the slot is free */
    uint32_t wrote, read;
};

struct dict {
    struct dict_slot slot[DICT_SLOTS];
    struct {
        uint8_t slot; /* DICT_NOWHERE: free */
        uint32_t value;
    } pair[DICT_PAIRS];
    uint8_t next_pair; /* the pair that a new one replaces */
    uint8_t last_put;  /* slot; what OP_PUT's repetition repeats */
};

void dict_init(struct dict *d);

/* Gives the slot to another register; its pairs are forgotten. */
void dict_define(struct dict *d, unsigned slot, uint32_t addr, unsigned width);

/* A put to the slot's register happens; new_pair: it is remembered as a pair. */
void dict_put(struct dict *d, unsigned slot, uint32_t value, int new_pair);

/* What the encoder knows beyond what both ends know: which slots were used last. */
struct encoder {
    struct dict dict;
    uint32_t clock, used[DICT_SLOTS];
    unsigned streak; /* puts of the same value to the same register, at the end of the frame */
    uint8_t *run;    /* count byte of the repetition at the end of the frame, or null */
    int compact;     /* clear: no pairs, no repetitions, no short values */
};

void encoder_init(struct encoder *e, int compact);

/* Call when a frame is closed: a repetition cannot reach back into it. */
void encoder_new_frame(struct encoder *e);

/* Appends `op` to the body of a frame: room bytes are left at out. Returns the bytes used (0 when
 * the op became one more repetition of the last put), or -1 when they do not fit (nothing changed
 * then; OP_MAX_BYTES, or BLOCK_HEAD + nbytes for a STORE, always suffice). op->slot is set. */
int op_encode(struct encoder *e, struct op *op, uint8_t *out, size_t room);

/* The slot that holds this register, or -1. */
int dict_find(const struct dict *d, uint32_t addr, unsigned width);

/* Takes the next operation off a frame's body: fills *op, changes *d as executing it does (a value
 * read is the caller's to put into slot[].read). Returns bytes used, or -1: no operation begins so.
 * DEFINE is not returned by itself but taken together with what follows it. */
int op_decode(struct dict *d, const uint8_t *bytes, size_t nbytes, struct op *op);

#endif
