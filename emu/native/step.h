/* emu/native/step.h - finds the instruction in front of which a recorded run was interrupted while
 * it computed, one instruction after the other from the call before on. Within the engine only.
 *
 * On x86, and not under valgrind or a debugger. Where it is not found near that call, or cannot be
 * looked for, the interrupt comes when the program computes for as long as it is called spinning.
 */
#ifndef EMU_NATIVE_STEP_H
#define EMU_NATIVE_STEP_H

#include <ucontext.h>

#include "emu/native/native.h"

void step_start(const struct native_host *h);

/* The program goes on behind a call, or where a signal interrupted it. */
void step_from_call(void);
void step_from_signal(ucontext_t *context);

/* Whether traps are ours. */
int step_is_on(void);

/* One came, in front of pc. 1: it is there, and the program's handler is to run; stepping is over.
 */
int step_reached(ucontext_t *context, uintptr_t pc);

#endif
