/* vectors.S - the exception vectors and what they enter. One level: a handler that is interrupted
 * itself loses its stack. */
#include "exception.inc"
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
    ldr pc, 1f
    ldr pc, 6f
    ldr pc, 7f
1:  .word reset_entry
2:  .word undefined_entry
3:  .word swi_entry
4:  .word prefetch_abort_entry
5:  .word data_abort_entry
6:  .word interrupt_entry
7:  .word fast_entry
    .weak _interrupt_table_end
_interrupt_table_end:
end _interrupt_table

    .section .text.exception_entries, "ax", %progbits
    .balign 4
reset_entry:
    mov sp, #INT_STACK_ADDR
    mov r0, #0
    bl reset_vector
    b .
undefined_entry:
    exception 4, undefined_instruction_vector
prefetch_abort_entry:
    exception 4, prefetch_abort_vector
data_abort_entry:
    exception 8, data_abort_vector
interrupt_entry:
    exception 4, interrupt_vector
fast_entry:
    exception 4, fast_interrupt_vector

@ A system call keeps the supervisor's stack: the caller may be on it. It returns behind the swi.
swi_entry:
    push {r0-r12, lr}
    sub r0, lr, #4
    bl software_interrupt_vector
    ldm sp!, {r0-r12, pc}^
