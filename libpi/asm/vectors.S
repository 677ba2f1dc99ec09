/* vectors.S - the exception vectors and what they enter: registers saved, the C handler called with
 * the address of the interrupted or failing instruction, and back. One level: a handler that is
 * interrupted itself loses its stack. */
#include "function.inc"

    .section .text._interrupt_table, "ax", %progbits
    .balign 4
    .weak _interrupt_table
    .type _interrupt_table, %object
_interrupt_table:
    ldr pc, 1f
    ldr pc, 2f
    ldr pc, 3f
    ldr pc, 4f
    ldr pc, 5f
    ldr pc, 6f
    ldr pc, 7f
    ldr pc, 8f
1:  .word reset_entry
2:  .word undefined_entry
3:  .word swi_entry
4:  .word prefetch_abort_entry
5:  .word data_abort_entry
6:  .word reset_entry
7:  .word interrupt_entry
8:  .word fast_entry
    .weak _interrupt_table_end
_interrupt_table_end:
    end _interrupt_table

@ lr is `offset` beyond the instruction to name and, but for aborts, to return to (DDI 0100I A2-16).
.macro entry name, offset, handler
\name:
    sub lr, lr, #\offset
    mov sp, #INT_STACK_ADDR
    push {r0-r12, lr}
    mov r0, lr
    bl \handler
    ldm sp!, {r0-r12, pc}^
.endm

    .section .text.exception_entries, "ax", %progbits
    .balign 4
reset_entry:
    mov sp, #INT_STACK_ADDR
    mov r0, #0
    bl reset_vector
    b .
entry undefined_entry, 4, undefined_instruction_vector
entry prefetch_abort_entry, 4, prefetch_abort_vector
entry data_abort_entry, 8, data_abort_vector
entry interrupt_entry, 4, interrupt_vector
entry fast_entry, 4, fast_interrupt_vector

@ A system call keeps the supervisor's stack: the caller may be on it. It returns behind the swi.
swi_entry:
    push {r0-r12, lr}
    sub r0, lr, #4
    bl software_interrupt_vector
    ldm sp!, {r0-r12, pc}^
