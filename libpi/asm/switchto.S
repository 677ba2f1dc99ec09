/* switchto.S - jumps into a full set of registers (switchto.h: 17 words, r0 to pc, then cpsr), and
 * out of one. Called in a privileged mode; not for the fast interrupt's mode, which has own r8-r12. */
#include "function.inc"

@ void switchto_priv_asm(regs_t *r), and for user mode. sp and lr are set in the mode that will run, or
@ in system mode, which shares the user's. Then lr of a mode nobody is in points at pc and cpsr, which
@ rfe loads together (DDI 0100I A4-113).
function switchto_priv_asm
    ldr r1, [r0, #64]
    and r1, r1, #0x1F
    cmp r1, #USER_MODE
    moveq r1, #SYS_MODE
    orr r2, r1, #0xC0
    msr cpsr_c, r2
    ldr sp, [r0, #52]
    ldr lr, [r0, #56]
    cmp r1, #UNDEF_MODE
    movne r2, #(0xC0 | UNDEF_MODE)
    moveq r2, #(0xC0 | ABORT_MODE)
    msr cpsr_c, r2
    mov lr, r0
    ldm lr, {r0-r12}
    add lr, lr, #60
    rfeia lr
end switchto_priv_asm

function switchto_user_asm
    b switchto_priv_asm
end switchto_user_asm

@ void cswitch_asm(regs_t *old, regs_t *next, switch_fn_t fn): who switches to old returns from here.
function cswitch_asm
    stm r0, {r0-r12}
    str sp, [r0, #52]
    str lr, [r0, #56]
    str lr, [r0, #60]
    mrs r3, cpsr
    str r3, [r0, #64]
    mov r0, r1
    bx r2
end cswitch_asm

@ void priv_get_sp_lr_asm(uint32_t mode, uint32_t *sp, uint32_t *lr)
function priv_get_sp_lr_asm
    mrs r3, cpsr
    orr r0, r0, #0xC0
    msr cpsr_c, r0
    str sp, [r1]
    str lr, [r2]
    msr cpsr_c, r3
    bx lr
end priv_get_sp_lr_asm
