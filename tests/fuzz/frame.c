/* The frame parser, both directions, on lines the fuzzer writes: noise, whole frames, frames with a
 * byte changed or missing, silences. What is gathered must be what the table of docs/wire.md finds,
 * and a frame whose check holds must be the one that its parts make. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/frame.h"

enum { LINE_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

/* A property that does not hold ends the run, with a core the fuzzer keeps the input of. */
static void must(int holds)
{
    if (!holds)
        abort();
}

/* The table: bytes of the frame that begins so; 0: none does; SIZE_MAX: it is not all there. */
static size_t frame_at(enum frame_dir dir, const uint8_t *line, size_t nbytes)
{
    static const uint8_t value_bytes[16] = {0, 0, 1, 2, 4, 1, 1, 0, 0, 4, 1, 2, 4, 1, 1, 0};
    unsigned head = line[0] == 0x5A ? 3 : 2;
    size_t size;

    if (line[0] >= 0x80) {
        size = dir == FRAME_UP ? 4u + value_bytes[line[0] & 15] : 4;
    } else if (line[0] >= 0x40 && line[0] != 0x5A) {
        return 0;
    } else {
        if (nbytes < head)
            return SIZE_MAX;
        if (line[head - 1] > 240)
            return 0;
        size = head + line[head - 1] + 3u;
    }
    return size <= nbytes ? size : SIZE_MAX;
}

static void check_frame(enum frame_dir dir, const uint8_t *bytes, size_t n, uint32_t expected)
{
    struct frame_key key;
    struct frame f;
    uint32_t seq;
    uint8_t again[FRAME_MAX_BYTES];

    frame_key_init(&key, 7);
    frame_split(bytes, n, &f);
    must(f.body >= bytes && f.body + f.nbytes + CRC24_BYTES == bytes + n);
    if (f.class == FRAME_CONTROL) {
        if (frame_checks(&key, dir, 0, bytes, n)) {
            must(frame_make_control(&key, dir, f.low, f.body, f.nbytes, again) == n);
            must(memcmp(again, bytes, n) == 0);
        }
        return;
    }
    seq = frame_seq(&f, expected);
    must(((seq ^ f.bits) & (f.class == FRAME_SHORT ? 7 : 63)) == 0);
    must(seq - expected + 32 < 64);
    if (!frame_checks(&key, dir, seq, bytes, n))
        return;
    if (f.class == FRAME_SHORT)
        must(frame_make_short(&key, dir, seq, f.low, f.body, f.nbytes, again) == n);
    else
        must(frame_make_long(&key, dir, seq, f.body, f.nbytes, again) == n);
    must(memcmp(again, bytes, n) == 0);
}

/* A line between two silences. */
static void check(enum frame_dir dir, const uint8_t *line, size_t nbytes, uint32_t expected)
{
    struct frame_gather g = {0};
    size_t begins = 0;

    for (size_t i = 0; i < nbytes; i++) {
        int size = frame_gather(&g, dir, line[i]);

        must(g.used < FRAME_MAX_BYTES && size <= FRAME_MAX_BYTES);
        if (size) {
            must(!g.bad && begins + (size_t)size == i + 1);
            must(frame_at(dir, line + begins, (size_t)size) == (size_t)size);
            must(memcmp(g.bytes, line + begins, (size_t)size) == 0);
            check_frame(dir, g.bytes, (size_t)size, expected);
            begins = i + 1;
        } else if (g.bad) {
            must(frame_at(dir, line + begins, nbytes - begins) == 0);
        } else {
            must(frame_at(dir, line + begins, i + 1 - begins) == SIZE_MAX);
        }
    }
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
static size_t append_frame(struct input *in, enum frame_dir dir, uint32_t seq, uint8_t *line,
                           unsigned damage)
{
    uint8_t body[FRAME_MAX_BODY], kind = next(in), nbody = next(in) % (FRAME_MAX_BODY + 1);
    struct frame_key key;
    size_t n, at;

    frame_key_init(&key, 7);
    seq += next(in) % 16;
    for (unsigned i = 0; i < nbody; i++)
        body[i] = next(in);
    if (kind % 3 == 0)
        n = frame_make_control(&key, dir, kind, body, nbody, line);
    else if (kind % 3 == 1)
        n = frame_make_long(&key, dir, seq, body, nbody, line);
    else
        n = frame_make_short(&key, dir, seq, kind & 15, body,
                             (size_t)frame_size(dir, &(uint8_t){0x80 | (kind & 15)}, 1) - 4, line);
    at = next(in) % n;
    if (damage == 1)
        line[at] ^= (uint8_t)(1U << next(in) % 8);
    if (damage == 2)
        memmove(line + at, line + at + 1, --n - at);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct input in = {data, nbytes};
    enum frame_dir dir = next(&in) & 1 ? FRAME_UP : FRAME_DOWN;
    uint32_t expected = (uint32_t)next(&in) << 24 | next(&in);
    uint8_t line[LINE_MAX];
    size_t n = 0;

    while (in.left && n + FRAME_MAX_BYTES < LINE_MAX) {
        uint8_t what = next(&in);

        if (what >= 4) {
            line[n++] = what;
        } else if (what == 3) {
            check(dir, line, n, expected);
            n = 0;
        } else {
            n += append_frame(&in, dir, expected - 4, line + n, what);
        }
    }
    check(dir, line, n, expected);
    return 0;
}
