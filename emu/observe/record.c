/* Recording; see record.h. */
#include "emu/observe/record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

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
    r->quick_until = 0;
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

    if (!r->on)
        return;
    if (a->origin == ORIGIN_PROGRAM)
        places_add(&r->places, (uint32_t)a->pc);
    r->seen = r->bus->performed;
    add(r, &record);
    if (r->nhanded)
        record_settle(r);
}

/* ---- quick accesses ---- */

static __attribute__((noinline)) void quick_encoded(struct record *r, enum bus_op op, uint32_t addr,
                                                    uint32_t value, uintptr_t pc)
{
    struct log_record record = {
        .kind = LOG_ACCESS, .a = {.op = op, .width = 4, .addr = addr, .value = value, .pc = pc}};

    record.a.origin = r->origin(pc);
    if (record.a.origin == ORIGIN_PROGRAM)
        places_add(&r->places, (uint32_t)pc);
    add(r, &record);
}

/* Whether the access is the slot's again, on time; its value is another matter. */
static inline int is_slots(const struct record *r, const struct log_slot *s, enum bus_op op,
                           uint32_t addr, uintptr_t pc)
{
    return s->word == (addr | (uint32_t)op) && s->pc == (uint32_t)pc &&
           r->clock->ns == r->code.expected_ns + LOG_ACCESS_NS;
}

static inline void again(struct record *r, unsigned slot)
{
    r->code.expected_ns += LOG_ACCESS_NS;
    r->then = *r->counts;
    log_append1(&r->log, (uint8_t)(LOG_AGAIN + slot));
}

static void near(struct record *r, unsigned slot, uint32_t value)
{
    struct log_slot *s = &r->code.slot[slot];

    r->code.expected_ns += LOG_ACCESS_NS;
    r->then = *r->counts;
    log_append3(&r->log, LOG_NEAR, (uint8_t)slot, (uint8_t)(value - s->value));
    s->value = value;
}

/* The one that is under way; null once it has taken the other way, where `saw` sees it. */
static quick_rest *under_way;
static struct record *recording;

static uint32_t take_rest(uint32_t addr, uint32_t value, uintptr_t pc)
{
    quick_rest *rest = under_way;

    under_way = NULL;
    return rest(addr, value, pc);
}

/* What was recorded already is taken back. */
static uint32_t take_rest_back(uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct record *r = recording;

    r->code.expected_ns -= LOG_ACCESS_NS;
    log_unappend1(&r->log);
    return under_way(addr, value, pc);
}

/* A block is ended on the harness's stack: what finds it full takes the other way. */
__attribute__((aligned(64))) static uint32_t quick_reads(uint32_t addr, uintptr_t pc,
                                                         quick_rest *rest, void *self)
{
    struct record_page *p = self;
    struct record *r = p->record;
    unsigned i = log_slot_of(addr, (uint32_t)pc);
    const struct log_slot *s = &r->code.slot[i];
    uint32_t value, more;

    if (r->log.n >= r->quick_until)
        return rest(addr, 0, pc);
    under_way = rest;
    value = p->inner.read(addr, pc, take_rest, p->inner.self);
    if (!under_way)
        return value;
    more = value - s->value;
    if (!is_slots(r, s, BUS_READ, addr, pc) || more + 128 > 255)
        quick_encoded(r, BUS_READ, addr, value, pc);
    else if (more == 0)
        again(r, i);
    else
        near(r, i, value);
    return value;
}

static __attribute__((noinline)) uint32_t writes_other(uint32_t addr, uint32_t value, uintptr_t pc,
                                                       quick_rest *rest, void *self)
{
    struct record_page *p = self;
    struct record *r = p->record;

    if (r->log.n >= r->quick_until)
        return rest(addr, value, pc);
    under_way = rest;
    p->inner.write(addr, value, pc, take_rest, p->inner.self);
    if (under_way)
        quick_encoded(r, BUS_WRITE, addr, value, pc);
    return 0;
}

/* The usual case is recorded first, so that the write itself can be a jump. */
__attribute__((aligned(64))) static uint32_t
quick_writes(uint32_t addr, uint32_t value, uintptr_t pc, quick_rest *rest, void *self)
{
    struct record_page *p = self;
    struct record *r = p->record;
    unsigned i = log_slot_of(addr, (uint32_t)pc);
    const struct log_slot *s = &r->code.slot[i];

    if (!is_slots(r, s, BUS_WRITE, addr, pc) || s->value != value || r->log.n >= r->quick_until)
        return writes_other(addr, value, pc, rest, self);
    under_way = rest;
    again(r, i);
    return p->inner.write(addr, value, pc, take_rest_back, p->inner.self);
}

static struct bus_quick wrap(void *self, uint32_t addr, struct bus_quick inner)
{
    struct record *r = self;
    struct record_page *p = &r->page[(addr - PERIPHERAL_BASE) / BUS_PAGE];

    recording = r;
    *p = (struct record_page){r, inner};
    return (struct bus_quick){p, quick_reads, quick_writes};
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
    r->quick_until = LOG_BLOCK_ROOM - LOG_TAIL_HEADER - LOG_CODE_MAX + 1;
    r->watcher = (struct bus_watcher){.self = r, .saw = saw, .wrap = wrap};
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
    r->quick_until = 0;
    free(r->places.pc);
    return log_close(&r->log, places, nbytes) < 0 || failed ? -1 : 0;
}
