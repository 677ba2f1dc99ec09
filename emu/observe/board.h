/* emu/observe/board.h - a run's board as plain data, for displays in other processes: pins, the
 * UARTs' text, time, the last accesses; and the commands that displays send back.
 *
 * The run's process is the only writer of a struct board_state, which lies in shared memory; it
 * waits for nobody. Readers look when they like. Numbers may be a moment apart from each other;
 * each is whole (on a 32-bit run, a reader may see one half of a 64-bit number too old). */
#ifndef EMU_OBSERVE_BOARD_H
#define EMU_OBSERVE_BOARD_H

#include <stddef.h>
#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/observe/pins.h"

enum { BOARD_ACCESSES = 1 << 17, BOARD_TEXT = 1 << 16, BOARD_REMARK = 160 };

struct board_access {
    uint64_t ns;
    uint32_t addr, value; /* of delays and the like: value alone */
    uint32_t pc;          /* 0: not known */
    uint8_t op;           /* enum bus_op */
    uint8_t origin;       /* enum bus_origin */
    uint8_t width;        /* bytes */
    uint8_t failed;
};

/* Of one layout in every kind of process: what has 8 bytes comes first, then what has 4. */
struct board_state {
    uint64_t ns;                 /* now */
    uint64_t accesses;           /* reads and writes so far */
    uint64_t level, level_known; /* one bit a pin */
    uint64_t driven;             /* from outside: by a wire, a part, a display */
    uint64_t seen;               /* accesses that were put into the ring */
    uint64_t printed;            /* bytes that were put into the other */
    double speed;                /* 0: as fast as it can */

    uint32_t fsel[6];              /* functions, for pins_function */
    uint32_t remarks;              /* how many there were */
    uint32_t sent;                 /* commands; displays count up */
    int32_t paused;                /* between two accesses */
    int32_t waits;                 /* for what is typed */
    int32_t ended, status, signal; /* the run is over, its exit status, and what ended it */
    int32_t quit; /* displays: the run is being ended by who watches, which is no failure */

    /* What does not change. */
    int32_t
        virtual_time;  /* ns is virtual, and speed paces it; else the laptop's, since the start */
    int32_t can_drive; /* pins are the models' */
    int32_t can_type;  /* devices answer, not a log */
    int32_t unused;
    char program[64];

    char remark[BOARD_REMARK];                  /* why a command was refused */
    struct board_access access[BOARD_ACCESSES]; /* number n at n % BOARD_ACCESSES */
    char text[BOARD_TEXT];                      /* as a terminal may be given it */
};

_Static_assert(offsetof(struct board_state, fsel) == 64, "of one layout everywhere");
_Static_assert(offsetof(struct board_state, program) == 136, "of one layout everywhere");
_Static_assert(offsetof(struct board_state, access) == 200 + BOARD_REMARK &&
                   BOARD_REMARK % 8 == 0 && sizeof(struct board_access) == 24,
               "of one layout everywhere");

/* ---- the run's side ---- */

/* Where pins are known from; with level null, from accesses alone, and the others are not read. */
struct board_pins {
    const uint64_t *level, *driven;
    const uint64_t *alt;              /* pins that devices drive, whose level is known where */
    const uint64_t *wired, *detected; /* somebody hears them */
};

struct board_watch {
    struct bus_watcher watcher; /* for bus_watch; quick accesses stay quick */
    struct board_state *state;
    const struct bus *bus;
    const uint64_t *ns;                      /* of virtual time; null: ask */
    uint64_t (*now)(void *self);             /* ns since the start */
    enum bus_origin (*origin)(uintptr_t pc); /* of a quick access */
    struct board_pins pins;
    struct seen_pins seen;
    void *self;
    void (*saw)(void *self,
                const struct bus_access *a); /* behind each that is not quick; or null */
};

/* Fills in watcher, and a state that is zeroed and has what the boot loader leaves behind. All else
 * stands in *w before. */
void board_watch_init(struct board_watch *w);

/* Brings the state up to date where no access does: time passed, a pin was driven. */
void board_refresh(struct board_watch *w);

/* What the program printed. A few instructions a byte, in little stack. */
void board_printed(struct board_state *s, const char *text, size_t nbytes);

/* ---- the displays' side ---- */

struct board_pin {
    enum pins_function function;
    int known, level; /* level: 0 when not known */
    int driven;       /* from outside */
};

struct board_pin board_pin(const struct board_state *s, unsigned pin);

/* "in", "out", or what the ALT function is on this pin: "TXD1"; "ALT4" where it has none (p.
 * 102-103). */
const char *board_function_name(unsigned pin, enum pins_function f);

/* Copies what comes behind *from, at most n; *from is then behind it. What was overwritten
 * meanwhile is left out and counted in *lost. Returns how many. */
size_t board_accesses(const struct board_state *s, uint64_t *from, struct board_access *out,
                      size_t n, uint64_t *lost);
size_t board_text(const struct board_state *s, uint64_t *from, char *out, size_t n, uint64_t *lost);

/* ---- commands ---- */

enum board_what {
    BOARD_PAUSE,
    BOARD_CONTINUE,
    BOARD_STEP,   /* one read, write, delay or barrier, then pause */
    BOARD_DRIVE,  /* pin, to; refused unless its function is input and can_drive */
    BOARD_TYPE,   /* nbytes of text, for the program's UART */
    BOARD_FASTER, /* times speed, which may be below 1; stays in the range of: */
    BOARD_SPEED,  /* speed: from 0.001 to 1000000; refused unless virtual_time */
};

enum board_drive { BOARD_RELEASE, BOARD_LOW, BOARD_HIGH };

enum { BOARD_TYPED = 32 };

struct board_command {
    double speed;
    uint8_t what, pin, to, nbytes;
    char text[BOARD_TYPED];
    uint8_t unused[4];
};

_Static_assert(sizeof(struct board_command) == 16 + BOARD_TYPED, "of one layout everywhere");

/* Writes *c to the pipe fd of the run with this state; never blocks. 0, or -1: the pipe is full or
 * the run is gone. Any number of displays may send. */
int board_send(int fd, struct board_state *s, const struct board_command *c);

#endif
