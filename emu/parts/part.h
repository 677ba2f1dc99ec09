/* emu/parts/part.h - what a part on the pins is made of: a struct part_kind in a file of its own,
 * named in list.c. docs/devices.md shows how to write one.
 *
 * A part knows the wiring, the clock and its own arguments; no engine, no register, no file
 * descriptor. Everything it is handed lives until the run ends. */
#ifndef EMU_PARTS_PART_H
#define EMU_PARTS_PART_H

#include <stddef.h>
#include <stdint.h>

#include "emu/core/clock.h"
#include "emu/core/i2c.h"
#include "emu/core/spi.h"
#include "emu/parts/wiring.h"

enum { PART_ARGS = 12 };

enum part_type {
    PART_PIN,    /* .number: a pin of the chip (0..53) */
    PART_NUMBER, /* .number: between min and max, also 0x... */
    PART_TIME,   /* .number: nanoseconds */
    PART_TEXT,   /* .text */
};

/* An argument of a part. Those without a name in front are taken in the order of the list. */
struct part_param {
    const char *name; /* null ends the list */
    enum part_type type;
    const char
        *fallback;     /* what holds when it is left out; null: it must be given; "": see given */
    const char *what;  /* for --part help */
    uint32_t min, max; /* PART_NUMBER */
};

struct part_arg {
    int given; /* by the user, or by a fallback that is not "" */
    uint64_t number;
    const char *text;
};

struct parts;

struct part_kind {
    const char *name; /* --part NAME */
    const char *what; /* for --part help */
    const struct part_param *params;
    size_t shared_bytes; /* zeroed memory that all parts of this kind in a run have in common */
    /* Makes one and connects it; args stand as params do. 0, or -1 after part_error. */
    int (*make)(struct parts *p, const struct part_arg *args, void *shared);
};

/* Zeroed memory, freed when the run ends. Ends the process when there is none. */
void *part_new(struct parts *p, size_t nbytes);

/* A copy of text that lives as long. */
char *part_text(struct parts *p, const char *text);

/* Says what is wrong with the arguments; returns -1. */
int part_error(struct parts *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct clock *part_clock(struct parts *p);

/* A driver at a pin, doing nothing yet, for part_drive. what: the name of the part's own pin, for
 * reports; kept. */
int part_end(struct parts *p, unsigned pin, const char *what);

/* Changes what the part does to the pin. */
void part_drive(struct parts *p, int end, enum drive d);

/* Has changes of a pin's level told: heard may drive pins and set alarms. Null: part_level is all
 * that is wanted. */
void part_listen(struct parts *p, unsigned pin, void *self,
                 void (*heard)(void *self, unsigned pin, int level));

int part_level(struct parts *p, unsigned pin);

/* A remark for the user, on standard error. */
void part_say(struct parts *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The console: the program's text on standard output, and what is typed. part_typed returns a byte
 * or -1: none now; part_print is not told apart from what the program prints elsewhere. */
void part_print(struct parts *p, uint8_t byte);
int part_typed(struct parts *p);

/* Has it told when the program seems to wait for something from outside: it reads the pins over and
 * over, or spins with interrupts on. waits returns 1 if it found something to do. */
void part_wait_for(struct parts *p, void *self, int (*waits)(void *self));

/* Has it told when the run ends. */
void part_at_end(struct parts *p, void *self, void (*ended)(void *self));

/* Places it behind a select of one of the chip's SPI masters (0 to 2: SPI0 to SPI2), or on an I2C
 * bus (0, 1) of the chip's own. */
void part_behind_spi(struct parts *p, unsigned master, unsigned select, struct spi_slave *s);
void part_behind_i2c(struct parts *p, unsigned bus, struct i2c_slave *s);

#endif
