/* our-crc32.c - CRC-32 under the course's names. */
#include "our-crc32.h"
#include "internal.h"
#include "wire/crc32.h"

LIBPI_WEAK uint32_t our_crc32(const void *buf, unsigned size)
{
    return wire_crc32(buf, size);
}

LIBPI_WEAK uint32_t our_crc32_inc(const void *buf, unsigned size, uint32_t crc)
{
    return wire_crc32_more(crc, buf, size);
}
