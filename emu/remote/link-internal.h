/* emu/remote/link-internal.h - between the two halves of the link: frames out and frames in. */
#ifndef EMU_REMOTE_LINK_INTERNAL_H
#define EMU_REMOTE_LINK_INTERNAL_H

#include "emu/remote/link.h"

static inline uint64_t link_now(const struct link *l)
{
    return l->port->now_ns(l->port->self);
}

static inline struct link_frame *link_frame_at(struct link *l, uint32_t seq)
{
    return &l->out[seq % (FRAME_WINDOW + 1)];
}

/* Changes the speed of this end, and what depends on it. 0 or negative. */
int link_set_baud(struct link *l, unsigned baud);

/* Takes bytes that arrived at `now`. 0 or negative. */
int link_receive(struct link *l, const uint8_t *bytes, size_t n, uint64_t now);

/* Nothing arrived up to now: gives up what was begun, and notices a boot loader. 0 or negative. */
int link_quiet(struct link *l, uint64_t now);

/* Frames up to seq are executed. */
void link_acknowledge(struct link *l, uint32_t seq, uint64_t now);

/* Writes bytes that are no data frame. 0 or negative. */
int link_write_all(struct link *l, const uint8_t *bytes, size_t n);

/* Sends what may be sent, receives what comes, until until_ns or (*done)(l). 0 or negative. */
int link_pump(struct link *l, uint64_t until_ns, int (*done)(const struct link *l));

#endif
