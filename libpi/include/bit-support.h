/* bit-support.h - single bits and ranges of bits of a 32-bit value. A range [lb, ub] includes both
 * ends; bit numbers above 31, and values wider than their range, fail an assertion. */
#ifndef BIT_SUPPORT_H
#define BIT_SUPPORT_H

#include <stdint.h>

#include "demand.h"

static inline uint32_t bit_clr(uint32_t x, unsigned bit)
{
    assert(bit < 32);
    return x & ~((uint32_t)1 << bit);
}

static inline uint32_t bit_set(uint32_t x, unsigned bit)
{
    assert(bit < 32);
    return x | (uint32_t)1 << bit;
}

static inline uint32_t bit_not(uint32_t x, unsigned bit)
{
    assert(bit < 32);
    return x ^ (uint32_t)1 << bit;
}

static inline unsigned bit_is_on(uint32_t x, unsigned bit)
{
    assert(bit < 32);
    return (x >> bit) & 1;
}

static inline unsigned bit_is_off(uint32_t x, unsigned bit)
{
    return !bit_is_on(x, bit);
}

#define bit_isset bit_is_on
#define bit_get bit_is_on

/* The lowest nbits bits set, 0 to 32 of them. */
static inline uint32_t bits_mask(unsigned nbits)
{
    assert(nbits <= 32);
    return nbits == 32 ? ~(uint32_t)0 : ((uint32_t)1 << nbits) - 1;
}

static inline uint32_t bits_get(uint32_t x, unsigned lb, unsigned ub)
{
    assert(lb <= ub);
    assert(ub < 32);
    return x >> lb & bits_mask(ub - lb + 1);
}

static inline uint32_t bits_clr(uint32_t x, unsigned lb, unsigned ub)
{
    assert(lb <= ub);
    assert(ub < 32);
    return x & ~(bits_mask(ub - lb + 1) << lb);
}

/* x with [lb, ub] replaced by v. */
static inline uint32_t bits_set(uint32_t x, unsigned lb, unsigned ub, uint32_t v)
{
    assert(lb <= ub);
    assert(ub < 32);
    assert((v & bits_mask(ub - lb + 1)) == v);
    return bits_clr(x, lb, ub) | v << lb;
}

static inline unsigned bits_eq(uint32_t x, unsigned lb, unsigned ub, uint32_t val)
{
    return bits_get(x, lb, ub) == val;
}

static inline unsigned bit_count(uint32_t x)
{
    unsigned n = 0;
    for (; x; x &= x - 1)
        n++;
    return n;
}

static inline uint32_t bits_union(uint32_t x, uint32_t y)
{
    return x | y;
}

static inline uint32_t bits_intersect(uint32_t x, uint32_t y)
{
    return x & y;
}

static inline uint32_t bits_not(uint32_t x)
{
    return ~x;
}

/* The bits of x that are not in y. */
static inline uint32_t bits_diff(uint32_t x, uint32_t y)
{
    return x & ~y;
}

#endif
