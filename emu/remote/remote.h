/* emu/remote/remote.h - backend: the real Pi answers, through the device loop at the other end of a
 * line. Decides what must travel and what need not: posted writes, shadow registers, wait loops,
 * delays. The writes, the reads that have effects, and their order are the program's. */
#ifndef EMU_REMOTE_REMOTE_H
#define EMU_REMOTE_REMOTE_H

#include <stddef.h>
#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/remote/bounce.h"
#include "emu/remote/link.h"
#include "emu/remote/poll.h"
#include "emu/remote/shadow.h"

/* Each set: without that acceleration. */
struct remote_switches {
    int no_batch;   /* each operation travels alone, and is waited for */
    int no_compact; /* each write says its whole value */
    int no_shadow;  /* every read travels */
    int no_fuse;    /* wait loops run on the laptop, a round trip a look */
    int no_delay;   /* delays pass on the laptop, after everything before them is executed */
    int no_speed;   /* the line stays at its first speed */
};

struct remote_stats {
    uint64_t reads, writes; /* of the program */
    uint64_t shadowed;      /* reads answered from shadow registers */
    uint64_t fused;         /* reads answered from what the Pi read while it waited */
    uint64_t polls;         /* reads sent as polls */
    uint64_t delays;        /* executed on the Pi */
    uint64_t not_sent;      /* writes left out by the rules */
    uint64_t events;        /* interrupts reported by the Pi */
    uint64_t pi_accesses, pi_repeated, pi_overruns, pi_damage; /* as the Pi counted; at the end */
};

enum remote_remark { REMOTE_DROPPED, REMOTE_CHANGED, REMOTE_REFUSED, REMOTE_ABORTED };

struct remote {
    struct link link;
    struct link_port port;
    struct remote_switches off;
    struct remote_stats stats;
    struct bus_target target;
    struct shadow shadow;
    struct poll poll;
    struct bounce bounce; /* its callbacks must be set, too */
    uint64_t replays;     /* reads that the Pi made in vain while it waited: answered from here */
    uint64_t replays_end; /* ns: they are too old then */
    uint64_t poll_start;  /* ns: when the first answer of the last poll came */
    uint64_t looked;      /* ns: when the last read was answered that may be one of a wait */
    uint8_t arm;          /* number of the last OP_ARM */
    uint8_t armed;
    const char *name; /* of the line, for messages */
    void *self;       /* argument of the callbacks, which must be set */
    /* An access that was left out, changed or refused to keep the line alive, or aborted. */
    void (*remark)(void *self, const struct bus_access *a, enum remote_remark what);
};

/* Greets the loop at the other end of r->port until it answers, at most timeout_ms, and moves the
 * line to the first of `speeds` (descending, ends with 0; null: none) that verifies. r's port,
 * name, switches and callbacks must be set, the rest zero; baud is the line's now, 0 if unknown. 0
 * or a negative enum link_error. Waits. */
int remote_open(struct remote *r, unsigned baud, const unsigned *speeds, uint32_t nonce,
                unsigned timeout_ms);

/* Makes the Pi answer for every peripheral address. */
void remote_map(struct remote *r, struct bus *b);

/* The accesses behind the bus: 0 or BUS_LOST (r->link.error says why). Reads wait for their value
 * unless it is known; writes wait only when the window is full. */
int remote_read(struct remote *r, struct bus_access *a);
int remote_write(struct remote *r, const struct bus_access *a);

/* A barrier: what was written goes out as soon as the line is free. Never waits. */
void remote_barrier(struct remote *r);

/* Lets us microseconds pass on the Pi between the accesses around it. Returns when that has nearly
 * passed here as well, so that what the program does next comes neither late nor much too early. */
void remote_delay(struct remote *r, uint32_t us);

/* Waits until everything is executed. 0 or a negative enum link_error. */
int remote_sync(struct remote *r);

/* Microseconds of the Pi's system timer (64 bits, both halves consistent); 0 when the session is
 * over. Waits for a round trip. */
uint64_t remote_time_us(void *remote);

/* on: the Pi reports the next interrupt that the program enabled at the controller; it is then in
 * r->link.event until taken. */
void remote_watch_interrupts(struct remote *r, int on);

/* Does what is due (flushes, repeats, receives) without waiting; when to call again. */
int remote_service(struct remote *r);

/* Waits for everything to be executed, asks for the Pi's counters, and sends it back to its boot
 * loader. At most about 1 s. The port may have ended the session (LINK_STOPPED); now it must not.
 */
void remote_close(struct remote *r);

/* One line for a user: what happened, after which operation, what to check. */
const char *remote_error_text(const struct remote *r, int error, char *buf, size_t nbytes);

/* The table of --stats into buf, lines with newlines. */
const char *remote_stats_text(const struct remote *r, char *buf, size_t nbytes);

#endif
