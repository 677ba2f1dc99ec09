/* mem.S - single loads and stores, barriers, caches, and a jump. */
#include "function.inc"

.macro access name, instruction:vararg
function \name
    \instruction
    bx lr
end \name
.endm

access PUT32, str r1, [r0]
access put32, str r1, [r0]
access PUT16, strh r1, [r0]
access put16, strh r1, [r0]
access PUT8, strb r1, [r0]
access put8, strb r1, [r0]
access GET32, ldr r0, [r0]
access get32, ldr r0, [r0]
access GET16, ldrh r0, [r0]
access get16, ldrh r0, [r0]
access GET8, ldrb r0, [r0]
access get8, ldrb r0, [r0]

@ ARM1176 TRM 3.2.22: c7, c10, 5 waits for memory accesses before it, c7, c10, 4 for everything.
.macro data_memory_barrier
    mov r0, #0
    mcr p15, 0, r0, c7, c10, 5
.endm
.macro data_synchronization_barrier
    mov r0, #0
    mcr p15, 0, r0, c7, c10, 4
.endm

function dmb
    data_memory_barrier
    bx lr
end dmb
function dsb
    data_synchronization_barrier
    bx lr
end dsb
function dev_barrier
    data_synchronization_barrier
    bx lr
end dev_barrier
function mb
    data_synchronization_barrier
    bx lr
end mb

function BRANCHTO
    bx r0
end BRANCHTO

function dummy
    bx lr
end dummy
function nop
    bx lr
end nop

@ Control register bits Z (branch prediction) and I (instruction cache), TRM 3.2.7.
.equ PREDICTION_AND_ICACHE, (1 << 11) | (1 << 12)

.macro caches_on
    mrc p15, 0, r0, c1, c0, 0
    orr r0, r0, #PREDICTION_AND_ICACHE
    mcr p15, 0, r0, c1, c0, 0
    bx lr
.endm

@ Cleans and invalidates the data cache, invalidates the instruction cache and the branch predictor.
@ Erratum 411920: one instruction cache invalidation may miss lines; four with interrupts masked and
@ eleven instructions after do not.
.macro flush
    mov r0, #0
    mcr p15, 0, r0, c7, c14, 0
    mcr p15, 0, r0, c7, c10, 4
    mrs r1, cpsr
    cpsid if
    mcr p15, 0, r0, c7, c5, 0
    mcr p15, 0, r0, c7, c5, 0
    mcr p15, 0, r0, c7, c5, 0
    mcr p15, 0, r0, c7, c5, 0
    msr cpsr_c, r1
    .rept 11
    nop
    .endr
    mcr p15, 0, r0, c7, c5, 6
    mcr p15, 0, r0, c7, c10, 4
    mcr p15, 0, r0, c7, c5, 4
    bx lr
.endm

.macro caches_off
    mrc p15, 0, r0, c1, c0, 0
    bic r0, r0, #PREDICTION_AND_ICACHE
    mcr p15, 0, r0, c1, c0, 0
    flush
.endm

function caches_enable
    caches_on
end caches_enable
function enable_cache
    caches_on
end enable_cache
function caches_disable
    caches_off
end caches_disable
function disable_cache
    caches_off
end disable_cache
function caches_is_enabled
    mrc p15, 0, r0, c1, c0, 0
    mov r1, #PREDICTION_AND_ICACHE
    and r0, r0, r1
    cmp r0, r1
    moveq r0, #1
    movne r0, #0
    bx lr
end caches_is_enabled
function flush_caches
    flush
end flush_caches
function flush_all_caches
    flush
end flush_all_caches
