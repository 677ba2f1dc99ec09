/* my-install/report.h - what my-install says while it boots: trace, progress, the Pi's own words.
 * All of it goes to standard error. */
#ifndef MY_INSTALL_REPORT_H
#define MY_INSTALL_REPORT_H

#include "libunix/boot.h"
#include "my-install/options.h"

struct report {
    const char *what; /* that is sent: for the progress line */
    enum trace_level trace;
    int progress; /* show it: standard error is a terminal, and nothing else is printed there */
    int heard;    /* anything, from the Pi */
    int percent;  /* shown last; -1: none */
};

/* What --timeout says when it ends the run later than in boot_program, or before. */
extern const char report_time_limit[];

void report_init(struct report *r, const struct options *o, const char *what);

/* The observers of o, for one call of boot_program, which follows. Until the Pi is heard, the time
 * limit says that it was not. */
void report_attach(struct report *r, struct boot_options *o);

/* The trace's first line. */
void report_sending(const struct report *r, const void *code, size_t nbytes);

/* Ends the progress line, if there is one. */
void report_end(struct report *r);

#endif
