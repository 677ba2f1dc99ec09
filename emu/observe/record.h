/* emu/observe/record.h - writes a run's log while it runs: a watcher on the bus, and what else a
 * replay cannot know. */
#ifndef EMU_OBSERVE_RECORD_H
#define EMU_OBSERVE_RECORD_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/counts.h"
#include "emu/observe/log-file.h"

/* A set of program locations. */
struct record_places {
    uint32_t *pc; /* 0: free */
    uint32_t room, n;
};

struct record_page {
    struct record *record;
    struct bus_quick inner;
};

struct record {
    struct bus_watcher watcher; /* for bus_watch */
    struct log_writer log;
    struct log_code code;
    struct clock *clock;
    struct bus *bus; /* that it watches */
    void *self;
    /* Writing failed, said once; the program goes on. */
    void (*stopped)(void *self, const char *why, uint64_t accesses);
    enum bus_origin (*origin)(uintptr_t pc);
    const struct call_counts *counts; /* of the program, as the engine counts them */

    int on;
    size_t quick_until;      /* bytes in the block: with more, and when not on, none is quick */
    uint64_t seen;           /* the last access that was recorded, of bus->performed */
    struct call_counts then; /* at the last record of the program's */
    int real;                /* times are this machine's */
    uint64_t real_start_ns;
    struct record_places places;
    struct {
        uint32_t addr, nbytes;
    } handed[16]; /* to bus masters for writing, since the last record */
    int nhanded;
    uint8_t bytes[LOG_CODE_MAX];
    struct record_page page[BUS_PAGES]; /* for quick accesses */
};

/* Creates the log and fills *r, whose clock, bus, self, stopped, origin and counters are set. 0, or
 * -1 with r->log.why. `clock` is whose time the run has: LOG_REAL with any but a virtual clock, and
 * where a virtual one repeats a run in real time. */
int record_start(struct record *r, const char *path, enum log_clock clock);

/* The program's handler begins, having interrupted pc: after the last call, or by_signal while the
 * program computed. */
void record_irq(struct record *r, unsigned which, uint32_t pc, int by_signal);

/* A byte of input read above the registers, after so many looks in vain. */
void record_input(struct record *r, uint8_t byte, uint32_t looks);

/* The cycle counter was read. */
void record_cycles(struct record *r, uint32_t value);

/* A bus master was given [addr, addr + nbytes) of the program's RAM to write to now. What it wrote
 * is recorded behind the access that is under way, or by record_settle when none is. */
void record_handed(struct record *r, uint32_t addr, uint32_t nbytes);
void record_settle(struct record *r);

/* The run ends within the access that is being performed, if one is: no watcher will see it. */
void record_ending(struct record *r);

/* The end of the run; places: text as docs/log.md has it. 0, or -1 with r->log.why. */
int record_end(struct record *r, int status, int sig, const char *places, size_t nbytes);

#endif
