/* wire/ops-bytes.h - the first byte of each operation (docs/wire.md); between encoder and decoder
 * only. s is a slot of the dictionary. */
#ifndef WIRE_OPS_BYTES_H
#define WIRE_OPS_BYTES_H

enum op_byte {
    OPB_PAIR = 0x00,   /* 00..3F: put pair n */
    OPB_GET = 0x40,    /* 4s */
    OPB_PUT1 = 0x50,   /* 5s u8 */
    OPB_PUT2 = 0x60,   /* 6s u16 */
    OPB_PUT4 = 0x70,   /* 7s u32 */
    OPB_BITS = 0x80,   /* 8s u8: bits 7-5, f; bits 4-0, n: puts (f + 1) << n */
    OPB_XOR = 0x90,    /* 9s u8: the same, xor what was last written to the register */
    OPB_POLL = 0xA0,   /* As */
    OPB_DELAY1 = 0xC0, /* u8 us */
    OPB_DELAY2 = 0xC1, /* u16 us */
    OPB_DELAY4 = 0xC2, /* u32 us */
    OPB_RUN = 0xC3,    /* u8 n: the last put n more times */
    OPB_ARM = 0xC4,    /* u8 number */
    OPB_DISARM = 0xC5,
    OPB_STORE = 0xC6,  /* u24 offset, u8 n, n bytes */
    OPB_LOAD = 0xC7,   /* u24 offset, u8 n */
    OPB_DEFINE = 0xD0, /* Ds u24: the slot is the 32-bit register at 0x20000000 + u24 */
    OPB_NARROW = 0xE0, /* Es u8 width, u24: the same, accessed by 1 or 2 bytes */
};

enum { OPS_PERIPHERALS = 0x20000000 };

#endif
