/* emu/run.h - what the parts of one run share: put together in emu/harness.c, used by emu/pi.c. One
 * run a process. */
#ifndef EMU_RUN_H
#define EMU_RUN_H

#include "emu/console.h"
#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/options.h"

struct run {
    struct options options;
    struct bus bus;
    struct clock clock;
    struct console console;
};

extern struct run run;

/* Ends the run: with this exit status, or by the signal sig if that is not 0. */
void run_end(int status, int sig) __attribute__((noreturn));

/* A line for the user on stderr, behind what the program has printed. */
void run_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
