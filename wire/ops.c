/* The dictionary, and operations taken off a frame's body. Nothing here knows what a register is.
 */
#include "wire/ops.h"

#include "wire/ops-bytes.h"

void dict_init(struct dict *d)
{
    *d = (struct dict){.last_put = DICT_NOWHERE};
    for (unsigned i = 0; i < DICT_PAIRS; i++)
        d->pair[i].slot = DICT_NOWHERE;
}

int dict_find(const struct dict *d, uint32_t addr, unsigned width)
{
    for (unsigned i = 0; i < DICT_SLOTS; i++)
        if (d->slot[i].addr == addr && d->slot[i].width == width)
            return (int)i;
    return -1;
}

static uint32_t number(const uint8_t *bytes, unsigned nbytes)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < nbytes; i++)
        value |= (uint32_t)bytes[i] << (8 * i);
    return value;
}

/* A slot given to another register takes its pairs with it. */
void dict_define(struct dict *d, unsigned slot, uint32_t addr, unsigned width)
{
    for (unsigned i = 0; i < DICT_PAIRS; i++)
        if (d->pair[i].slot == slot)
            d->pair[i].slot = DICT_NOWHERE;
    if (d->last_put == slot)
        d->last_put = DICT_NOWHERE;
    d->slot[slot] = (struct dict_slot){.addr = addr, .width = (uint8_t)width};
}

void dict_put(struct dict *d, unsigned slot, uint32_t value, int new_pair)
{
    d->slot[slot].wrote = value;
    d->last_put = (uint8_t)slot;
    if (!new_pair)
        return;
    d->pair[d->next_pair].slot = (uint8_t)slot;
    d->pair[d->next_pair].value = value;
    d->next_pair = (d->next_pair + 1) % DICT_PAIRS;
}

static int decode_put(struct dict *d, struct op *op, const uint8_t *bytes)
{
    static const uint8_t value_bytes[16] = {[5] = 1, [6] = 2, [7] = 4, [8] = 1, [9] = 1};
    unsigned kind = bytes[0] & 0xF0, n = value_bytes[kind >> 4];
    uint32_t v = number(bytes + 1, n);

    if (kind == OPB_BITS || kind == OPB_XOR)
        v = ((v >> 5) + 1) << (v & 31);
    if (kind == OPB_XOR)
        v ^= d->slot[op->slot].wrote;
    op->value = v;
    op->count = 1;
    dict_put(d, op->slot, v, 1);
    return (int)n + 1;
}

/* Operations that name a slot in their low 4 bits. */
static int decode_slot(struct dict *d, const uint8_t *bytes, struct op *op)
{
    struct dict_slot *s;

    op->slot = bytes[0] & 15;
    s = &d->slot[op->slot];
    if (!s->width)
        return -1;
    op->addr = s->addr;
    op->width = s->width;
    switch (bytes[0] & 0xF0) {
    case OPB_GET:
        op->kind = OP_GET;
        return 1;
    case OPB_POLL:
        op->kind = OP_POLL;
        return 1;
    default:
        op->kind = OP_PUT;
        return decode_put(d, op, bytes);
    }
}

/* The put of a pair (index below DICT_PAIRS), or the last put once more. */
static int decode_again(struct dict *d, struct op *op, unsigned slot, uint32_t value)
{
    if (slot == DICT_NOWHERE)
        return -1;
    op->kind = OP_PUT;
    op->slot = (uint8_t)slot;
    op->addr = d->slot[slot].addr;
    op->width = d->slot[slot].width;
    op->value = value;
    op->count = 1;
    dict_put(d, slot, value, 0);
    return 1;
}

static int decode_other(struct dict *d, const uint8_t *bytes, size_t nbytes, struct op *op)
{
    switch (bytes[0]) {
    case OPB_DELAY1:
    case OPB_DELAY2:
    case OPB_DELAY4:
        op->kind = OP_DELAY;
        op->count = number(bytes + 1, 1u << (bytes[0] - OPB_DELAY1));
        return 1 + (1 << (bytes[0] - OPB_DELAY1));
    case OPB_RUN:
        if (bytes[1] == 0 || d->last_put == DICT_NOWHERE)
            return -1;
        decode_again(d, op, d->last_put, d->slot[d->last_put].wrote);
        op->count = bytes[1];
        return 2;
    case OPB_ARM:
        op->kind = OP_ARM;
        op->count = bytes[1];
        return 2;
    case OPB_DISARM:
        op->kind = OP_DISARM;
        return 1;
    case OPB_STORE:
    case OPB_LOAD:
        op->kind = bytes[0] == OPB_STORE ? OP_STORE : OP_LOAD;
        op->addr = number(bytes + 1, 3);
        op->nbytes = bytes[4];
        op->data = bytes + BLOCK_HEAD;
        if (op->nbytes == 0 || op->nbytes > OP_MAX_BLOCK)
            return -1;
        if (op->kind == OP_LOAD)
            return BLOCK_HEAD;
        return (size_t)BLOCK_HEAD + op->nbytes <= nbytes ? BLOCK_HEAD + op->nbytes : -1;
    default:
        return -1;
    }
}

/* Bytes an operation has before what its own fields say; 0: no operation begins so. */
static unsigned fixed_bytes(uint8_t first)
{
    static const uint8_t by_class[16] = {1, 1, 1, 1, 1, 2, 3, 5, 2, 2, 1, 0, 0, 0, 0, 0};
    static const uint8_t others[] = {2, 3, 5, 2, 2, 1, BLOCK_HEAD, BLOCK_HEAD};

    if (first >= OPB_DELAY1 && first < OPB_DELAY1 + sizeof others)
        return others[first - OPB_DELAY1];
    return by_class[first >> 4];
}

static int decode_one(struct dict *d, const uint8_t *bytes, size_t nbytes, struct op *op)
{
    unsigned fixed = nbytes ? fixed_bytes(bytes[0]) : 0;

    if (fixed == 0 || fixed > nbytes)
        return -1;
    if (bytes[0] < OPB_GET)
        return decode_again(d, op, d->pair[bytes[0]].slot, d->pair[bytes[0]].value);
    if (bytes[0] < OPB_DELAY1)
        return decode_slot(d, bytes, op);
    return decode_other(d, bytes, nbytes, op);
}

/* A definition belongs to the operation behind it. */
static unsigned decode_define(struct dict *d, const uint8_t *bytes, size_t nbytes)
{
    int narrow = (bytes[0] & 0xF0) == OPB_NARROW;
    unsigned used = narrow ? 5 : 4, width = 4;

    if ((!narrow && (bytes[0] & 0xF0) != OPB_DEFINE) || nbytes <= used)
        return 0;
    if (narrow)
        width = bytes[1];
    if (narrow && width != 1 && width != 2)
        return 0;
    dict_define(d, bytes[0] & 15, OPS_PERIPHERALS + number(bytes + used - 3, 3), width);
    return used;
}

int op_decode(struct dict *d, const uint8_t *bytes, size_t nbytes, struct op *op)
{
    unsigned used = nbytes ? decode_define(d, bytes, nbytes) : 0;
    int n;

    *op = (struct op){0};
    n = decode_one(d, bytes + used, nbytes - used, op);
    return n < 0 ? -1 : (int)used + n;
}
