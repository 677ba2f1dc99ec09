/* libunix/boot.h - sends a program to whichever boot loader answers: protocols A, B and C. */
#ifndef LIBUNIX_BOOT_H
#define LIBUNIX_BOOT_H

#include <stddef.h>
#include <stdint.h>

#include "libunix/line.h"

enum boot_protocol { BOOT_PROTO_UNKNOWN, BOOT_PROTO_A, BOOT_PROTO_B, BOOT_PROTO_C };

/* What is wrong, each with a text that says what to check. Line errors pass through (line.h). */
enum boot_error {
    BOOT_SILENT = -20,   /* not one byte: power, wiring, SD card */
    BOOT_GARBAGE = -21,  /* bytes, but no protocol: baud or wiring */
    BOOT_REFUSED = -22,  /* the loader reported an error; result.detail has its word */
    BOOT_BAD_CRC = -23,  /* it echoed another crc than ours: bytes were lost or changed */
    BOOT_STALLED = -24,  /* it stopped answering in the middle */
};

/* Observers, all may be null. */
struct boot_options {
    uint32_t addr;         /* load address, BOOT_LOAD_ADDR unless --addr */
    unsigned timeout_ms;   /* for the first answer; 0: 10 s */
    void *self;
    void (*progress)(void *self, size_t sent, size_t total);
    void (*text)(void *self, const char *text, size_t nbytes); /* PRINT_STRING and text before the greeting */
    void (*trace)(void *self, int put, unsigned width, uint32_t value, int data); /* each word or byte; data: a byte of the code */
};

struct boot_result {
    enum boot_protocol protocol;
    uint32_t detail; /* the word behind the error */
    size_t heard;    /* bytes received in all */
};

/* Boots code[0..nbytes) on the Pi at the other end; returns 0 once the loader says it runs. Blocks
 * up to the limits above plus the wire time. */
int boot_program(struct line *l, const void *code, size_t nbytes, const struct boot_options *o,
                 struct boot_result *r);

const char *boot_error_text(int error, const struct boot_result *r, const char *line_name, char *buf,
                            size_t nbytes);

#endif
