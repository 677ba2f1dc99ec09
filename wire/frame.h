/* wire/frame.h - frames between the laptop and the device loop; docs/wire.md draws them byte by
 * byte.
 *
 * A frame's first byte says what it is and so how long it is. Its check covers the session's nonce,
 * the direction and the frame's whole sequence number, none of which travel, and then its bytes: a
 * frame of another session, or one that comes late by a whole turn of the few bits that do travel,
 * fails like a damaged one. There is no search for frames inside damage: a receiver that meets a
 * bad check drops everything until the line is silent, and the sender repeats. */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "wire/crc24.h"

enum frame_dir { FRAME_DOWN = 0xD0, FRAME_UP = 0xE0 }; /* to the Pi; to the laptop */

enum frame_class {
    FRAME_SHORT,   /* 1sss xxxx: x is a register slot (down) or an answer code (up) */
    FRAME_LONG,    /* 00ss ssss, nbytes, body: operations (down), results (up) */
    FRAME_CONTROL, /* FRAME_CONTROL_BYTE, kind, nbytes, body: outside the sequence */
};

enum {
    FRAME_CONTROL_BYTE = 0x5A,
    FRAME_SHORT_SEQ_BITS = 3, /* of the sequence number: that many travel */
    FRAME_LONG_SEQ_BITS = 6,
    FRAME_WINDOW =
        7, /* frames sent and not yet acknowledged, at most: one less than short numbers */
    FRAME_MAX_BODY = 240,
    FRAME_MAX_BYTES = 3 + FRAME_MAX_BODY + CRC24_BYTES,
};

/* Both ends of a session have the same. */
struct frame_key {
    uint32_t down, up; /* the check over nonce and direction */
};

/* What HELLO, WELCOME and NO_SESSION are made with: CRC24_START for both. */
extern const struct frame_key frame_no_session;

void frame_key_init(struct frame_key *k, uint32_t nonce);

/* A frame taken apart; body points into the bytes it came from. */
struct frame {
    uint8_t class; /* enum frame_class */
    uint8_t low;   /* short: the low 4 bits of the first byte; control: the kind */
    uint8_t bits;  /* short, long: the bits of the sequence number that travelled */
    uint8_t nbytes;
    const uint8_t *body;
};

/* Bytes of the frame that begins with these: 0 when more must come before that can be said, -1 when
 * no frame begins so. */
int frame_size(enum frame_dir dir, const uint8_t *bytes, size_t have);

/* Takes the frame apart that frame_size measured; does not look at its check. */
void frame_split(const uint8_t *bytes, size_t nbytes, struct frame *f);

/* Whether the check at the end of the frame holds for this sequence number (control: 0). */
int frame_checks(const struct frame_key *k, enum frame_dir dir, uint32_t seq, const uint8_t *bytes,
                 size_t nbytes);

/* The sequence number nearest to `expected` whose low bits are those that travelled: from
 * expected - half to expected + half - 1, where half is 4 for short frames and 32 for long ones. */
uint32_t frame_seq(const struct frame *f, uint32_t expected);

/* Each writes a whole frame to out (FRAME_MAX_BYTES) and returns its size. nbytes is at most
 * FRAME_MAX_BODY; body may lie in out where it belongs already. A short frame's body is the value
 * bytes its code asks for (up), or empty (down). */
size_t frame_make_short(const struct frame_key *k, enum frame_dir dir, uint32_t seq, uint8_t low,
                        const void *body, size_t nbytes, uint8_t *out);
size_t frame_make_long(const struct frame_key *k, enum frame_dir dir, uint32_t seq,
                       const void *body, size_t nbytes, uint8_t *out);
size_t frame_make_control(const struct frame_key *k, enum frame_dir dir, uint8_t kind,
                          const void *body, size_t nbytes, uint8_t *out);

/* Collects bytes until they are as many as a frame says it has. Zero it to start. */
struct frame_gather {
    uint16_t used;
    uint8_t bad; /* set: bytes are dropped until the caller says the line was silent */
    uint8_t bytes[FRAME_MAX_BYTES];
};

/* Takes one byte: the size of the frame it completes, in g->bytes until the next call, else 0. When
 * no frame can begin so, g->bad becomes set. */
int frame_gather(struct frame_gather *g, enum frame_dir dir, uint8_t byte);

#endif
