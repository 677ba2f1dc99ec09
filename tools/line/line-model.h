/* tools/line/line-model.h - a serial line between a laptop and a Pi, over a clock that the caller
 * moves: bytes go in at one time and come out at another. It has a baud rate, an adapter's latency,
 * the Pi's receive FIFO and seeded faults. No I/O, no clock of its own.
 * Not modelled: parity, framing, breaks, modem lines, flow control, USB's 1 ms frames.
 *
 * All times are nanoseconds of the caller's clock, which never goes back. */
#ifndef TOOLS_LINE_LINE_MODEL_H
#define TOOLS_LINE_LINE_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "tools/line/line-fault.h"

enum {
    LINE_QUEUE = 65536,    /* bytes that wait to be sent, and received ones that wait to be read */
    LINE_FTDI_PACKET = 62, /* data bytes of a USB packet of an FTDI adapter (AN232B-04) */
    LINE_MAX_FAULTS = 32,  /* of one line */
    LINE_BITS_PER_BYTE = 10, /* start, 8 data, stop */
    LINE_BAUD_MIN = 50,
    LINE_BAUD_MAX = 100000000,
};

#define LINE_NEVER UINT64_MAX

struct line_config {
    unsigned baud;
    uint64_t latency_ns; /* from a byte's arrival at the adapter to the laptop */
    /* The adapter collects bytes and hands them over latency_ns after the first of them, or when
     * LINE_FTDI_PACKET are there. (A real one's timer runs freely, so it waits at most this long.)
     */
    int ftdi;
    unsigned fifo; /* the Pi's: a byte that finds so many unread is lost; 0: LINE_QUEUE */
    uint64_t seed;
    unsigned nfaults;
    struct line_fault faults[LINE_MAX_FAULTS];
};

/* When nothing is on its way, arrived = sent - LINE_DROP - dead + LINE_REPEAT + LINE_INSERT + noise
 * - overrun. */
struct line_counts {
    uint64_t sent;    /* bytes that began to leave */
    uint64_t arrived; /* bytes that the receiver got */
    uint64_t dead;    /* bytes lost while a cut, a noise or a silence lasted */
    uint64_t noise;   /* random bytes received instead */
    uint64_t overrun; /* bytes lost because the receiver had not read those before */
    uint64_t garbled; /* bytes changed because the two sides ran at different rates */
    uint64_t faults[LINE_FAULT_KINDS]; /* how often each kind was applied */
};

/* Slots of one byte each at a fixed rate, without rounding errors that add up. */
struct line_pace {
    unsigned baud;
    uint64_t start; /* of slot 0 */
    uint64_t slots; /* used since then */
};

struct line_slot {
    uint64_t end;
    uint8_t byte;
};

struct line_arrival {
    uint64_t when; /* the receiver can read it from then on */
    uint8_t byte;
};

/* One direction. Indices count for ever; a place in a queue is the index modulo LINE_QUEUE. */
struct line_wire {
    struct line_pace pace; /* the sender's */
    uint64_t free;         /* when the sender's next byte may start */
    struct line_pace noise;
    uint64_t noise_left; /* slots */
    uint64_t silent_until;
    struct line_slot flying[3]; /* an inserted byte, the byte, its repetition */
    unsigned nflying;
    unsigned packet_bytes; /* in the adapter's open packet: the last ones that arrived */
    uint64_t packet_flush;
    uint64_t queue_head, queue_tail;
    uint64_t arrived_head, arrived_tail;
    struct line_counts counts;
    uint8_t queue[LINE_QUEUE];
    struct line_arrival arrived[LINE_QUEUE];
};

/* More than 2 MB: not for the stack. */
struct line_model {
    struct line_config config;
    uint64_t now;
    uint64_t dead_until; /* both wires are cut */
    unsigned held;
    struct line_wire wire[LINE_DIRS];
};

/* A line where nothing was sent yet, at time 0. The config is copied; baud from LINE_BAUD_MIN to
 * LINE_BAUD_MAX, fifo at most LINE_QUEUE. */
void line_model_init(struct line_model *m, const struct line_config *config);

/* Bytes that line_model_send would still take. */
size_t line_model_room(const struct line_model *m, enum line_dir dir);

/* The sender gives a byte to its transmitter at `now`; it leaves when those before it have left. 0,
 * or -1 when LINE_QUEUE bytes wait. */
int line_model_send(struct line_model *m, enum line_dir dir, uint8_t byte, uint64_t now);

/* All that happens up to and including `now` happens. */
void line_model_advance(struct line_model *m, uint64_t now);

/* When something next happens by itself: a byte starts, arrives, or becomes readable. LINE_NEVER:
 * all that was sent can be taken or is lost. Bytes behind one that can be taken now do not count.
 */
uint64_t line_model_next(const struct line_model *m);

/* When the last byte that waits now will be readable, at the latest, if none is added. */
uint64_t line_model_quiet(const struct line_model *m);

/* The receiver reads: 1 and the next byte that is readable at the model's time, with the time it
 * became so (`when` may be null); 0 when there is none. */
int line_model_take(struct line_model *m, enum line_dir dir, uint8_t *byte, uint64_t *when);

/* Of the bytes taken towards the Pi, so many still occupy its FIFO: for a caller that only passes
 * bytes on. */
void line_model_hold(struct line_model *m, unsigned nbytes);

/* The sender of this direction changes its rate; bytes that have not started leave at the new one.
 * While the two sides differ by more than 4 %, what arrives is garbage. */
void line_model_set_baud(struct line_model *m, enum line_dir dir, unsigned baud);

#endif
