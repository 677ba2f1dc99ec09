/* libunix/echo.h - a running program's console: its output to out, in's bytes to it.
 * my-install and echo share it, so that both print the same bytes and end alike. */
#ifndef LIBUNIX_ECHO_H
#define LIBUNIX_ECHO_H

#include <stddef.h>

#include "libunix/line.h"

enum echo_end {
    ECHO_DONE,      /* DONE!!! and a newline */
    ECHO_REBOOT,    /* a boot loader's greeting: the Pi restarted */
    ECHO_FAILED,    /* either of them, after a panic or a failed assertion */
    ECHO_LINE_GONE, /* the line went away before that */
    ECHO_OUT_GONE,  /* out takes no more: errno says why */
};

/* Copies both ways until the program ends; blocks without limit. Bytes that a terminal must not see
 * become spaces; a greeting is not printed. The end of `in` ends nothing. in is read only while
 * this process is in the terminal's foreground, and not before the program has printed something or
 * a second has passed: a program that sets up its UART throws away what came earlier. SIGPIPE must
 * be ignored. */
enum echo_end echo_run(struct line *l, int in, int out);

/* The exit status that goes with it. */
int echo_exit_status(enum echo_end end);

/* One line without a newline for the user, or null when there is nothing to say. */
const char *echo_end_text(enum echo_end end, const char *line_name, char *buf, size_t nbytes);

#endif
