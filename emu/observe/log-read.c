/* Reading a log, up to its end or its damage; see log-file.h. */
#include "emu/observe/log-file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/observe/log-layout.h"
#include "emu/observe/log-pack.h"
#include "wire/crc32.h"

enum state { IN_BLOCKS, IN_TAIL, AT_END, DAMAGED };

static int say(struct log_reader *r, const char *what)
{
    r->state = DAMAGED;
    snprintf(r->why, sizeof r->why, "%s", what);
    return -1;
}

static int damaged(struct log_reader *r, uint64_t offset, const char *what)
{
    r->state = DAMAGED;
    snprintf(r->why, sizeof r->why, "damaged at offset %" PRIu64 ": %s", offset, what);
    return -1;
}

static int read_at(struct log_reader *r, uint8_t *p, size_t n, uint64_t at)
{
    while (n > 0) {
        ssize_t got = pread(r->fd, p, n, (off_t)at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return say(r, got < 0 ? strerror(errno) : "it became shorter");
        p += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return 0;
}

static int room_for(uint8_t **buffer, size_t *room, size_t n)
{
    uint8_t *more = n <= *room ? *buffer : realloc(*buffer, n);

    if (!more)
        return -1;
    *buffer = more;
    *room = n <= *room ? *room : n;
    return 0;
}

static int read_header(struct log_reader *r)
{
    uint8_t h[LOG_HEADER];
    char text[128];

    if (r->size < LOG_HEADER)
        return say(r,
                   r->size == 0 ? "it is empty, no log" : "it is no log, or cut before offset 32");
    if (read_at(r, h, sizeof h, 0) < 0)
        return -1;
    if (memcmp(h, log_magic, sizeof log_magic) != 0)
        return say(r, "it is no log: a log begins with other bytes");
    if (h[AT_VERSION] != LOG_VERSION) {
        snprintf(text, sizeof text, "it is a log of version %d; this program reads version %d",
                 h[AT_VERSION], LOG_VERSION);
        return say(r, text);
    }
    if (get32le(h + AT_CRC) != wire_crc32(h, AT_CRC))
        return damaged(r, AT_VERSION, "the header's check is wrong");
    if (h[AT_CLOCK] >= LOG_CLOCKS)
        return damaged(r, AT_CLOCK, "no such clock");
    r->clock = h[AT_CLOCK];
    r->code.clock = r->clock;
    r->stream = h[AT_STREAM];
    r->tail = get64le(h + AT_TAIL);
    r->closed = get64le(h + AT_CLOSED);
    if (r->closed && r->tail)
        return damaged(r, AT_TAIL, "it was closed and has a tail");
    return 0;
}

int log_open(struct log_reader *r, const char *path)
{
    struct stat st;

    *r = (struct log_reader){.offset = LOG_HEADER};
    r->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (r->fd < 0)
        return say(r, strerror(errno));
    if (fstat(r->fd, &st) < 0 || !S_ISREG(st.st_mode))
        say(r, "it is not a regular file");
    r->size = (uint64_t)st.st_size;
    if (r->state != DAMAGED && read_header(r) == 0)
        return 0;
    close(r->fd);
    r->fd = -1;
    return -1;
}

/* ---- blocks ---- */

static const char no_block[] = "no block begins there";

/* The block at `at`, unpacked, into r->block. The bytes it takes in the file; 0: there is none that
 * is whole, r->wrong says why. */
static size_t read_block(struct log_reader *r, uint64_t at, unsigned kind, size_t *unpacked)
{
    uint8_t h[LOG_BLOCK_HEADER];
    size_t stored, n;

    if (at + LOG_BLOCK_HEADER > r->size) {
        r->wrong = "the file is cut there";
        return 0;
    }
    if (read_at(r, h, sizeof h, at) < 0)
        return 0;
    stored = get32le(h + AT_STORED);
    n = get32le(h + AT_UNPACKED);
    if (h[AT_KIND] != kind || n == 0 || n > LOG_BLOCK_ROOM || stored > n) {
        r->wrong = no_block;
        return 0;
    }
    if (at + LOG_BLOCK_HEADER + stored > r->size) {
        r->wrong = "the file is cut in the middle of a block";
        return 0;
    }
    if (room_for(&r->packed, &r->packed_room, stored) < 0 ||
        room_for(&r->block, &r->block_room, LOG_BLOCK_ROOM) < 0) {
        r->wrong = "no memory for a block";
        return 0;
    }
    if (read_at(r, r->packed, stored, at + LOG_BLOCK_HEADER) < 0)
        return 0;
    if (get32le(h + AT_BLOCK_CRC) !=
        wire_crc32_more(wire_crc32(h, AT_BLOCK_CRC), r->packed, stored)) {
        r->wrong = "the block's check is wrong";
        return 0;
    }
    if (h[AT_METHOD] == METHOD_ZSTD && !log_can_pack()) {
        say(r, sizeof(void *) == 4
                   ? "it is compressed, and a program made with -m32 finds no libzstd: use the "
                     "program made without, or record with this one"
                   : "it is compressed, and libzstd is not installed: tools/setup run installs "
                     "libzstd1");
        return 0;
    }
    if (h[AT_METHOD] == METHOD_PLAIN && stored == n) {
        memcpy(r->block, r->packed, n);
    } else if (h[AT_METHOD] != METHOD_ZSTD || log_unpack(r->block, n, r->packed, stored) < 0) {
        r->wrong = "the block cannot be unpacked";
        return 0;
    }
    *unpacked = n;
    return LOG_BLOCK_HEADER + stored;
}

/* What lies behind the last block: its checked bytes become a block. */
static int read_tail(struct log_reader *r)
{
    uint8_t h[LOG_TAIL_HEADER], *tail;
    const size_t room = LOG_BLOCK_ROOM - LOG_TAIL_HEADER;
    uint64_t blocks, have;
    size_t n;

    if (r->tail + sizeof h > r->size)
        return damaged(r, r->size, "the file is cut before its tail");
    if (read_at(r, h, sizeof h, r->tail) < 0)
        return -1;
    blocks = get64le(h + AT_TAIL_BLOCKS);
    if (memcmp(h + AT_TAIL_MAGIC, tail_magic, sizeof tail_magic) != 0)
        return damaged(r, AT_TAIL, "no tail begins where the header says");
    if (blocks > r->blocks)
        return damaged(r, r->offset, r->wrong);
    r->state = AT_END;
    if (blocks < r->blocks) /* it was ended between a block and its new tail */
        return 0;
    have = r->size - r->tail;
    if (have < LOG_TAIL_BYTES)
        return damaged(r, r->size, "the file is cut in its tail");
    tail = malloc(LOG_TAIL_BYTES);
    if (!tail || room_for(&r->block, &r->block_room, LOG_BLOCK_ROOM) < 0 ||
        read_at(r, tail, LOG_TAIL_BYTES, r->tail) < 0) {
        free(tail);
        return say(r, "no memory for its tail");
    }
    r->offset = r->tail + LOG_TAIL_HEADER;
    for (n = 0; n < room; n++) {
        if (tail[LOG_BLOCK_ROOM + n] != log_check(r->blocks, n, tail[LOG_TAIL_HEADER + n]))
            break;
    }
    r->state = IN_TAIL;
    if (n < room && tail[LOG_TAIL_HEADER + n] != 0) /* a byte that does not fit its check */
        r->wrong = "the check of a byte is wrong";
    else
        r->wrong = NULL;
    memcpy(r->block, tail + LOG_TAIL_HEADER, n);
    r->n = n;
    r->at = 0;
    free(tail);
    return 1;
}

/* Places follow the last block of code; or what is wrong with it, if it is one. */
static int read_places(struct log_reader *r)
{
    const char *wrong = r->wrong;
    uint64_t at = r->offset;
    size_t total = 0, n, took;

    while ((took = read_block(r, at, BLOCK_PLACES, &n)) > 0) {
        char *more = realloc(r->places, total + n + 1);

        if (!more)
            return say(r, "no memory for its places");
        memcpy(more + total, r->block, n);
        total += n;
        more[total] = 0;
        r->places = more;
        at += took;
    }
    r->n = r->at = 0;
    if (at == r->size)
        return 0;
    if (r->state == DAMAGED) /* it was said */
        return -1;
    return damaged(r, at, at == r->offset && r->wrong == no_block ? wrong : r->wrong);
}

/* Brings the next block into r->block: 1; 0: there is none; -1. */
static int next_block(struct log_reader *r)
{
    size_t took;

    if (r->state == IN_TAIL && r->wrong)
        return damaged(r, r->offset + r->at, r->wrong);
    if (r->state == DAMAGED)
        return -1;
    if (r->state != IN_BLOCKS)
        return 0;
    took = read_block(r, r->offset, BLOCK_CODE, &r->n);
    if (r->state == DAMAGED)
        return -1;
    if (took) {
        r->offset += took;
        r->blocks++;
        r->at = 0;
        return 1;
    }
    if (r->tail)
        return read_tail(r);
    r->state = AT_END;
    if (!r->closed && r->stream)
        return r->offset == r->size ? 0 : read_places(r);
    if (!r->closed) /* ended between two tails */
        return 0;
    if (r->closed != r->size)
        return damaged(r, r->closed < r->size ? r->closed : r->size,
                       r->closed < r->size ? "bytes follow the log's end"
                                           : "the file is cut there");
    return r->offset == r->size ? 0 : read_places(r);
}

int log_next(struct log_reader *r, struct log_record *record)
{
    long took;

    if (r->state == DAMAGED)
        return -1;
    while (r->at == r->n) {
        int rc = next_block(r);

        if (rc <= 0)
            return rc;
    }
    if (r->state == IN_TAIL && r->block[r->at] == 0) { /* not written; its check fits by chance */
        r->at = r->n;
        return 0;
    }
    /* What it takes for a leak belongs to *r. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    took = log_decode(&r->code, r->block + r->at, r->n - r->at, record);
    if (took == 0 && r->state == IN_TAIL && !r->wrong) { /* its last bytes were not written */
        r->at = r->n;
        return 0;
    }
    if (took <= 0)
        return damaged(r, r->state == IN_TAIL ? r->offset + r->at : r->offset,
                       "there is no record of this format");
    r->at += (size_t)took;
    r->number += record->kind == LOG_ACCESS;
    r->complete |= record->kind == LOG_END;
    return 1;
}

/* ---- places ---- */

void log_find_places(struct log_reader *r)
{
    struct log_reader all;
    struct log_record record;
    char path[64];

    if (r->places)
        return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", r->fd);
    if (log_open(&all, path) < 0)
        return;
    while (log_next(&all, &record) > 0)
        ;
    r->places = all.places;
    all.places = NULL;
    log_close_reader(&all);
}

const char *log_place(struct log_reader *r, uint32_t pc, char *buf, size_t nbytes)
{
    char key[16];
    const char *at;
    size_t n;

    snprintf(key, sizeof key, "\n%" PRIx32 " ", pc);
    at = r->places ? strstr(r->places, key) : NULL;
    if (!at)
        return NULL;
    at += strlen(key);
    n = strcspn(at, "\n");
    snprintf(buf, nbytes, "%.*s", (int)n, at);
    return buf;
}

void log_close_reader(struct log_reader *r)
{
    if (r->fd >= 0)
        close(r->fd);
    free(r->block);
    free(r->packed);
    free(r->places);
    r->block = r->packed = NULL;
    r->places = NULL;
    r->fd = -1;
}
