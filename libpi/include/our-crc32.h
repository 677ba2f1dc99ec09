/* our-crc32.h - CRC-32 as zlib's crc32(). */
#ifndef OUR_CRC32_H
#define OUR_CRC32_H

#include <stdint.h>

uint32_t our_crc32(const void *buf, unsigned size);
/* The same over data in pieces: start with crc = 0. */
uint32_t our_crc32_inc(const void *buf, unsigned size, uint32_t crc);

#endif
