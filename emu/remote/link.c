/* Frames out: operations are collected, sent in a window, and sent again until executed. */
#include "emu/remote/link.h"

#include <assert.h>
#include <string.h>

#include "emu/remote/link-internal.h"
#include "wire/boot.h"

#define MS 1000000ull

enum {
    FIRST_BAUD = 115200,
    FRAME_TIME_US = 10000, /* a frame takes the line no longer: what waits behind it is not late */
    FRAME_OPS =
        512, /* equal writes take no bytes, but time: a window of them some 10 ms on the Pi */
    NAK_SETTLE_MS = 20,
    FULL_BUFFER_MS = 1, /* until a line that takes no more is tried again */
    STOPPED_MS = 100,   /* later than that nobody looks at the line who is not stopped */
};

/* Bytes of the frame's body that the speed allows. */
static void set_speed(struct link *l, unsigned baud)
{
    unsigned body = baud / 10 * (FRAME_TIME_US / 1000) / 1000;

    l->baud = baud;
    l->body_max = (uint8_t)(body < 64 ? 64 : body > FRAME_MAX_BODY ? FRAME_MAX_BODY : body);
}

void link_init(struct link *l, const struct link_port *port, unsigned baud, int compact)
{
    memset(l, 0, sizeof *l);
    l->port = port;
    l->first_baud = baud ? baud : FIRST_BAUD;
    set_speed(l, l->first_baud);
    encoder_init(&l->encoder, compact);
}

int link_set_baud(struct link *l, unsigned baud)
{
    int e = l->port->set_baud ? l->port->set_baud(l->port->self, baud) : LINK_GONE;

    if (e == 0)
        set_speed(l, baud);
    return e;
}

