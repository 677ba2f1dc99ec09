/* libunix/guard.h - a main program's last line of defence: whatever signal ends it, the line and
 * the terminal are put back first. The one part of libunix that ends the process, and only where a
 * signal would have. */
#ifndef LIBUNIX_GUARD_H
#define LIBUNIX_GUARD_H

#include "libunix/line.h"

/* Puts /dev/null, open for reading alone, on each of the descriptors 0 to 2 that is closed: else
 * the line would be opened as one of them, and the program's output would go to the Pi or what the
 * Pi sends be taken for typed text. Input is then at its end, and writing fails with EBADF. To be
 * called first in main. */
void guard_standard_descriptors(void);

/* From now on SIGINT, SIGTERM, SIGHUP, SIGQUIT close the line and exit with 128 + signal; SIGPIPE
 * is ignored. A signal that was ignored when the process began stays ignored (nohup). l must
 * outlive the process; it may be closed now and opened later. */
void guard_start(struct line *l);

/* Ends the process with status 4 after that many milliseconds, having written `message` to standard
 * error and closed the line. Replaces the limit before; 0: no limit. The string must stay. */
void guard_time_limit(unsigned long long ms, const char *message);

/* Another message for the limit that runs. */
void guard_limit_message(const char *message);

/* Printed to standard error first when a signal ends the process (a newline behind a progress
 * line); null: nothing. The string must stay. */
void guard_farewell(const char *text);

/* Default actions again, no time limit, for an exec: ignored signals and timers would be inherited.
 */
void guard_stop(void);

#endif
