/* rpi-asm.h - macros for a program's assembly files. */
#ifndef RPI_ASM_H
#define RPI_ASM_H

#include "rpi-constants.h"

#ifdef __ASSEMBLER__
/* Not C: */
/* clang-format off */

#define MK_WEAK_SYM(name)                                                                          \
    .weak name;                                                                                    \
    name

#define CLR(reg) mov reg, #0

/* Empties the prefetch buffer (ARM1176 TRM 3.2.22); reg is lost. */
#define prefetch_flush(reg)                                                                        \
    mov reg, #0;                                                                                   \
    mcr p15, 0, reg, c7, c5, 4

#define MK_CP15_FUNC(name, macro_name)                                                             \
    .globl name;                                                                                   \
    name:                                                                                          \
    CLR(r0);                                                                                       \
    macro_name(r0);                                                                                \
    bx lr

#define STRING2(x) #x
#define STRING(x) STRING2(x)

/* Calls fn(pc, "file:line:<msg>") on the interrupt stack; fn does not return. */
#define asm_call_helper_w_msg(fn, msg)                                                             \
    mov sp, #INT_STACK_ADDR;                                                                       \
    sub r0, pc, #4;                                                                                \
    add r1, pc, #0;                                                                                \
    b fn;                                                                                          \
    .ascii __FILE__;                                                                               \
    .ascii ":";                                                                                    \
    .ascii STRING(__LINE__);                                                                       \
    .ascii ":<";                                                                                   \
    .ascii #msg;                                                                                   \
    .asciz ">";                                                                                    \
    .balign 4

#define asm_todo(msg) asm_call_helper_w_msg(asm_todo_helper, msg)
#define asm_not_reached() asm_call_helper_w_msg(asm_not_reached_helper, NOT REACHED)
#define asm_not_implemented() asm_call_helper_w_msg(asm_not_implemented_helper, NOT IMPLEMENTED)
#define asm_bad_exception(msg) asm_call_helper_w_msg(asm_bad_exception_helper, msg)

/* clang-format on */
#endif

#endif
