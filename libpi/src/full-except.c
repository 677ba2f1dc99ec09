/* full-except.c - handlers that see and change all registers of what an exception interrupted. A
 * laptop has none of these registers: there a program that calls them does not link. */
#ifdef __arm__

#include "full-except.h"
#include "internal.h"
#include "vector-base.h"

static full_except_t on_undef, on_prefetch, on_data_abort, on_interrupt;
static full_excepti_t on_syscall;

static void __attribute__((noreturn)) nobody(const char *what, const regs_t *r)
{
    panic("full_except: nobody handles this %s: pc=%x, cpsr=%x, lr=%x\n", what,
          (unsigned)r->regs[REGS_PC], (unsigned)r->regs[REGS_CPSR], (unsigned)r->regs[REGS_LR]);
}

/* What libpi/asm/full-except.S calls; r is restored when they return. */
#define KIND(kind, text)                                                                           \
    void libpi_full_##kind(regs_t *r);                                                             \
    LIBPI_WEAK void libpi_full_##kind(regs_t *r)                                                   \
    {                                                                                              \
        if (!on_##kind)                                                                            \
            nobody(text, r);                                                                       \
        on_##kind(r);                                                                              \
    }                                                                                              \
    LIBPI_WEAK full_except_t full_except_set_##kind(full_except_t h)                               \
    {                                                                                              \
        full_except_t before = on_##kind;                                                          \
        on_##kind = h;                                                                             \
        return before;                                                                             \
    }

KIND(undef, "undefined instruction")
KIND(prefetch, "prefetch abort")
KIND(data_abort, "data abort")
KIND(interrupt, "interrupt")

void libpi_full_syscall(regs_t *r);
LIBPI_WEAK void libpi_full_syscall(regs_t *r)
{
    if (!on_syscall)
        nobody("system call", r);
    r->regs[REGS_R0] = on_syscall(r);
}

LIBPI_WEAK full_excepti_t full_except_set_syscall(full_excepti_t h)
{
    full_excepti_t before = on_syscall;
    on_syscall = h;
    return before;
}

LIBPI_WEAK void full_except_install(int override_p)
{
    void *before = vector_base_get();
    if (before && before != full_except_get_vec() && !override_p)
        panic("full_except_install: other vectors are installed at %x\n",
              (unsigned)(uintptr_t)before);
    vector_base_set(full_except_get_vec());
}

#endif
