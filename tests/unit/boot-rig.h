/* tests/unit/boot-rig.h - our installer at one end of a simulated line and our boot loader at the
 * other, in virtual time: each runs on a stack of its own until it waits, and then the clock goes
 * on to whatever happens next. Link with BOOT_RIG_WRAP: libunix/line.h is implemented here. Not
 * modelled: the Pi's time to compute, and its 8-byte FIFO, which the loader empties while it waits
 * (pi-side/uart-line.c). */
#ifndef TESTS_UNIT_BOOT_RIG_H
#define TESTS_UNIT_BOOT_RIG_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "libunix/boot.h"
#include "pi-side/boot-protocol.h"
#include "tools/line/line-model.h"
#include "wire/boot.h"

enum {
    RIG_MEMORY = 0x400000,
    RIG_LOADER = 0x200000,
    RIG_LOADER_END = 0x201000,
    RIG_STACK = 0x3F0000,
    RIG_FILL = 0xEE,
    RIG_PI_STACK = 256 * 1024,
    RIG_TX_FIFO = 8,       /* bytes that the Pi's UART takes before put8 waits */
    RIG_OUT_BUFFER = 4096, /* bytes that the laptop's kernel takes before a write waits */
};

#define RIG_MS UINT64_C(1000000)

static struct {
    struct line_model line;
    uint64_t now;
    ucontext_t laptop, pi;
    enum boot_outcome (*serve)(const struct boot_port *port, uint32_t *start); /* the loader */
    uint64_t pi_wake; /* it waits until then, */
    int pi_listens;   /* or for a byte */
    int ran;          /* the loader has jumped */
    uint32_t start;   /* there */
    unsigned greeted; /* how often it has begun to serve */
    unsigned failed;  /* how often it has given an installer up */
    uint8_t memory[RIG_MEMORY];
    uint8_t stack[RIG_PI_STACK];
} rig;

int __wrap_line_read(struct line *l, void *buf, size_t n, unsigned timeout_ms);
int __wrap_line_read_all(struct line *l, void *buf, size_t n, unsigned timeout_ms);
int __wrap_line_write(struct line *l, const void *buf, size_t n, unsigned timeout_ms);
void __wrap_line_drop(struct line *l);
unsigned long long __wrap_line_now_ms(void);

/* ---- the Pi */

static int rig_readable(enum line_dir dir)
{
    const struct line_wire *w = &rig.line.wire[dir];

    return w->arrived_head != w->arrived_tail &&
           w->arrived[w->arrived_head % LINE_QUEUE].when <= rig.now;
}

static int rig_pi_get8(void *self, uint32_t limit_us)
{
    uint64_t deadline = rig.now + UINT64_C(1000) * limit_us;
    uint8_t byte;

    (void)self;
    while (!line_model_take(&rig.line, LINE_TO_PI, &byte, NULL)) {
        if (rig.now >= deadline)
            return -1;
        rig.pi_wake = deadline;
        rig.pi_listens = 1;
        swapcontext(&rig.pi, &rig.laptop);
    }
    return byte;
}

static void rig_pi_put8(void *self, uint8_t byte)
{
    const struct line_wire *w = &rig.line.wire[LINE_TO_LAPTOP];

    (void)self;
    while (w->queue_tail - w->queue_head >= RIG_TX_FIFO) {
        rig.pi_wake = rig.now + 10 * RIG_MS * 1000 / rig.line.config.baud;
        rig.pi_listens = 0;
        swapcontext(&rig.pi, &rig.laptop);
    }
    line_model_send(&rig.line, LINE_TO_LAPTOP, byte, rig.now);
}

