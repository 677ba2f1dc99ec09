/* wire/words.h - 32-bit numbers as they lie in frames: four bytes, the low one first. */
#ifndef WIRE_WORDS_H
#define WIRE_WORDS_H

#include <stdint.h>

static inline uint32_t wire_word(const uint8_t *b)
{
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static inline void wire_put_word(uint8_t *b, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        b[i] = (uint8_t)(word >> (8 * i));
}

#endif
