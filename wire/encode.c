/* The laptop's choice of the fewest bytes for each operation. */
#include "wire/ops-bytes.h"
#include "wire/ops.h"

void encoder_init(struct encoder *e, int compact)
{
    *e = (struct encoder){.compact = compact};
    dict_init(&e->dict);
}

void encoder_new_frame(struct encoder *e)
{
    e->streak = 0;
    e->run = NULL;
}

static size_t append(uint8_t *out, uint8_t first, uint32_t value, unsigned nbytes)
{
    out[0] = first;
    for (unsigned i = 0; i < nbytes; i++)
        out[1 + i] = (uint8_t)(value >> (8 * i));
    return 1 + nbytes;
}

/* The slot of a register; one that it does not have yet takes the place of the one longest unused,
 * and the bytes of its definition go to out. */
static unsigned slot_of(struct encoder *e, const struct op *op, uint8_t *out, size_t *nbytes)
{
    int found = dict_find(&e->dict, op->addr, op->width);
    unsigned slot = 0;

    *nbytes = 0;
    if (found < 0) {
        for (unsigned i = 1; i < DICT_SLOTS; i++)
            if (e->clock - e->used[i] > e->clock - e->used[slot])
                slot = i;
        dict_define(&e->dict, slot, op->addr, op->width);
        if (op->width == 4) {
            *nbytes = append(out, (uint8_t)(OPB_DEFINE | slot), op->addr & 0xFFFFFF, 3);
        } else {
            *nbytes = append(out, (uint8_t)(OPB_NARROW | slot), op->width, 1);
            for (unsigned i = 0; i < 3; i++)
                out[(*nbytes)++] = (uint8_t)(op->addr >> (8 * i));
        }
    } else {
        slot = (unsigned)found;
    }
    e->used[slot] = ++e->clock;
    return slot;
}

/* Whether v is (f + 1) << n with f < 8, n < 32; *byte says which. */
static int is_bits(uint32_t v, uint8_t *byte)
{
    unsigned n;

    if (v == 0)
        return 0;
    n = (unsigned)__builtin_ctz(v);
    if (v >> n > 8)
        return 0;
    *byte = (uint8_t)(((v >> n) - 1) << 5 | n);
    return 1;
}

static size_t encode_value(const struct encoder *e, unsigned slot, uint32_t v, uint8_t *out)
{
    uint8_t bits;

    if (!e->compact)
        return append(out, (uint8_t)(OPB_PUT4 | slot), v, 4);
    if (v <= 0xFF)
        return append(out, (uint8_t)(OPB_PUT1 | slot), v, 1);
    if (is_bits(v, &bits))
        return append(out, (uint8_t)(OPB_BITS | slot), bits, 1);
    if (is_bits(v ^ e->dict.slot[slot].wrote, &bits))
        return append(out, (uint8_t)(OPB_XOR | slot), bits, 1);
    if (v <= 0xFFFF)
        return append(out, (uint8_t)(OPB_PUT2 | slot), v, 2);
    return append(out, (uint8_t)(OPB_PUT4 | slot), v, 4);
}

static int find_pair(const struct dict *d, unsigned slot, uint32_t value)
{
    for (unsigned i = 0; i < DICT_PAIRS; i++)
        if (d->pair[i].value == value && d->pair[i].slot == slot)
            return (int)i;
    return -1;
}

static size_t encode_put(struct encoder *e, unsigned slot, uint32_t v, uint8_t *out)
{
    struct dict *d = &e->dict;
    int again = d->last_put == slot && d->slot[slot].wrote == v;
    int pair = e->compact ? find_pair(d, slot, v) : -1;
    size_t n;

    e->streak = again && e->streak ? e->streak + 1 : 1;
    if (e->compact && again && e->run && *e->run < 255) {
        ++*e->run;
        return 0;
    }
    e->run = NULL;
    if (e->compact && e->streak > 2) {
        e->run = out + 1;
        n = append(out, OPB_RUN, 1, 1);
        pair = 0;
    } else if (pair >= 0) {
        n = append(out, (uint8_t)(OPB_PAIR | pair), 0, 0);
    } else {
        n = encode_value(e, slot, v, out);
    }
    dict_put(d, slot, v, pair < 0);
    return n;
}

static size_t encode_block(const struct op *op, uint8_t *out)
{
    size_t n = append(out, op->kind == OP_STORE ? OPB_STORE : OPB_LOAD, op->addr, 3);

    out[n++] = op->nbytes;
    for (unsigned i = 0; op->kind == OP_STORE && i < op->nbytes; i++)
        out[n++] = op->data[i];
    return n;
}

static size_t encode_delay(uint32_t us, uint8_t *out)
{
    if (us <= 0xFF)
        return append(out, OPB_DELAY1, us, 1);
    if (us <= 0xFFFF)
        return append(out, OPB_DELAY2, us, 2);
    return append(out, OPB_DELAY4, us, 4);
}

static size_t encode_access(struct encoder *e, struct op *op, uint8_t *out)
{
    size_t head;

    op->slot = (uint8_t)slot_of(e, op, out, &head);
    switch (op->kind) {
    case OP_PUT:
        return head + encode_put(e, op->slot, op->value, out + head);
    case OP_POLL:
        return head + append(out + head, (uint8_t)(OPB_POLL | op->slot), 0, 0);
    default:
        return head + append(out + head, (uint8_t)(OPB_GET | op->slot), 0, 0);
    }
}

int op_encode(struct encoder *e, struct op *op, uint8_t *out, size_t room)
{
    size_t need = op->kind == OP_STORE ? BLOCK_HEAD + (size_t)op->nbytes : OP_MAX_BYTES;

    if (need > room)
        return -1;
    if (op->kind != OP_PUT) {
        e->streak = 0;
        e->run = NULL;
    }
    switch (op->kind) {
    case OP_DELAY:
        return (int)encode_delay(op->count, out);
    case OP_ARM:
        return (int)append(out, OPB_ARM, op->count, 1);
    case OP_DISARM:
        return (int)append(out, OPB_DISARM, 0, 0);
    case OP_STORE:
    case OP_LOAD:
        return (int)encode_block(op, out);
    default:
        return (int)encode_access(e, op, out);
    }
}
