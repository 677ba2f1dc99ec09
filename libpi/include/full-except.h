/* full-except.h - exception handlers that see all registers of what was interrupted, and change
 * them: they are restored when the handler returns. It may switchto others instead. Each kind of
 * exception has 64 KB of stack, from the top each time: a handler may cause exceptions of other
 * kinds. A laptop has no such registers: a call does not link there. */
#ifndef FULL_EXCEPT_H
#define FULL_EXCEPT_H

#include "switchto.h"

typedef void (*full_except_t)(regs_t *r);
typedef int (*full_excepti_t)(regs_t *r);

/* Sets the vector base to libpi's table. Panics when it was set to another, unless override_p. */
void full_except_install(int override_p);

/* Each returns the handler before; without one the exception panics. pc is the instruction that has
 * failed, or runs next. What the handler for system calls returns is r0 of the caller. */
full_except_t full_except_set_prefetch(full_except_t h);
full_except_t full_except_set_data_abort(full_except_t h);
full_except_t full_except_set_undef(full_except_t h);
full_except_t full_except_set_interrupt(full_except_t h);
full_excepti_t full_except_set_syscall(full_excepti_t h);

static inline void *full_except_get_vec(void)
{
    extern uint32_t full_except_ints[];
    return full_except_ints;
}

#endif
