/* emu/native/gate.h - the one door from a recompiled program into the harness.
 *
 * Guest code (emu/native/guest) calls emu_gate on whatever stack the program runs; emu_gate
 * switches to the host stack, calls native_call, and returns on the guest's. No host frame outlives
 * a call, so a program may switch threads at any point between two calls. Names that begin with
 * emu_ are the only ones renaming leaves alone. */
#ifndef EMU_NATIVE_GATE_H
#define EMU_NATIVE_GATE_H

#include <stdint.h>

#include "emu/core/quick.h"

enum emu_call {
    CALL_READ8, /* a: address, pc -> value */
    CALL_READ16,
    CALL_READ32,
    CALL_WRITE8, /* a: address, b: value, pc */
    CALL_WRITE16,
    CALL_WRITE32,
    CALL_BARRIER,
    CALL_DELAY_US,     /* a: microseconds */
    CALL_DELAY_CYCLES, /* a: iterations */
    CALL_DEV_VAL,      /* a: value */
    CALL_CYCLES,       /* -> core cycles, low 32 bits */
    CALL_STACK_MADE,   /* a: lowest address, b: bytes */
    CALL_STACK_RUNS,   /* a: address on the stack the program switches to */
    CALL_TEXT,         /* a: text, b: bytes: console output at level printk and uart */
    CALL_GETC,         /* -> console input byte, or -1: level uart */
    CALL_CPSR,         /* -> the status register */
    CALL_CPSR_SET,     /* a: value */
    CALL_BLOCK,        /* a basic block begins, see struct emu_blocks; pc */
    CALL_NO_HANDLER,   /* an interrupt came, but no vectors were installed; pc */
    CALL_UNSUPPORTED,  /* a: name of a function that needs the arm engine, pc */
};

uintptr_t emu_gate(enum emu_call call, uintptr_t a, uintptr_t b, uintptr_t pc);

/* What put32 and get32 need to make a quick access by themselves, on the program's stack: the
 * harness's clock, its bus, and the end of that stack. */
struct emu_quick {
    uint64_t *ns, *accesses;
    const uint64_t *until_ns; /* not before the clock stands here */
    const struct bus_quick *pages;
    uintptr_t stack; /* not with a frame below this */
    int barriers;    /* somebody wants to hear of barriers all the same */
};

extern struct emu_quick emu_quick;

/* What a basic block costs that was compiled to be counted (emu-cc --counted): its call of
 * emu_block adds each_ns to *ns and *counted_ns, or goes through the gate when *ns is not below
 * *until_ns then. */
struct emu_blocks {
    uint64_t *ns, *counted_ns;
    const uint64_t *until_ns;
    uint64_t each_ns;
};

extern struct emu_blocks emu_blocks;
void emu_block(void);

/* The other door: the harness enters the program, at its start, and for an interrupt at pc, on a
 * stack of the program's (guest/start.c). */
extern const uint32_t *emu_vectors; /* what the program installed, or null */
void emu_guest_start(void);
void emu_guest_interrupt(uintptr_t pc, uintptr_t fast);

#endif
