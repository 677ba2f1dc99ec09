/* Thread switch of a recompiled program: void libpi_switch_stacks(uint32_t **save, uint32_t *load), and
 * the first steps of a fresh thread, emu_thread_start, for which libpi_stack_init lays out a frame.
 * Unwinding ends there: a thread has no caller. */

    .text

#if defined(__x86_64__)

    .globl libpi_switch_stacks
    .type libpi_switch_stacks, @function
libpi_switch_stacks:
    .cfi_startproc
    pushq %rbp
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbp, 0
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    pushq %r12
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r12, 0
    pushq %r13
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r13, 0
    pushq %r14
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r14, 0
    pushq %r15
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %r15, 0
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    .cfi_def_cfa_offset 8
    ret
    .cfi_endproc
    .size libpi_switch_stacks, . - libpi_switch_stacks

    .globl libpi_thread_start
    .type libpi_thread_start, @function
    .cfi_startproc
    .cfi_undefined %rip
    nop
libpi_thread_start:
    movq %r13, %rdi
    call *%r12
    ud2
    .cfi_endproc
    .size libpi_thread_start, . - libpi_thread_start

#elif defined(__i386__)

    .globl libpi_switch_stacks
    .type libpi_switch_stacks, @function
libpi_switch_stacks:
    .cfi_startproc
    movl 4(%esp), %eax
    movl 8(%esp), %edx
    pushl %ebp
    .cfi_adjust_cfa_offset 4
    .cfi_rel_offset %ebp, 0
    pushl %ebx
    .cfi_adjust_cfa_offset 4
    .cfi_rel_offset %ebx, 0
    pushl %esi
    .cfi_adjust_cfa_offset 4
    .cfi_rel_offset %esi, 0
    pushl %edi
    .cfi_adjust_cfa_offset 4
    .cfi_rel_offset %edi, 0
    movl %esp, (%eax)
    movl %edx, %esp
    popl %edi
    popl %esi
    popl %ebx
    popl %ebp
    .cfi_def_cfa_offset 4
    ret
    .cfi_endproc
    .size libpi_switch_stacks, . - libpi_switch_stacks

    .globl libpi_thread_start
    .type libpi_thread_start, @function
    .cfi_startproc
    .cfi_undefined %eip
    nop
libpi_thread_start:
    subl $12, %esp
    pushl %edi
    call *%esi
    ud2
    .cfi_endproc
    .size libpi_thread_start, . - libpi_thread_start

#elif defined(__aarch64__)

    .globl libpi_switch_stacks
    .type libpi_switch_stacks, %function
libpi_switch_stacks:
    .cfi_startproc
    sub sp, sp, #160
    .cfi_def_cfa_offset 160
    stp x19, x20, [sp]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    .cfi_offset x29, -80
    .cfi_offset x30, -72
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    .cfi_def_cfa_offset 0
    ret
    .cfi_endproc
    .size libpi_switch_stacks, . - libpi_switch_stacks

    .globl libpi_thread_start
    .type libpi_thread_start, %function
    .cfi_startproc
    .cfi_undefined x30
    nop
libpi_thread_start:
    mov x0, x20
    blr x19
    brk #1
    .cfi_endproc
    .size libpi_thread_start, . - libpi_thread_start

#endif

    .section .note.GNU-stack,"",%progbits
