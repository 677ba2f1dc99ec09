/* full-except.S - from an exception into C with all registers of what it interrupted, and back into
 * what they are then. Each kind has a stack of its own below INT_STACK_ADDR, from the top at every
 * exception: one that interrupts its own kind's handler loses that handler. */
#include "function.inc"

.equ FRAME, 72 @ regs_t, and sp stays 8-aligned (AAPCS 5.2.1.2)
.equ STACK_NBYTES, 0x10000

@ Registers that C code may change are in the frame at sp, lr is the pc; spsr is the cpsr of that moment.
@ sp and lr of its mode follow; then the handler is called with the frame.
.macro finish handler
    str lr, [sp, #60]
    mrs r1, spsr
    str r1, [sp, #64]
    mov r0, sp
    and r2, r1, #0x1F
    cmp r2, #USER_MODE
    moveq r2, #SYS_MODE
    orr r2, r2, #0xC0
    mrs r3, cpsr
    msr cpsr_c, r2
    str sp, [r0, #52]
    str lr, [r0, #56]
    msr cpsr_c, r3
    bl \handler
    mov r0, sp
    b switchto_priv_asm
.endm

@ lr is `offset` beyond the instruction that runs next or has failed (DDI 0100I A2-16).
.macro entry name, offset, stack, handler
\name:
    sub lr, lr, #\offset
    ldr sp, =(INT_STACK_ADDR - \stack * STACK_NBYTES - FRAME)
    stm sp, {r0-r12}
    finish \handler
    .ltorg
.endm

    .section .text.full_except_ints, "ax", %progbits
    .balign 32
    .weak full_except_ints
    .type full_except_ints, %object
full_except_ints:
    ldr pc, 1f
    ldr pc, 2f
    ldr pc, 3f
    ldr pc, 4f
    ldr pc, 5f
    ldr pc, 1f
    ldr pc, 6f
    ldr pc, 7f
1:  .word reset
2:  .word undefined
3:  .word syscall
4:  .word prefetch_abort
5:  .word data_abort
6:  .word interrupt
7:  .word fast_interrupt
end full_except_ints

reset:
    mov sp, #INT_STACK_ADDR
    mov r0, #0
    bl reset_vector
    b .

    entry undefined, 4, 1, libpi_full_undef
    entry prefetch_abort, 4, 2, libpi_full_prefetch
    entry data_abort, 8, 3, libpi_full_data_abort
    entry interrupt, 4, 0, libpi_full_interrupt

@ Its mode has an own r8 to r12; libpi does not use fast interrupts.
fast_interrupt:
    sub r0, lr, #4
    mov sp, #INT_STACK_ADDR
    bl fast_interrupt_vector
    b .

@ A system call of the supervisor's own keeps its stack, below which r0 and r1 rest for a moment; lr is
@ lost then, as the instruction says. Its frame has the sp before it.
syscall:
    stmdb sp, {r0, r1}
    mrs r0, spsr
    and r0, r0, #0x1F
    cmp r0, #SUPER_MODE
    mov r1, sp
    ldrne sp, =(INT_STACK_ADDR - 4 * STACK_NBYTES)
    sub sp, sp, #FRAME
    add r0, sp, #8
    stm r0, {r2-r12}
    ldr r0, [r1, #-8]
    str r0, [sp]
    ldr r0, [r1, #-4]
    str r0, [sp, #4]
    beq 1f
    finish libpi_full_syscall
1:  str r1, [sp, #52]
    str lr, [sp, #56]
    str lr, [sp, #60]
    mrs r1, spsr
    str r1, [sp, #64]
    mov r0, sp
    bl libpi_full_syscall
    mov r0, sp
    b switchto_priv_asm
    .ltorg
