/* unhandled.S - entries for the exceptions that a program's own vectors do not want. */
#include "exception.inc"
#include "function.inc"

.macro unhandled name, offset, handler
function unhandled_\name
    exception \offset, \handler
end unhandled_\name
.endm

unhandled reset, 4, reset_vector
unhandled undefined_instruction, 4, undefined_instruction_vector
unhandled swi, 4, syscall_vector
unhandled prefetch_abort, 4, prefetch_abort_vector
unhandled data_abort, 8, data_abort_vector
unhandled interrupt, 4, int_vector
unhandled fiq, 4, fiq_vector
