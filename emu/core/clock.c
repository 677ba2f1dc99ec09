/* The three clocks and their alarms; see clock.h. */
#include "emu/core/clock.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

static uint64_t host_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void host_sleep(uint64_t ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};

    while (nanosleep(&t, &t) < 0 && errno == EINTR)
        ;
}

static void alarms_changed(struct clock *c)
{
    c->quick_ns = c->mode != CLOCK_VIRTUAL || c->held ? 0 : clock_next(c);
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

static void pass_virtual(struct clock *c, uint64_t ns)
{
    uint64_t end = c->ns + ns;

    while (c->alarms && c->alarms->at_ns <= end) {
        if (c->alarms->at_ns > c->ns)
            c->ns = c->alarms->at_ns;
        ring_first(c);
    }
    c->ns = end;
}

static void pass_real(struct clock *c, uint64_t ns)
{
    uint64_t now = clock_ns(c), end = now + ns;

    while (now < end) {
        uint64_t stop = clock_next(c) < end ? clock_next(c) : end;

        if (stop > now)
            host_sleep(stop - now);
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
        host_sleep(ns);
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
