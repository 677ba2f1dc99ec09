/* emu/native/checkers.h - what valgrind and AddressSanitizer are told about the program's memory.
 *
 * Each does nothing when no checker is there. The client requests are written out here rather than
 * taken from valgrind's header, because a program built on a machine without valgrind must still
 * run under it on another. */
#ifndef EMU_NATIVE_CHECKERS_H
#define EMU_NATIVE_CHECKERS_H

#include <stddef.h>
#include <stdint.h>

int checkers_valgrind(void); /* whether the process runs under valgrind */
int checkers_any(void);      /* ... or was built with AddressSanitizer */

void checkers_stack(uintptr_t lo, size_t nbytes);
/* The program is about to run on the stack that holds addr (announced before, or the main one). */
void checkers_stack_runs(uintptr_t addr);

void checkers_heap(uintptr_t lo, size_t nbytes);
void checkers_block(uintptr_t p, size_t nbytes);
void checkers_freed(uintptr_t lo, size_t nbytes);

#endif
