/* pi-message.h - one-byte opcodes between a Pi and its laptop, in the 2020 labs. */
#ifndef PI_MESSAGE_H
#define PI_MESSAGE_H

#include <stdint.h>

enum {
    PI_NULL = 0,
    PI_READY,
    PI_PRINT_STRING, /* uint32 nbytes, then the bytes */
    PI_PRINT_CHAR,   /* uint8 */
    PI_REBOOT,
    PI_PUT_CODE_INFO,
    PI_GET_CODE_INFO,
    PI_PUT_CODE,
    PI_GET_CODE,
    PI_GPIO_READ,       /* uint8 pin */
    PI_GPIO_READ_REPLY, /* uint8 level */
    PI_GPIO_WRITE,      /* uint8 pin, uint8 level */
    PI_GPIO_SET_INPUT,
    PI_GPIO_SET_OUTPUT,
    PI_GPIO_SET_ON,
    PI_GPIO_SET_OFF,
    PI_PUT32,
    PI_GET32,
    PI_GET32_REPLY,
    PI_END,
    PI_NEED_ACK = 1 << 7, /* added to an opcode: the Pi echoes it when done */
};
_Static_assert(PI_END < PI_NEED_ACK, "opcodes leave the upper bit free");

struct pi_bin_header {
    uint32_t cookie, hdrsize, addr, nbytes;
};

#endif
