/* Records as bytes; see log.h. */
#include "emu/observe/log.h"

#include <string.h>

/* First bytes; LOG_AGAIN + slot is the access of that slot again. */
enum op {
    OP_NONE,            /* no record: where a log ends that was not closed */
    OP_DEFINE,          /* slot, shape, addr, pc, value */
    OP_NEAR = LOG_NEAR, /* slot, value - value before, as a byte */
    OP_OTHER,           /* slot, value */
    OP_LATER,           /* ticks that the next record is later than expected, or earlier */
    OP_MEMORY,          /* addr, nbytes, bytes */
    OP_IRQ,             /* which and by_signal, count, location */
    OP_INPUT,           /* byte, count */
    OP_CYCLES,          /* value, count */
    OP_END,             /* status, signal */
    OPS,
};

enum { REAL_TICK_NS = 1000, VARINT_MAX = 10 };

/* ---- numbers: seven bits a byte, the low ones first ---- */

static uint8_t *put(uint8_t *p, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        *p++ = (uint8_t)(v | 0x80);
    *p++ = (uint8_t)v;
    return p;
}

/* Signed numbers: small ones of either sign are short. */
static uint8_t *put_signed(uint8_t *p, int64_t v)
{
    return put(p, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

struct input {
    const uint8_t *p, *end;
    int bad;  /* no number of this format */
    int over; /* it goes on behind the end */
};

static uint8_t take(struct input *in)
{
    if (in->p == in->end) {
        in->over = 1;
        return 0;
    }
    return *in->p++;
}

static uint64_t take_number(struct input *in, unsigned bits)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 7 * VARINT_MAX; shift += 7) {
        uint8_t b = take(in);

        v |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) {
            in->bad |= (bits < 64 && v >> bits) || (shift && b == 0 && !in->over);
            return v;
        }
    }
    in->bad = 1;
    return 0;
}

static int64_t take_signed(struct input *in)
{
    uint64_t v = take_number(in, 64);

    return (int64_t)(v >> 1 ^ -(v & 1));
}

static uint32_t take32(struct input *in)
{
    return (uint32_t)take_number(in, 32);
}

/* ---- time ---- */

static uint64_t cost(const struct log_code *c, const struct bus_access *a)
{
    if (c->clock == LOG_REAL)
        return 0;
    switch (a->op) {
    case BUS_READ:
    case BUS_WRITE:
        return a->origin == ORIGIN_DMA ? 0 : LOG_ACCESS_NS;
    case BUS_DELAY_US:
        return (uint64_t)a->value * 1000;
    case BUS_DELAY_CYCLES:
        return (uint64_t)a->value * LOG_DELAY_CYCLE_NS;
    default:
        return 0;
    }
}

static uint64_t tick_ns(const struct log_code *c)
{
    return c->clock == LOG_REAL ? REAL_TICK_NS : 1;
}

/* So many ticks later, or earlier. -1: that is before the start, or no 63 bits hold it. */
static int move_time(uint64_t *ns, int64_t ticks, int64_t tick)
{
    int64_t by, at;

    if (*ns > INT64_MAX || __builtin_mul_overflow(ticks, tick, &by) ||
        __builtin_add_overflow((int64_t)*ns, by, &at) || at < 0)
        return -1;
    *ns = (uint64_t)at;
    return 0;
}

/* A record's time is that of its end. */
static void time_of(const struct log_code *c, const struct log_record *r, uint64_t *expected)
{
    *expected = c->expected_ns + (r->kind == LOG_ACCESS ? cost(c, &r->a) : 0);
}

/* ---- accesses ---- */

static uint32_t shape_of(const struct bus_access *a, int result)
{
    return (uint32_t)a->op | (uint32_t)a->width << 3 | (uint32_t)a->origin << 6 |
           (uint32_t)-result << 8 | 1u << 11;
}

static uint32_t word_of(const struct bus_access *a, int result)
{
    return a->width == 4 && result == 0 && a->origin != ORIGIN_DMA && a->addr % 4 == 0
               ? a->addr | (uint32_t)a->op
               : 0;
}

static int unshape(uint32_t shape, struct log_record *r)
{
    r->a = (struct bus_access){.op = shape & 7, .width = shape >> 3 & 7, .origin = shape >> 6 & 3};
    r->result = -(int)(shape >> 8 & 7);
    if (shape >> 11 != 1 || r->a.op > BUS_START || r->a.origin > ORIGIN_DMA ||
        r->result < BUS_OUTSIDE)
        return -1;
    if (r->a.op == BUS_READ || r->a.op == BUS_WRITE)
        return r->a.width == 1 || r->a.width == 2 || r->a.width == 4 ? 0 : -1;
    return r->a.width == 0 ? 0 : -1;
}

static uint8_t *put_access(struct log_code *c, const struct log_record *r, uint8_t *p)
{
    const struct bus_access *a = &r->a;
    uint32_t pc = (uint32_t)a->pc, shape = shape_of(a, r->result);
    unsigned i = log_slot_of(a->addr, pc);
    struct log_slot *s = &c->slot[i];
    int32_t far = (int32_t)(a->value - s->value);

    if (s->shape != shape || s->addr != a->addr || s->pc != pc) {
        *p++ = OP_DEFINE;
        *p++ = (uint8_t)i;
        p = put(p, shape & 0x7ff);
        p = put_signed(p, (int32_t)(a->addr - c->addr));
        p = put_signed(p, (int32_t)(pc - c->pc));
        p = put(p, a->value);
        *s = (struct log_slot){a->addr, a->value, pc, shape, word_of(a, r->result)};
        c->addr = a->addr;
        c->pc = pc;
        return p;
    }
    s->value = a->value;
    if (far == 0) {
        *p++ = (uint8_t)(LOG_AGAIN + i);
    } else if (far == (int8_t)far) {
        *p++ = OP_NEAR;
        *p++ = (uint8_t)i;
        *p++ = (uint8_t)far;
    } else {
        *p++ = OP_OTHER;
        *p++ = (uint8_t)i;
        p = put(p, a->value);
    }
    return p;
}

