/* emu/remote/link.h - the laptop's end of the line: operations become frames, frames are sent in a
 * window and repeated until executed, answers become values. docs/wire.md is its contract.
 *
 * It keeps no clock and opens nothing: struct link_port does, so that a run can live in virtual
 * time. Knows nothing of registers. Functions that wait say so; they wait at most until the Pi is
 * known to be lost (LINK_LOST_MS) or the port says no. */
#ifndef EMU_REMOTE_LINK_H
#define EMU_REMOTE_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "wire/frame.h"
#include "wire/ops.h"

enum link_error {
    LINK_SILENT = -60,      /* nothing came back: is the device loop running there? */
    LINK_GARBAGE = -61,     /* bytes came back, no frame: baud or wiring */
    LINK_VERSION = -62,     /* a loop of another version */
    LINK_GONE = -63,        /* the device vanished */
    LINK_STOPPED = -64,     /* the port said so: somebody wants the run to end */
    LINK_LOST = -65,        /* answered before, does not any more */
    LINK_REBOOTED = -66,    /* the boot loader greets, or the session is forgotten */
    LINK_CONFUSED = -67,    /* it answers, but not to what was asked */
    LINK_BOOT_LOADER = -68, /* greeting: a boot loader is there, not the device loop */
};

enum {
    LINK_REPEAT_MS =
        60, /* beyond what the line and the Pi need: an adapter's latency, a busy laptop */
    LINK_LOST_MS = 1550,    /* without any valid frame, while one is due: more than bursts last */
    LINK_RETREAT_MS = 1100, /* the same at a high speed: the Pi may be back at the first speed */
    LINK_SILENCE_MS = 50,   /* inside a frame: more than an adapter's latency of 16 ms, or than TCP
                             * keeps a piece back, 40 ms */
    LINK_FLUSH_US = 1000,   /* age of the oldest operation not sent yet */
    LINK_MAX_RESULTS = 32,  /* of one frame */
};

struct link_port {
    void *self;
    uint64_t (*now_ns)(void *self);
    /* Writes as many of n bytes as the line takes now: the count, or negative enum link_error. */
    int (*write)(void *self, const uint8_t *bytes, size_t n);
    /* Waits until bytes come, at most until until_ns: how many, 0 at that time, or negative enum
     * link_error. */
    int (*read)(void *self, uint8_t *bytes, size_t room, uint64_t until_ns);
    /* Changes the speed of this end, when what was written has left. 0 or negative. Null: cannot.
     */
    int (*set_baud)(void *self, unsigned baud);
};

/* An operation of a frame, kept for messages and to read the answer. */
struct link_op {
    uint8_t kind, slot, width, nbytes;
    uint32_t addr, value;
};

struct link_frame {
    uint16_t nbytes, nops;
    uint16_t count; /* operations, with the repetitions that are not in op */
    uint8_t nresults;
    uint32_t busy_us;  /* the delays in it */
    uint64_t expected; /* ns: when the Pi can have executed it; 0: it was not sent yet */
    struct link_op op[FRAME_MAX_BODY];
    uint8_t bytes[FRAME_MAX_BYTES];
};

/* The frame that is being written. */
struct link_leaving {
    uint32_t seq;
    uint16_t nbytes, written; /* 0 nbytes: none */
    uint8_t bytes[FRAME_MAX_BYTES];
};

struct link_result {
    uint8_t kind; /* enum op_kind */
    uint8_t refused;
    uint8_t nbytes; /* of block */
    uint32_t value;
    uint8_t block[OP_MAX_BLOCK];
};

/* What the Pi does about the last operation, a poll. */
enum link_poll {
    LINK_NO_POLL,    /* nothing (more) */
    LINK_POLLING,    /* it goes on reading, and has said no more than what is in changes */
    LINK_POLL_LIMIT, /* it stopped after poll_reads reads that gave the last value */
};

struct link_event {
    int awaited; /* set by whoever sent OP_ARM with `number`; cleared when it comes */
    int pending; /* set by the link, cleared by whoever takes it */
    uint8_t number;
    uint32_t time_us, basic, pending1, pending2;
};

struct link_stats {
    uint64_t ops, frames, down_bytes, up_bytes, round_trips;
    uint64_t repeats; /* frames sent again */
    uint64_t damage;  /* times that bytes arrived which were no valid frame */
};

struct link {
    const struct link_port *port;
    void *self; /* argument of the two below */
    /* The Pi refused an operation. */
    void (*refused)(void *self, const struct link_op *op);
    int error; /* enum link_error that ended the session, 0 while it lasts */
    unsigned baud, first_baud;
    unsigned high_baud; /* that both ends agreed on; 0: none, or the Pi went back */
    struct frame_key key;
    struct encoder encoder;
    struct link_stats stats;

