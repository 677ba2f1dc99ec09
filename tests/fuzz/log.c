/* Logs: any code of records is read, or refused with the reason and the offset, and what was read
 * is the same when it is written again. The first byte chooses: a file whose checks are right
 * around the rest as a block, a tail, places; the rest as a file; or the decoder alone.
 *
 * Links: emu/observe/log-code.c
 *
 * Links: emu/observe/log-pack.c emu/observe/log-read.c */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu/observe/log-file.h"
#include "emu/observe/log-layout.h"
#include "wire/crc32.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

static void same(const struct log_record *a, const struct log_record *b)
{
    if (a->kind != b->kind || a->ns != b->ns || a->result != b->result || a->value != b->value ||
        a->count != b->count || a->by_signal != b->by_signal || a->addr != b->addr ||
        a->nbytes != b->nbytes || a->a.op != b->a.op || a->a.addr != b->a.addr ||
        a->a.value != b->a.value || a->a.pc != b->a.pc || a->a.width != b->a.width ||
        a->a.origin != b->a.origin || (a->nbytes && memcmp(a->bytes, b->bytes, a->nbytes) != 0))
        abort();
}

/* What the decoder reads, an encoder writes so that another reads the same. */
static void decode(const uint8_t *data, size_t nbytes, enum log_clock clock)
{
    static uint8_t out[LOG_CODE_MAX];
    struct log_code from = {.clock = clock}, to = {.clock = clock}, back = {.clock = clock};
    uint8_t *in = malloc(nbytes ? nbytes : 1); /* exactly, so that a read beyond is seen */
    long took;

    if (!in)
        return;
    if (nbytes)
        memcpy(in, data, nbytes);
    for (size_t at = 0; at < nbytes; at += (size_t)took) {
        struct log_record r, again;
        size_t n;

        took = log_decode(&from, in + at, nbytes - at, &r);
        if (took <= 0)
            break;
        if ((size_t)took > nbytes - at)
            abort();
        n = log_encode(&to, &r, out);
        if (n == 0 || n > LOG_CODE_MAX || log_decode(&back, out, n, &again) != (long)n)
            abort();
        same(&r, &again);
    }
    free(in);
}

static void read_file(const uint8_t *data, size_t nbytes)
{
    static int fd = -1;
    struct log_reader r;
    struct log_record record;
    char name[64], place[64];
    int rc;

    if (fd < 0)
        fd = memfd_create("log", 0);
    if (ftruncate(fd, 0) < 0 || pwrite(fd, data, nbytes, 0) != (ssize_t)nbytes)
        exit(2);
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    if (log_open(&r, name) < 0) {
        if (!r.why[0])
            abort();
        return;
    }
    while ((rc = log_next(&r, &record)) > 0)
        ;
    if (rc < 0 && !r.why[0])
        abort();
    log_find_places(&r);
    log_place(&r, 0x20, place, sizeof place);
    log_close_reader(&r);
}

static size_t put_block(uint8_t *at, unsigned kind, const uint8_t *data, size_t n)
{
    memset(at, 0, LOG_BLOCK_HEADER);
    at[AT_KIND] = (uint8_t)kind;
    put32le(at + AT_STORED, (uint32_t)n);
    put32le(at + AT_UNPACKED, (uint32_t)n);
    memcpy(at + LOG_BLOCK_HEADER, data, n);
    put32le(at + AT_BLOCK_CRC, wire_crc32_more(wire_crc32(at, AT_BLOCK_CRC), data, n));
    return LOG_BLOCK_HEADER + n;
}

static const size_t TAIL = (size_t)2 * LOG_BLOCK_ROOM;

static size_t put_tail(uint8_t *at, const uint8_t *data, size_t n)
{
    memset(at, 0, TAIL);
    memcpy(at + AT_TAIL_MAGIC, tail_magic, sizeof tail_magic);
    memcpy(at + LOG_TAIL_HEADER, data, n);
    for (size_t i = 0; i < n; i++)
        at[LOG_BLOCK_ROOM + i] = log_check(0, i, data[i]);
    return TAIL;
}

/* A file around the data, as a run would leave it. */
static void enclose(const uint8_t *data, size_t nbytes, unsigned how)
{
    static uint8_t file[LOG_HEADER + 3 * LOG_BLOCK_ROOM];
    size_t end = LOG_HEADER;
    int closed = !(how & 1);

    if (nbytes == 0 || nbytes > LOG_BLOCK_ROOM - LOG_TAIL_HEADER)
        return;
    memset(file, 0, LOG_HEADER);
    memcpy(file + AT_MAGIC, log_magic, sizeof log_magic);
    file[AT_VERSION] = LOG_VERSION;
    file[AT_CLOCK] = how >> 1 & 1;
    put32le(file + AT_CRC, wire_crc32(file, AT_CRC));
    if (closed) {
        end += put_block(file + end, BLOCK_CODE, data, nbytes);
        if (how & 4)
            end += put_block(file + end, BLOCK_PLACES, data, nbytes);
        put64le(file + AT_CLOSED, end);
    } else {
        put64le(file + AT_TAIL, end);
        end += put_tail(file + end, data, nbytes);
    }
    read_file(file, end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    unsigned how = nbytes ? data[0] : 0;

    if (nbytes == 0)
        return 0;
    data++;
    nbytes--;
    if (how & 0x80)
        read_file(data, nbytes);
    else if (how & 0x40)
        enclose(data, nbytes, how);
    else
        decode(data, nbytes, how & 1 ? LOG_REAL : LOG_VIRTUAL);
    return 0;
}
