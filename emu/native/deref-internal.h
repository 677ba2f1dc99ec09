/* emu/native/deref-internal.h - between the files that perform direct device accesses: what is the
 * same on every machine, and a processor's own part. */
#ifndef EMU_NATIVE_DEREF_INTERNAL_H
#define EMU_NATIVE_DEREF_INTERNAL_H

#include <stdint.h>
#include <ucontext.h>

#include "emu/core/bus.h"
#include "emu/native/decode.h"
#include "emu/native/deref.h"

/* One place in the program that dereferences a device address. */
struct place {
    uintptr_t pc;
    uint8_t *code; /* x86: the instruction, written out again as a function, */
    uint8_t *jump; /* and so that it goes on in the program; only under valgrind */
    struct decoded d;
    struct place *next;
};

enum { MAX_PLACES = 2046 };

/* Moves nbytes between bytes and the devices at addr, in accesses of at most 4, lowest first. */
void deref_transfer(const struct place *p, uintptr_t addr, enum bus_op op, void *bytes,
                    unsigned nbytes);

/* The processor's part. The first is called once a place, number-th of all, with its description:
 * 0, or -1 with *why. The second is called each time the place traps, and steps over the
 * instruction when it is done; the third only when *rest says so. */
int deref_prepare(struct place *p, int number, const char **why);
void deref_run_place(const struct place *p, ucontext_t *context, uintptr_t addr,
                     struct deref_rest *rest);
void deref_finish_place(const struct place *p, ucontext_t *context, const struct deref_rest *rest);

#endif
