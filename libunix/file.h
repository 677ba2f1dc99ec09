/* libunix/file.h - files a user names on a command line. */
#ifndef LIBUNIX_FILE_H
#define LIBUNIX_FILE_H

#include <stddef.h>
#include <stdint.h>

enum file_error {
    FILE_MISSING = -40,
    FILE_UNREADABLE = -41, /* permission, no regular file, an I/O error, no memory: errno says */
    FILE_EMPTY = -42,
    FILE_TOO_LARGE = -43,
    FILE_IS_ELF = -44,    /* an ELF, or a name in .elf, where a raw .bin is wanted */
    FILE_IS_SOURCE = -45, /* by its name (.c .h .s .S .o) what a .bin is made from */
};

enum { FILE_MAX_PROGRAM = 0x08000000 - 0x8000 }; /* a program ends below its stack */

/* Loads a raw Pi binary: whole file into malloc'd memory the caller frees. 0 or enum file_error,
 * and then *data is null. */
int file_load_bin(const char *path, uint8_t **data, size_t *nbytes);

/* One line without a newline: what is wrong with the file, what to do next. Uses errno, so call it
 * right after the failure. */
const char *file_error_text(int error, const char *path, char *buf, size_t nbytes);

/* What our note in an ELF file says (section .note.pi-emu, owner "pi-emu"; written by emu-cc). */
struct emu_note {
    uint32_t version;     /* 1 */
    uint32_t kind;        /* 1: a recompiled program; 2: the emu front end */
    uint32_t twin_crc;    /* CRC-32 of the .bin this program is the twin of */
    uint32_t twin_nbytes; /* its size; 0: no twin */
};

/* Reads the note of the ELF file at path. 0; -1 when it is no ELF file or carries none. */
int file_read_note(const char *path, struct emu_note *note);

#endif
