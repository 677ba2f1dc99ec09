/* emu/native/engine.h - the engine's own way to the bus. Within the engine only. */
#ifndef EMU_NATIVE_ENGINE_H
#define EMU_NATIVE_ENGINE_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/native/gate.h"

/* One through the gate. */
struct call {
    enum emu_call call;
    uintptr_t a, b, pc, guest_sp;
};

/* Makes it, as if the program did so now. */
uintptr_t engine_call(const struct call *c);

/* One read or write of width 1, 2 or 4 bytes in the program's name, or another event of the bus
 * (then width and addr are 0): marks the console's own, reports a failed one, and ends the run when
 * it has to. pc is a return address or one past the instruction's first byte. Returns the value
 * read. */
uint32_t engine_access(enum bus_op op, unsigned width, uint32_t addr, uint32_t value, uintptr_t pc);

/* The program cannot go on: says what and where, and ends the run with status 1. */
void engine_fail(const char *what, uintptr_t pc);

/* After irq_unmasked or irq_watching changed: whether accesses may be quick, which no interrupt can
 * follow and which do not count as calls. */
void engine_hold(void);

#endif
