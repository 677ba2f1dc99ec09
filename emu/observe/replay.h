/* emu/observe/replay.h - a recorded run in the place of the devices: answers reads from its log,
 * and finds where the program does something else. */
#ifndef EMU_OBSERVE_REPLAY_H
#define EMU_OBSERVE_REPLAY_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/counts.h"
#include "emu/observe/log-file.h"

struct replay {
    /* Fill these. */
    struct clock *clock; /* virtual, without alarms: told the time of each record */
    void *self;
    /* The program's RAM, all of it there, or null. */
    void *(*memory)(void *self, uint32_t addr, uint32_t nbytes, int write);
    /* A bus master's bytes are there now, as when they were recorded. */
    void (*wrote)(void *self, uint32_t addr, uint32_t nbytes);
    /* The program makes *a, which is not what comes next; *r is, and r->kind may be any. Does not
     * return. */
    void (*differs)(void *self, const struct bus_access *a, const struct log_record *r);
    /* The log is at its end: it ended there (r->kind is LOG_END), was not completed (r is null), or
     * is damaged (why). The program goes on with *a. Does not return. */
    void (*over)(void *self, const struct bus_access *a, const struct log_record *r,
                 const char *why);
    const struct call_counts *counts; /* of the program, as the engine counts them */

    struct bus *bus;
    struct bus_target target;
    struct bus_watcher before, after; /* in front of and behind all others */
    struct log_reader log;
    struct log_record next;
    int matched;             /* by the access that is being performed */
    int state;               /* of log_next: 1 there is a next one, 0 or -1 */
    struct call_counts then; /* at the last record */
    int computes;            /* the interrupt that comes next did so here, while it computed */
    int inexact;             /* there were such, and its blocks do not count */
    struct clock_alarm alarm;
    uint32_t looks; /* for input, in vain, since the last record */
};

/* Opens the log. 0, or -1 with r->log.why. */
int replay_open(struct replay *r, const char *path);

/* Takes the place of every device on the bus. replay_watch comes when all other watchers are there,
 * with replay_watch_first before the first. */
void replay_map(struct replay *r, struct bus *bus);
void replay_watch_first(struct replay *r);
void replay_watch(struct replay *r);

/* For struct native_host: which interrupt the recorded run had here; whether the next one came
 * while the program computed, between the call that is the last one now and the one after, and
 * where; the program computes, just there; its handler begins, which has interrupted the location
 * that comes back. */
int replay_irq_pending(struct replay *r);
int replay_irq_computing(struct replay *r, uint32_t *pc);
void replay_irq_look(struct replay *r);
uint32_t replay_irq_begins(struct replay *r, int *by_signal);

/* The byte of input the recorded run had here, or -1. */
int replay_input(struct replay *r);

/* The cycle counter, where the log has it; otherwise `computed`. */
uint32_t replay_cycles(struct replay *r, uint32_t computed);

/* The program ended: whether the recorded run did as well. If not, *next is what it did. */
int replay_ended(struct replay *r, const struct log_record **next);

#endif