static void rig_pi_main(void)
{
    const struct boot_port port = {
        .get8 = rig_pi_get8,
        .put8 = rig_pi_put8,
        .memory = (uintptr_t)rig.memory,
        .memory_end = RIG_MEMORY,
        .keep = {{RIG_LOADER, RIG_LOADER_END}, {RIG_STACK, RIG_MEMORY}},
    };
    enum boot_outcome got;

    do {
        rig.greeted++;
        got = rig.serve(&port, &rig.start);
        rig.failed += got == BOOT_OUTCOME_FAILED;
    } while (got != BOOT_OUTCOME_RUN);
    rig.ran = 1;
    rig.pi_wake = LINE_NEVER;
    rig.pi_listens = 0;
    swapcontext(&rig.pi, &rig.laptop);
    abort();
}

/* A Pi that has just been switched on, at the other end of such a line. */
static inline void rig_start(const struct line_config *config)
{
    line_model_init(&rig.line, config);
    rig.serve = boot_serve;
    rig.now = rig.pi_wake = 0;
    rig.pi_listens = rig.ran = 0;
    rig.start = rig.greeted = rig.failed = 0;
    memset(rig.memory, RIG_FILL, sizeof rig.memory);
    getcontext(&rig.pi);
    rig.pi.uc_stack.ss_sp = rig.stack;
    rig.pi.uc_stack.ss_size = sizeof rig.stack;
    rig.pi.uc_link = NULL;
    makecontext(&rig.pi, rig_pi_main, 0);
}

/* ---- the clock */

/* The next thing happens, or it becomes `until`. */
static void rig_step(uint64_t until)
{
    uint64_t next = line_model_next(&rig.line);

    if (rig.pi_wake < next)
        next = rig.pi_wake;
    if (until < next)
        next = until;
    if (next > rig.now)
        rig.now = next;
    line_model_advance(&rig.line, rig.now);
    if (rig.now >= rig.pi_wake || (rig.pi_listens && rig_readable(LINE_TO_PI)))
        swapcontext(&rig.laptop, &rig.pi);
}

static inline void rig_run(uint64_t until)
{
    while (rig.now < until)
        rig_step(until);
}

/* ---- the laptop: libunix/line.h */

unsigned long long __wrap_line_now_ms(void)
{
    return rig.now / RIG_MS;
}

int __wrap_line_read(struct line *l, void *buf, size_t n, unsigned timeout_ms)
{
    uint64_t deadline = (rig.now / RIG_MS + timeout_ms) * RIG_MS;
    size_t have = 0;

    (void)l;
    for (;;) {
        while (have < n && line_model_take(&rig.line, LINE_TO_LAPTOP, (uint8_t *)buf + have, NULL))
            have++;
        if (have)
            return (int)have;
        if (rig.now >= deadline)
            return LINE_TIMEOUT;
        rig_step(deadline);
    }
}

int __wrap_line_read_all(struct line *l, void *buf, size_t n, unsigned timeout_ms)
{
    unsigned long long deadline = rig.now / RIG_MS + timeout_ms;

    for (size_t have = 0; have < n;) {
        unsigned long long now = rig.now / RIG_MS;
        int got = __wrap_line_read(l, (uint8_t *)buf + have, n - have,
                                   deadline > now ? (unsigned)(deadline - now) : 0);
        if (got < 0)
            return got;
        have += (size_t)got;
    }
    return 0;
}

int __wrap_line_write(struct line *l, const void *buf, size_t n, unsigned timeout_ms)
{
    const struct line_wire *w = &rig.line.wire[LINE_TO_PI];
    uint64_t deadline = rig.now + timeout_ms * RIG_MS;

    (void)l;
    for (size_t i = 0; i < n; i++) {
        while (w->queue_tail - w->queue_head >= RIG_OUT_BUFFER) {
            if (rig.now >= deadline)
                return LINE_TIMEOUT;
            rig_step(deadline);
        }
        line_model_send(&rig.line, LINE_TO_PI, ((const uint8_t *)buf)[i], rig.now);
    }
    return 0;
}

void __wrap_line_drop(struct line *l)
{
    struct line_wire *w = &rig.line.wire[LINE_TO_PI];
    uint8_t byte;

    (void)l;
    w->queue_tail = w->queue_head;
    while (line_model_take(&rig.line, LINE_TO_LAPTOP, &byte, NULL))
        continue;
}

#endif
