/* tools/line/line-model.c - the line as a queue of events: a byte starts, a byte arrives. Faults
 * are decided when a byte starts; what it does to the receiver, when it arrives. */
#include "tools/line/line-model.h"

#include <string.h>

#define BILLION 1000000000ull

/* Streams of random numbers, behind those that decide when a fault strikes. */
enum stream { FLIP_BIT = 100, INSERTED = 110, NOISE = 120, GARBAGE = 130 };

/* ---- pace
 * ----------------------------------------------------------------------------------------- */

static uint64_t slot_end(const struct line_pace *p, uint64_t slots)
{
    uint64_t bits = slots * LINE_BITS_PER_BYTE;

    /* In two steps: the product would overflow after 30 minutes of 1 Mbaud. Rounded up. */
    return p->start + bits / p->baud * BILLION + (bits % p->baud * BILLION + p->baud - 1) / p->baud;
}

static uint64_t occupy(struct line_wire *w)
{
    w->free = slot_end(&w->pace, ++w->pace.slots);
    return w->free;
}

/* ---- the receiver
 * --------------------------------------------------------------------------------- */

static struct line_arrival *arrival(struct line_wire *w, uint64_t index)
{
    return &w->arrived[index % LINE_QUEUE];
}

/* The adapter's packet ends with its 62nd byte, or with its time. */
static uint64_t pack(struct line_model *m, struct line_wire *w, uint64_t at)
{
    if (w->packet_bytes == 0 || at > w->packet_flush) {
        w->packet_bytes = 0;
        w->packet_flush = at + m->config.latency_ns;
    }
    if (++w->packet_bytes < LINE_FTDI_PACKET)
        return w->packet_flush;
    for (uint64_t i = 1; i < LINE_FTDI_PACKET; i++)
        arrival(w, w->arrived_tail - i)->when = at;
    w->packet_bytes = 0;
    return at;
}

static void arrive(struct line_model *m, enum line_dir dir, uint8_t byte, uint64_t at)
{
    struct line_wire *w = &m->wire[dir];
    uint64_t unread = w->arrived_tail - w->arrived_head, room = LINE_QUEUE, when = at;

    if (dir == LINE_TO_PI && m->config.fifo) {
        unread += m->held;
        room = m->config.fifo;
    }
    if (unread >= room) {
        w->counts.overrun++;
        return;
    }
    if (dir == LINE_TO_LAPTOP)
        when = m->config.ftdi ? pack(m, w, at) : at + m->config.latency_ns;
    *arrival(w, w->arrived_tail++) = (struct line_arrival){when, byte};
    w->counts.arrived++;
}

/* A UART still samples a byte's last bit right when the rates differ by half a bit in ten, less
 * what its own sampling is off. */
static int rates_differ(const struct line_model *m)
{
    uint64_t a = m->wire[LINE_TO_PI].pace.baud, b = m->wire[LINE_TO_LAPTOP].pace.baud;

    return (a > b ? a - b : b - a) * 25 > (a < b ? a : b);
}

/* ---- the wire
 * ------------------------------------------------------------------------------------- */

static void fly(struct line_wire *w, uint8_t byte)
{
    uint64_t end = occupy(w);

    w->flying[w->nflying++] = (struct line_slot){end, byte};
}

static uint64_t later(uint64_t at, uint64_t lasts_ns)
{
    return lasts_ns == 0 || lasts_ns > LINE_NEVER - at ? LINE_NEVER : at + lasts_ns;
}

static void extend(uint64_t *until, uint64_t to)
{
    if (to > *until)
        *until = to;
}

static void begin_noise(struct line_wire *w, uint64_t at, uint64_t lasts_ns)
{
    uint64_t slots = lasts_ns / BILLION * w->pace.baud / LINE_BITS_PER_BYTE +
                     lasts_ns % BILLION * w->pace.baud / BILLION / LINE_BITS_PER_BYTE;

    if (w->noise_left == 0)
        w->noise = (struct line_pace){w->pace.baud, at, 0};
    extend(&w->noise_left, slots ? slots : 1);
}

/* What strikes the byte at `position`, as a set of 1 << kind; what lasts begins. */
static unsigned strike(struct line_model *m, enum line_dir dir, uint64_t position, uint64_t at)
{
    struct line_wire *w = &m->wire[dir];
    unsigned struck = 0;

    for (unsigned i = 0; i < m->config.nfaults; i++) {
        const struct line_fault *f = &m->config.faults[i];

        if (!line_fault_strikes(f, m->config.seed, dir, position))
            continue;
        struck |= 1u << f->kind;
        if (f->kind == LINE_CUT)
            extend(&m->dead_until, later(at, f->lasts_ns));
        else if (f->kind == LINE_SILENCE)
            extend(&w->silent_until, later(at, f->lasts_ns));
        else if (f->kind == LINE_NOISE)
            begin_noise(w, at, f->lasts_ns);
    }
    for (unsigned kind = LINE_CUT; kind <= LINE_SILENCE; kind++)
        w->counts.faults[kind] += struck >> kind & 1;
    return struck;
}

