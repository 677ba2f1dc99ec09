/* Exception vectors of the device loop. An access to an address where no device answers may abort;
 * the loop reports that to the laptop and goes on. Anything else cannot happen while the loop is
 * whole, so the machine is reset: the boot loader greets again. */

#define STACK_TOP 0x08000000

    .text
    .globl loop_vectors, loop_vectors_end
    .balign 4
loop_vectors: @ DDI 0100I A2.6
    .rept 8
    ldr pc, [pc, #24] @ the literal 32 bytes on
    .endr
    .word broken @ reset
    .word broken @ undefined instruction
    .word broken @ software interrupt
    .word broken @ prefetch abort
    .word data_abort
    .word broken @ reserved
    .word broken @ IRQ
    .word broken @ FIQ
loop_vectors_end:

/* lr is the access plus 8: go on behind it. r13 is this mode's own and holds nothing. */
data_abort:
    ldr sp, =loop_aborted
    str sp, [sp]
    subs pc, lr, #4

broken:
    ldr sp, =STACK_TOP
    b rpi_reboot

    .bss
    .globl loop_aborted
    .balign 4
loop_aborted:
    .space 4
