/* The remote backend; see remote.h. */
#include "emu/remote/remote.h"

#include "wire/guard.h"
#include "wire/words.h"

#define MS 1000000ull

enum {
    LEAD_MS = 20,            /* a delay returns that long before the Pi is done with it */
    DELAY_PIECE_US = 100000, /* long delays go in pieces, so that the Pi is heard in between */
    LOOK_MS = 20,            /* between looks of a program that waits, at most */
    LOOKS_A_STEP = 8,
    PROMPT_US = 5000, /* what stands before a delay this long goes out at once: what comes behind it
                       * still arrives in time */
    TIME_BYTES = 48,  /* three reads, at most */
    CLOSE_MS = 300,
    TIMER_CLO = 0x20003004,
    TIMER_CHI = 0x20003008,
};

static uint64_t now_ns(const struct remote *r)
{
    return r->port.now_ns(r->port.self);
}

static void refused(void *self, const struct link_op *op)
{
    struct remote *r = self;
    struct bus_access a = {.op = op->kind == OP_PUT ? BUS_WRITE : BUS_READ,
                           .width = op->width,
                           .addr = op->addr,
                           .value = op->value};

    r->remark(r->self, &a, REMOTE_ABORTED);
}

int remote_open(struct remote *r, unsigned baud, const unsigned *speeds, uint32_t nonce,
                unsigned timeout_ms)
{
    int e;

    link_init(&r->link, &r->port, baud, !r->off.no_compact);
    r->link.self = r;
    r->link.refused = refused;
    e = link_greet(&r->link, nonce, timeout_ms);
    bounce_init(&r->bounce, &r->link, &r->shadow, r->off.no_batch);
    if (e == 0 && speeds && !r->off.no_speed)
        e = link_speed_up(&r->link, speeds);
    return e < 0 ? e : 0;
}

/* ---- reads ---- */

/* While the Pi looks and has nothing to say, the program gets the value it has: after the time a
 * look takes over the line, and ever more slowly, but not so slowly that a loop which counts its
 * looks or its time would take long to end. */
static uint64_t patience(const struct remote *r)
{
    unsigned looks = r->poll.same / LOOKS_A_STEP;
    uint64_t wait = r->link.round_trip << (looks < 8 ? looks : 8);

    return wait < LOOK_MS * MS ? wait : LOOK_MS * MS;
}

/* Answers a read from what the Pi read, or reads, by itself since the one before. 1: done; 0: it
 * must travel, or too much time went by here for an old value to do; negative: lost. */
static int answer_from_poll(struct remote *r, struct bus_access *a)
{
    struct link *l = &r->link;
    uint64_t now = now_ns(r), until = now + patience(r);
    uint64_t limit = r->poll_start + (POLL_LIMIT_MS + LINK_REPEAT_MS) * MS;

    if (now > r->looked + LOOK_MS * MS)
        return 0;
    a->value = r->poll.last.value;
    if (r->replays && now < r->replays_end) {
        r->replays--;
        return 1;
    }
    if (l->poll == LINK_POLLING && link_await_poll(l, until < limit ? until : limit) < 0)
        return -1;
    if (link_take_change(l, &a->value))
        return 1;
    if (l->poll == LINK_POLL_LIMIT) {
        r->replays = l->poll_reads;
        r->replays_end = now_ns(r) + LOOK_MS * MS;
        link_end_poll(l);
        return 1;
    }
    return l->poll == LINK_POLLING && now_ns(r) < limit;
}

static int fetch(struct remote *r, struct bus_access *a)
{
    struct op op = {.kind = OP_GET, .width = a->width, .addr = a->addr};

    r->replays = 0;
    link_end_poll(&r->link);
    if (!r->off.no_fuse && poll_wanted(&r->poll, a)) {
        op.kind = OP_POLL;
        r->stats.polls++;
    }
    if (link_op(&r->link, &op) < 0 || link_collect(&r->link) < 0)
        return BUS_LOST;
    r->poll_start = now_ns(r);
    a->value = r->link.result[0].value;
    return 0;
}

