/* Recording; see record.h. */
#include "emu/observe/record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SHAPE_ORIGIN = 3 << 6, SHAPE_WORD = 4 << 3 | 1 << 11 };

static uint64_t real_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t now(const struct record *r)
{
    return r->real ? (real_ns() - r->real_start_ns) / 1000 * 1000 : r->clock->ns;
}

static void stop(struct record *r)
{
    r->on = 0;
    r->stopped(r->self, r->log.why, r->bus->accesses);
}

/* ---- places ---- */

static void places_add(struct record_places *p, uint32_t pc);

static void places_grow(struct record_places *p)
{
    struct record_places more = {.room = p->room ? 2 * p->room : 256};

    more.pc = calloc(more.room, sizeof *more.pc);
    if (!more.pc)
        return; /* the run goes on; this location stays without its line */
    for (uint32_t i = 0; i < p->room; i++) {
        if (p->pc[i])
            places_add(&more, p->pc[i]);
    }
    free(p->pc);
    *p = more;
}

static void places_add(struct record_places *p, uint32_t pc)
{
    uint32_t i;

    if (2 * p->n >= p->room)
        places_grow(p);
    if (p->n == p->room || pc == 0)
        return;
    for (i = pc * 0x9e3779b1u % p->room; p->pc[i] && p->pc[i] != pc; i = (i + 1) % p->room)
        ;
    p->n += p->pc[i] == 0;
    p->pc[i] = pc;
}

/* ---- records ---- */

/* A block is ended on the harness's stack: the next access is not to be quick. */
static inline void note_room(struct record *r)
{
    if (log_room(&r->log) < LOG_CODE_MAX && !r->full) {
        r->full = 1;
        r->bus->quick_off++;
    }
}

static void add(struct record *r, struct log_record *record)
{
    size_t n;

    if (!r->on || (log_room(&r->log) < LOG_CODE_MAX && log_block(&r->log) < 0)) {
        if (r->on)
            stop(r);
        return;
    }
    record->ns = now(r);
    n = log_encode(&r->code, record, r->bytes);
    if (n == 1)
        log_append1(&r->log, r->bytes[0]);
    else
        log_append(&r->log, r->bytes, n);
    note_room(r);
    if (record->kind == LOG_MEMORY ||
        (record->kind == LOG_ACCESS && record->a.origin == ORIGIN_DMA))
        return; /* not of the program's doing: a replay has them early */
    r->then = *r->counts;
}

static void add_memory(struct record *r, uint32_t addr, uint32_t nbytes)
{
    for (uint32_t n; nbytes > 0; addr += n, nbytes -= n) {
        struct log_record m = {.kind = LOG_MEMORY, .addr = addr};

        n = nbytes < LOG_MEMORY_MAX ? nbytes : LOG_MEMORY_MAX;
        m.nbytes = n;
        m.bytes = (const uint8_t *)(uintptr_t)addr; /* RAM lies at its own addresses */
        add(r, &m);
    }
}

void record_settle(struct record *r)
{
    int n = r->nhanded;

    r->nhanded = 0;
    for (int i = 0; i < n; i++)
        add_memory(r, r->handed[i].addr, r->handed[i].nbytes);
}

void record_handed(struct record *r, uint32_t addr, uint32_t nbytes)
{
    int n = r->nhanded;

    if (n > 0 && r->handed[n - 1].addr + r->handed[n - 1].nbytes == addr) {
        r->handed[n - 1].nbytes += nbytes;
        return;
    }
    if (n == (int)(sizeof r->handed / sizeof r->handed[0])) /* the earlier ones are written */
        record_settle(r);
    r->handed[r->nhanded].addr = addr;
    r->handed[r->nhanded++].nbytes = nbytes;
}

