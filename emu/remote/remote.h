/* emu/remote/remote.h - backend: the real Pi answers, through the device loop at the other end of a
 * line.
 *
 * One request at a time, repeated until answered, performed once (wire/ops.h). */
#ifndef EMU_REMOTE_REMOTE_H
#define EMU_REMOTE_REMOTE_H

#include <stddef.h>
#include <stdint.h>

#include "emu/core/bus.h"
#include "libunix/line.h"
#include "wire/frame.h"

enum remote_error {
    REMOTE_SILENT = -60,  /* nothing came back: is the device loop running there? */
    REMOTE_GARBAGE = -61, /* bytes came back, no frame: baud or wiring */
    REMOTE_VERSION = -62, /* a loop of another version */
    REMOTE_GONE = -63,    /* the device vanished */
    REMOTE_STOPPED = -64, /* `stop` said so */
    REMOTE_LOST = -65,    /* answered before, does not any more */
    REMOTE_NO_PI = -66,   /* the boot loader greets, or the session is forgotten: the Pi rebooted */
    REMOTE_BOOT_LOADER = -68, /* a boot loader is there, not the device loop: boot it first */
    REMOTE_CONFUSED = -67, /* it answers, but not to what was asked: somebody else on the line? */
};

struct remote {
    struct line *line;
    struct bus_target target;
    struct frame_parser parser;
    uint8_t seq;
    uint16_t version;       /* the loop's, when it greeted */
    uint32_t nonce;         /* of this session */
    int error;              /* enum remote_error that ended the session, 0 while it lasts */
    uint64_t requests;      /* operations performed */
    uint64_t repeats;       /* requests sent again */
    struct bus_access last; /* the last completed operation */
    size_t heard;           /* bytes received */
    uint32_t greeting;      /* the last four bytes received: the boot loader's word among them? */
    void *self;
    void (*text)(void *self, const char *text,
                 size_t nbytes); /* console output from the Pi's side */
    void (*remark)(void *self, const struct bus_access *a,
                   int status); /* a write the loop left out */
    int (*stop)(void *self);    /* polled while waiting: nonzero gives up */
};

/* Greets the loop on `line` (borrowed) until it answers, at most timeout_ms. r's callbacks must be
 * set, the rest zero. 0 or a negative enum remote_error. */
int remote_open(struct remote *r, struct line *line, unsigned timeout_ms);

/* Makes the Pi answer for every peripheral address. */
void remote_map(struct remote *r, struct bus *b);

/* Microseconds of the Pi's system timer (64 bits, both halves consistent); 0 when the session is
 * over. */
uint64_t remote_time_us(void *remote);

/* Sends the Pi back to its boot loader; waits for the answer at most 300 ms. */
void remote_reboot(struct remote *r);

/* One line for a user: what happened, after which operation, what to check. */
const char *remote_error_text(const struct remote *r, int error, char *buf, size_t nbytes);

#endif
