/* emu/native/decode-describe.h - between the files of the decoder: what Capstone knows of an
 * instruction, in the engine's terms. Only for what is built with Capstone's header. */
#ifndef EMU_NATIVE_DECODE_DESCRIBE_H
#define EMU_NATIVE_DECODE_DESCRIBE_H

#include <capstone/capstone.h>

#include "emu/native/decode.h"

/* d is zero but for its length. */
void decode_describe_x86(const cs_insn *insn, struct decoded *d);
void decode_describe_aarch64(const cs_insn *insn, struct decoded *d);

#endif
