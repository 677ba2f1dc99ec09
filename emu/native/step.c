/* Looking for an instruction; see step.h. */
#include "emu/native/step.h"

#include "emu/native/engine.h"
#include "emu/native/irq.h"
#include "emu/native/native.h"

#if defined(__x86_64__) || defined(__i386__)

static int possible, left; /* instructions to look at */

enum {
    TRAP_FLAG = 1 << 8, /* of EFLAGS: a trap behind the next instruction */
    FAR = 20000,        /* some 20 ms */
};

#if defined(__x86_64__)
#define read_flags __builtin_ia32_readeflags_u64
#define write_flags __builtin_ia32_writeeflags_u64
#else
#define read_flags __builtin_ia32_readeflags_u32
#define write_flags __builtin_ia32_writeeflags_u32
#endif

void step_start(const struct native_host *h)
{
    possible = h->irq_computing && !h->block_ns && !native_on_valgrind() && !native_debugged();
}

int step_is_on(void)
{
    return left > 0;
}

static int wanted(uintptr_t *where)
{
    return possible && irq_owed(where);
}

void step_from_call(void)
{
    uintptr_t where;

    if (left > 0 || !wanted(&where))
        return;
    left = FAR;
    write_flags(read_flags() | TRAP_FLAG);
}

void step_from_signal(ucontext_t *context)
{
    uintptr_t where;

    left = wanted(&where) ? FAR : 0;
    if (left)
        context->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
    else
        context->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
}

/* A call made meanwhile is the end of it: what is owed comes before. */
int step_reached(ucontext_t *context, uintptr_t pc)
{
    uintptr_t where;
    int here;

    left = !native_in_host() && wanted(&where) ? left - 1 : 0;
    here = left && pc == where && native_is_guest_text(pc);
    if (here)
        left = 0;
    if (!left)
        context->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRAP_FLAG;
    return here;
}

#else

void step_start(const struct native_host *h)
{
    (void)h;
}

int step_is_on(void)
{
    return 0;
}

void step_from_call(void)
{
}

void step_from_signal(ucontext_t *context)
{
    (void)context;
}

int step_reached(ucontext_t *context, uintptr_t pc)
{
    (void)context, (void)pc;
    return 0;
}

#endif
