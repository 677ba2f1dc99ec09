/* fast-hash32.h - Paul Hsieh's SuperFastHash, for tables and for comparing runs, not for security.
 */
#ifndef FAST_HASH32_H
#define FAST_HASH32_H

#include <stdint.h>

#include "rpi.h"

static inline uint32_t fast_hash_half(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

/* The hash of len bytes, begun with the hash of what comes before them. 0 when there are none. */
static inline uint32_t fast_hash_inc32(const void *_data, uint32_t len, uint32_t hash)
{
    const uint8_t *p = (const uint8_t *)_data;
    if (len == 0 || !p)
        return 0;

    for (uint32_t n = len / 4; n; n--, p += 4) {
        hash += fast_hash_half(p);
        hash = hash << 16 ^ fast_hash_half(p + 2) << 11 ^ hash;
        hash += hash >> 11;
    }
    switch (len % 4) {
    case 3:
        hash += fast_hash_half(p);
        hash ^= hash << 16;
        hash ^= (uint32_t)(int8_t)p[2] << 18;
        hash += hash >> 11;
        break;
    case 2:
        hash += fast_hash_half(p);
        hash ^= hash << 11;
        hash += hash >> 17;
        break;
    case 1:
        hash += (uint32_t)(int8_t)p[0];
        hash ^= hash << 10;
        hash += hash >> 1;
        break;
    }
    hash ^= hash << 3;
    hash += hash >> 5;
    hash ^= hash << 4;
    hash += hash >> 17;
    hash ^= hash << 25;
    hash += hash >> 6;
    return hash;
}

static inline uint32_t fast_hash32(const void *data, uint32_t len)
{
    return fast_hash_inc32(data, len, len);
}

#if LIBPI_YEAR <= 2020 && !defined(LIBPI_YEAR_2022)
static inline uint32_t fast_hash(const void *data, int len)
#else
static inline uint32_t fast_hash(const void *data, uint32_t len)
#endif
{
    return fast_hash_inc32(data, len, len);
}

#endif
