/* The frame parser on lines the fuzzer writes: noise, whole frames, frames with one byte changed or
 * missing, silences. What it delivers must be what scanning the whole line at once finds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/crc32.h"
#include "wire/frame.h"

enum { LINE_MAX = 4096, FRAMES_MAX = LINE_MAX / FRAME_OVERHEAD };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

/* A property that does not hold ends the run, with a core the fuzzer keeps the input of. */
static void must(int holds)
{
    if (!holds)
        abort();
}

/* The definition: at each position a frame that checks, or one byte of noise. */
static size_t frame_at(const uint8_t *line, size_t nbytes)
{
    uint8_t crc[4];

    if (nbytes < FRAME_OVERHEAD || line[0] != FRAME_SYNC || line[1] > FRAME_MAX_PAYLOAD ||
        nbytes < line[1] + (size_t)FRAME_OVERHEAD)
        return 0;
    uint32_t sum = wire_crc32(line + 1, line[1] + (size_t)3);
    for (unsigned i = 0; i < 4; i++)
        crc[i] = (uint8_t)(sum >> (8 * i));
    return memcmp(line + 4 + line[1], crc, 4) == 0 ? line[1] + (size_t)FRAME_OVERHEAD : 0;
}

struct scan {
    const uint8_t *line;
    size_t at, nbytes, dropped;
};

static void expect(struct scan *s, const struct frame *f)
{
    size_t length = 0;

    while (s->at < s->nbytes) {
        length = frame_at(s->line + s->at, s->nbytes - s->at);
        if (length)
            break;
        s->at++;
        s->dropped++;
    }
    must(length == f->nbytes + (size_t)FRAME_OVERHEAD);
    must(s->line[s->at + 2] == f->kind && s->line[s->at + 3] == f->seq);
    must(memcmp(s->line + s->at + 4, f->payload, f->nbytes) == 0);
    s->at += length;
}

/* A line between two silences. */
static void check(const uint8_t *line, size_t nbytes)
{
    struct frame_parser p = {0};
    struct scan s = {.line = line, .nbytes = nbytes};
    struct frame f;

    for (size_t i = 0; i < nbytes; i++) {
        for (int got = frame_push(&p, line[i], &f); got; got = frame_next(&p, &f))
            expect(&s, &f);
        must(p.used < FRAME_MAX_BYTES);
    }
    while (frame_flush(&p, &f))
        expect(&s, &f);
    must(p.used == 0);
    for (; s.at < s.nbytes; s.at++) {
        must(frame_at(line + s.at, nbytes - s.at) == 0);
        s.dropped++;
    }
    must(p.dropped == s.dropped);
}

struct input {
    const uint8_t *data;
    size_t left;
};

static uint8_t next(struct input *in)
{
    if (!in->left)
        return 0;
    in->left--;
    return *in->data++;
}

/* Appends a frame of the fuzzer's bytes; damage: 0 none, 1 a bit flipped, 2 a byte missing. */
static size_t append_frame(struct input *in, uint8_t *line, unsigned damage)
{
    struct frame f = {
        .nbytes = next(in) % (FRAME_MAX_PAYLOAD + 1), .kind = next(in), .seq = next(in)};

    for (unsigned i = 0; i < f.nbytes; i++)
        f.payload[i] = next(in);
    size_t n = frame_encode(&f, line), at = next(in) % n;
    if (damage == 1)
        line[at] ^= (uint8_t)(1U << next(in) % 8);
    if (damage == 2)
        memmove(line + at, line + at + 1, --n - at);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct input in = {data, nbytes};
    uint8_t line[LINE_MAX];
    size_t n = 0;

    while (in.left && n + FRAME_MAX_BYTES < LINE_MAX) {
        uint8_t what = next(&in);

        if (what >= 5) {
            line[n++] = what;
        } else if (what == 4) {
            check(line, n);
            n = 0;
        } else if (what == 3) {
            line[n++] = FRAME_SYNC;
        } else {
            n += append_frame(&in, line + n, what);
        }
    }
    check(line, n);
    return 0;
}
