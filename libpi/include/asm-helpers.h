/* asm-helpers.h - C functions that read and write coprocessor registers.
 *
 * cp_asm_get(name, p15, 0, c9, c1, 0) makes uint32_t name_get(void); cp_asm_set makes void
 * name_set(uint32_t), which empties the prefetch buffer, and name_set_raw, which does not; the _fn
 * forms make them global. A laptop has no coprocessors: there the functions are only declared, and
 * a program that calls one fails to link with its name. */
#ifndef ASM_HELPERS_H
#define ASM_HELPERS_H

#include <stdint.h>

#define MK_STR(x) #x

/* Later instructions are fetched again (ARM1176 TRM 3.2.22). */
static inline void prefetch_flush(void)
{
#ifdef __arm__
    __asm__ volatile("mcr p15, 0, %0, c7, c5, 4" ::"r"(0) : "memory");
#else
    __asm__ volatile("" ::: "memory");
#endif
}

#ifdef __arm__

#define cp_asm_get_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                               \
    uint32_t fn_name##_get(void)                                                                   \
    {                                                                                              \
        uint32_t ret = 0;                                                                          \
        __asm__ volatile("mrc " MK_STR(coproc) ", " MK_STR(opcode_1) ", %0, " MK_STR(              \
                             Crn) ", " MK_STR(Crm) ", " MK_STR(opcode_2)                           \
                         : "=r"(ret));                                                             \
        return ret;                                                                                \
    }

#define cp_asm_set_raw_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                           \
    void fn_name##_set_raw(uint32_t v)                                                             \
    {                                                                                              \
        __asm__ volatile("mcr " MK_STR(coproc) ", " MK_STR(opcode_1) ", %0, " MK_STR(              \
                             Crn) ", " MK_STR(Crm) ", " MK_STR(opcode_2)::"r"(v)                   \
                         : "memory");                                                              \
    }

#define cp_asm_set_flush(linkage, fn_name)                                                         \
    linkage void fn_name##_set(uint32_t v)                                                         \
    {                                                                                              \
        fn_name##_set_raw(v);                                                                      \
        prefetch_flush();                                                                          \
    }

#define cp_asm_get(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                                  \
    static inline cp_asm_get_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)
#define cp_asm_set_raw(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                              \
    static inline cp_asm_set_raw_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)
#define cp_asm_set(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                                  \
    cp_asm_set_raw(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                                  \
        cp_asm_set_flush(static inline, fn_name)
#define cp_asm_set_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                               \
    cp_asm_set_raw_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2) cp_asm_set_flush(, fn_name)

#else

#define cp_asm_get_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2) uint32_t fn_name##_get(void);
#define cp_asm_set_raw_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                           \
    void fn_name##_set_raw(uint32_t v);
#define cp_asm_set_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                               \
    void fn_name##_set_raw(uint32_t v);                                                            \
    void fn_name##_set(uint32_t v);
#define cp_asm_get cp_asm_get_fn
#define cp_asm_set_raw cp_asm_set_raw_fn
#define cp_asm_set cp_asm_set_fn

#endif

#define cp_asm(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                                      \
    cp_asm_set(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                                      \
        cp_asm_get(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)
#define cp_asm_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                                   \
    cp_asm_set_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                                   \
        cp_asm_get_fn(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)
#define cp_asm_raw(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                                  \
    cp_asm_set_raw(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)                                  \
        cp_asm_get(fn_name, coproc, opcode_1, Crn, Crm, opcode_2)

#endif
