/* The stack switches of the native engine: into the program (once), from the program into the harness
 * and back (each call, with the interrupt handler on the way back), and from a signal into the
 * program's interrupt handler. Only the stack pointer changes hands: everything else follows
 * the C calling convention. */

    .text

#if defined(__x86_64__)

/* uintptr_t emu_gate(call, a, b, pc). Unwinders believe that a caller's stack lies above its callee's,
 * unless a signal frame lies between: the gate says it is one. */
    .globl emu_gate
    .type emu_gate, @function
emu_gate:
    .cfi_startproc
    .cfi_signal_frame
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    movq native_host_sp(%rip), %rsp
    movq %rbp, native_guest_sp(%rip)
    call native_call
1:  movq %rbp, %rsp
    cmpq $0, native_handler_sp(%rip)
    jne 2f
    popq %rbp
    .cfi_remember_state
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_restore_state
2:  pushq %rax
    movq native_handler_sp(%rip), %rsp
    movq $0, native_handler_sp(%rip)
    movq native_handler_pc(%rip), %rdi
    movq native_handler_fast(%rip), %rsi
    call emu_guest_interrupt
    movq %rsp, %rdi
    movq -8(%rbp), %rsi
    movq native_host_sp(%rip), %rsp
    call native_handler_end
    jmp 1b
    .cfi_endproc
    .size emu_gate, . - emu_gate

/* void native_run_handler(top, pc, fast): the same from a signal's frame, below which it stays. */
    .globl native_run_handler
    .type native_run_handler, @function
native_run_handler:
    .cfi_startproc
    .cfi_signal_frame
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    movq %rdi, %rsp
    pushq %rsi
    pushq %rdx
    movq %rbp, %rdi
    call native_leave_signal
    popq %rsi
    popq %rdi
    call emu_guest_interrupt
    movq %rbp, %rdi
    call native_enter_signal
    movq %rbp, %rsp
    popq %rbp
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size native_run_handler, . - native_run_handler

/* void native_enter(void (*start)(void), void *guest_sp): runs start on the guest stack. */
    .globl native_enter
    .type native_enter, @function
native_enter:
    .cfi_startproc
    .cfi_undefined %rip
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, %rax
    andq $-16, %rax
    movq %rsp, %rbx
    movq %rax, native_host_sp(%rip)
    movq %rsi, %rsp
    xorl %ebp, %ebp
    call *%rdi
    movq %rbx, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .cfi_endproc
    .size native_enter, . - native_enter

    .bss
    .balign 8
    .globl native_host_sp, native_guest_sp
native_host_sp:
    .zero 8
native_guest_sp:
    .zero 8

#elif defined(__i386__)

    .globl emu_gate
    .type emu_gate, @function
emu_gate:
    .cfi_startproc
    .cfi_signal_frame
    pushl %ebp
    .cfi_def_cfa_offset 8
    .cfi_offset %ebp, -8
    movl %esp, %ebp
    .cfi_def_cfa_register %ebp
    movl native_host_sp, %esp
    movl %ebp, native_guest_sp
    pushl 20(%ebp)
    pushl 16(%ebp)
    pushl 12(%ebp)
    pushl 8(%ebp)
    call native_call
1:  movl %ebp, %esp
    cmpl $0, native_handler_sp
    jne 2f
    popl %ebp
    .cfi_remember_state
    .cfi_def_cfa %esp, 4
    ret
    .cfi_restore_state
2:  pushl %eax
    movl native_handler_sp, %esp
    movl $0, native_handler_sp
    subl $8, %esp
    pushl native_handler_fast
    pushl native_handler_pc
    call emu_guest_interrupt
    addl $16, %esp
    movl %esp, %eax
    movl native_host_sp, %esp
    subl $8, %esp
    pushl -4(%ebp)
    pushl %eax
    call native_handler_end
    jmp 1b
    .cfi_endproc
    .size emu_gate, . - emu_gate

    .globl native_run_handler
    .type native_run_handler, @function
native_run_handler:
    .cfi_startproc
    .cfi_signal_frame
    pushl %ebp
    .cfi_def_cfa_offset 8
    .cfi_offset %ebp, -8
    movl %esp, %ebp
    .cfi_def_cfa_register %ebp
    movl 8(%ebp), %esp
    subl $12, %esp
    pushl %ebp
    call native_leave_signal
    movl 16(%ebp), %eax
    movl 12(%ebp), %edx
    movl %edx, (%esp)
    movl %eax, 4(%esp)
    call emu_guest_interrupt
    movl %ebp, (%esp)
    call native_enter_signal
    movl %ebp, %esp
    popl %ebp
    .cfi_def_cfa %esp, 4
    ret
    .cfi_endproc
    .size native_run_handler, . - native_run_handler

    .globl native_enter
    .type native_enter, @function
