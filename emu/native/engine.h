/* emu/native/engine.h - the engine's own way to the bus. Within the engine only. */
#ifndef EMU_NATIVE_ENGINE_H
#define EMU_NATIVE_ENGINE_H

#include <stdint.h>

#include "emu/core/bus.h"

/* One read or write of width 1, 2 or 4 bytes in the program's name, or another event of the bus
 * (then width and addr are 0): marks the console's own, reports a failed one, and ends the run when
 * it has to. pc is a return address or one past the instruction's first byte. Returns the value
 * read. */
uint32_t engine_access(enum bus_op op, unsigned width, uint32_t addr, uint32_t value, uintptr_t pc);

#endif