    /* sending */
    uint32_t acked, made; /* frames executed for certain; frames closed */
    uint32_t sent;        /* the next to send is sent + 1 */
    uint32_t sent_once;   /* the last one ever sent */
    struct link_leaving leaving;
    uint8_t repeated;       /* something was sent again since all was executed */
    uint8_t go_back;        /* from acked + 1 on again, when the frame being sent is out */
    uint64_t go_back_again; /* NAKs before this time belong to what was sent before */
    struct link_frame
        out[FRAME_WINDOW + 1];    /* frame n at n % (FRAME_WINDOW + 1); the last is open */
    uint8_t body[FRAME_MAX_BODY]; /* of the open frame */
    uint8_t nbody, body_max, flush;
    uint64_t opened;     /* when its first operation came */
    uint64_t round_trip; /* ns: what the last link_collect took */
    uint64_t line_free;  /* when the last byte written will have left */
    uint64_t pi_free;    /* when the Pi will have done all delays */
    uint64_t due;        /* an answer is due by then */
    uint64_t valid;      /* when the last valid frame came, or the first one due was sent */
    uint64_t looked;     /* when the line was looked at last */

    /* receiving */
    struct frame_gather in;
    uint64_t last_byte;
    uint32_t tail; /* the last four bytes that belong to no valid frame: the boot loader's word? */
    uint64_t greeted;
    size_t heard;
    struct link_result result[LINK_MAX_RESULTS];
    unsigned nresults;
    struct link_op last; /* the last operation executed for certain */
    uint64_t executed;   /* operations executed for certain */
    enum link_poll poll;
    uint32_t poll_first, poll_reads;
    uint32_t change[POLL_CHANGES]; /* values the poll met after the first, in order */
    unsigned changes, changes_taken;
    struct link_event event;

    /* control frames */
    uint8_t control_kind, control_bytes; /* kind awaited, 0: none; its body */
    uint8_t control[FRAME_MAX_BODY];
    uint16_t version;
    uint32_t bounce_addr, bounce_bytes; /* as the Pi greeted */
};

/* A link over `port` at `baud` (0: unknown, counted as 115200), before any session. l->refused may
 * be set afterwards. compact: clear gives each operation its plainest form. */
void link_init(struct link *l, const struct link_port *port, unsigned baud, int compact);

/* Greets the loop until it answers, at most timeout_ms: a new session. 0 or negative. Waits. */
int link_greet(struct link *l, uint32_t nonce, unsigned timeout_ms);

/* Moves both ends to the first of the speeds (descending, 0 ends the list) that verifies, or stays.
 * Returns the speed now, or negative. Waits, some 50 ms a speed that works, 500 ms one that does
 * not. Only with nothing under way. */
int link_speed_up(struct link *l, const unsigned *speeds);

/* Instead of a session, or in the middle of link_greet or link_speed_up, when the port stopped
 * them: sends a loop that has answered back to its boot loader. Waits, at most 1.6 s, and now the
 * port must not say stop. */
void link_abandon(struct link *l);

/* Adds an operation to the open frame. Waits only when the window is full. A result (GET, POLL,
 * LOAD) is in l->result in order after link_collect. 0 or negative. */
int link_op(struct link *l, struct op *op);

/* Makes room for operations of nbytes bytes in one frame: what is open goes first. 0 or negative.
 */
int link_reserve(struct link *l, size_t nbytes);

/* Sends what is open and waits until everything is executed. Results are those of the last frame. 0
 * or negative. */
int link_collect(struct link *l);

/* Whether everything given to the link is executed. */
int link_idle(const struct link *l);

/* When the Pi will have done all delays given to the link, as far as known here (ns). */
uint64_t link_pi_free(struct link *l);

/* Lets the open frame go as soon as the line is free; never waits. */
int link_flush(struct link *l);

/* Waits for a further answer of the poll, an event, or until_ns. 0 or negative. */
int link_await_poll(struct link *l, uint64_t until_ns);

/* The next value that the poll met: 1 and *value, or 0. */
int link_take_change(struct link *l, uint32_t *value);

/* Nothing more of the poll counts. */
void link_end_poll(struct link *l);

/* Does what is to be done now without waiting: flushes what is old, repeats, receives. */
int link_service(struct link *l);

/* When link_service must be called at the latest: ns of the port's clock, UINT64_MAX: no need. */
uint64_t link_next(const struct link *l);

/* Serves the line until until_ns. 0 or negative. */
int link_wait(struct link *l, uint64_t until_ns);

/* Sends a control frame until one of its kind comes back: its body to l->control, its length
 * returned; or negative (LINK_LOST after timeout_ms). Waits; only with nothing under way. */
int link_control(struct link *l, enum control kind, const void *body, size_t nbytes,
                 unsigned timeout_ms);

#endif
