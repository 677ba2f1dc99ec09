/* Called where a basic block begins, in what emu-cc --counted compiles: the compiler's
 * __sanitizer_cov_trace_pc under the name that emu-cc gives it. A few bytes of the program's stack,
 * whatever is due. Not counted itself. */
#include "emu/native/gate.h"
#include "emu/native/guest/api.h"

void emu_block(void)
{
    uint64_t ns = *emu_blocks.ns + emu_blocks.each_ns;

    if (ns < *emu_blocks.until_ns) {
        *emu_blocks.ns = ns;
        *emu_blocks.counted_ns += emu_blocks.each_ns;
    } else {
        emu_gate(CALL_BLOCK, 0, 0, PC);
    }
}
