/* emu/native/checkers.h - what valgrind and AddressSanitizer are told about the program's stacks.
 * Each does nothing when no checker is there. */
#ifndef EMU_NATIVE_CHECKERS_H
#define EMU_NATIVE_CHECKERS_H

#include <stddef.h>
#include <stdint.h>

int checkers_valgrind(void); /* whether the process runs under valgrind */

void checkers_stack(uintptr_t lo, size_t nbytes);
/* The program is about to run on the stack that holds addr (announced before, or the main one). */
void checkers_stack_runs(uintptr_t addr);

#endif
