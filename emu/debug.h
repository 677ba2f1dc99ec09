/* emu/debug.h - what a run keeps for the gdb commands of emu/gdb/pi.py, which read it by these
 * names: change both together. Without a debugger nothing is kept. */
#ifndef EMU_DEBUG_H
#define EMU_DEBUG_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/regs.h"
#include "emu/dev/board.h"

enum {
    DEBUG_KEPT = 1024, /* accesses of each kind */
    DEBUG_REGISTERS = 512,
    DEBUG_FILTERS = 64,
    DEBUG_PINS = 54,
};

/* The program's own accesses, and all others: of libpi's console driver and the DMA engine. */
enum debug_kind { DEBUG_PROGRAM, DEBUG_OTHERS, DEBUG_KINDS };

struct debug_access {
    uint64_t number; /* of all that was kept, from 1 */
    uint64_t ns;     /* the clock when it was over; with a Pi, 0 */
    uint64_t pc;     /* where the caller goes on */
    uint32_t addr, value;
    int32_t result;
    uint8_t op, width, origin;
};

/* What went over the bus last. */
struct debug_last {
    uint32_t addr, read, written;
    uint8_t was_read, was_written;
};

enum debug_peek_status {
    PEEK_NOT_DONE,   /* the model gave no answer */
    PEEK_VALUE,      /* what the program would read now */
    PEEK_UNMODELLED, /* nobody answers there */
    PEEK_WRITE_ONLY,
    PEEK_EFFECT,    /* reading it would change something */
    PEEK_ELSEWHERE, /* a Pi answers, or a recorded run */
};

struct debug_peeked {
    uint32_t addr, value;
    uint32_t status; /* enum debug_peek_status */
};

struct debug_view {
    int kept; /* the run began under a debugger */
    const struct bus *bus;
    const struct dev_gpio_state *gpio; /* null: no model of the pins answers */
    int8_t place[DEBUG_PINS];          /* of each pin on the 40-pin header; 0: none */
    uint64_t count[DEBUG_KINDS], number;
    struct debug_access access[DEBUG_KINDS][DEBUG_KEPT];
    struct debug_last last[DEBUG_REGISTERS];
    unsigned nlast;
    const struct bus_access *at; /* the access device_access is called for */
    int ends;                    /* it ends the run */
    int nfilters;                /* -1: device_access is called for every access */
    uint32_t filter[DEBUG_FILTERS];
    struct debug_peeked *peeked;                 /* shared with the child that looks */
    const char *scripts;                         /* these two keep their files in the program */
    int (*peek)(uint32_t addr, uint32_t nbytes); /* debug_peek */
};

extern struct debug_view emu_debug;

/* Starts keeping, if the run is debugged. board: of the models; null when others answer. */
void debug_watch(struct bus *b, const struct dev_board *board);

/* The access under way ends the run: no watcher is going to see it. */
void debug_ends(void);

/* For a debugger to call while the program is stopped, wherever it is: what the registers in [addr,
 * addr + nbytes) would read, into emu_debug.peeked. Returns how many there are. Changes nothing:
 * the models are asked in a child process, which has copies of them and no open file. Needs 300
 * bytes of stack. */
int debug_peek(uint32_t addr, uint32_t nbytes);

/* Places for a debugger's breakpoints; they do nothing. debug_begins: the program is about to run.
 * device_access: an access that the filters ask for was made. */
void debug_begins(void);
void device_access(uint32_t addr, uint32_t value, int is_write, unsigned width);

#endif
