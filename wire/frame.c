/* Frames: encoding, and a parser that keeps what it cannot yet judge and judges it again after
 * damage. It keeps no time: the caller tells it about silence. */
#include "wire/frame.h"

#include "wire/crc32.h"

enum { AT_SYNC, AT_NBYTES, AT_KIND, AT_SEQ, AT_PAYLOAD, CRC_BYTES = 4 };

/* The check covers everything between the sync byte and itself. */
static uint32_t frame_crc(const uint8_t *bytes, unsigned nbytes)
{
    return wire_crc32(bytes + AT_NBYTES, AT_PAYLOAD - AT_NBYTES + nbytes);
}

size_t frame_encode(const struct frame *f, uint8_t out[FRAME_MAX_BYTES])
{
    if (f->nbytes > FRAME_MAX_PAYLOAD)
        return 0;
    out[AT_SYNC] = FRAME_SYNC;
    out[AT_NBYTES] = f->nbytes;
    out[AT_KIND] = f->kind;
    out[AT_SEQ] = f->seq;
    for (unsigned i = 0; i < f->nbytes; i++)
        out[AT_PAYLOAD + i] = f->payload[i];

    uint32_t crc = frame_crc(out, f->nbytes);
    for (unsigned i = 0; i < CRC_BYTES; i++)
        out[AT_PAYLOAD + f->nbytes + i] = (uint8_t)(crc >> (8 * i));
    return f->nbytes + FRAME_OVERHEAD;
}

static void remove_front(struct frame_parser *p, unsigned nbytes)
{
    p->used = (uint8_t)(p->used - nbytes);
    for (unsigned i = 0; i < p->used; i++)
        p->buf[i] = p->buf[i + nbytes];
}

static void drop_front(struct frame_parser *p, unsigned nbytes)
{
    remove_front(p, nbytes);
    p->dropped += nbytes;
}

static int check_holds(const uint8_t *bytes, unsigned nbytes)
{
    uint32_t crc = frame_crc(bytes, nbytes);
    int same = 1;

    for (unsigned i = 0; i < CRC_BYTES; i++)
        same &= bytes[AT_PAYLOAD + nbytes + i] == (uint8_t)(crc >> (8 * i));
    return same;
}

static void take_front(struct frame_parser *p, struct frame *out)
{
    out->nbytes = p->buf[AT_NBYTES];
    out->kind = p->buf[AT_KIND];
    out->seq = p->buf[AT_SEQ];
    for (unsigned i = 0; i < out->nbytes; i++)
        out->payload[i] = p->buf[AT_PAYLOAD + i];
    remove_front(p, out->nbytes + FRAME_OVERHEAD);
}

int frame_next(struct frame_parser *p, struct frame *out)
{
    for (;;) {
        unsigned noise = 0;
        while (noise < p->used && p->buf[noise] != FRAME_SYNC)
            noise++;
        if (noise)
            drop_front(p, noise);
        if (p->used <= AT_NBYTES)
            return 0;

        unsigned nbytes = p->buf[AT_NBYTES];
        if (nbytes <= FRAME_MAX_PAYLOAD) {
            if (p->used < nbytes + FRAME_OVERHEAD)
                return 0;
            if (check_holds(p->buf, nbytes)) {
                take_front(p, out);
                return 1;
            }
        }
        drop_front(p, 1);
    }
}

/* There is always room: whatever frame_next leaves is shorter than the longest frame. */
int frame_push(struct frame_parser *p, uint8_t byte, struct frame *out)
{
    p->buf[p->used++] = byte;
    return frame_next(p, out);
}

int frame_flush(struct frame_parser *p, struct frame *out)
{
    for (;;) {
        if (frame_next(p, out))
            return 1;
        if (!p->used)
            return 0;
        drop_front(p, 1);
    }
}
