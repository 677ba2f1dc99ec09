/* Comparing two runs; see compare.h. What may be reordered is in compare-reorder.c. */
#include "emu/observe/compare.h"

#include <inttypes.h>
#include <stdio.h>

#include "emu/core/regs.h"
#include "emu/observe/trace.h"
#include "wire/crc32.h"

static int acts(const struct log_record *r)
{
    const struct reg *reg = r->a.op == BUS_READ ? reg_at(r->a.addr) : NULL;

    if (r->a.op == BUS_READ)
        return reg && reg->flags & REG_READ_EFFECT;
    return r->a.op != BUS_BARRIER;
}

/* Is it compared? Not what only one of the two can show. */
static int wanted(const struct compare *c, const struct log_record *r)
{
    if (r->kind == LOG_END)
        return (c->shows & SHOWS_REST) != 0;
    if (r->kind != LOG_ACCESS)
        return c->options.all && c->shows & SHOWS_REST;
    if (r->a.origin != ORIGIN_PROGRAM && !(c->options.all && c->shows & SHOWS_ORIGINS))
        return 0;
    if (c->options.effects && !acts(r))
        return 0;
    switch (r->a.op) {
    case BUS_READ:
    case BUS_WRITE:
        return 1;
    case BUS_DELAY_US:
        return (c->shows & SHOWS_DELAY_US) != 0;
    case BUS_START:
        return 0;
    default:
        return (c->shows & SHOWS_BETWEEN) != 0;
    }
}

void compare_event_of(const struct log_record *r, uint64_t at, struct compare_event *e)
{
    *e = (struct compare_event){
        .at = at, .ns = r->ns, .value = r->value, .count = r->count, .kind = (uint8_t)r->kind};
    if (r->kind == LOG_ACCESS) {
        e->addr = r->a.addr;
        e->value = r->a.value;
        e->pc = (uint32_t)r->a.pc;
        e->op = (uint8_t)r->a.op;
        e->width = r->a.width;
        e->origin = (uint8_t)r->a.origin;
        e->result = (int8_t)r->result;
    } else if (r->kind == LOG_MEMORY) {
        e->addr = r->addr;
        e->count = r->nbytes;
        e->value = wire_crc32(r->bytes, r->nbytes);
    }
}

int compare_next(struct compare *c, int which, struct compare_event *e)
{
    struct compare_input *in = c->in[which];
    struct log_record r;
    int rc;

    do {
        rc = in->next(in, &r);
        if (rc <= 0) {
            c->unreadable |= rc < 0 ? 1 << which : 0;
            c->unended |= rc == 0 ? 1 << which : 0;
            return rc;
        }
    } while (!wanted(c, &r));
    compare_event_of(&r, in->at, e);
    return 1;
}

int compare_same(const struct compare *c, const struct compare_event *a,
                 const struct compare_event *b)
{
    int given = c->options.effects && a->kind == LOG_ACCESS && a->op == BUS_READ;

    if (a->kind != b->kind || a->addr != b->addr || (a->value != b->value && !given))
        return 0;
    if (a->kind == LOG_ACCESS)
        return a->op == b->op && a->width == b->width && a->origin == b->origin &&
               (a->result == b->result || !(c->shows & SHOWS_RESULTS));
    /* after how many calls an interrupt came is the compiler's affair */
    return a->kind == LOG_IRQ || a->kind == LOG_INPUT || a->kind == LOG_CYCLES ||
           a->count == b->count;
}

void compare_keep(struct compare *c, const struct compare_event *e)
{
    c->kept[c->nkept++ % COMPARE_CONTEXT_MAX] = *e;
    c->equal += e->kind == LOG_ACCESS;
}

enum compare_verdict compare_differ(struct compare *c, enum compare_why why,
                                    const struct compare_event *a, const struct compare_event *b)
{
    const struct compare_event *e[2] = {a, b};

    c->why = why;
    for (int i = 0; i < 2; i++) {
        c->side[i].there = e[i] != NULL;
        if (e[i])
            c->side[i].e = *e[i];
    }
    return COMPARE_DIFFERENT;
}

static int same_time(const struct compare *c, uint64_t a, uint64_t b)
{
    return (a > b ? a - b : b - a) <= c->options.tolerance_ns;
}

static enum compare_verdict exactly(struct compare *c)
{
    int time = c->options.time && c->shows & SHOWS_TIME;

    for (;;) {
        struct compare_event a, b;
        int more_a = compare_next(c, 0, &a), more_b = compare_next(c, 1, &b);

        if (more_a < 0 || more_b < 0)
            return COMPARE_UNREADABLE;
        /* a run that was killed did not say how it ended: that is no difference */
        if ((!more_a && !more_b) || (!more_a && b.kind == LOG_END) ||
            (!more_b && a.kind == LOG_END))
            return COMPARE_EQUAL;
        if (!more_a || !more_b || !compare_same(c, &a, &b))
            return compare_differ(c, COMPARE_OTHER, more_a ? &a : NULL, more_b ? &b : NULL);
        if (time && !same_time(c, a.ns, b.ns))
            return compare_differ(c, COMPARE_WHEN, &a, &b);
        if (a.kind == LOG_END)
            return COMPARE_EQUAL;
        compare_keep(c, &a);
    }
}

enum compare_verdict compare_run(struct compare *c, struct compare_input *a,
                                 struct compare_input *b)
{
    c->in[0] = a;
    c->in[1] = b;
    c->shows = a->shows & b->shows;
    if (c->options.window == 0)
        c->options.window = COMPARE_WINDOW;
    return c->options.rules ? compare_reordered(c) : exactly(c);
}

const char *compare_text(const struct compare_event *e, char *buf, size_t nbytes)
{
    struct bus_access a = {
        .op = e->op, .origin = e->origin, .width = e->width, .addr = e->addr, .value = e->value};

    switch (e->kind) {
    case LOG_ACCESS:
        trace_line(&a, e->result, 1, buf, nbytes);
        break;
    case LOG_MEMORY:
        snprintf(buf, nbytes,
                 "%" PRIu32 " bytes written to 0x%" PRIx32 " by a bus master, CRC-32 %08" PRIx32,
                 e->count, e->addr, e->value);
        break;
    case LOG_IRQ:
        snprintf(buf, nbytes, "%s interrupt begins", e->value == 2 ? "a fast" : "an");
        break;
    case LOG_INPUT:
        snprintf(buf, nbytes, "input read: 0x%" PRIx32, e->value);
        break;
    case LOG_CYCLES:
        snprintf(buf, nbytes, "cycle counter read: %" PRIu32, e->value);
        break;
    default:
        if (e->count)
            snprintf(buf, nbytes, "the run ends by signal %" PRIu32, e->count);
        else
            snprintf(buf, nbytes, "the run ends with status %" PRIu32, e->value);
    }
    return buf;
}
