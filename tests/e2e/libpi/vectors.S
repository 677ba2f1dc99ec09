/* A program's own vectors, reached through the vector base register. */
#include "rpi-asm.h"

    .align 5
    .globl own_vectors
own_vectors:
    ldr pc, =unhandled_reset
    ldr pc, =unhandled_undefined_instruction
    ldr pc, =add_one
    ldr pc, =unhandled_prefetch_abort
    ldr pc, =unhandled_data_abort
    ldr pc, =unhandled_reset
    ldr pc, =unhandled_interrupt
    ldr pc, =unhandled_fiq
    .ltorg

MK_FN(add_one)
    add r0, r0, #1
    movs pc, lr

MK_FN(system_call)
    push {lr}
    swi 1
    pop {pc}