static int may_read(struct remote *r, struct bus_access *a)
{
    struct guard_access g = {.width = a->width, .addr = a->addr};
    enum guard_verdict verdict = guard_read(&g);

    a->value = 0;
    if (verdict == GUARD_REFUSE)
        r->remark(r->self, a, REMOTE_REFUSED);
    return verdict == GUARD_PASS;
}

/* What came between two reads of a wait loop. 0, or BUS_LOST. */
static int asked_between(struct remote *r, int asked)
{
    if (asked)
        poll_broken(&r->poll);
    return asked < 0 ? BUS_LOST : 0;
}

int remote_read(struct remote *r, struct bus_access *a)
{
    int e = 0;

    r->stats.reads++;
    if (r->link.error)
        return BUS_LOST;
    if (!may_read(r, a))
        return 0;
    if ((e = bounce_read(&r->bounce, a)) != BOUNCE_TRAVELS)
        return asked_between(r, e);
    if (!r->off.no_shadow && a->width == 4 && shadow_read(&r->shadow, a->addr, &a->value)) {
        r->stats.shadowed++;
        poll_broken(&r->poll);
        return 0;
    }
    if (!r->off.no_fuse && poll_continues(&r->poll, a))
        e = answer_from_poll(r, a);
    if (e < 0)
        return BUS_LOST;
    r->stats.fused += e > 0;
    if (e == 0 && fetch(r, a) < 0)
        return BUS_LOST;
    shadow_saw_read(&r->shadow, a->addr, a->width, a->value);
    if (!r->off.no_fuse) {
        poll_saw_read(&r->poll, a);
        r->looked = now_ns(r);
    }
    return asked_between(r, bounce_saw_read(&r->bounce, a));
}

/* ---- writes, delays, barriers ---- */

/* Whether the write travels; *g is what does. */
static int may_write(struct remote *r, const struct bus_access *a, struct guard_access *g)
{
    *g = (struct guard_access){.width = a->width, .addr = a->addr, .value = a->value};
    switch (guard_write(g, r->link.bounce_addr, r->link.bounce_bytes)) {
    case GUARD_PASS:
        return 1;
    case GUARD_CHANGED:
        r->remark(r->self, a, REMOTE_CHANGED);
        return 1;
    case GUARD_DROP:
    case GUARD_TEXT:
        r->remark(r->self, a, REMOTE_DROPPED);
        break;
    default:
        r->remark(r->self, a, REMOTE_REFUSED);
    }
    r->stats.not_sent++;
    return 0;
}

/* With --no-batch nothing is posted. */
static int post(struct remote *r, struct op *op)
{
    struct link *l = &r->link;

    poll_broken(&r->poll);
    if (link_op(l, op) < 0)
        return BUS_LOST;
    if (r->off.no_batch)
        return link_collect(l) < 0 ? BUS_LOST : 0;
    if (now_ns(r) >= l->opened + LINK_FLUSH_US * 1000ull && link_service(l) < 0)
        return BUS_LOST;
    return 0;
}

int remote_write(struct remote *r, const struct bus_access *a)
{
    struct bus_access sent = *a;
    struct guard_access g;
    struct op op = {.kind = OP_PUT};
    int e;

    r->stats.writes++;
    if (r->link.error)
        return BUS_LOST;
    if ((e = bounce_write(&r->bounce, &sent)) != BOUNCE_TRAVELS) {
        r->stats.not_sent += e > 0;
        return asked_between(r, e);
    }
    if (!may_write(r, &sent, &g))
        return 0;
    op.width = g.width;
    op.addr = g.addr;
    op.value = g.value;
    shadow_saw_write(&r->shadow, g.addr, g.width, g.value);
    return post(r, &op);
}

void remote_barrier(struct remote *r)
{
    if (!r->link.error)
        link_flush(&r->link);
}

/* The laptop follows the Pi: it goes on when the Pi is nearly done, so that what comes next is
 * there in time. */
