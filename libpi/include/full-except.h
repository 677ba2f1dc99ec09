/* full-except.h - exception handlers that see all registers. Declared for programs that bring the
 * functions themselves; libpi does not have them yet, and a program that calls one fails to link.
 */
#ifndef FULL_EXCEPT_H
#define FULL_EXCEPT_H

#include "switchto.h"

typedef void (*full_except_t)(regs_t *r);
typedef int (*full_excepti_t)(regs_t *r);

void full_except_install(int override_p);

/* Each returns the handler before. */
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
