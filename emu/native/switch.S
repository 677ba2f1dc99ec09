/* The two stack switches of the native engine: into the program (once), and from the program into
 * the harness and back (each call). Only the stack pointer changes hands: everything else follows
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
    movq %rbp, %rsp
    popq %rbp
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size emu_gate, . - emu_gate

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
    movl %ebp, %esp
    popl %ebp
    .cfi_def_cfa %esp, 4
    ret
    .cfi_endproc
    .size emu_gate, . - emu_gate

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
    mov sp, x29
    ldp x29, x30, [sp], #16
    .cfi_def_cfa sp, 0
    .cfi_restore x29
    .cfi_restore x30
    ret
    .cfi_endproc
    .size emu_gate, . - emu_gate

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
