/* libunix/boot.h - sends a program to whichever boot loader answers: protocols A, B and C of
 * docs/boot-protocols.md. Prints nothing; what there is to say goes to the observers. */
#ifndef LIBUNIX_BOOT_H
#define LIBUNIX_BOOT_H

#include <stddef.h>
#include <stdint.h>

#include "libunix/line.h"

enum boot_protocol { BOOT_PROTO_UNKNOWN, BOOT_PROTO_A, BOOT_PROTO_B, BOOT_PROTO_C };

/* What is wrong, each with a text that says what to check. Line errors pass through (line.h). */
enum boot_error {
    BOOT_SILENT = -20,  /* not one byte: power, wiring, SD card */
    BOOT_GARBAGE = -21, /* bytes, but no protocol: baud or wiring, or a program is running */
    BOOT_REFUSED = -22, /* the loader reported an error; result.detail has its word */
    BOOT_BAD_CRC = -23, /* it echoed result.detail instead of our crc: bytes were lost or changed */
    BOOT_STALLED = -24, /* it stopped answering, or reading, in the middle */
    BOOT_UNEXPECTED = -25, /* it answered result.detail, which no step of its protocol allows */
    BOOT_BAD_STRING =
        -26,           /* it announced a string of result.detail bytes, more than BOOT_MAX_STRING */
    BOOT_ECHOED = -27, /* what we send comes back unchanged: no Pi, or TX wired to RX */
    BOOT_UNCONFIRMED = -28, /* all of it arrived, but the loader did not say that it runs it */
};

enum boot_direction { BOOT_GET, BOOT_PUT };

/* Observers, all may be null. */
struct boot_options {
    uint32_t addr; /* load address, BOOT_LOAD_ADDR unless --addr; protocols B and C have no say */
    unsigned timeout_ms; /* for the first answer; 0: 10 s */
    void *self;
    void (*progress)(void *self, size_t sent, size_t total);
    void (*waiting)(void *self); /* once: no boot loader was found within a second */
    void (*heard)(void *self);   /* once: the first byte came */
    /* PRINT_STRING, and readable output of a program that ran before the greeting. */
    void (*text)(void *self, const char *text, size_t nbytes);
    /* Each word (width 32; name is its opcode's, or "UNKNOWN") and each byte of the code (width 8,
     * name is null) as it goes over the line. */
    void (*trace)(void *self, enum boot_direction dir, unsigned width, uint32_t value,
                  const char *name);
};

struct boot_result {
    enum boot_protocol protocol;
    uint32_t detail; /* the word behind the error */
    size_t heard;    /* bytes received in all */
    int heard_text;  /* of BOOT_GARBAGE: what came was readable, so the baud rate is right */
    uint32_t addr;   /* where it was to go */
    size_t nbytes;   /* and how much of it */
};

/* Boots code[0..nbytes) on the Pi at the other end. Returns 0 once the loader says it runs; no byte
 * that the program then prints has been read. Blocks at most timeout_ms for the first answer, then
 * about 6 s a step plus the wire time, for at most 4 attempts; over our own loader's checked blocks
 * a step is a block, and at most 6 s pass without one that arrives. */
int boot_program(struct line *l, const void *code, size_t nbytes, const struct boot_options *o,
                 struct boot_result *r);

/* One line without a newline: what happened, what to check. Takes line errors too. */
const char *boot_error_text(int error, const struct boot_result *r, const char *line_name,
                            char *buf, size_t nbytes);

/* The opcode's name in this protocol, or "UNKNOWN". */
const char *boot_word_name(enum boot_protocol protocol, uint32_t word);

/* The device loop that travels inside the programs that boot it (libunix/loop-image.S); of size 0
 * when it was built without the ARM compiler. */
extern const char loop_image[], loop_image_end[];

#endif
