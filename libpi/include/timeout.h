/* timeout.h - waiting for longer than the 32-bit timer lasts: ask at least every 71 minutes. */
#ifndef TIMEOUT_H
#define TIMEOUT_H

#include "rpi.h"

typedef struct {
    uint32_t time_last;  /* timer at the last question */
    uint64_t time_usecs; /* since the start */
} timeout_t;

static inline timeout_t timeout_start(void)
{
    return (timeout_t){.time_last = timer_get_usec(), .time_usecs = 0};
}

static inline uint64_t timeout_get_usec(timeout_t *t)
{
    uint32_t now = timer_get_usec();
    t->time_usecs += (uint32_t)(now - t->time_last);
    t->time_last = now;
    return t->time_usecs;
}

/* 1 once that much time has passed. */
static inline int timeout_usec(timeout_t *t, uint64_t max_usec)
{
    return timeout_get_usec(t) >= max_usec;
}

static inline int timeout_msec(timeout_t *t, uint64_t max_msec)
{
    return timeout_usec(t, max_msec * 1000);
}

static inline int timeout_sec(timeout_t *t, uint64_t max_sec)
{
    return timeout_msec(t, max_sec * 1000);
}

#endif