static void start_byte(struct line_model *m, enum line_dir dir, uint64_t at)
{
    struct line_wire *w = &m->wire[dir];
    uint64_t position = w->counts.sent++, seed = m->config.seed;
    uint8_t byte = w->queue[w->queue_head++ % LINE_QUEUE];
    unsigned struck = strike(m, dir, position, at);

    if (at < m->dead_until || at < w->silent_until || w->noise_left) {
        w->counts.dead++;
        occupy(w);
        return;
    }
    if (struck & 1u << LINE_INSERT)
        fly(w, (uint8_t)line_random(seed, INSERTED + dir, position));
    if (struck & 1u << LINE_DROP) {
        struck &= 1u << LINE_DROP | 1u << LINE_INSERT;
        occupy(w);
    } else {
        if (struck & 1u << LINE_FLIP)
            byte ^= (uint8_t)(1u << line_random(seed, FLIP_BIT + dir, position) % 8);
        fly(w, byte);
    }
    if (struck & 1u << LINE_REPEAT)
        fly(w, byte);
    for (unsigned kind = LINE_DROP; kind <= LINE_INSERT; kind++)
        w->counts.faults[kind] += struck >> kind & 1;
}

static void land(struct line_model *m, enum line_dir dir)
{
    struct line_wire *w = &m->wire[dir];
    struct line_slot s = w->flying[0];

    w->nflying--;
    memmove(w->flying, w->flying + 1, w->nflying * sizeof *w->flying);
    if (rates_differ(m))
        s.byte = (uint8_t)line_random(m->config.seed, GARBAGE + dir, w->counts.garbled++);
    arrive(m, dir, s.byte, s.end);
}

static void make_noise(struct line_model *m, enum line_dir dir, uint64_t at)
{
    struct line_wire *w = &m->wire[dir];

    w->noise_left--;
    w->noise.slots++;
    if (at <= m->dead_until)
        return;
    arrive(m, dir, (uint8_t)line_random(m->config.seed, NOISE + dir, w->counts.noise++), at);
}

/* ---- events
 * --------------------------------------------------------------------------------------- */

/* At one and the same time what arrives comes first, then noise, then what starts. */
static uint64_t next_event(const struct line_wire *w)
{
    uint64_t next = LINE_NEVER;

    if (w->nflying)
        next = w->flying[0].end;
    else if (w->queue_head != w->queue_tail)
        next = w->free;
    if (w->noise_left) {
        uint64_t at = slot_end(&w->noise, w->noise.slots + 1);
        if (at < next)
            next = at;
    }
    return next;
}

static void happen(struct line_model *m, enum line_dir dir, uint64_t at)
{
    struct line_wire *w = &m->wire[dir];

    if (w->nflying && w->flying[0].end == at)
        land(m, dir);
    else if (w->noise_left && slot_end(&w->noise, w->noise.slots + 1) == at)
        make_noise(m, dir, at);
    else
        start_byte(m, dir, at);
}

void line_model_advance(struct line_model *m, uint64_t now)
{
    for (;;) {
        uint64_t pi = next_event(&m->wire[LINE_TO_PI]);
        uint64_t laptop = next_event(&m->wire[LINE_TO_LAPTOP]);
        enum line_dir dir = pi <= laptop ? LINE_TO_PI : LINE_TO_LAPTOP;
        uint64_t at = pi <= laptop ? pi : laptop;

        if (at > now)
            break;
        happen(m, dir, at);
    }
    extend(&m->now, now);
}

void line_model_init(struct line_model *m, const struct line_config *config)
{
    memset(m, 0, sizeof *m);
    m->config = *config;
    for (unsigned d = 0; d < LINE_DIRS; d++)
        m->wire[d].pace.baud = config->baud;
}

size_t line_model_room(const struct line_model *m, enum line_dir dir)
{
    const struct line_wire *w = &m->wire[dir];

    return LINE_QUEUE - (size_t)(w->queue_tail - w->queue_head);
}

int line_model_send(struct line_model *m, enum line_dir dir, uint8_t byte, uint64_t now)
{
    struct line_wire *w = &m->wire[dir];

    line_model_advance(m, now);
    if (line_model_room(m, dir) == 0)
        return -1;
    w->queue[w->queue_tail++ % LINE_QUEUE] = byte;
    if (w->free <= now) { /* idle: whatever waited has started by now */
        w->pace.start = w->free = now;
        w->pace.slots = 0;
        start_byte(m, dir, now);
    }
    return 0;
}

uint64_t line_model_next(const struct line_model *m)
{
    uint64_t next = LINE_NEVER;

    for (unsigned d = 0; d < LINE_DIRS; d++) {
        const struct line_wire *w = &m->wire[d];
        uint64_t at = next_event(w);

        if (at < next)
            next = at;
        if (w->arrived_head == w->arrived_tail)
            continue;
        at = w->arrived[w->arrived_head % LINE_QUEUE].when;
        if (at > m->now && at < next)
            next = at;
    }
    return next;
}

uint64_t line_model_quiet(const struct line_model *m)
{
    uint64_t quiet = 0;

    for (unsigned d = 0; d < LINE_DIRS; d++) {
        const struct line_wire *w = &m->wire[d];
        uint64_t end = slot_end(&w->pace, w->pace.slots + (w->queue_tail - w->queue_head));

        extend(&quiet, end + (d == LINE_TO_LAPTOP ? m->config.latency_ns : 0));
    }
    return quiet;
}

int line_model_take(struct line_model *m, enum line_dir dir, uint8_t *byte, uint64_t *when)
{
    struct line_wire *w = &m->wire[dir];
    const struct line_arrival *a = arrival(w, w->arrived_head);

    if (w->arrived_head == w->arrived_tail || a->when > m->now)
        return 0;
    *byte = a->byte;
    if (when)
        *when = a->when;
    w->arrived_head++;
    return 1;
}

void line_model_hold(struct line_model *m, unsigned nbytes)
{
    m->held = nbytes;
}

void line_model_set_baud(struct line_model *m, enum line_dir dir, unsigned baud)
{
    struct line_wire *w = &m->wire[dir];

    w->pace = (struct line_pace){baud, w->free, 0};
}