native_enter:
    .cfi_startproc
    .cfi_undefined %eip
    pushl %ebp
    pushl %ebx
    pushl %esi
    pushl %edi
    movl 20(%esp), %eax
    movl 24(%esp), %ecx
    movl %esp, %ebx
    movl %esp, %edx
    andl $-16, %edx
    movl %edx, native_host_sp
    movl %ecx, %esp
    xorl %ebp, %ebp
    call *%eax
    movl %ebx, %esp
    popl %edi
    popl %esi
    popl %ebx
    popl %ebp
    ret
    .cfi_endproc
    .size native_enter, . - native_enter

    .bss
    .balign 4
    .globl native_host_sp, native_guest_sp
native_host_sp:
    .zero 4
native_guest_sp:
    .zero 4

#elif defined(__aarch64__)

    .globl emu_gate
    .type emu_gate, %function
emu_gate:
    .cfi_startproc
    .cfi_signal_frame
    stp x29, x30, [sp, #-16]!
    .cfi_def_cfa_offset 16
    .cfi_offset x29, -16
    .cfi_offset x30, -8
    mov x29, sp
    .cfi_def_cfa_register x29
    adrp x9, native_host_sp
    ldr x10, [x9, :lo12:native_host_sp]
    adrp x9, native_guest_sp
    str x29, [x9, :lo12:native_guest_sp]
    mov sp, x10
    bl native_call
1:  mov sp, x29
    adrp x9, native_handler_sp
    ldr x10, [x9, :lo12:native_handler_sp]
    cbnz x10, 2f
    ldp x29, x30, [sp], #16
    .cfi_remember_state
    .cfi_def_cfa sp, 0
    .cfi_restore x29
    .cfi_restore x30
    ret
    .cfi_restore_state
2:  str x0, [sp, #-16]!
    mov sp, x10
    str xzr, [x9, :lo12:native_handler_sp]
    adrp x9, native_handler_pc
    ldr x0, [x9, :lo12:native_handler_pc]
    adrp x9, native_handler_fast
    ldr x1, [x9, :lo12:native_handler_fast]
    bl emu_guest_interrupt
    mov x0, sp
    ldr x1, [x29, #-16]
    adrp x9, native_host_sp
    ldr x10, [x9, :lo12:native_host_sp]
    mov sp, x10
    bl native_handler_end
    b 1b
    .cfi_endproc
    .size emu_gate, . - emu_gate

    .globl native_run_handler
    .type native_run_handler, %function
native_run_handler:
    .cfi_startproc
    .cfi_signal_frame
    stp x29, x30, [sp, #-16]!
    .cfi_def_cfa_offset 16
    .cfi_offset x29, -16
    .cfi_offset x30, -8
    mov x29, sp
    .cfi_def_cfa_register x29
    mov sp, x0
    stp x1, x2, [sp, #-16]!
    mov x0, x29
    bl native_leave_signal
    ldp x0, x1, [sp], #16
    bl emu_guest_interrupt
    mov x0, x29
    bl native_enter_signal
    mov sp, x29
    ldp x29, x30, [sp], #16
    .cfi_def_cfa sp, 0
    .cfi_restore x29
    .cfi_restore x30
    ret
    .cfi_endproc
    .size native_run_handler, . - native_run_handler

    .globl native_enter
    .type native_enter, %function
native_enter:
    .cfi_startproc
    .cfi_undefined x30
    stp x29, x30, [sp, #-96]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    mov x19, sp
    adrp x9, native_host_sp
    str x19, [x9, :lo12:native_host_sp]
    mov sp, x1
    mov x29, #0
    blr x0
    mov sp, x19
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #96
    ret
    .cfi_endproc
    .size native_enter, . - native_enter

    .bss
    .balign 8
    .globl native_host_sp, native_guest_sp
native_host_sp:
    .zero 8
native_guest_sp:
    .zero 8

#else
#error "the native engine knows x86-64, i386 and aarch64 hosts"
#endif

    .section .note.GNU-stack,"",%progbits
