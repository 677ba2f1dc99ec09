/* tests/bench/line-workloads.h - what programs do with devices, for the benchmark of the line: each
 * workload makes its accesses through struct program, and says what its devices answer. */
#ifndef TESTS_BENCH_LINE_WORKLOADS_H
#define TESTS_BENCH_LINE_WORKLOADS_H

#include <stdint.h>

#include "tests/bench/line-journal.h"

/* pc: the place of the program that makes the access. */
struct program {
    void *self;
    uint32_t (*read)(void *self, uint32_t addr, uintptr_t pc);
    void (*write)(void *self, uint32_t addr, uint32_t value, uintptr_t pc);
};

/* What must travel whatever the protocol, as long as it guesses no value: for the limit. */
struct workload_needs {
    uint64_t writes;      /* each at least a byte */
    uint64_t answers;     /* reads with an effect, exits of wait loops, other reads of what hardware
                           * changes: a request and its answer */
    uint64_t value_bytes; /* of these, that nothing foretells */
};

enum { EDGE_WAITS = 20 };

struct workload_devices {
    const struct journal *journal;
    const uint64_t *round_trips; /* how many there were */
    uint64_t seed;
    /* of the edge workload: */
    uint64_t rises;                /* ns: when the level does */
    int seen;                      /* somebody has read it since */
    uint64_t seen_after;           /* ns: the longest time from there to a read that saw it */
    uint64_t known_after;          /* ns: and until the program knew, all waits together */
    uint64_t trips_of[EDGE_WAITS]; /* round trips of each wait */
};

enum { WORKLOAD_SETTINGS = 3 };

struct workload {
    const char *name;
    const char
        *required[WORKLOAD_SETTINGS]; /* ratio of accesses/s to the naive protocol; "": none */
    int edge;                         /* measured by delay and round trips, not by accesses/s */
    void (*run)(const struct program *p, struct workload_devices *d, struct workload_needs *n);
    uint32_t (*value)(void *devices, const struct world_access *a, uint64_t looks);
};

extern const struct workload workloads[]; /* ends with a null name */

#endif
