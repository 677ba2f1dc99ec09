/* my-install/supervise.h - runs the command of -exec under a time limit. */
#ifndef MY_INSTALL_SUPERVISE_H
#define MY_INSTALL_SUPERVISE_H

/* Runs command in a child, passes on the signals that end programs, and ends it at deadline_ms (of
 * line_now_ms()): SIGTERM, then after two seconds SIGKILL. Returns the exit status: the child's,
 * 128+n of a signal, 2 if it could not be run, and 4 with *expired set at the limit. */
int supervise(char **command, unsigned long long deadline_ms, int *expired);

#endif
