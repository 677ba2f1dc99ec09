/* void deref_run(const void *code): runs one rewritten instruction (deref.c) with the program's
 * registers and flags, and keeps what it leaves in them. */

#if defined(__x86_64__)

    .text
    .globl deref_run
    .type deref_run, @function
deref_run:
    .cfi_startproc
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rdi, deref_code(%rip)
    push deref_flags(%rip)
    popf
    mov deref_regs(%rip), %rax
    mov deref_regs+8(%rip), %rbx
    mov deref_regs+16(%rip), %rcx
    mov deref_regs+24(%rip), %rdx
    mov deref_regs+32(%rip), %rsi
    mov deref_regs+40(%rip), %rdi
    mov deref_regs+48(%rip), %rbp
    mov deref_regs+56(%rip), %r8
    mov deref_regs+64(%rip), %r9
    mov deref_regs+72(%rip), %r10
    mov deref_regs+80(%rip), %r11
    mov deref_regs+88(%rip), %r12
    mov deref_regs+96(%rip), %r13
    mov deref_regs+104(%rip), %r14
    mov deref_regs+112(%rip), %r15
    call *deref_code(%rip)
    mov %rax, deref_regs(%rip)
    mov %rbx, deref_regs+8(%rip)
    mov %rcx, deref_regs+16(%rip)
    mov %rdx, deref_regs+24(%rip)
    mov %rsi, deref_regs+32(%rip)
    mov %rdi, deref_regs+40(%rip)
    mov %rbp, deref_regs+48(%rip)
    mov %r8, deref_regs+56(%rip)
    mov %r9, deref_regs+64(%rip)
    mov %r10, deref_regs+72(%rip)
    mov %r11, deref_regs+80(%rip)
    mov %r12, deref_regs+88(%rip)
    mov %r13, deref_regs+96(%rip)
    mov %r14, deref_regs+104(%rip)
    mov %r15, deref_regs+112(%rip)
    pushf
    pop deref_flags(%rip)
    cld
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret
    .cfi_endproc
    .size deref_run, . - deref_run

/* void deref_entry(sig, info, context): notes the vector registers before C code uses them. */
    .globl deref_entry
    .type deref_entry, @function
deref_entry:
    .cfi_startproc
    fxsave deref_vectors(%rip)
    jmp fault_handler
    .cfi_endproc
    .size deref_entry, . - deref_entry

    .bss
    .balign 16
    .globl deref_vectors
deref_vectors:
    .zero 512
    .globl deref_regs, deref_flags
deref_regs:
    .zero 15 * 8
deref_flags:
    .zero 8
deref_code:
    .zero 8

#elif defined(__i386__)

    .text
    .globl deref_run
    .type deref_run, @function
deref_run:
    .cfi_startproc
    mov 4(%esp), %eax
    push %ebx
    push %esi
    push %edi
    push %ebp
    mov %eax, deref_code
    push deref_flags
    popf
    mov deref_regs, %eax
    mov deref_regs+4, %ebx
    mov deref_regs+8, %ecx
    mov deref_regs+12, %edx
    mov deref_regs+16, %esi
    mov deref_regs+20, %edi
    mov deref_regs+24, %ebp
    call *deref_code
    mov %eax, deref_regs
    mov %ebx, deref_regs+4
    mov %ecx, deref_regs+8
    mov %edx, deref_regs+12
    mov %esi, deref_regs+16
    mov %edi, deref_regs+20
    mov %ebp, deref_regs+24
    pushf
    pop deref_flags
    cld
    pop %ebp
    pop %edi
    pop %esi
    pop %ebx
    ret
    .cfi_endproc
    .size deref_run, . - deref_run

    .globl deref_entry
    .type deref_entry, @function
deref_entry:
    .cfi_startproc
    fxsave deref_vectors
    jmp fault_handler
    .cfi_endproc
    .size deref_entry, . - deref_entry

    .bss
    .balign 16
    .globl deref_vectors
deref_vectors:
    .zero 512
    .globl deref_regs, deref_flags
deref_regs:
    .zero 7 * 4
deref_flags:
    .zero 4
deref_code:
    .zero 4

#endif

    .section .note.GNU-stack,"",%progbits
