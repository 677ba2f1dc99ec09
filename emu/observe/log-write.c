/* Writing a log; see log-file.h.
 *
 * A block that is full is compressed into the room in front of the tail, and only then does the
 * header point to a new tail. Whenever the process ends, header, blocks and tail fit together. */
#include "emu/observe/log-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/observe/log-layout.h"
#include "emu/observe/log-pack.h"
#include "wire/crc32.h"

enum {
    PAGE = 4096,
    PACKED_MAX = LOG_BLOCK_HEADER + LOG_BLOCK_ROOM,
    BLOCKS_AHEAD =
        8, /* of the largest kind, between two places of the tail; most are far smaller */
};

static int fail(struct log_writer *w, int error, const char *what)
{
    if (!w->failed) {
        w->failed = error;
        snprintf(w->why, sizeof w->why, "%s: %s", what, strerror(error));
    }
    return -1;
}

static int write_all(struct log_writer *w, const uint8_t *p, size_t n, uint64_t at)
{
    while (n > 0) {
        ssize_t put = w->regular ? pwrite(w->fd, p, n, (off_t)at) : write(w->fd, p, n);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return fail(w, errno, "cannot write to the log");
        p += put;
        at += (uint64_t)put;
        n -= (size_t)put;
    }
    return 0;
}

/* The store is one instruction: a killed process leaves the old number or the new one. */
static void point_to(uint8_t *field, uint64_t at)
{
    uint8_t bytes[8];
    uint64_t word;

    put64le(bytes, at);
    memcpy(&word, bytes, sizeof word);
    __asm__ volatile("" ::: "memory");
    *(volatile uint64_t *)(void *)field = word;
    __asm__ volatile("" ::: "memory");
}

static void start_code(struct log_writer *w)
{
    w->code = w->tail + LOG_TAIL_HEADER;
    w->check = w->tail + LOG_BLOCK_ROOM;
    w->n = 0;
    w->seed = log_check(w->blocks, 0, 0);
}

/* Pages of the file are made sure of before they are touched: on a full disk that would be a
 * signal. */
static int make_room(struct log_writer *w)
{
    int error = 0;

    for (int ahead = BLOCKS_AHEAD; ahead > 0; ahead /= 2) {
        w->tail_at = (w->end + (uint64_t)ahead * PACKED_MAX + PAGE - 1) & ~(uint64_t)(PAGE - 1);
        error =
            posix_fallocate(w->fd, (off_t)w->end, (off_t)(w->tail_at + LOG_TAIL_BYTES - w->end));
        if (error != ENOSPC && error != EFBIG)
            break;
    }
    return error;
}

static int new_tail(struct log_writer *w)
{
    int error = make_room(w);
    uint8_t *tail;

    if (error)
        return fail(w, error, "no room for the log");
    tail = mmap(w->tail, LOG_TAIL_BYTES, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_POPULATE | (w->tail ? MAP_FIXED : 0), w->fd, (off_t)w->tail_at);
    if (tail == MAP_FAILED)
        return fail(w, errno, "cannot map the log");
    w->tail = tail;
    memset(tail, 0, LOG_TAIL_BYTES);
    memcpy(tail + AT_TAIL_MAGIC, tail_magic, sizeof tail_magic);
    put64le(tail + AT_TAIL_BLOCKS, w->blocks);
    start_code(w);
    point_to(w->header + AT_TAIL, w->tail_at);
    return 0;
}

/* The same tail for the next block. As long as it has the number of the one before, it is ignored.
 */
static void empty_tail(struct log_writer *w)
{
    memset(w->code, 0, w->n);
    memset(w->check, 0, w->n);
    start_code(w);
    point_to(w->tail + AT_TAIL_BLOCKS, w->blocks);
}

static void make_header(uint8_t *h, enum log_clock clock, int stream)
{
    memset(h, 0, LOG_HEADER);
    memcpy(h + AT_MAGIC, log_magic, sizeof log_magic);
    h[AT_VERSION] = LOG_VERSION;
    h[AT_CLOCK] = (uint8_t)clock;
    h[AT_STREAM] = (uint8_t)stream;
    put32le(h + AT_CRC, wire_crc32(h, AT_CRC));
}

/* Whether what is there already may be overwritten. */
static int is_ours(int fd)
{
    char magic[8];
    ssize_t n = pread(fd, magic, sizeof magic, 0);

    return n == 0 || (n == sizeof magic && memcmp(magic, log_magic, sizeof magic) == 0);
}

