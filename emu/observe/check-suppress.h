/* emu/observe/check-suppress.h - findings that are not wanted: files like valgrind's.
 *
 *     {
 *        the sensor wants its clock before its power
 *        emu:pin-direction
 *        reg:GPIO.SET0
 *        fun:gpio_*
 *        src:sensor.c:40
 *        ...
 *        fun:notmain
 *     }
 *
 * docs/checks.md says what each line means. Nothing here prints. */
#ifndef EMU_OBSERVE_CHECK_SUPPRESS_H
#define EMU_OBSERVE_CHECK_SUPPRESS_H

#include <stddef.h>
#include <stdint.h>

enum { SUPPRESS_LINES = 24, SUPPRESS_LINE_MAX = 255, SUPPRESS_WHY_MAX = 512 };

/* A place of a backtrace. */
struct check_frame {
    const char *function, *file; /* file: a path, "" if not known */
    unsigned line;
};

struct suppress_line {
    enum { SUPPRESS_ANY, SUPPRESS_FUN, SUPPRESS_SRC } kind; /* ANY: "...", no frame or more */
    char *glob;
    unsigned line; /* of src:FILE:LINE; 0: each */
};

struct suppression {
    char *name, *rule, *reg; /* globs; reg null: each */
    struct suppress_line frame[SUPPRESS_LINES];
    unsigned nframes;
    unsigned at;   /* its line in the file */
    uint64_t used; /* findings it kept back */
    const char *path;
    struct suppression *next;
};

struct suppressions {
    struct suppression *first, **tail; /* by file and line */
    char why[SUPPRESS_WHY_MAX];
};

/* Adds what stands in the file to *s, which is zero at first; path is borrowed. Blocks of other
 * tools are left out. 0, or -1 with s->why, "FILE:LINE: what is wrong". */
int suppress_read(struct suppressions *s, const char *path);
int suppress_parse(struct suppressions *s, const char *path, const char *text, size_t nbytes);

/* The first block that fits a finding with this backtrace, innermost first; counts it. Null: none.
 */
struct suppression *suppress_match(struct suppressions *s, const char *rule, const char *reg,
                                   const struct check_frame *frames, size_t n);

/* A block that fits exactly this finding into buf, as snprintf does. */
size_t suppress_text(const char *rule, const char *reg, const struct check_frame *frames, size_t n,
                     char *buf, size_t nbytes);

void suppress_free(struct suppressions *s);

#endif
