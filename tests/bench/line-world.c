/* Virtual time moves from event to event: a byte of the line, the Pi's next run, what the laptop
 * waits for. While the Pi does something, bytes come into its FIFO and no further. */
#include "tests/bench/line-world.h"

#include <string.h>

#include "wire/boot.h"

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void spend(struct world *w, uint64_t ns)
{
    w->now += ns;
    line_model_advance(&w->line, w->now);
}

/* ---- the Pi ---- */

static uint32_t pi_now_us(void *self)
{
    const struct world *w = self;

    return (uint32_t)(w->now / 1000);
}

static void pi_put_byte(void *self, uint8_t byte)
{
    struct world *w = self;

    line_model_send(&w->line, LINE_TO_LAPTOP, byte, w->now);
}

static int pi_read(void *self, unsigned width, uint32_t addr, uint32_t *value)
{
    struct world *w = self;
    struct world_access a = {.ns = w->now, .addr = addr, .width = (uint8_t)width};
    int failed = w->devices.read(w->devices.self, &a);

    spend(w, WORLD_ACCESS_NS);
    *value = a.value;
    return failed;
}

static int pi_write(void *self, unsigned width, uint32_t addr, uint32_t value)
{
    struct world *w = self;
    struct world_access a = {
        .ns = w->now, .addr = addr, .value = value, .width = (uint8_t)width, .write = 1};
    int failed = w->devices.write(w->devices.self, &a);

    spend(w, WORLD_ACCESS_NS);
    return failed;
}

static int sending(const struct world *w, enum line_dir dir)
{
    const struct line_wire *wire = &w->line.wire[dir];

    return wire->queue_head != wire->queue_tail || wire->nflying || wire->free > w->now;
}

static int pi_set_baud(void *self, uint32_t baud)
{
    struct world *w = self;

    while (sending(w, LINE_TO_LAPTOP))
        spend(w, WORLD_ACCESS_NS);
    line_model_set_baud(&w->line, LINE_TO_LAPTOP, baud);
    return 0;
}

static void pi_reboot(void *self)
{
    struct world *w = self;

    while (sending(w, LINE_TO_LAPTOP))
        spend(w, WORLD_ACCESS_NS);
    w->reboots++;
    world_set_pi(w, WORLD_LOADER);
}

static void pi_greets(struct world *w)
{
    for (unsigned i = 0; i < 4; i++)
        pi_put_byte(w, (uint8_t)((uint32_t)BOOT_GET_PROG_INFO >> (8 * i)));
    w->wake = w->now + BOOT_REPEAT_MS * 1000000ull;
}

static void pi_runs(struct world *w)
{
    uint8_t byte;

    while (line_model_take(&w->line, LINE_TO_PI, &byte, NULL)) {
        spend(w, WORLD_BYTE_NS);
        if (w->pi == WORLD_LOOP)
            loop_byte(&w->loop, &w->loop_port, byte);
        else if (w->pi == WORLD_OTHER)
            w->other(w->other_self, byte);
    }
    if (w->pi == WORLD_LOADER && w->now >= w->wake)
        pi_greets(w);
    if (w->pi == WORLD_LOOP) {
        uint64_t us;

        spend(w, w->run_ns);
        us = loop_run(&w->loop, &w->loop_port);
        if (w->pi == WORLD_LOOP)
            w->wake = w->now + us * 1000;
    }
}

void world_set_pi(struct world *w, enum world_pi pi)
{
    w->pi = pi;
    w->wake = pi == WORLD_LOOP || pi == WORLD_LOADER ? w->now : LINE_NEVER;
    memset(&w->loop, 0, sizeof w->loop);
    if (pi != WORLD_HUNG)
        line_model_set_baud(&w->line, LINE_TO_LAPTOP, BOOT_BAUD);
}

static int pi_has_bytes(const struct world *w)
{
    const struct line_wire *wire = &w->line.wire[LINE_TO_PI];

    return w->pi != WORLD_HUNG && wire->arrived_head != wire->arrived_tail;
}

/* The next thing that happens, if it does before `limit`. */
static void step(struct world *w, uint64_t limit)
{
    uint64_t next = sooner(sooner(line_model_next(&w->line), w->wake), sooner(w->event_at, limit));

    if (pi_has_bytes(w))
        next = w->now;
    if (next > w->now) {
        w->now = next;
        line_model_advance(&w->line, next);
    }
    if (w->now >= w->event_at) {
        w->event_at = LINE_NEVER;
        w->event(w);
    }
    if (w->now >= w->wake || pi_has_bytes(w))
        pi_runs(w);
}

void world_pass(struct world *w, uint64_t until)
{
    while (w->now < until)
        step(w, until);
}

/* ---- the laptop ---- */

static uint64_t laptop_now_ns(void *self)
{
    return ((struct world *)self)->now;
}

static int laptop_write(void *self, const uint8_t *bytes, size_t n)
{
    struct world *w = self;
    size_t waiting = LINE_QUEUE - line_model_room(&w->line, LINE_TO_PI), i;

    if (w->gone)
        return w->gone;
    for (i = 0; i < n && waiting + i < w->buffer; i++)
        line_model_send(&w->line, LINE_TO_PI, bytes[i], w->now);
    return (int)i;
}

static size_t laptop_take(struct world *w, uint8_t *bytes, size_t room)
{
    size_t n = 0;

    while (n < room && line_model_take(&w->line, LINE_TO_LAPTOP, &bytes[n], NULL))
        n++;
    return n;
}

static int laptop_read(void *self, uint8_t *bytes, size_t room, uint64_t until_ns)
{
    struct world *w = self;
    size_t n = laptop_take(w, bytes, room);

    while (n == 0 && w->now < until_ns && !w->gone) {
        if (w->now >= w->end)
            return LINK_STOPPED;
        step(w, sooner(until_ns, w->end));
        n = laptop_take(w, bytes, room);
    }
    return n ? (int)n : w->gone;
}

static int laptop_set_baud(void *self, unsigned baud)
{
    struct world *w = self;

    while (sending(w, LINE_TO_PI) && w->now < w->end)
        step(w, w->end);
    line_model_set_baud(&w->line, LINE_TO_PI, baud);
    return 0;
}

void world_init(struct world *w, const struct line_config *config,
                const struct world_devices *devices)
{
    struct line_config c = *config;

    memset(w, 0, sizeof *w);
    c.fifo = WORLD_FIFO;
    line_model_init(&w->line, &c);
    w->end = w->event_at = LINE_NEVER;
    w->buffer = WORLD_BUFFER;
    w->run_ns = WORLD_RUN_NS;
    w->devices = *devices;
    w->loop_port = (struct loop_port){
        .self = w,
        .now_us = pi_now_us,
        .put_byte = pi_put_byte,
        .read = pi_read,
        .write = pi_write,
        .set_baud = pi_set_baud,
        .reboot = pi_reboot,
        .bounce = w->bounce,
        .bounce_addr = 0x100000,
        .bounce_bytes = WORLD_BOUNCE,
    };
    w->link_port = (struct link_port){
        .self = w,
        .now_ns = laptop_now_ns,
        .write = laptop_write,
        .read = laptop_read,
        .set_baud = laptop_set_baud,
    };
}
