/* tests/bench/line-naive.h - the protocol that ours is compared with: one message an access. A put
 * is 9 bytes without an answer, a get 5 bytes with an answer of 5; nothing is checked, nothing
 * repeated. 32-bit accesses only. */
#ifndef TESTS_BENCH_LINE_NAIVE_H
#define TESTS_BENCH_LINE_NAIVE_H

#include "tests/bench/line-journal.h"
#include "tests/bench/line-world.h"

enum { NAIVE_PUT = 'P', NAIVE_GET = 'G', NAIVE_PUT_BYTES = 9, NAIVE_GET_BYTES = 5 };

struct naive {
    struct world *world;
    uint8_t heard[NAIVE_PUT_BYTES]; /* the Pi's */
    unsigned nheard;
    uint64_t round_trips;
};

/* Makes the Pi of world w run it. */
void naive_init(struct naive *n, struct world *w);

/* The laptop's end. */
struct journal_path naive_path(struct naive *n);

#endif
