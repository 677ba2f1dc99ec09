/* wire/frame.h - frames between the laptop and the device loop; docs/wire.md draws them byte by
 * byte.
 *
 * A frame is FRAME_SYNC, nbytes, kind, seq, nbytes payload bytes, then CRC-32 (little-endian) of
 * everything from nbytes to the last payload byte. The receiver drops bytes until a frame checks,
 * so stale boot-loader words and line noise before or between frames do no harm. */
#ifndef WIRE_FRAME_H
#define WIRE_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum {
    FRAME_SYNC = 0xA5,
    FRAME_MAX_PAYLOAD = 64,
    FRAME_OVERHEAD = 8,
    FRAME_MAX_BYTES = FRAME_MAX_PAYLOAD + FRAME_OVERHEAD,
};

struct frame {
    uint8_t kind; /* enum op_kind, wire/ops.h */
    uint8_t seq;
    uint8_t nbytes; /* of payload, 0..FRAME_MAX_PAYLOAD */
    uint8_t payload[FRAME_MAX_PAYLOAD];
};

/* Writes f to out; returns the number of bytes, f->nbytes + FRAME_OVERHEAD, or 0 (and writes
 * nothing) when f->nbytes is more than FRAME_MAX_PAYLOAD. */
size_t frame_encode(const struct frame *f, uint8_t out[FRAME_MAX_BYTES]);

/* Bytes received and not yet known to be a frame. Zero it to start. */
struct frame_parser {
    uint8_t buf[FRAME_MAX_BYTES];
    uint8_t used;
    uint32_t dropped; /* bytes that belonged to no valid frame, since the start */
};

/* Takes one byte. Returns 1 and fills *out when it completes a valid frame, else 0. After damage
 * the bytes behind the false start are scanned again, so that a good frame inside is not lost; a
 * frame found that way is returned by the same call. Never blocks. */
int frame_push(struct frame_parser *p, uint8_t byte, struct frame *out);

/* One byte may end a false start that holds several whole frames: after frame_push has returned 1,
 * each call returns 1 and fills *out with the next of them, 0 when there is none. A caller that
 * leaves it out gets them, one each, from the frame_push calls that follow. */
int frame_next(struct frame_parser *p, struct frame *out);

/* Gives up the frame begun but not finished (call after a silence longer than a frame takes). A
 * false start may have waited for bytes that never come while whole frames stood behind it: call
 * until it returns 0; each 1 filled *out with one of them. Then the parser is empty. */
int frame_flush(struct frame_parser *p, struct frame *out);

#endif
