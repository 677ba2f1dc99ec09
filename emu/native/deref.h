/* emu/native/deref.h - plain loads and stores of device addresses: a program that reaches its
 * devices through pointers rather than put32 and get32. Within the engine only. */
#ifndef EMU_NATIVE_DEREF_H
#define EMU_NATIVE_DEREF_H

#include <stddef.h>
#include <stdint.h>
#include <ucontext.h>

/* Performs on the bus the access at addr that trapped in the instruction context points to, puts
 * the result where the instruction wants it, and steps over it. 8 and 16 bytes become accesses of
 * 4, lowest first. Returns 0, or -1 with *why a text that says why it cannot be done. Not
 * reentrant. */
int deref_perform(ucontext_t *context, uintptr_t addr, const char **why);

#endif
