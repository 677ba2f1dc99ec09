/* asm-errors.c - where the macros of rpi-asm.h end. */
#include "internal.h"

#define ASM_ERROR(name, text)                                                                      \
    void name(uint32_t pc, const char *msg);                                                       \
    LIBPI_WEAK void name(uint32_t pc, const char *msg)                                             \
    {                                                                                              \
        printk("ERROR: pc=%x: %s: " text "\n", (unsigned)pc, msg);                                 \
        clean_reboot();                                                                            \
    }

ASM_ERROR(asm_todo_helper, "assembly that is still to be written")
ASM_ERROR(asm_not_reached_helper, "reached supposedly unreachable assembly code")
ASM_ERROR(asm_not_implemented_helper, "reached unimplemented assembly code")
ASM_ERROR(asm_bad_exception_helper, "exception without a handler")