static void take_access(struct log_code *c, struct input *in, unsigned op, struct log_record *r)
{
    unsigned i = op >= LOG_AGAIN ? op - LOG_AGAIN : take(in);
    struct log_slot s;

    if (in->over)
        return;
    if (i >= LOG_SLOTS) {
        in->bad = 1;
        return;
    }
    s = c->slot[i];
    if (op == OP_DEFINE) {
        s.shape = take32(in) | 1u << 11;
        s.addr = c->addr + (uint32_t)take_signed(in);
        s.pc = c->pc + (uint32_t)take_signed(in);
        s.value = take32(in);
        in->bad |= !in->over && log_slot_of(s.addr, s.pc) != i;
    } else if (op == OP_NEAR) {
        s.value += (uint32_t)(int8_t)take(in);
    } else if (op == OP_OTHER) {
        s.value = take32(in);
    }
    if (unshape(s.shape, r) < 0)
        in->bad |= !in->over;
    if (in->bad || in->over)
        return;
    r->kind = LOG_ACCESS;
    r->a.addr = s.addr;
    r->a.value = s.value;
    r->a.pc = s.pc;
    if (op == OP_DEFINE) {
        c->addr = s.addr;
        c->pc = s.pc;
    }
    c->slot[i] = s;
}

/* ---- records ---- */

size_t log_encode(struct log_code *c, const struct log_record *r, uint8_t *out)
{
    uint64_t expected;
    int64_t later;
    uint8_t *p = out;

    time_of(c, r, &expected);
    later = (int64_t)(r->ns / tick_ns(c) - expected / tick_ns(c));
    if (later) {
        *p++ = OP_LATER;
        p = put_signed(p, later);
    }
    c->expected_ns = expected + (uint64_t)later * tick_ns(c);
    switch (r->kind) {
    case LOG_ACCESS:
        p = put_access(c, r, p);
        break;
    case LOG_MEMORY:
        *p++ = OP_MEMORY;
        p = put(p, r->addr);
        p = put(p, r->nbytes);
        memcpy(p, r->bytes, r->nbytes);
        p += r->nbytes;
        break;
    case LOG_IRQ:
        *p++ = OP_IRQ;
        *p++ = (uint8_t)(r->value << 1 | (r->by_signal != 0));
        p = put(p, r->count);
        p = put_signed(p, (int32_t)(r->addr - c->pc));
        break;
    case LOG_INPUT:
        *p++ = OP_INPUT;
        *p++ = (uint8_t)r->value;
        p = put(p, r->count);
        break;
    case LOG_CYCLES:
        *p++ = OP_CYCLES;
        p = put(p, r->value);
        p = put(p, r->count);
        break;
    case LOG_END:
        *p++ = OP_END;
        p = put(p, r->value);
        p = put(p, r->count);
        break;
    }
    return (size_t)(p - out);
}

static void take_memory(struct input *in, struct log_record *r)
{
    r->kind = LOG_MEMORY;
    r->addr = take32(in);
    r->nbytes = take32(in);
    if (in->over)
        return;
    if (r->nbytes == 0 || r->nbytes > LOG_MEMORY_MAX) {
        in->bad = 1;
    } else if (r->nbytes > (size_t)(in->end - in->p)) {
        in->over = 1;
    } else {
        r->bytes = in->p;
        in->p += r->nbytes;
    }
}

static void take_record(struct log_code *c, struct input *in, unsigned op, struct log_record *r)
{
    uint8_t b;

    switch (op) {
    case OP_MEMORY:
        take_memory(in, r);
        return;
    case OP_IRQ:
        b = take(in);
        r->kind = LOG_IRQ;
        r->value = b >> 1;
        r->by_signal = b & 1;
        r->count = take32(in);
        r->addr = c->pc + (uint32_t)take_signed(in);
        return;
    case OP_INPUT:
        r->kind = LOG_INPUT;
        r->value = take(in);
        r->count = take32(in);
        return;
    case OP_CYCLES:
        r->kind = LOG_CYCLES;
        r->value = take32(in);
        r->count = take32(in);
        return;
    case OP_END:
        r->kind = LOG_END;
        r->value = take32(in);
        r->count = take32(in);
        return;
    default:
        if (op == OP_NONE || op == OP_LATER || (op >= OPS && op < LOG_AGAIN))
            in->bad = 1;
        else
            take_access(c, in, op, r);
    }
}

long log_decode(struct log_code *c, const uint8_t *in, size_t nbytes, struct log_record *r)
{
    struct input i = {.p = in, .end = in + nbytes};
    int64_t later = 0;
    uint64_t expected;
    unsigned op;

    *r = (struct log_record){0};
    op = take(&i);
    if (op == OP_LATER) {
        later = take_signed(&i);
        op = take(&i);
    }
    if (i.over)
        return i.bad ? -1 : 0;
    take_record(c, &i, op, r);
    if (i.bad)
        return -1;
    if (i.over)
        return 0;
    time_of(c, r, &expected);
    if (move_time(&expected, later, (int64_t)tick_ns(c)) < 0)
        return -1;
    r->ns = expected;
    c->expected_ns = expected;
    return i.p - in;
}
