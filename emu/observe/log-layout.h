/* emu/observe/log-layout.h - where the fields of a log lie; for log-write.c and log-read.c. */
#ifndef EMU_OBSERVE_LOG_LAYOUT_H
#define EMU_OBSERVE_LOG_LAYOUT_H

#include <stdint.h>
#include <string.h>

enum { /* of the file's header, of LOG_HEADER bytes */
       AT_MAGIC = 0,
       AT_VERSION = 8,
       AT_CLOCK = 9,
       AT_STREAM = 10, /* 1: written to a pipe, never with a tail */
       AT_CRC = 12,    /* CRC-32 of the bytes before */
       AT_TAIL = 16,   /* where the tail begins; 0: there is none */
       AT_CLOSED = 24, /* bytes of the whole file; 0: it was not closed */
};

enum {                    /* of a block's header, of LOG_BLOCK_HEADER bytes */
       AT_KIND = 0,       /* BLOCK_CODE, BLOCK_PLACES */
       AT_METHOD = 1,     /* METHOD_PLAIN, METHOD_ZSTD */
       AT_STORED = 4,     /* bytes that follow */
       AT_UNPACKED = 8,   /* bytes they stand for */
       AT_BLOCK_CRC = 12, /* CRC-32 of the 12 bytes before and of what follows */
};

enum { /* of the tail's header, of LOG_TAIL_HEADER bytes */
       AT_TAIL_MAGIC = 0,
       AT_TAIL_BLOCKS = 8, /* blocks of code before it */
};

enum { BLOCK_CODE = 0xb1, BLOCK_PLACES = 0xb2, METHOD_PLAIN = 0, METHOD_ZSTD = 1 };

static const uint8_t log_magic[8] = {0x89, 'P', 'i', 'L', 'o', 'g', '\r', '\n'};
static const uint8_t tail_magic[8] = {'P', 'i', 'T', 'a', 'i', 'l', '\r', '\n'};

static inline uint32_t get32le(const uint8_t *p)
{
    return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t get64le(const uint8_t *p)
{
    return get32le(p) | (uint64_t)get32le(p + 4) << 32;
}

static inline void put32le(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> 8 * i);
}

static inline void put64le(uint8_t *p, uint64_t v)
{
    put32le(p, (uint32_t)v);
    put32le(p + 4, (uint32_t)(v >> 32));
}

#endif
