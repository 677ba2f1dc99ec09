/* switchto.h - full register sets and jumps into them, from any privileged mode but the fast
 * interrupt's. A laptop has no such registers: a call does not link there. */
#ifndef SWITCHTO_H
#define SWITCHTO_H

#include <stdint.h>

#include "cpsr-util.h"

enum {
    REGS_R0 = 0,
    REGS_R1 = 1,
    REGS_R2 = 2,
    REGS_SP = 13,
    REGS_LR = 14,
    REGS_PC = 15,
    REGS_CPSR = 16,
};

typedef struct {
    uint32_t regs[17]; /* r0 to r15, cpsr */
    uint32_t reg_hash;
} regs_t;

typedef void (*switch_fn_t)(regs_t *) __attribute__((noreturn));

/* sp and lr of another privileged mode. */
void priv_get_sp_lr_asm(uint32_t mode, uint32_t *sp, uint32_t *lr);

/* Continues at r in the mode of its cpsr. */
void switchto_priv_asm(regs_t *r) __attribute__((noreturn));
void switchto_user_asm(regs_t *r) __attribute__((noreturn));

/* Saves the running registers in old, then fn(next). */
void cswitch_asm(regs_t *old, regs_t *next, switch_fn_t fn);

int switchto_save_regs(void (*fn)(uint32_t *regs, void *arg), uint32_t *regs, void *arg);
uint32_t switchto_user(void);

static inline void mode_get_sp_lr(regs_t *r)
{
    uint32_t cpsr = r->regs[REGS_CPSR];
    if (mode_get(cpsr) == USER_MODE)
        panic("cannot handle user level\n");
    priv_get_sp_lr_asm(cpsr, &r->regs[REGS_SP], &r->regs[REGS_LR]);
}

#ifdef __arm__
static inline __attribute__((noreturn)) void switchto(regs_t *r)
{
    if (mode_get(r->regs[REGS_CPSR]) == USER_MODE)
        switchto_user_asm(r);
    switchto_priv_asm(r);
}

static inline void switchto_cswitch(regs_t *old, regs_t *next)
{
    assert(mode_get(cpsr_get()) != USER_MODE);
    int user = mode_get(next->regs[REGS_CPSR]) == USER_MODE;
    cswitch_asm(old, next, user ? switchto_user_asm : switchto_priv_asm);
}
#else
/* A laptop has none of these registers: there a call does not link. */
void switchto(regs_t *r) __attribute__((noreturn));
void switchto_cswitch(regs_t *old, regs_t *next);
#endif

/* Registers that call fn on stack sp and return to on_exit. */
static inline regs_t switchto_mk(uint32_t fn, void *sp, uint32_t cpsr, void (*on_exit)(int retv))
{
    regs_t r = {.reg_hash = 0};
    r.regs[REGS_PC] = fn;
    r.regs[REGS_SP] = (uint32_t)(uintptr_t)sp;
    r.regs[REGS_LR] = (uint32_t)(uintptr_t)on_exit;
    r.regs[REGS_CPSR] = cpsr;
    return r;
}

#endif
