/* pi-random.h - pseudo-random numbers, the same on every Pi: the 31-word additive generator of
 * BSD's random(), 31 bits each. The first number without a seed is 0x6b8b4567. */
#ifndef PI_RANDOM_H
#define PI_RANDOM_H

#include <stdint.h>

uint32_t pi_random(void);

/* Starts again; seed 0 is the same as 1. */
void pi_random_seed(uint32_t x);

#endif
