/* wire/answer.h - what the device loop answers: codes of short frames, items of long ones.
 *
 * A short frame carries one code and its value bytes; a long one, items: each a code byte and its
 * bytes. Sequence numbers are those of the last frame executed: every answer acknowledges all
 * before it. */
#ifndef WIRE_ANSWER_H
#define WIRE_ANSWER_H

#include <stddef.h>
#include <stdint.h>

enum answer_code {
    ANS_ACK = 0, /* executed up to this one; no result (short frames only) */
    /* A value read, relative to the value before it (dict_slot.read) */
    ANS_SAME = 1,
    ANS_U8 = 2,
    ANS_U16 = 3,
    ANS_U32 = 4,
    ANS_LOW = 5, /* u8: the low byte changed */
    ANS_BIT = 6, /* u8: number of the bit that changed */
    ANS_NAK = 7, /* executed up to this one; what came behind it did not check, or is too early */
    /* Short frames only: further answers of an OP_POLL; 8 | a value's code, relative to the first
     * answer's value */
    ANS_LIMIT = 9, /* no more: u24 reads that gave the last value, u8 changes before: who counted
                    * fewer has missed one */
    ANS_CHANGED = 8,
    /* Items of long frames only */
    ANS_REFUSED = 0x10, /* u8 index of the operation in its frame: the bus aborted it, or the loop
                         * may not perform it */
    ANS_BYTES = 0x11,   /* u8 n, n bytes: of an OP_LOAD */
    ANS_BAD = 0x12,     /* u8 index: no operation begins so; the rest of the frame is left out */
};

/* How `value` is said in the fewest bytes behind `before`: its code; up to 4 bytes to out, *nbytes
 * says how many. */
uint8_t answer_value(uint32_t value, uint32_t before, uint8_t out[4], uint8_t *nbytes);

/* The value that code ANS_SAME..ANS_BIT and its bytes mean behind `before`. */
uint32_t answer_read(uint8_t code, const uint8_t *bytes, uint32_t before);

/* Bytes behind a value's code: 0..4, or -1: no value's code. */
int answer_nbytes(uint8_t code);

#endif
