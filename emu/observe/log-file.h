/* emu/observe/log-file.h - a recorded run as a file: written so that a run that is killed leaves a
 * log up to its last record, and read so that damage is found. docs/log.md has the format.
 *
 * Finished blocks are compressed. The records since then lie behind them as they are, in pages that
 * the file and this process share, each byte with a check: what a process has written there is in
 * the file, however the process ends. */
#ifndef EMU_OBSERVE_LOG_FILE_H
#define EMU_OBSERVE_LOG_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "emu/observe/log.h"

enum {
    LOG_VERSION = 1,
    LOG_HEADER = 32,
    LOG_BLOCK_HEADER = 16,
    LOG_TAIL_HEADER = 16,
    LOG_BLOCK_ROOM = 64 << 10,           /* bytes of code a block may have */
    LOG_TAIL_BYTES = 2 * LOG_BLOCK_ROOM, /* code, checks */
    LOG_WHY_MAX = 512,
};

/* All errors are texts that say what to do, in `why`. */
struct log_writer {
    int fd;
    int regular;     /* else a pipe or the like: blocks only */
    uint8_t *header; /* the file's first page; regular files */
    uint8_t *tail;   /* LOG_TAIL_HEADER, then code */
    uint8_t *code, *check;
    size_t n;     /* bytes of code so far */
    uint8_t seed; /* log_check of 0 at 0 */
    uint64_t end; /* where the next block goes */
    uint64_t tail_at;
    uint64_t blocks;
    uint8_t *packed; /* room for a compressed block */
    int failed;      /* an errno: nothing is written any more */
    int plain;       /* no library to compress with */
    char why[LOG_WHY_MAX];
};

/* Creates the log `path`, or overwrites it if it is empty or a log. 0, or -1 with w->why. */
int log_create(struct log_writer *w, const char *path, enum log_clock clock);

/* The check of a byte that lies at n in the tail of so many blocks: what another tail left there is
 * none. */
static inline uint8_t log_check(uint64_t blocks, size_t n, uint8_t byte)
{
    return (uint8_t)(byte ^ n ^ 0x5a ^ blocks ^ blocks >> 8);
}

/* What is appended at once must have room: LOG_CODE_MAX bytes, or log_block first. */
static inline size_t log_room(const struct log_writer *w)
{
    return LOG_BLOCK_ROOM - LOG_TAIL_HEADER - w->n;
}

/* One record of one byte. */
static inline void log_append1(struct log_writer *w, uint8_t byte)
{
    size_t n = w->n;
    uint8_t *code = w->code + n;

    w->n = n + 1;
    code[LOG_BLOCK_ROOM - LOG_TAIL_HEADER] = (uint8_t)(w->seed ^ n ^ byte);
    __asm__ volatile("" ::: "memory"); /* a signal may end the process between the two */
    *code = byte;
}

/* Takes back the last record, which was one byte. */
static inline void log_unappend1(struct log_writer *w)
{
    w->code[--w->n] = 0;
}

/* One record of three bytes. */
static inline void log_append3(struct log_writer *w, uint8_t a, uint8_t b, uint8_t c)
{
    uint8_t *check = w->check + w->n, *code = w->code + w->n;

    check[0] = log_check(w->blocks, w->n, a);
    check[1] = log_check(w->blocks, w->n + 1, b);
    check[2] = log_check(w->blocks, w->n + 2, c);
    code[1] = b;
    code[2] = c;
    __asm__ volatile("" ::: "memory");
    code[0] = a;
    w->n += 3;
}

/* One record. */
void log_append(struct log_writer *w, const uint8_t *code, size_t nbytes);

/* Closes the block that is being filled. 0, or -1: it failed, now and from now on, with w->why; the
 * log stays readable up to here. Writes to the file; blocks as a write does. */
int log_block(struct log_writer *w);

/* Ends the log. places: text, a line for each program location (may be empty). 0, or -1 with
 * w->why. */
int log_close(struct log_writer *w, const char *places, size_t nbytes);

struct log_reader {
    int fd;
    struct log_code code;
    enum log_clock clock;
    uint64_t offset; /* in the file, of the block that is being read */
    uint64_t number; /* accesses read so far */
    int complete;    /* the record LOG_END was read */
    uint8_t *block;  /* its code */
    size_t n, at;
    char *places; /* text of the program's locations, or null: known once all is read */
    char why[LOG_WHY_MAX];

    uint64_t blocks, size, tail, closed;
    int state, stream;
    const char *wrong;
    uint8_t *packed;
    size_t packed_room, block_room;
};

/* 0, or -1 with r->why. */
int log_open(struct log_reader *r, const char *path);

/* The next record: 1; 0: there are no more (r->complete says whether the run ended); -1: the log is
 * damaged here, r->why says at what offset. */
int log_next(struct log_reader *r, struct log_record *record);

/* Finds the places without reading on; r->places stays null if the log has none. */
void log_find_places(struct log_reader *r);

/* "FILE:LINE in FUNCTION" of a location, or null. Borrowed until log_close_reader. */
const char *log_place(struct log_reader *r, uint32_t pc, char *buf, size_t nbytes);

void log_close_reader(struct log_reader *r);

#endif