static int start_file(struct log_writer *w, enum log_clock clock)
{
    uint8_t header[LOG_HEADER];
    int error;

    make_header(header, clock, !w->regular);
    w->end = LOG_HEADER;
    if (!w->regular)
        return write_all(w, header, sizeof header, 0);
    if (!is_ours(w->fd)) {
        w->failed = EEXIST;
        snprintf(w->why, sizeof w->why, "it exists and is no log: name another file, or remove it");
        return -1;
    }
    if (ftruncate(w->fd, 0) < 0)
        return fail(w, errno, "cannot empty it");
    error = posix_fallocate(w->fd, 0, PAGE);
    if (error)
        return fail(w, error, "no room for the log");
    w->header = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, w->fd, 0);
    if (w->header == MAP_FAILED) {
        w->header = NULL;
        return fail(w, errno, "cannot map it");
    }
    memcpy(w->header, header, sizeof header);
    return new_tail(w);
}

int log_create(struct log_writer *w, const char *path, enum log_clock clock)
{
    struct stat st;

    *w = (struct log_writer){.plain = !log_can_pack()};
    w->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (w->fd < 0 && (errno == EACCES || errno == ENXIO || errno == EINVAL))
        w->fd = open(path, O_WRONLY | O_CLOEXEC);
    if (w->fd < 0)
        return fail(w, errno, "cannot create it");
    w->regular = fstat(w->fd, &st) == 0 && S_ISREG(st.st_mode);
    w->packed = malloc(PACKED_MAX);
    if (!w->regular) {
        w->tail = calloc(1, LOG_TAIL_BYTES);
        if (w->tail)
            start_code(w);
    }
    if (!w->packed || (!w->regular && !w->tail))
        return fail(w, ENOMEM, "no memory");
    if (start_file(w, clock) == 0)
        return 0;
    close(w->fd);
    return -1;
}

void log_append(struct log_writer *w, const uint8_t *code, size_t nbytes)
{
    uint8_t *at = w->code + w->n;

    for (size_t i = 0; i < nbytes; i++)
        w->check[w->n + i] = log_check(w->blocks, w->n + i, code[i]);
    memcpy(at + 1, code + 1, nbytes - 1);
    __asm__ volatile("" ::: "memory"); /* without its first byte a record is none */
    at[0] = code[0];
    w->n += nbytes;
}

static int write_block(struct log_writer *w, unsigned kind, const uint8_t *bytes, size_t nbytes)
{
    uint8_t *b = w->packed;
    size_t stored = log_pack(b + LOG_BLOCK_HEADER, LOG_BLOCK_ROOM, bytes, nbytes);

    memset(b, 0, LOG_BLOCK_HEADER);
    b[AT_KIND] = (uint8_t)kind;
    b[AT_METHOD] = stored ? METHOD_ZSTD : METHOD_PLAIN;
    if (!stored) {
        stored = nbytes;
        memcpy(b + LOG_BLOCK_HEADER, bytes, nbytes);
    }
    put32le(b + AT_STORED, (uint32_t)stored);
    put32le(b + AT_UNPACKED, (uint32_t)nbytes);
    put32le(b + AT_BLOCK_CRC,
            wire_crc32_more(wire_crc32(b, AT_BLOCK_CRC), b + LOG_BLOCK_HEADER, stored));
    if (write_all(w, b, LOG_BLOCK_HEADER + stored, w->end) < 0)
        return -1;
    w->end += LOG_BLOCK_HEADER + stored;
    w->blocks += kind == BLOCK_CODE;
    return 0;
}

int log_block(struct log_writer *w)
{
    if (w->failed)
        return -1;
    if (w->n == 0)
        return 0;
    if (write_block(w, BLOCK_CODE, w->code, w->n) < 0)
        return -1;
    if (!w->regular) {
        start_code(w);
        return 0;
    }
    if (w->end + PACKED_MAX <= w->tail_at) {
        empty_tail(w);
        return 0;
    }
    point_to(w->header + AT_TAIL, 0);
    return new_tail(w);
}

/* What was preallocated is given back. */
static int close_file(struct log_writer *w)
{
    point_to(w->header + AT_TAIL, 0);
    put64le(w->header + AT_CLOSED, w->end);
    return ftruncate(w->fd, (off_t)w->end) < 0 ? fail(w, errno, "cannot end the log") : 0;
}

int log_close(struct log_writer *w, const char *places, size_t nbytes)
{
    if (!w->failed && w->n > 0)
        write_block(w, BLOCK_CODE, w->code, w->n);
    for (size_t n; !w->failed && nbytes > 0; places += n, nbytes -= n) {
        n = nbytes < LOG_BLOCK_ROOM ? nbytes : LOG_BLOCK_ROOM;
        write_block(w, BLOCK_PLACES, (const uint8_t *)places, n);
    }
    if (w->header) { /* after a failure too: what is there can be read */
        close_file(w);
        munmap(w->header, PAGE);
    }
    if (w->regular && w->tail)
        munmap(w->tail, LOG_TAIL_BYTES);
    else
        free(w->tail);
    free(w->packed);
    if (close(w->fd) < 0)
        fail(w, errno, "cannot end the log");
    return w->failed ? -1 : 0;
}
