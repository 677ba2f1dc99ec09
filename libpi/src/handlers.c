/* handlers.c - what happens to an exception that a program does not handle. */
#include "internal.h"

#define UNHANDLED(name, text)                                                                      \
    void name(unsigned pc);                                                                        \
    LIBPI_WEAK void name(unsigned pc)                                                              \
    {                                                                                              \
        panic("called default handler: unhandled exception <%s> at PC=%x\n", text, pc);            \
    }

UNHANDLED(reset_vector, "RESET")
UNHANDLED(undefined_instruction_vector, "UNDEFINED INSTRUCTION")
UNHANDLED(software_interrupt_vector, "SOFTWARE INTERRUPT")
UNHANDLED(prefetch_abort_vector, "PREFETCH ABORT")
UNHANDLED(data_abort_vector, "DATA ABORT")
#if LIBPI_YEAR == 2019
/* 2019 programs name their handler so. */
void int_handler(unsigned pc) __attribute__((weak));
void interrupt_vector(unsigned pc);

LIBPI_WEAK void interrupt_vector(unsigned pc)
{
    if (!int_handler)
        panic("called default handler: unhandled exception <%s> at PC=%x\n", "INTERRUPT", pc);
    int_handler(pc);
}
#else
UNHANDLED(interrupt_vector, "INTERRUPT")
#endif
UNHANDLED(fast_interrupt_vector, "FAST INTERRUPT")

/* What unhandled.S enters. */
UNHANDLED(syscall_vector, "SYSTEM CALL")
UNHANDLED(int_vector, "INTERRUPT")
UNHANDLED(fiq_vector, "FAST INTERRUPT")
