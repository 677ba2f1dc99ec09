/* wire/crc32.h - CRC-32 as every boot protocol and our frames use it. */
#ifndef WIRE_CRC32_H
#define WIRE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 of nbytes bytes at data: reflected polynomial 0xEDB88320, initial value and final xor ~0
 * (IEEE 802.3, the crc32() of zlib). wire_crc32("123456789", 9) is 0xCBF43926. */
uint32_t wire_crc32(const void *data, size_t nbytes);

/* The same over data that arrives in pieces: start with crc = 0, pass each result to the next call.
 */
uint32_t wire_crc32_more(uint32_t crc, const void *data, size_t nbytes);

#endif
