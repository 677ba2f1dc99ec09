/* cpu.S - status register, cycle counter, context switch, exception vectors: the port functions of
 * libpi-port.h that only ARM instructions can provide. */
#include "function.inc"

function libpi_cpsr_get
    mrs r0, cpsr
    bx lr
end libpi_cpsr_get

function libpi_cpsr_set
    msr cpsr_fc, r0
    bx lr
end libpi_cpsr_set

@ ARM1176 TRM 3.2.51: bit 0 enables the counters.
function libpi_cycles_init
    mov r0, #1
    mcr p15, 0, r0, c15, c12, 0
    bx lr
end libpi_cycles_init

function libpi_cycles
    mrc p15, 0, r0, c15, c12, 1
    bx lr
end libpi_cycles

@ void libpi_cswitch(uint32_t **save, uint32_t *load): ten words keep sp 8-aligned (AAPCS 5.2.1.2).
function libpi_cswitch
    push {r3-r11, lr}
    str sp, [r0]
    mov sp, r1
    pop {r3-r11, pc}
end libpi_cswitch

@ uint32_t *libpi_stack_init(void *top, void (*entry)(void *), void *arg): the frame that
@ libpi_cswitch pops, r4 = arg, r5 = entry, fp = 0 so that backtraces end here.
function libpi_stack_init
    sub r0, r0, #40
    str r2, [r0, #4]
    str r1, [r0, #8]
    mov r3, #0
    str r3, [r0, #32]
    ldr r3, =thread_start
    str r3, [r0, #36]
    bx lr
thread_start:
    mov r0, r4
    blx r5
    b .
    .ltorg
end libpi_stack_init

@ void libpi_vectors_install(const void *table, const void *end)
function libpi_vectors_install
    mov r2, #0
1:  cmp r0, r1
    ldrlo r3, [r0], #4
    strlo r3, [r2], #4
    blo 1b
    b flush_caches
end libpi_vectors_install

@ Nobody watches stacks, heaps and text on the Pi.
.macro ignored name
function \name
    mov r0, #0
    bx lr
end \name
.endm
ignored libpi_stack_made
ignored libpi_heap_made
ignored libpi_heap_block
ignored libpi_heap_freed
ignored libpi_heap_redzone
ignored libpi_console_text
