/* emu/native/stacks.h - the stacks the program runs on: for overflow checks, and for valgrind and
 * AddressSanitizer, which must know their bounds. Within the engine only. */
#ifndef EMU_NATIVE_STACKS_H
#define EMU_NATIVE_STACKS_H

#include <stddef.h>
#include <stdint.h>

/* A stack of nbytes from lo exists; the same lo again replaces it. */
void stacks_made(uintptr_t lo, size_t nbytes);

/* The program is about to run on the stack that holds sp. */
void stacks_run(uintptr_t sp);

/* The lowest address of the stack that runs, and its size: stacks_run of the address means the same
 * stack. 0: unknown. */
uintptr_t stacks_running(size_t *nbytes);

/* Whether sp lies below the stack that runs; *nbytes its size. 0 for a stack nobody announced. */
int stacks_overflowed(uintptr_t sp, size_t *nbytes);

#endif
