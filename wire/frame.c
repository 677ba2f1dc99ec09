/* Frames: how long, how numbered, how checked. No state but the bytes collected so far. */
#include "wire/frame.h"
#include "wire/words.h"

enum { SHORT = 0x80, LONG_MASK = 0xC0, CONTROL_HEAD = 3, LONG_HEAD = 2 };

/* Bytes of value behind an answer's code; wire/answer.h names the codes. */
static unsigned answer_value_bytes(uint8_t code)
{
    static const uint8_t nbytes[16] = {0, 0, 1, 2, 4, 1, 1, 0, 0, 4, 1, 2, 4, 1, 1, 0};

    return nbytes[code];
}

const struct frame_key frame_no_session = {CRC24_START, CRC24_START};

void frame_key_init(struct frame_key *k, uint32_t nonce)
{
    uint8_t bytes[5];

    wire_put_word(bytes, nonce);
    bytes[4] = FRAME_DOWN;
    k->down = crc24_more(CRC24_START, bytes, sizeof bytes);
    bytes[4] = FRAME_UP;
    k->up = crc24_more(CRC24_START, bytes, sizeof bytes);
}

int frame_size(enum frame_dir dir, const uint8_t *bytes, size_t have)
{
    unsigned head, body;

    if (have == 0)
        return 0;
    if (bytes[0] & SHORT) {
        head = 1;
        body = dir == FRAME_UP ? answer_value_bytes(bytes[0] & 15) : 0;
    } else if (bytes[0] == FRAME_CONTROL_BYTE || (bytes[0] & LONG_MASK) == 0) {
        head = bytes[0] == FRAME_CONTROL_BYTE ? CONTROL_HEAD : LONG_HEAD;
        if (have < head)
            return 0;
        body = bytes[head - 1];
        if (body > FRAME_MAX_BODY)
            return -1;
    } else {
        return -1;
    }
    return (int)(head + body + CRC24_BYTES);
}

void frame_split(const uint8_t *bytes, size_t nbytes, struct frame *f)
{
    unsigned head;

    if (bytes[0] & SHORT) {
        f->class = FRAME_SHORT;
        f->low = bytes[0] & 15;
        f->bits = (bytes[0] >> 4) & 7;
        head = 1;
    } else if (bytes[0] == FRAME_CONTROL_BYTE) {
        f->class = FRAME_CONTROL;
        f->low = bytes[1];
        f->bits = 0;
        head = CONTROL_HEAD;
    } else {
        f->class = FRAME_LONG;
        f->low = 0;
        f->bits = bytes[0];
        head = LONG_HEAD;
    }
    f->body = bytes + head;
    f->nbytes = (uint8_t)(nbytes - head - CRC24_BYTES);
}

static uint32_t check(const struct frame_key *k, enum frame_dir dir, uint32_t seq,
                      const uint8_t *bytes, size_t nbytes)
{
    uint8_t number[4];

    wire_put_word(number, seq);
    return crc24_more(crc24_more(dir == FRAME_DOWN ? k->down : k->up, number, sizeof number), bytes,
                      nbytes);
}

int frame_checks(const struct frame_key *k, enum frame_dir dir, uint32_t seq, const uint8_t *bytes,
                 size_t nbytes)
{
    const uint8_t *end = bytes + nbytes - CRC24_BYTES;

    return check(k, dir, seq, bytes, nbytes - CRC24_BYTES) ==
           (end[0] | (uint32_t)end[1] << 8 | (uint32_t)end[2] << 16);
}

uint32_t frame_seq(const struct frame *f, uint32_t expected)
{
    uint32_t turn = 1u << (f->class == FRAME_SHORT ? FRAME_SHORT_SEQ_BITS : FRAME_LONG_SEQ_BITS);
    uint32_t ahead = (f->bits - expected) & (turn - 1);

    return expected + ahead - (ahead >= turn / 2 ? turn : 0);
}

static size_t finish(const struct frame_key *k, enum frame_dir dir, uint32_t seq, uint8_t *out,
                     size_t head, const uint8_t *body, size_t nbytes)
{
    uint8_t *end = out + head + nbytes;
    uint32_t crc;

    for (size_t i = 0; body != out + head && i < nbytes; i++)
        out[head + i] = body[i];
    crc = check(k, dir, seq, out, head + nbytes);
    for (unsigned i = 0; i < CRC24_BYTES; i++)
        end[i] = (uint8_t)(crc >> (8 * i));
    return head + nbytes + CRC24_BYTES;
}

size_t frame_make_short(const struct frame_key *k, enum frame_dir dir, uint32_t seq, uint8_t low,
                        const void *body, size_t nbytes, uint8_t *out)
{
    out[0] = (uint8_t)(SHORT | (seq & 7) << 4 | low);
    return finish(k, dir, seq, out, 1, body, nbytes);
}

size_t frame_make_long(const struct frame_key *k, enum frame_dir dir, uint32_t seq,
                       const void *body, size_t nbytes, uint8_t *out)
{
    out[0] = seq & 63;
    out[1] = (uint8_t)nbytes;
    return finish(k, dir, seq, out, LONG_HEAD, body, nbytes);
}

size_t frame_make_control(const struct frame_key *k, enum frame_dir dir, uint8_t kind,
                          const void *body, size_t nbytes, uint8_t *out)
{
    out[0] = FRAME_CONTROL_BYTE;
    out[1] = kind;
    out[2] = (uint8_t)nbytes;
    return finish(k, dir, 0, out, CONTROL_HEAD, body, nbytes);
}

int frame_gather(struct frame_gather *g, enum frame_dir dir, uint8_t byte)
{
    int size;

    if (g->bad)
        return 0;
    g->bytes[g->used++] = byte;
    size = frame_size(dir, g->bytes, g->used);
    if (size < 0) {
        g->bad = 1;
        g->used = 0;
        return 0;
    }
    if (size == 0 || g->used < size)
        return 0;
    g->used = 0;
    return size;
}
