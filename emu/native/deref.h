/* emu/native/deref.h - plain loads and stores of device addresses: a program that reaches its
 * devices through pointers rather than put32 and get32. Within the engine only. */
#ifndef EMU_NATIVE_DEREF_H
#define EMU_NATIVE_DEREF_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

/* What deref_perform leaves to deref_finish. */
struct deref_rest {
    uintptr_t pc; /* 0: nothing */
    uint8_t operand[16];
};

/* Performs on the bus the access at addr that trapped in the instruction context points to, puts
 * the result where the instruction wants it, and steps over it. 8 and 16 bytes become accesses of
 * 4, lowest first. Returns 0, or -1 with *why a text that says why it cannot be done. Not
 * reentrant. */
int deref_perform(ucontext_t *context, uintptr_t addr, struct deref_rest *rest, const char **why);

/* To be called last before the signal handler that called deref_perform returns: under valgrind the
 * instruction is finished only then. */
void deref_finish(ucontext_t *context, const struct deref_rest *rest);

/* On x86 under valgrind, the handler to install in fault_handler's place: notes the program's
 * vector registers, which valgrind's signal frames do not hold. */
void deref_entry(int sig, siginfo_t *info, void *context);

/* Whether the instruction at pc writes to memory; -1: unknown. Slow (ms) the first time. */
int deref_writes(uintptr_t pc);

#endif
