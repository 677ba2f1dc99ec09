/* The three clocks and their alarms; see clock.h. */
#include "emu/core/clock.h"

#include <stddef.h>
#include <time.h>

enum {
    STEP_NS = 2000000, /* of the laptop's time, at most between two looks at it */
    LOOK_NS = 10000000,
    LAG_NS = 50000000, /* what a paced run may be late and make up for */
};

static uint64_t host_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int sleep_some(struct clock *c, uint64_t ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};

    if (c->wait)
        return c->wait(c->self, ns);
    nanosleep(&t, NULL);
    return 0;
}

/* All of it; nonzero: not all, the run is about to end. */
static int host_sleep(struct clock *c, uint64_t ns)
{
    uint64_t end = host_ns() + ns;

    for (uint64_t now; (now = host_ns()) < end;) {
        if (sleep_some(c, end - now))
            return 1;
    }
    return 0;
}

static void alarms_changed(struct clock *c)
{
    uint64_t due = clock_next(c);

    if (c->pace.speed > 0 && c->pace.next_ns < due)
        due = c->pace.next_ns;
    c->due_ns = c->mode == CLOCK_VIRTUAL ? due : 0;
    c->quick_ns = c->held ? 0 : c->due_ns;
}

void clock_hold(struct clock *c, int held)
{
    c->held = held;
    alarms_changed(c);
}

void clock_start(struct clock *c, enum clock_mode mode)
{
    c->mode = mode;
    alarms_changed(c);
    c->ns = mode == CLOCK_VIRTUAL ? 0 : host_ns();
}

uint64_t clock_ns(struct clock *c)
{
    switch (c->mode) {
    case CLOCK_HOST:
        return host_ns() - c->ns;
    case CLOCK_PI:
        return c->ask(c->self) * 1000;
    default:
        return c->ns;
    }
}

uint64_t clock_us(struct clock *c)
{
    return clock_ns(c) / 1000;
}

uint64_t clock_cycles(struct clock *c)
{
    uint64_t ns = clock_ns(c);

    return ns / 1000 * CLOCK_CORE_MHZ + ns % 1000 * CLOCK_CORE_MHZ / 1000;
}

static void ring_first(struct clock *c)
{
    struct clock_alarm *a = c->alarms;

    c->alarms = a->next;
    a->set = 0;
    alarms_changed(c);
    a->ring(a->self);
}

void clock_pace(struct clock *c, double speed)
{
    c->pace.speed = speed;
    c->pace.base_ns = c->pace.next_ns = c->ns;
    c->pace.base_host_ns = host_ns();
    alarms_changed(c);
}

/* Waits until it is time for ns. */
static void pace(struct clock *c, uint64_t ns)
{
    uint64_t due =
        c->pace.base_host_ns + (uint64_t)((double)(ns - c->pace.base_ns) / c->pace.speed);
    uint64_t now = host_ns();

    if (now < due) {
        host_sleep(c, due - now);
    } else if (now > due + LAG_NS) {
        c->pace.base_ns = ns;
        c->pace.base_host_ns = now;
    }
    c->pace.next_ns = ns + (uint64_t)(STEP_NS * c->pace.speed) + 1;
    alarms_changed(c);
}

uint64_t clock_piece(const struct clock *c)
{
    return c->look && c->pace.speed > 0 ? (uint64_t)(LOOK_NS * c->pace.speed) + 1 : CLOCK_NEVER;
}

/* Or a piece of the way, after which somebody looked. */
static void move_towards(struct clock *c, uint64_t ns)
{
    if (ns - c->ns > clock_piece(c))
        ns = c->ns + clock_piece(c);
    if (c->pace.speed <= 0 || ns < c->pace.next_ns) {
        c->ns = ns;
        return;
    }
    pace(c, ns);
    c->ns = ns;
    if (c->look)
        c->look(c->self);
}

static void pass_virtual(struct clock *c, uint64_t ns)
{
    uint64_t end = c->ns + ns;

    for (;;) {
        uint64_t to = clock_next(c) < end ? clock_next(c) : end;

        if (to > c->ns)
            move_towards(c, to);
        if (clock_next(c) <= c->ns)
            ring_first(c);
        else if (c->ns >= end)
            return;
    }
}

static void pass_real(struct clock *c, uint64_t ns)
{
    uint64_t now = clock_ns(c), end = now + ns;

    while (now < end) {
        uint64_t stop = clock_next(c) < end ? clock_next(c) : end;

        if (stop > now && host_sleep(c, stop - now))
            return;
        clock_ring(c);
        now = clock_ns(c);
    }
}

void clock_pass_slow(struct clock *c, uint64_t ns)
{
    if (c->mode == CLOCK_VIRTUAL)
        pass_virtual(c, ns);
    else if (c->alarms)
        pass_real(c, ns);
    else
        host_sleep(c, ns);
}

void clock_alarm_clear(struct clock *c, struct clock_alarm *a)
{
    struct clock_alarm **p = &c->alarms;

    if (!a->set)
        return;
    while (*p != a)
        p = &(*p)->next;
    *p = a->next;
    a->set = 0;
    alarms_changed(c);
}

void clock_alarm_set(struct clock *c, struct clock_alarm *a, uint64_t at_ns)
{
    struct clock_alarm **p = &c->alarms;

    clock_alarm_clear(c, a);
    while (*p && (*p)->at_ns <= at_ns)
        p = &(*p)->next;
    a->at_ns = at_ns;
    a->set = 1;
    a->next = *p;
    *p = a;
    alarms_changed(c);
}

uint64_t clock_next(const struct clock *c)
{
    return c->alarms ? c->alarms->at_ns : CLOCK_NEVER;
}

void clock_ring(struct clock *c)
{
    if (!c->alarms)
        return;
    uint64_t now = clock_ns(c);

    while (c->alarms && c->alarms->at_ns <= now)
        ring_first(c);
}
