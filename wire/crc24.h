/* wire/crc24.h - the check of every frame on the line (docs/wire.md, "How strong the check is"). */
#ifndef WIRE_CRC24_H
#define WIRE_CRC24_H

#include <stddef.h>
#include <stdint.h>

/* Reflected polynomial of 0x5D6DCB (FlexRay's frame check): any 5 changed bits of a frame of up to
 * 253 bytes are seen, and any burst of up to 24 bits. */
enum { CRC24_POLY = 0xD3B6BA, CRC24_START = 0xFFFFFF, CRC24_BYTES = 3 };

/* The check over nbytes more bytes: begin with CRC24_START, pass each result to the next call. */
uint32_t crc24_more(uint32_t crc, const void *data, size_t nbytes);

#endif
