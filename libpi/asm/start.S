/* start.S - the first instructions of a program, at 0x8000. */
#include "function.inc"

    .section .text.boot, "ax", %progbits
    .weak _start
    .type _start, %function
_start:
    @ supervisor mode, interrupts and fast interrupts masked (DDI 0100I A2-11)
    mrs r0, cpsr
    bic r0, r0, #0x1F
    orr r0, r0, #(0xC0 | SUPER_MODE)
    msr cpsr_c, r0
    mov sp, #STACK_ADDR
    bl _cstart
    @ 2019 programs may bring a _cstart that returns.
    bl rpi_reboot
end _start

@ A program's own start code may enter here with a stack.
function _cstart
    mov fp, #0
    ldr r0, =__bss_start__
    ldr r1, =__bss_end__
    mov r2, #0
1:  cmp r0, r1
    strlo r2, [r0], #4
    blo 1b
    bl libpi_run
    .ltorg
end _cstart
