/* The operations as payload bytes; numbers are little-endian. Nothing here knows what a register
 * is. */
#include "wire/ops.h"

enum { HELLO_BYTES = 6, GET_BYTES = 5, PUT_BYTES = 9, REPLY_BYTES = 5 };

static void start(struct frame *f, enum op_kind kind, uint8_t seq)
{
    f->kind = (uint8_t)kind;
    f->seq = seq;
    f->nbytes = 0;
}

static void append(struct frame *f, uint32_t value, unsigned nbytes)
{
    for (unsigned i = 0; i < nbytes; i++)
        f->payload[f->nbytes++] = (uint8_t)(value >> (8 * i));
}

static uint32_t field(const struct frame *f, unsigned at, unsigned nbytes)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < nbytes; i++)
        value |= (uint32_t)f->payload[at + i] << (8 * i);
    return value;
}

void op_make_hello(struct frame *f, enum op_kind kind, const struct op_hello *h)
{
    start(f, kind, 0);
    append(f, h->version, 2);
    append(f, h->nonce, 4);
}

void op_make_get(struct frame *f, uint8_t seq, const struct op_access *a)
{
    start(f, OP_GET, seq);
    append(f, a->width, 1);
    append(f, a->addr, 4);
}

void op_make_put(struct frame *f, uint8_t seq, const struct op_access *a)
{
    start(f, OP_PUT, seq);
    append(f, a->width, 1);
    append(f, a->addr, 4);
    append(f, a->value, 4);
}

void op_make_reply(struct frame *f, uint8_t seq, const struct op_reply *r)
{
    start(f, OP_REPLY, seq);
    append(f, r->status, 1);
    append(f, r->value, 4);
}

void op_make_reboot(struct frame *f, uint8_t seq)
{
    start(f, OP_REBOOT, seq);
}

void op_make_text(struct frame *f, uint8_t seq, const void *text, uint8_t nbytes)
{
    const uint8_t *bytes = text;

    start(f, OP_TEXT, seq);
    for (unsigned i = 0; i < nbytes; i++)
        append(f, bytes[i], 1);
}

int op_read_hello(const struct frame *f, struct op_hello *h)
{
    if ((f->kind != OP_HELLO && f->kind != OP_WELCOME) || f->nbytes != HELLO_BYTES)
        return -1;
    h->version = (uint16_t)field(f, 0, 2);
    h->nonce = field(f, 2, 4);
    return 0;
}

int op_read_access(const struct frame *f, struct op_access *a)
{
    if (!(f->kind == OP_GET && f->nbytes == GET_BYTES) &&
        !(f->kind == OP_PUT && f->nbytes == PUT_BYTES))
        return -1;
    a->width = f->payload[0];
    if (a->width != 1 && a->width != 2 && a->width != 4)
        return -1;
    a->addr = field(f, 1, 4);
    a->value = f->kind == OP_PUT ? field(f, 5, 4) : 0;
    return 0;
}

int op_read_reply(const struct frame *f, struct op_reply *r)
{
    if (f->kind != OP_REPLY || f->nbytes != REPLY_BYTES)
        return -1;
    r->status = f->payload[0];
    r->value = field(f, 1, 4);
    return 0;
}