static uint64_t wire_ns(const struct link *l, size_t nbytes)
{
    return nbytes * 10 * 1000000000ull / l->baud;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void count_written(struct link *l, size_t nbytes)
{
    l->stats.down_bytes += nbytes;
    l->line_free = later(l->line_free, link_now(l)) + wire_ns(l, nbytes);
}

int link_write_all(struct link *l, const uint8_t *bytes, size_t n)
{
    while (n && !l->error) {
        int took = l->port->write(l->port->self, bytes, n);

        if (took < 0)
            return l->error = took;
        count_written(l, (size_t)took);
        bytes += took;
        n -= (size_t)took;
        if (took == 0 && (took = l->port->read(l->port->self, l->control, 0,
                                               link_now(l) + FULL_BUFFER_MS * MS)) < 0)
            return l->error = took;
    }
    return l->error;
}

/* ---- sending ---- */

static int under_way(const struct link *l)
{
    return l->made != l->acked;
}

static void start_over(struct link *l, uint64_t now)
{
    l->go_back = 0;
    l->stats.repeats += l->sent - l->acked;
    l->repeated = 1;
    l->sent = l->acked;
    l->go_back_again = now + NAK_SETTLE_MS * MS;
    for (uint32_t seq = l->acked + 1; seq <= l->made; seq++)
        l->go_back_again += wire_ns(l, link_frame_at(l, seq)->nbytes);
}

static void frame_is_out(struct link *l)
{
    struct link_frame *f = link_frame_at(l, ++l->sent);

    l->stats.frames++;
    if ((int32_t)(l->sent - l->sent_once) > 0) {
        l->sent_once = l->sent;
        l->pi_free = later(l->pi_free, l->line_free) + f->busy_us * 1000ull;
        f->expected = l->pi_free;
    }
    l->due = later(l->line_free, l->pi_free) + LINK_REPEAT_MS * MS;
}

static void begin_next(struct link *l)
{
    const struct link_frame *f = link_frame_at(l, l->sent + 1);

    memcpy(l->leaving.bytes, f->bytes, f->nbytes);
    l->leaving.seq = l->sent + 1;
    l->leaving.nbytes = f->nbytes;
    l->leaving.written = 0;
}

/* Writes what the line takes. 1: it would not take all; 0 or negative. A frame that was begun is
 * ended, though it be acknowledged meanwhile: half a frame would spoil the next. */
static int transmit(struct link *l)
{
    struct link_leaving *out = &l->leaving;

    for (;;) {
        int took;

        if (!out->nbytes) {
            if (l->go_back)
                start_over(l, link_now(l));
            if (l->sent == l->made)
                return 0;
            begin_next(l);
        }
        took = l->port->write(l->port->self, out->bytes + out->written,
                              (size_t)(out->nbytes - out->written));
        if (took < 0)
            return l->error = took;
        count_written(l, (size_t)took);
        out->written = (uint16_t)(out->written + took);
        if (out->written < out->nbytes)
            return 1;
        out->nbytes = 0;
        if (out->seq == l->sent + 1)
            frame_is_out(l);
    }
}

void link_acknowledge(struct link *l, uint32_t seq, uint64_t now)
{
    while (l->acked != seq) {
        const struct link_frame *f = link_frame_at(l, ++l->acked);

        l->executed += f->count;
        if (f->nops)
            l->last = f->op[f->nops - 1];
    }
    if ((int32_t)(l->sent - l->acked) < 0)
        l->sent = l->acked;
    l->due = later(later(l->line_free, l->pi_free), now) + LINK_REPEAT_MS * MS;
}

/* ---- the open frame ---- */

static struct link_frame *open_frame(struct link *l)
{
    return link_frame_at(l, l->made + 1);
}

static int has_room(const struct link *l)
{
    return l->made - l->acked < FRAME_WINDOW;
}

static int close_frame(struct link *l)
{
    struct link_frame *f;
    uint32_t seq;

    if (!has_room(l) && link_pump(l, UINT64_MAX, has_room) < 0)
        return l->error;
    if (l->nbody == 0) /* nothing, or it grew old while we waited for room */
        return 0;
    f = open_frame(l);
    seq = l->made + 1;
    if (f->nops == 1 && f->op[0].kind == OP_GET && l->nbody == 1)
        f->nbytes =
            (uint16_t)frame_make_short(&l->key, FRAME_DOWN, seq, f->op[0].slot, NULL, 0, f->bytes);
    else
        f->nbytes =
            (uint16_t)frame_make_long(&l->key, FRAME_DOWN, seq, l->body, l->nbody, f->bytes);
    if (!under_way(l)) {
        l->valid = later(l->valid, link_now(l));
        l->repeated = 0;
    }
    l->made = seq;
    l->nbody = 0;
    l->flush = 0;
    encoder_new_frame(&l->encoder);
    f = open_frame(l);
    f->nops = f->count = f->nresults = 0;
    f->busy_us = 0;
    f->expected = 0;
    return transmit(l) < 0 ? l->error : 0;
}

static size_t room(const struct link *l)
{
    if (l->nbody == 0)
        return FRAME_MAX_BODY;
    return l->nbody < l->body_max ? (size_t)(l->body_max - l->nbody) : 0;
}

static void note(struct link *l, const struct op *op)
{
    struct link_frame *f = open_frame(l);

    f->op[f->nops++] = (struct link_op){.kind = op->kind,
                                        .slot = op->slot,
                                        .width = op->width,
                                        .nbytes = op->nbytes,
                                        .addr = op->addr,
                                        .value = op->value};
    f->nresults += op->kind == OP_GET || op->kind == OP_POLL || op->kind == OP_LOAD;
    assert(f->nresults <= LINK_MAX_RESULTS);
    if (op->kind == OP_DELAY)
        f->busy_us += op->count;
}

int link_op(struct link *l, struct op *op)
{
    int n;

    if (l->error)
        return l->error;
    if (open_frame(l)->count == FRAME_OPS && close_frame(l) < 0)
        return l->error;
    n = op_encode(&l->encoder, op, l->body + l->nbody, room(l));
    if (n < 0) {
        if (close_frame(l) < 0)
            return l->error;
        n = op_encode(&l->encoder, op, l->body, room(l));
    }
    assert(n >= 0);
    l->stats.ops++;
    open_frame(l)->count++;
    if (l->nbody == 0)
        l->opened = link_now(l);
    l->nbody = (uint8_t)(l->nbody + n);
    if (n)
        note(l, op);
    return 0;
}

int link_reserve(struct link *l, size_t nbytes)
{
    if (l->error || room(l) >= nbytes)
        return l->error;
    return close_frame(l);
}

int link_idle(const struct link *l)
{
    return !under_way(l) && !l->nbody;
}

uint64_t link_pi_free(struct link *l)
{
    return later(later(l->pi_free, l->line_free), link_now(l)) + open_frame(l)->busy_us * 1000ull;
}

int link_flush(struct link *l)
{
    l->flush = 1;
    return link_service(l);
}

/* ---- serving the line ---- */

/* The Pi goes back to the first speed when it heard nothing but damage for a while, or because it
 * starts anew: that speed is tried for as long as a boot loader takes to greet. */
static int choose_speed(struct link *l, uint64_t quiet_ns)
{
    int first = quiet_ns >= LINK_RETREAT_MS * MS &&
                quiet_ns < (LINK_RETREAT_MS + BOOT_REPEAT_MS + LINK_REPEAT_MS) * MS;
    unsigned baud = first ? l->first_baud : l->high_baud;

    return l->high_baud && l->baud != baud ? link_set_baud(l, baud) : 0;
}

/* Since when nothing comes though it should: the oldest frame is answered when it is executed. */
static uint64_t quiet_since(const struct link *l)
{
    return later(l->valid, l->out[(l->acked + 1) % (FRAME_WINDOW + 1)].expected);
}

/* Repeats what was not answered in time. */
static int check_due(struct link *l, uint64_t now)
{
    if (!under_way(l))
        return 0;
    if (now >= quiet_since(l) + LINK_LOST_MS * MS)
        return l->error = l->greeted ? LINK_REBOOTED : LINK_LOST;
    if (now < l->due || l->leaving.nbytes)
        return 0;
    if (choose_speed(l, now - quiet_since(l)) < 0)
        return l->error = LINK_GONE;
    l->in.used = l->in.bad = 0;
    l->go_back = 1;
    l->due = now + LINK_REPEAT_MS * MS;
    return transmit(l) < 0 ? l->error : 0;
}

/* At `now` somebody looks at the line, who meant to at `meant`. Time for which the program was
 * stopped (a debugger, Ctrl-Z) does not count against the Pi: nobody asked it again meanwhile. */
static void looks_again(struct link *l, uint64_t meant, uint64_t now)
{
    uint64_t before = later(l->looked, meant);

    if (l->looked && now > before && now - before > STOPPED_MS * MS) {
        uint64_t quiet = quiet_since(l) + (now - before);

        l->valid = quiet < now ? quiet : now;
    }
    l->looked = now;
}

static int old_enough(const struct link *l, uint64_t now)
{
    return l->nbody && has_room(l) &&
           (now >= l->opened + LINK_FLUSH_US * 1000ull || (l->flush && now >= l->line_free));
}

uint64_t link_next(const struct link *l)
{
    uint64_t next = UINT64_MAX, silence = l->last_byte + LINK_SILENCE_MS * MS;

    if (l->nbody && has_room(l))
        next = l->opened + LINK_FLUSH_US * 1000ull;
    if (under_way(l) && !l->leaving.nbytes && l->due < next)
        next = l->due;
    if (under_way(l) && quiet_since(l) + LINK_LOST_MS * MS < next)
        next = quiet_since(l) + LINK_LOST_MS * MS;
    if ((l->in.used || l->in.bad || l->greeted) && silence < next)
        next = silence;
    return next;
}

int link_pump(struct link *l, uint64_t until_ns, int (*done)(const struct link *l))
{
    for (;;) {
        uint8_t bytes[512];
        uint64_t now, deadline;
        int n, full;

        if (old_enough(l, link_now(l)) && close_frame(l) < 0)
            return l->error;
        full = transmit(l);
        if (l->error || (done && done(l)))
            return l->error;
        now = link_now(l);
        deadline = link_next(l);
        deadline = deadline < until_ns ? deadline : until_ns;
        if (full && now + FULL_BUFFER_MS * MS < deadline)
            deadline = now + FULL_BUFFER_MS * MS;
        n = l->port->read(l->port->self, bytes, sizeof bytes, deadline);
        if (n < 0)
            return l->error = n;
        now = link_now(l);
        looks_again(l, deadline, now);
        if ((n ? link_receive(l, bytes, (size_t)n, now) : link_quiet(l, now)) < 0)
            return l->error;
        if (check_due(l, now) < 0)
            return l->error;
        if (n == 0 && now >= until_ns)
            return 0;
    }
}

static int all_done(const struct link *l)
{
    return !under_way(l);
}

int link_collect(struct link *l)
{
    uint64_t start = link_now(l);

    l->stats.round_trips++;
    if (close_frame(l) < 0 || link_pump(l, UINT64_MAX, all_done) < 0)
        return l->error;
    l->round_trip = link_now(l) - start;
    return 0;
}

static int poll_over(const struct link *l)
{
    return l->poll != LINK_POLLING || l->changes != l->changes_taken || l->event.pending;
}

int link_take_change(struct link *l, uint32_t *value)
{
    if (l->changes_taken == l->changes)
        return 0;
    *value = l->change[l->changes_taken++];
    return 1;
}

void link_end_poll(struct link *l)
{
    l->poll = LINK_NO_POLL;
    l->changes = l->changes_taken = 0;
}

static int nothing_begun(const struct link *l)
{
    return poll_over(l) || (!l->in.used && !l->in.bad);
}

/* Half a frame may be what the poll has to say. */
int link_await_poll(struct link *l, uint64_t until_ns)
{
    int e = link_pump(l, until_ns, poll_over);

    return e < 0 ? e : link_pump(l, UINT64_MAX, nothing_begun);
}

int link_service(struct link *l)
{
    return l->error ? l->error : link_pump(l, 0, NULL);
}

int link_wait(struct link *l, uint64_t until_ns)
{
    return l->error ? l->error : link_pump(l, until_ns, NULL);
}
