/* tools/line/line-fault.h - what can go wrong on a simulated line, when it does, and how a user
 * writes that down. Whether a fault strikes depends on the seed and the byte's position alone,
 * never on time. */
#ifndef TOOLS_LINE_LINE_FAULT_H
#define TOOLS_LINE_LINE_FAULT_H

#include <stdint.h>

enum line_dir { LINE_TO_PI, LINE_TO_LAPTOP, LINE_DIRS };

enum line_fault_kind {
    LINE_DROP,    /* the byte is lost */
    LINE_FLIP,    /* one bit of it is inverted */
    LINE_REPEAT,  /* it comes twice */
    LINE_INSERT,  /* a random byte comes before it */
    LINE_CUT,     /* both wires are dead from this byte on */
    LINE_NOISE,   /* from this byte on, random bytes come at full rate instead of what is sent */
    LINE_SILENCE, /* from this byte on, nothing comes in this direction */
    LINE_FAULT_KINDS,
};

struct line_fault {
    enum line_fault_kind kind;
    unsigned dirs;     /* bit 1 << enum line_dir */
    uint64_t every;    /* strikes 1 in `every` bytes, at random; 0: exactly once, at byte `at` */
    uint64_t at;       /* a position counts what was sent in that direction; the first byte is 0 */
    uint64_t lasts_ns; /* LINE_CUT, LINE_NOISE, LINE_SILENCE; 0: for good */
};

extern const char *const line_fault_name[LINE_FAULT_KINDS];
extern const char *const line_dir_name[LINE_DIRS];

/* Reads [to-pi:|to-laptop:]1/N or ...@POSITION, followed by +Tms where the kind lasts (a cut may
 * leave it out). N from 1, T from 0.001 to 1e9. 0, or -1 when `text` is something else. */
int line_fault_parse(enum line_fault_kind kind, const char *text, struct line_fault *out);

/* Does it strike the byte at this position? */
int line_fault_strikes(const struct line_fault *f, uint64_t seed, enum line_dir dir,
                       uint64_t position);

/* A random number that belongs to (seed, stream, n): the same at every call. */
uint64_t line_random(uint64_t seed, uint64_t stream, uint64_t n);

#endif
