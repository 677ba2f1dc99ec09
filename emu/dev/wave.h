/* emu/dev/wave.h - cycles of a clock, and when they begin. Exact to the nanosecond over years. */
#ifndef EMU_DEV_WAVE_H
#define EMU_DEV_WAVE_H

#include <stdint.h>

enum { WAVE_NS_PER_S = 1000000000 };

/* The number of the cycle that runs ns after cycle 0 began. hz: not 0, at most 4 GHz. */
static inline uint64_t wave_cycle(uint64_t ns, uint64_t hz)
{
    return ns / WAVE_NS_PER_S * hz + ns % WAVE_NS_PER_S * hz / WAVE_NS_PER_S;
}

/* The first nanosecond of that cycle. */
static inline uint64_t wave_ns(uint64_t cycle, uint64_t hz)
{
    return cycle / hz * WAVE_NS_PER_S + (cycle % hz * WAVE_NS_PER_S + hz - 1) / hz;
}

#endif
