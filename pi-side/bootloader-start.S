/* Start of the boot loader, and the jump into the program it loaded.
 *
 * The firmware (or QEMU) puts the image at 0x8000, where programs belong; linked for 0x200000, it
 * copies itself there first. Until then only position-independent instructions run. */

#define SVC_MODE_NO_INTERRUPTS 0xD3 /* DDI 0100I A2.5: I and F set, supervisor */
#define STACK_TOP 0x08000000

    .section .text.start, "ax"
    .globl _start
_start:
    msr cpsr_c, #SVC_MODE_NO_INTERRUPTS
    ldr sp, =STACK_TOP
    adr r0, _start
    ldr r1, =_start
    ldr r2, =__image_end
    cmp r0, r1
    beq 2f
1:  ldr r3, [r0], #4
    str r3, [r1], #4
    cmp r1, r2
    blo 1b
2:  ldr r3, =__bss_end
    mov r0, #0
3:  cmp r2, r3
    strlo r0, [r2], #4
    blo 3b
    bl forget_instructions
    ldr pc, =notmain

/* Code was written as data: drain it to memory and drop whatever was fetched or predicted before
 * (ARM1176 TRM 3.2.22). Harmless while the caches are off. */
forget_instructions:
    mov r3, #0
    mcr p15, 0, r3, c7, c10, 4 @ data synchronization barrier
    mcr p15, 0, r3, c7, c5, 0  @ invalidate the instruction cache
    mcr p15, 0, r3, c7, c5, 6  @ flush the branch target cache
    mcr p15, 0, r3, c7, c5, 4  @ flush the prefetch buffer
    bx lr

/* boot_enter(addr): leaves the loader for good. */
    .section .text.boot_enter, "ax"
    .globl boot_enter
boot_enter:
    mov r4, r0
    bl forget_instructions
    msr cpsr_c, #SVC_MODE_NO_INTERRUPTS
    ldr sp, =STACK_TOP
    mov lr, #0
    bx r4
