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
UNHANDLED(interrupt_vector, "INTERRUPT")
UNHANDLED(fast_interrupt_vector, "FAST INTERRUPT")
