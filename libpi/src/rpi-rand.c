/* rpi-rand.c - the 16-bit shift register of 2019 and 2020: x^16 + x^14 + x^13 + x^11 + 1. */
#include "internal.h"

#if LIBPI_YEAR <= 2020

static unsigned short lfsr = 0xACE1;

static unsigned short step(void)
{
    unsigned bit = (lfsr ^ lfsr >> 2 ^ lfsr >> 3 ^ lfsr >> 5) & 1;
    lfsr = lfsr >> 1 | bit << 15;
    return lfsr;
}

#if LIBPI_YEAR == 2019

LIBPI_WEAK unsigned short rpi_rand(void)
{
    return step();
}

#else

LIBPI_WEAK unsigned short rpi_rand16(void)
{
    return step();
}

LIBPI_WEAK unsigned long rpi_rand32(void)
{
    unsigned long high = rpi_rand16();
    return high << 16 | rpi_rand16();
}

/* The register stays at 0 once it is 0. */
LIBPI_WEAK void rpi_reset(unsigned seed)
{
    lfsr = seed & 0xFFFF ? seed : 0xACE1;
}

#endif
#endif
