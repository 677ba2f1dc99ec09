/* Replaying; see replay.h. */
#include "emu/observe/replay.h"

#include <string.h>

/* The clock goes where the log says; what rings on the way does. */
static void set_time(struct replay *r, uint64_t ns)
{
    if (ns > r->clock->ns)
        clock_pass(r->clock, ns - r->clock->ns);
    else
        r->clock->ns = ns;
}

static void apply_memory(struct replay *r)
{
    void *at = r->memory(r->self, r->next.addr, r->next.nbytes, 1);

    if (at)
        memcpy(at, r->next.bytes, r->next.nbytes);
    r->wrote(r->self, r->next.addr, r->next.nbytes);
}

static int is_masters(const struct log_record *r)
{
    return r->kind == LOG_MEMORY || (r->kind == LOG_ACCESS && r->a.origin == ORIGIN_DMA);
}

static int is_computing(const struct replay *r)
{
    return r->state > 0 && r->next.kind == LOG_IRQ && r->next.by_signal;
}

/* Where the program's blocks count, the time of what came between its calls says where. */
static void step(struct replay *r)
{
    r->state = log_next(&r->log, &r->next);
    r->computes = 0;
    if (r->log.clock == LOG_COUNTED && (is_computing(r) || (r->state > 0 && is_masters(&r->next))))
        clock_alarm_set(r->clock, &r->alarm, r->next.ns);
    else
        clock_alarm_clear(r->clock, &r->alarm);
}

/* To the record behind one of the program's. What it made bus masters write is there at once. */
static void advance(struct replay *r)
{
    r->then = *r->counts;
    r->looks = 0;
    for (step(r); r->state > 0 && r->next.kind == LOG_MEMORY; step(r))
        apply_memory(r);
}

/* What bus masters did by themselves until `ns`, each at its time. */
static void catch_up(struct replay *r, uint64_t ns)
{
    uint64_t now = r->clock->ns;

    for (; r->state > 0 && is_masters(&r->next) && r->next.ns <= ns; step(r)) {
        set_time(r, r->next.ns);
        if (r->next.kind == LOG_MEMORY)
            apply_memory(r);
        else
            bus_show(r->bus, &r->next.a, r->next.result, &r->after);
    }
    r->clock->ns = now;
}

static void time_has_come(void *self)
{
    struct replay *r = self;

    catch_up(r, r->clock->ns);
    r->computes = is_computing(r) && r->next.ns <= r->clock->ns;
}

int replay_open(struct replay *r, const char *path)
{
    r->alarm = (struct clock_alarm){.self = r, .ring = time_has_come};
    return log_open(&r->log, path);
}

/* ---- accesses ---- */

static int is_same(const struct bus_access *a, const struct bus_access *b)
{
    if (a->op != b->op || a->width != b->width || a->addr != b->addr)
        return 0;
    return a->op == BUS_READ || a->value == b->value;
}

static void match(struct replay *r, const struct bus_access *a)
{
    catch_up(r, UINT64_MAX);
    if (r->state <= 0)
        r->over(r->self, a, NULL, r->state < 0 ? r->log.why : NULL);
    if (r->state > 0 && r->next.kind == LOG_END) {
        set_time(r, r->next.ns);
        r->over(r->self, a, &r->next, NULL);
    }
    if (r->next.kind != LOG_ACCESS || !is_same(a, &r->next.a))
        r->differs(r->self, a, &r->next);
    r->matched = 1;
    set_time(r, r->next.ns);
}

static int answer_read(void *self, struct bus_access *a)
{
    struct replay *r = self;

    match(r, a);
    a->value = r->next.a.value;
    return r->next.result;
}

static int answer_write(void *self, const struct bus_access *a)
{
    struct replay *r = self;

    match(r, a);
    return r->next.result;
}

/* Reads and writes were compared when they were answered, unless the bus refused them itself. */
static void saw_before(void *self, const struct bus_access *a, int result)
{
    (void)result;
    if (a->origin != ORIGIN_DMA)
        match(self, a);
}

static void saw_after(void *self, const struct bus_access *a, int result)
{
    struct replay *r = self;

    (void)a, (void)result;
    r->matched = 0;
    advance(r);
}

void replay_map(struct replay *r, struct bus *bus)
{
    r->bus = bus;
    r->target = (struct bus_target){
        .name = "replay", .self = r, .narrow = 1, .read = answer_read, .write = answer_write};
    bus_map(bus, PERIPHERAL_BASE, PERIPHERAL_END - PERIPHERAL_BASE, &r->target);
}

void replay_watch_first(struct replay *r)
{
    r->before = (struct bus_watcher){.self = r, .saw = saw_before};
    bus_watch(r->bus, &r->before);
}

void replay_watch(struct replay *r)
{
    r->after = (struct bus_watcher){.self = r, .saw = saw_after};
    bus_watch(r->bus, &r->after);
    advance(r);
}

/* ---- what is no access ---- */

static int comes(struct replay *r, enum log_kind kind)
{
    catch_up(r, r->clock->ns);
    return r->state > 0 && r->next.kind == kind;
}

int replay_irq_pending(struct replay *r)
{
    if (!comes(r, LOG_IRQ))
        return 0;
    if (r->next.by_signal ? !r->computes : r->counts->calls - r->then.calls != r->next.count)
        return 0;
    return (int)r->next.value;
}

int replay_irq_computing(struct replay *r, uint32_t *pc)
{
    catch_up(r, r->clock->ns);
    if (!is_computing(r) || r->counts->calls - r->then.calls != r->next.count)
        return 0;
    *pc = r->next.addr;
    return 1;
}

void replay_irq_look(struct replay *r)
{
    uint32_t pc;

    catch_up(r, UINT64_MAX); /* time jumped to what was next */
    r->computes = replay_irq_computing(r, &pc);
}

uint32_t replay_irq_begins(struct replay *r, int *by_signal)
{
    uint32_t pc = r->next.addr;

    *by_signal = r->next.by_signal;
    r->inexact |= *by_signal && r->log.clock != LOG_COUNTED;
    set_time(r, r->next.ns);
    advance(r);
    return pc;
}

int replay_input(struct replay *r)
{
    int byte;

    if (!comes(r, LOG_INPUT))
        return -1;
    if (r->looks++ < r->next.count)
        return -1;
    byte = (int)r->next.value;
    set_time(r, r->next.ns);
    advance(r);
    return byte;
}

uint32_t replay_cycles(struct replay *r, uint32_t computed)
{
    uint32_t value;

    if (!comes(r, LOG_CYCLES) || r->counts->timed_calls - r->then.timed_calls != r->next.count)
        return computed;
    value = r->next.value;
    set_time(r, r->next.ns);
    advance(r);
    return value;
}

int replay_ended(struct replay *r, const struct log_record **next)
{
    if (r->matched) { /* the program ended within it */
        r->matched = 0;
        advance(r);
    }
    catch_up(r, UINT64_MAX);
    *next = &r->next;
    return r->state <= 0 || r->next.kind == LOG_END;
}
