/* emu/native/decode.h - what one instruction of a program does with memory, as Capstone says it: in
 * this process, or in one of its own where only another kind of process can load the library (a
 * 32-bit program on a machine with 64-bit libraries). Within the engine only. */
#ifndef EMU_NATIVE_DECODE_H
#define EMU_NATIVE_DECODE_H

#include <stddef.h>
#include <stdint.h>

enum decode_machine { DECODE_X86_64, DECODE_X86_32, DECODE_AARCH64 };

enum decode_kind {
    DECODE_OTHER,  /* not to be performed on a device */
    DECODE_PLAIN,  /* x86: one memory operand, whatever is computed */
    DECODE_PUSH,   /* x86: from memory */
    DECODE_POP,    /* x86: to memory */
    DECODE_STRING, /* x86: movs, stos, lods; the prefix rep is `repeats` */
    DECODE_MOVE,   /* aarch64: registers to or from memory */
};

enum { DECODE_NONE = 255, DECODE_REGS = 4, DECODE_BYTES = 15 /* the longest instruction */ };

/* The same bytes in every kind of process: it travels between them. */
struct decoded {
    uint8_t kind, length;
    uint8_t width; /* bytes of memory; aarch64: for each register */
    uint8_t reads, writes;

    /* x86 */
    uint8_t vector;     /* uses SSE or x87 registers */
    uint8_t rex, modrm; /* whether there is one; where the other stands */
    uint8_t repeats, from_source, to_destination;

    /* aarch64 */
    uint8_t nregs, reg[DECODE_REGS]; /* 31: zero */
    uint8_t is_vector, is_signed;
    uint8_t is_64;            /* the extension is to 64 bits */
    uint8_t lane, replicates; /* of a vector; lane DECODE_NONE: all of it */
    uint8_t base;             /* register written back to, 31 the stack pointer; or DECODE_NONE */
    uint8_t delta_reg;        /* by this register, or DECODE_NONE: by delta */
    int32_t delta;
};

enum decode_status {
    DECODE_DONE,
    DECODE_NOT_BUILT,  /* built without Capstone's header */
    DECODE_NO_LIBRARY, /* it cannot be loaded */
    DECODE_BROKEN,     /* it can, but does not work */
    DECODE_NO_PROCESS, /* the process of its own does not start, or ended */
};

/* Decodes what stands at `code`, at most nbytes, in the program at pc. The first call takes some
 * ms: it loads the library. */
enum decode_status decode(enum decode_machine machine, const uint8_t *code, size_t nbytes,
                          uint64_t pc, struct decoded *d);

/* The same, never in another process. */
enum decode_status decode_here(enum decode_machine machine, const uint8_t *code, size_t nbytes,
                               uint64_t pc, struct decoded *d);

/* What to tell the user of a status other than DECODE_DONE, for a message's end. */
const char *decode_text(enum decode_status status);

/* From one process to the other, and back. */
struct decode_request {
    uint32_t machine, nbytes;
    uint64_t pc;
    uint8_t code[16];
};

struct decode_answer {
    uint32_t status;
    struct decoded d;
};

#endif
