/* emu/observe/log-text.h - device accesses as lines of text, in each form that is in use: written,
 * and read back out of a program's output.
 *
 *     course  TRACE:3: PUT32(0x20200008) = 0x1     the course's laptops since 2023; --trace
 *     all     TRACE:3: PUT32(0x20200008) = 0x1 # GPIO.FSEL2              --trace=all
 *     2019    \tTRACE:PUT32(0x20200008)=0x1        the course's laptops in 2019 and 2020
 *     pi      TRACE:PUT32(0x20200008)=0x1          the course's traces on the Pi itself
 *
 * docs/compare.md says what each of them shows. No input or output here. */
#ifndef EMU_OBSERVE_LOG_TEXT_H
#define EMU_OBSERVE_LOG_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "emu/observe/log.h"

enum log_text_format {
    LOG_TEXT_COURSE,
    LOG_TEXT_ALL,
    LOG_TEXT_2019,
    LOG_TEXT_PI,
    LOG_TEXT_UNKNOWN, /* no line told yet */
};

/* What a form tells of a run, or a log does. */
enum log_shows {
    SHOWS_BETWEEN = 1, /* barriers, delays in cycles, DEV_VAL32 */
    SHOWS_DELAY_US = 2,
    SHOWS_ORIGINS = 4, /* what the console's driver and the DMA engine did */
    SHOWS_RESULTS = 8,
    SHOWS_REST = 16, /* interrupts, bus masters' bytes, input, cycles, the end */
    SHOWS_TIME = 32,
    SHOWS_ALL = 63,
};

unsigned log_text_shows(enum log_text_format format);

/* "course", "all", "2019", "pi", or LOG_TEXT_UNKNOWN; and back. */
enum log_text_format log_text_format_named(const char *name);
const char *log_text_format_name(enum log_text_format format);

/* Reads lines in order. Zero it and set format to LOG_TEXT_UNKNOWN, or to what is to be read. */
struct log_text {
    enum log_text_format format;
    /* Every line so far could be of either numbered form: only one that names a register, or none,
     * tells. */
    int undecided;
    uint64_t line;   /* of the text, from 1, that was read last */
    uint64_t number; /* of the next numbered line */
    int numbered;    /* there was one */
    char why[160];
};

/* One line, of nbytes without its newline. 1: *r is its access (time and location are 0);
 * 0: it is other output of the program; -1: it is a broken line of the trace, t->why says how.
 * What stands before a trace in its line was printed without a newline, and is skipped. */
int log_text_line(struct log_text *t, const char *line, size_t nbytes, struct log_record *r);

/* Does the form have a line for this record? `all` and `course` are printed by struct trace. */
int log_text_has(enum log_text_format format, const struct log_record *r);

/* The line of 2019 or of the Pi, with its newline, into buf of TRACE_MAX_TEXT bytes or more.
 * Returns its length. */
size_t log_text_print(enum log_text_format format, const struct bus_access *a, char *buf,
                      size_t nbytes);

/* The virtual time at the end of *r, which begins at ns: of a text, which has none. */
uint64_t log_text_time(const struct log_record *r, uint64_t ns);

#endif
