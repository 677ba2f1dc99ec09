/* The three clocks. */
#include "emu/core/clock.h"

#include <errno.h>
#include <time.h>

static uint64_t host_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void clock_start(struct clock *c, enum clock_mode mode)
{
    c->mode = mode;
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
    return clock_ns(c) * CLOCK_CORE_MHZ / 1000;
}

void clock_pass(struct clock *c, uint64_t ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};

    if (c->mode == CLOCK_VIRTUAL) {
        c->ns += ns;
        return;
    }
    while (nanosleep(&t, &t) < 0 && errno == EINTR)
        ;
}