static void saw(void *self, const struct bus_access *a, int result)
{
    struct record *r = self;
    struct log_record record = {.kind = LOG_ACCESS, .a = *a, .result = result};

    if (r->full) {
        r->full = 0;
        r->bus->quick_off--;
    }
    if (!r->on)
        return;
    if (a->origin == ORIGIN_PROGRAM)
        places_add(&r->places, (uint32_t)a->pc);
    r->seen = r->bus->performed;
    add(r, &record);
    if (r->nhanded)
        record_settle(r);
}

static void quick_encoded(struct record *r, enum bus_op op, uint32_t addr, uint32_t value,
                          uintptr_t pc)
{
    struct log_record record = {
        .kind = LOG_ACCESS, .a = {.op = op, .width = 4, .addr = addr, .value = value, .pc = pc}};

    record.a.origin = r->origin(pc);
    if (record.a.origin == ORIGIN_PROGRAM)
        places_add(&r->places, (uint32_t)pc);
    add(r, &record);
}

/* The usual case: an access of a slot again, on time, with a value that is the same or near. */
static void saw_quick(void *self, enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct record *r = self;
    unsigned i = log_slot_of(addr, (uint32_t)pc);
    struct log_slot *s = &r->code.slot[i];
    uint64_t ns = r->clock->ns;
    uint32_t more = value - s->value;

    if (s->addr != addr || s->pc != (uint32_t)pc || more + 128 > 255 ||
        (s->shape & ~(uint32_t)SHAPE_ORIGIN) != (SHAPE_WORD | (uint32_t)op) ||
        ns != r->code.expected_ns + LOG_ACCESS_NS || !r->on) {
        quick_encoded(r, op, addr, value, pc);
    } else {
        r->code.expected_ns = ns;
        r->then = *r->counts;
        if (more == 0) {
            log_append1(&r->log, (uint8_t)(LOG_AGAIN + i));
        } else {
            s->value = value;
            log_append3(&r->log, LOG_NEAR, (uint8_t)i, (uint8_t)more);
        }
    }
    note_room(r);
}

void record_irq(struct record *r, unsigned which, uint32_t pc, int by_signal)
{
    struct log_record record = {
        .kind = LOG_IRQ, .value = which, .addr = pc, .by_signal = by_signal};

    record_settle(r);
    record.count = (uint32_t)(r->counts->calls - r->then.calls);
    add(r, &record);
}

void record_input(struct record *r, uint8_t byte, uint32_t looks)
{
    struct log_record record = {.kind = LOG_INPUT, .value = byte, .count = looks};

    record_settle(r);
    add(r, &record);
}

/* In virtual time a replay finds the value itself, unless time passed where it sees nothing. */
void record_cycles(struct record *r, uint32_t value)
{
    struct log_record record = {.kind = LOG_CYCLES, .value = value};
    uint64_t known =
        r->code.expected_ns + (r->counts->timed_calls - r->then.timed_calls) * CLOCK_CYCLES_NS;

    if (r->code.clock != LOG_REAL && known == r->clock->ns)
        return;
    record_settle(r);
    record.count = (uint32_t)(r->counts->timed_calls - r->then.timed_calls);
    add(r, &record);
}

int record_start(struct record *r, const char *path, enum log_clock clock)
{
    if (log_create(&r->log, path, clock) < 0)
        return -1;
    r->code = (struct log_code){.clock = clock};
    r->real = r->clock->mode != CLOCK_VIRTUAL;
    r->real_start_ns = real_ns();
    r->on = 1;
    r->watcher = (struct bus_watcher){.self = r, .saw = saw, .saw_quick = saw_quick};
    return 0;
}

void record_ending(struct record *r)
{
    if (r->bus->performing && r->bus->performed != r->seen)
        saw(r, r->bus->performing, 0);
}

int record_end(struct record *r, int status, int sig, const char *places, size_t nbytes)
{
    struct log_record record = {.kind = LOG_END, .value = (uint32_t)status, .count = (uint32_t)sig};
    int failed = !r->on;

    record_settle(r);
    add(r, &record);
    failed |= !r->on;
    r->on = 0;
    free(r->places.pc);
    return log_close(&r->log, places, nbytes) < 0 || failed ? -1 : 0;
}
