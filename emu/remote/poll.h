/* emu/remote/poll.h - wait loops, recognised where they pass: the same read at the same place of
 * the program, again and again with the same value and nothing in between. Decides when the Pi
 * should go on reading by itself (OP_POLL): its first answer is the program's first read, so a
 * guess that is wrong costs a few bytes and no time. */
#ifndef EMU_REMOTE_POLL_H
#define EMU_REMOTE_POLL_H

#include <stdint.h>

#include "emu/core/bus.h"

enum { POLL_SITES = 64 };

struct poll_site {
    uintptr_t pc;
    uint32_t addr;
    int8_t score; /* above 0: a loop is expected here */
};

/* Zero it to start. */
struct poll {
    struct poll_site site[POLL_SITES];
    struct bus_access last;  /* the last read, if nothing came between */
    unsigned same;           /* reads like it in a row, with the same value */
    struct poll_site *guess; /* a first read was sent as a poll on this site's word */
};

/* Whether a read like this may go on by itself at all: repeating it has no effect. */
int poll_may(const struct bus_access *a);

/* The program is about to make this read, which travels: whether it should be sent as a poll. */
int poll_wanted(struct poll *p, const struct bus_access *a);

/* Whether this read is like the last one, with nothing in between. */
int poll_continues(const struct poll *p, const struct bus_access *a);

/* The read was answered; a->value is its value. */
void poll_saw_read(struct poll *p, const struct bus_access *a);

/* Anything else than a barrier came between. */
void poll_broken(struct poll *p);

#endif