static void follow(struct remote *r)
{
    uint64_t end = link_pi_free(&r->link);

    if (end > now_ns(r) + LEAD_MS * MS)
        link_wait(&r->link, end - LEAD_MS * MS);
}

static void pass_time(struct remote *r, uint32_t us)
{
    int prompt = us >= PROMPT_US;

    if (r->off.no_delay) {
        if (remote_sync(r) == 0)
            link_wait(&r->link, now_ns(r) + us * 1000ull);
        return;
    }
    r->stats.delays++;
    while (us && !r->link.error) {
        struct op op = {.kind = OP_DELAY, .count = us < DELAY_PIECE_US ? us : DELAY_PIECE_US};

        us -= op.count;
        if (post(r, &op) < 0)
            return;
        if (prompt)
            link_flush(&r->link);
        follow(r);
    }
}

void remote_delay(struct remote *r, uint32_t us)
{
    if (r->link.error)
        return;
    pass_time(r, us);
    if (!r->link.error)
        asked_between(r, bounce_time_passed(&r->bounce));
}

int remote_sync(struct remote *r)
{
    if (r->link.error)
        return r->link.error;
    return link_idle(&r->link) ? 0 : link_collect(&r->link);
}

uint64_t remote_time_us(void *remote)
{
    struct remote *r = remote;
    struct link *l = &r->link;
    uint32_t high[2], low;

    poll_broken(&r->poll);
    do {
        static const uint32_t addr[] = {TIMER_CHI, TIMER_CLO, TIMER_CHI};

        if (link_reserve(l, TIME_BYTES) < 0)
            return 0;
        for (unsigned i = 0; i < 3; i++) {
            struct op op = {.kind = OP_GET, .width = 4, .addr = addr[i]};

            if (link_op(l, &op) < 0)
                return 0;
        }
        if (link_collect(l) < 0)
            return 0;
        high[0] = l->result[0].value;
        low = l->result[1].value;
        high[1] = l->result[2].value;
    } while (high[0] != high[1]);
    return (uint64_t)high[0] << 32 | low;
}

/* ---- interrupts, service, end ---- */

void remote_watch_interrupts(struct remote *r, int on)
{
    struct op op = {.kind = on ? OP_ARM : OP_DISARM};
    int taken = r->link.event.pending;

    r->stats.events += taken && !on;
    if (r->link.error || (!on && !r->armed))
        return;
    if (on)
        op.count = r->link.event.number = (uint8_t)(r->link.event.number + 1);
    r->armed = on != 0;
    r->link.event.pending = 0;
    r->link.event.awaited = on;
    if (on || !taken) { /* an event disarms by itself */
        if (link_op(&r->link, &op) == 0)
            link_flush(&r->link);
    }
}

int remote_service(struct remote *r)
{
    return link_service(&r->link);
}

void remote_close(struct remote *r)
{
    struct link *l = &r->link;

    if (l->error == LINK_STOPPED) /* between two bytes: nothing is lost */
        l->error = 0;
    if (remote_sync(r) < 0)
        return;
    if (link_control(l, CTL_STATS, NULL, 0, CLOSE_MS) == 16) {
        r->stats.pi_accesses = wire_word(l->control);
        r->stats.pi_repeated = wire_word(l->control + 4);
        r->stats.pi_overruns = wire_word(l->control + 8);
        r->stats.pi_damage = wire_word(l->control + 12);
    }
    if (!l->error)
        link_control(l, CTL_REBOOT, NULL, 0, CLOSE_MS);
}

static int target_read(void *self, struct bus_access *a)
{
    return remote_read(self, a);
}

static int target_write(void *self, const struct bus_access *a)
{
    return remote_write(self, a);
}

void remote_map(struct remote *r, struct bus *b)
{
    r->target = (struct bus_target){
        .name = "remote", .self = r, .narrow = 1, .read = target_read, .write = target_write};
    bus_map(b, PERIPHERAL_BASE, PERIPHERAL_END - PERIPHERAL_BASE, &r->target);
}
