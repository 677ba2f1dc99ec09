/* emu/parts/parts.h - everything the command line wires to the pins of one run. */
#ifndef EMU_PARTS_PARTS_H
#define EMU_PARTS_PARTS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "emu/parts/part.h"
#include "emu/parts/wiring.h"

enum { PARTS_WAITERS = 32, PARTS_KINDS = 32 };

/* What the parts need from outside; any function may be null. */
struct parts_host {
    struct pins pins;
    struct clock *clock;
    void *self;
    void (*say)(void *self, const char *text);
    void (*program_did)(void *self, const char *text); /* say, and where the program is; null: say
                                                        */
    void (*print)(void *self, uint8_t byte);
    unsigned (*waiting)(void *self); /* typed bytes that can be taken */
    uint8_t (*get)(void *self);
    void (*spi)(void *self, unsigned master, unsigned select, struct spi_slave *s);
    void (*i2c)(void *self, unsigned bus, struct i2c_slave *s);
};

struct parts_hook {
    void *self;
    int (*waits)(void *self);
    void (*ended)(void *self);
};

struct parts_block;

struct parts {
    struct parts_host host;
    struct wiring wiring;
    struct parts_hook waiter[PARTS_WAITERS], end[PARTS_WAITERS];
    unsigned waiters, ends;
    struct parts_block *blocks; /* memory, freed at the end */
    void *shared[PARTS_KINDS];
    const char *making; /* name of the part being made */
    char error[400];    /* after -1: what is wrong, and what to write instead */
};

void parts_init(struct parts *p, const struct parts_host *host);

/* --wire A-B, --wire A=high|low; --input FILE; --part NAME[:ARGUMENTS]. 0, or -1 with p->error. */
int parts_wire(struct parts *p, const char *text);
int parts_input(struct parts *p, const char *path);
int parts_add(struct parts *p, const char *text);

/* All is added: it takes effect. */
void parts_start(struct parts *p);

/* The chip's side of the pins moved. */
static inline void parts_changed(struct parts *p)
{
    wiring_changed(&p->wiring);
}

/* The program seems to wait. Returns 1 if a part found something to do about it. */
int parts_waits(struct parts *p);

/* Ends them (files are written) and frees everything. */
void parts_end(struct parts *p);

/* What --part help prints. */
void parts_help(FILE *out);

/* All kinds, ended by null; list.c. */
extern const struct part_kind *const part_kinds[];

#endif
