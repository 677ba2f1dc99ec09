/* The macros of rpi-asm.h. */
#include "rpi-asm.h"

MK_FN(seventeen)
    CLR(r0)
    prefetch_flush(r1)
    add r0, r0, #17
    bx lr

MK_FN(unwritten)
    asm_not_implemented()
