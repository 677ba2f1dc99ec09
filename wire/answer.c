/* Values read, said by what changed since the read before. */
#include "wire/answer.h"

uint8_t answer_value(uint32_t value, uint32_t before, uint8_t out[4], uint8_t *nbytes)
{
    uint32_t changed = value ^ before;
    uint8_t code = ANS_U32;

    if (changed == 0)
        code = ANS_SAME;
    else if (value <= 0xFF)
        code = ANS_U8;
    else if (changed <= 0xFF)
        code = ANS_LOW;
    else if ((changed & (changed - 1)) == 0)
        code = ANS_BIT;
    else if (value <= 0xFFFF)
        code = ANS_U16;
    *nbytes = (uint8_t)answer_nbytes(code);
    if (code == ANS_BIT)
        for (value = 0; changed >> value != 1;)
            value++;
    for (unsigned i = 0; i < *nbytes; i++)
        out[i] = (uint8_t)(value >> (8 * i));
    return code;
}

uint32_t answer_read(uint8_t code, const uint8_t *bytes, uint32_t before)
{
    uint32_t v = 0;

    for (int i = 0; i < answer_nbytes(code); i++)
        v |= (uint32_t)bytes[i] << (8 * i);
    switch (code) {
    case ANS_SAME:
        return before;
    case ANS_LOW:
        return (before & ~0xFFu) | v;
    case ANS_BIT:
        return before ^ 1u << (v & 31);
    default:
        return v;
    }
}

int answer_nbytes(uint8_t code)
{
    static const signed char nbytes[] = {-1, 0, 1, 2, 4, 1, 1};

    return code < sizeof nbytes ? nbytes[code] : -1;
}
