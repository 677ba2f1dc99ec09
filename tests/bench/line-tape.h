/* tests/bench/line-tape.h - what one end of a line saw of it, to be played to the same code again:
 * so the processor's time of the laptop's end is measured without the simulation around it. While
 * playing, each call costs the system calls that a real line costs. */
#ifndef TESTS_BENCH_LINE_TAPE_H
#define TESTS_BENCH_LINE_TAPE_H

#include "emu/remote/link.h"

struct tape_call {
    int result;
    uint64_t now; /* when it returned */
};

struct tape {
    struct link_port port; /* records, then plays */
    const struct link_port *real;
    struct tape_call *call;
    size_t ncalls, room, at;
    uint8_t *bytes;
    size_t nbytes, bytes_room, bytes_at;
    uint64_t now;
    int sink, source; /* file descriptors */
    int differs;      /* set: it was not used as it was recorded */
};

/* Starts to record what goes through t->port to `real`. */
void tape_record(struct tape *t, const struct link_port *real);

/* Starts to play: from the first call on again. */
void tape_play(struct tape *t);
void tape_free(struct tape *t);

#endif
