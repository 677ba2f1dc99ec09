/* emu/dev/firmware.h - what the GPU's firmware answers to messages in the program's memory: the
 * property interface (mailbox channel 8) and the frame buffer's own channel (1). "Raspberry Pi
 * firmware wiki", Mailbox property interface; where QEMU's raspi0 has an answer, it is that one. */
#ifndef EMU_DEV_FIRMWARE_H
#define EMU_DEV_FIRMWARE_H

#include <stdint.h>

#include "emu/core/memory.h"

enum {
    DEV_FIRMWARE_ARM_MEMORY = 0x1c000000, /* bytes; the GPU's memory is above */
    DEV_FIRMWARE_VC_MEMORY = 0x04000000,
    DEV_FIRMWARE_FRAMEBUFFER = 0x1c100000,
    DEV_FIRMWARE_HEAP = 0x1d000000, /* what the program may allocate, to the end of RAM */
    DEV_FIRMWARE_CLOCKS = 16,
    DEV_FIRMWARE_BLOCKS = 32,
};

/* Clocks by the firmware's numbers. */
enum dev_firmware_clock {
    FIRMWARE_CLOCK_EMMC = 1,
    FIRMWARE_CLOCK_UART = 2,
    FIRMWARE_CLOCK_ARM = 3,
    FIRMWARE_CLOCK_CORE = 4,
    FIRMWARE_CLOCK_PIXEL = 9,
    FIRMWARE_CLOCK_PWM = 10,
};

struct dev_firmware_screen {
    uint32_t width, height;                 /* pixels */
    uint32_t virtual_width, virtual_height; /* of the buffer */
    uint32_t depth;                         /* bits a pixel: 8, 16, 24 or 32 */
    uint32_t order, alpha, x, y;
};

struct dev_firmware_block {
    uint32_t addr, nbytes; /* nbytes 0: this handle is free */
    uint32_t flags;
};

struct dev_firmware_state {
    uint32_t set_hz[DEV_FIRMWARE_CLOCKS]; /* by the program; 0: never */
    uint16_t clocks_off, powered;         /* bit n: clock n, device n */
    uint32_t turbo;
    uint32_t microvolts[5];
    struct dev_firmware_screen screen;
    struct dev_firmware_block block[DEV_FIRMWARE_BLOCKS]; /* handle n is block n - 1 */
};

struct dev_firmware {
    struct memory memory;
    void *self;
    /* The program set the UART clock, in Hz. May be null. */
    void (*uart_clock)(void *self, uint32_t hz);
    struct dev_firmware_state s;
};

/* A firmware that has just started the program; at null in memory: it finds no messages. */
void dev_firmware_init(struct dev_firmware *f, const struct memory *memory);

/* Forgets what the program set. */
void dev_firmware_reset(struct dev_firmware *f);

/* Answers the property message at an ARM address, in place. What lies outside the program's memory
 * stays unanswered. */
void dev_firmware_property(struct dev_firmware *f, uint32_t addr);

/* Answers channel 1's ten words that describe a frame buffer, in place. */
void dev_firmware_framebuffer(struct dev_firmware *f, uint32_t addr);

#endif
