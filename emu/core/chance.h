/* emu/core/chance.h - numbers that look random and are a seed's alone, the same on every machine.
 */
#ifndef EMU_CORE_CHANCE_H
#define EMU_CORE_CHANCE_H

#include <stdint.h>

/* The next number; *state starts as the seed. SplitMix64 (G. Steele and others, "Fast splittable
 * pseudorandom number generators", 2014): neighbouring seeds give unlike numbers. */
static inline uint64_t chance_next(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

#endif
