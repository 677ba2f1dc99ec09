/* emu/observe/compare.h - do two recorded runs do the same to their devices? Exactly, or up to
 * reordering that no device can tell. docs/compare.md states the rules. */
#ifndef EMU_OBSERVE_COMPARE_H
#define EMU_OBSERVE_COMPARE_H

#include <stddef.h>
#include <stdint.h>

#include "emu/observe/compare-input.h"

/* A record as it is compared. */
struct compare_event {
    uint64_t at; /* as in struct compare_input */
    uint64_t ns;
    uint32_t addr, value, count, pc;
    uint8_t kind, op, width, origin; /* enum log_kind, bus_op, bus_origin */
    int8_t result;
};

/* What may be reordered. */
enum compare_rules {
    COMPARE_DEVICES = 1, /* accesses to different devices */
    COMPARE_BITS = 2,    /* writes of different bits, where each bit acts alone */
    COMPARE_WRITES = 4,  /* of repeated plain writes only the last is seen */
    COMPARE_READS = 8,   /* reads that change nothing of what nothing changes */
    COMPARE_REORDER = 15,
};

enum { COMPARE_CONTEXT_MAX = 100, COMPARE_WINDOW = 1 << 18 };

struct compare_options {
    unsigned rules; /* 0: exactly */
    int all;        /* not the program's own accesses alone, but every record */
    /* Only what acts: reads without effect and barriers are left out, and what a read gave is not
     * compared. */
    int effects;
    int time;              /* times, too; not with rules */
    uint64_t tolerance_ns; /* with time */
    size_t window;         /* with rules: how many may wait for their like; 0: COMPARE_WINDOW */
};

enum compare_verdict {
    COMPARE_EQUAL,
    COMPARE_DIFFERENT,
    COMPARE_UNREADABLE, /* a log is damaged; what was read before is equal so far as it goes */
    COMPARE_NO_MEMORY,
};

/* Why they differ. */
enum compare_why {
    COMPARE_OTHER,   /* the other run does this, or nothing more */
    COMPARE_WHEN,    /* at another time */
    COMPARE_MISSING, /* with rules: one has it before the next barrier, the other has not */
    COMPARE_FAR,     /* with rules: more than `window` wait for their like, this one first */
};

struct compare_side {
    int there; /* else the run has nothing more */
    struct compare_event e;
};

struct compare {
    /* Set before. */
    struct compare_options options;

    enum compare_why why;
    struct compare_side side[2];  /* where they differ */
    struct compare_side fence[2]; /* COMPARE_MISSING: what they come to behind it */
    int unreadable;               /* which of the two: bits 1 and 2 */
    uint64_t equal;               /* accesses of the first that were found in the second */
    int moved;                    /* some were equal in another order only */
    int unended;                  /* which of the two stopped before its run's end: bits 1, 2 */
    /* The last that were equal, of the first run: a ring, nkept % COMPARE_CONTEXT_MAX is next. */
    struct compare_event kept[COMPARE_CONTEXT_MAX];
    uint64_t nkept;

    unsigned shows; /* by both */
    struct compare_input *in[2];
};

/* Reads both up to the first difference. */
enum compare_verdict compare_run(struct compare *c, struct compare_input *a,
                                 struct compare_input *b);

/* For compare-*.c: the next of a side that is compared: 1, 0, -1. */
int compare_next(struct compare *c, int which, struct compare_event *e);
int compare_same(const struct compare *c, const struct compare_event *a,
                 const struct compare_event *b);
void compare_keep(struct compare *c, const struct compare_event *e);
enum compare_verdict compare_differ(struct compare *c, enum compare_why why,
                                    const struct compare_event *a, const struct compare_event *b);
enum compare_verdict compare_reordered(struct compare *c);

void compare_event_of(const struct log_record *r, uint64_t at, struct compare_event *e);

/* The text of an event: "PUT32(0x20200008) = 0x1 # GPIO.FSEL2", "interrupt", ... Returns buf. */
enum { COMPARE_TEXT = 160 };
const char *compare_text(const struct compare_event *e, char *buf, size_t nbytes);

#endif
