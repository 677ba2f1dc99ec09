/* Where the harness enters a recompiled program: at its start, _cstart, the program's own or this
 * one, as the Pi's start code calls it (the program's bss is zero already); and for an interrupt.
 */
#include "emu/native/gate.h"
#include "libpi-port.h"

void _cstart(void);
void rpi_reboot(void);

__attribute__((weak)) void _cstart(void)
{
    libpi_run();
}

void emu_guest_start(void)
{
    _cstart();
    /* One of a program may return. */
    rpi_reboot();
}

/* The vectors in use, in the form libpi's have on a laptop (LIBPI_VECTORS_MARK): not code,
 * which would be the ARM's, but the handlers' addresses. */
const uint32_t *emu_vectors;

__attribute__((weak)) void libpi_vectors_install(const void *table, const void *end)
{
    (void)end;
    emu_vectors = table;
}

void emu_guest_interrupt(uintptr_t pc, uintptr_t fast)
{
    void (*handler)(unsigned pc);

    if (!emu_vectors)
        emu_gate(CALL_NO_HANDLER, 0, 0, pc);
    if (emu_vectors[0] != LIBPI_VECTORS_MARK)
        emu_gate(CALL_UNSUPPORTED, (uintptr_t) "the vector table the program installed", 0, pc);
    handler = (void (*)(unsigned))(uintptr_t)emu_vectors[1 + (fast ? 7 : 6)];
    handler((unsigned)pc);
}
