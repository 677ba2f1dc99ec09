/* The operations of the device loop: one at a time, so that the line is served between any two;
 * their answer; what goes on behind it. The bounds of docs/wire.md are wire/guard.h's. */
#include "pi-side/loop-internal.h"

#include "wire/answer.h"
#include "wire/guard.h"
#include "wire/ops-bytes.h"
#include "wire/words.h"

enum {
    TIMER_LOW = 0x20003004, /* BCM2835 ARM Peripherals p. 172 */
    IRQ_BASIC = 0x2000B200, /* p. 112 */
    IRQ_PENDING_1 = 0x2000B204,
    IRQ_PENDING_2 = 0x2000B208,
    LONG_HEAD = 2,
    VALUE_ITEM = 5,
    REMARK_ITEM = 2,
};

/* The items are put where the long answer has its body. */
static uint8_t *items(struct loop *l)
{
    return l->answer + LONG_HEAD;
}

static int has_room(const struct loop *l, unsigned nbytes)
{
    return l->session.nitems + nbytes <= FRAME_MAX_BODY;
}

/* Whatever room is asked for, room for this one is left: the callers see to that. */
static void remark(struct loop *l, enum answer_code code)
{
    struct loop_session *s = &l->session;

    items(l)[s->nitems++] = code;
    items(l)[s->nitems++] = s->index;
    s->other = 1;
}

/* The rest of the frame is left out. */
static void bad(struct loop *l)
{
    if (has_room(l, REMARK_ITEM))
        remark(l, ANS_BAD);
    l->session.other = 1;
    l->session.at = l->session.nbytes;
    l->session.repeat = 0;
}

/* nbytes: of the operation's result, which follows. 0 when there is no room to say so. */
static int refuse(struct loop *l, unsigned nbytes)
{
    if (l->session.refused)
        return 1;
    if (!has_room(l, REMARK_ITEM + nbytes + REMARK_ITEM)) {
        bad(l);
        return 0;
    }
    l->session.refused = 1;
    remark(l, ANS_REFUSED);
    return 1;
}

/* 0, or -1: not performed. */
static int read_device(struct loop *l, const struct loop_port *port, const struct op *op,
                       uint32_t *value)
{
    struct guard_access a = {op->width, op->addr, 0};
    int failed;

    *value = 0;
    switch (guard_read(&a)) {
    case GUARD_PASS:
        failed = port->read(port->self, a.width, a.addr, value);
        l->session.accesses++;
        l->session.last = loop_now(l, port);
        if (failed)
            *value = 0;
        return failed;
    case GUARD_DROP:
        return 0;
    default:
        return -1;
    }
}

static int write_device(struct loop *l, const struct loop_port *port, const struct op *op)
{
    struct guard_access a = {op->width, op->addr, op->value};
    int failed;

    switch (guard_write(&a, port->bounce_addr, port->bounce_bytes)) {
    case GUARD_PASS:
    case GUARD_CHANGED:
        failed = port->write(port->self, a.width, a.addr, a.value);
        l->session.accesses++;
        l->session.last = loop_now(l, port);
        return failed;
    case GUARD_DROP: /* the laptop knows, and has the text */
    case GUARD_TEXT:
        return 0;
    case GUARD_REBOOT:
        loop_send_control(l, port, CTL_REBOOT, NULL, 0);
        loop_reboot(l, port);
        return 0;
    default:
        return -1;
    }
}

static void get(struct loop *l, const struct loop_port *port)
{
    struct loop_session *s = &l->session;
    uint32_t value, before = s->dict.slot[s->op.slot].read;
    uint8_t nbytes;
    int failed;

    if (!has_room(l, VALUE_ITEM)) {
        bad(l);
        return;
    }
    failed = read_device(l, port, &s->op, &value);
    if (failed && !refuse(l, VALUE_ITEM))
        return;
    s->dict.slot[s->op.slot].read = value;
    items(l)[s->nitems] = answer_value(value, before, items(l) + s->nitems + 1, &nbytes);
    s->nitems = (uint8_t)(s->nitems + 1 + nbytes);
    s->results++;
    if (s->op.kind == OP_POLL && !failed) {
        s->polling = 1;
        s->poll = s->op;
        s->poll.value = value;
        s->poll_reads = 1;
        s->poll_changes = 0;
        s->poll_start = l->now;
    }
}

static void put(struct loop *l, const struct loop_port *port)
{
    struct loop_session *s = &l->session;

    s->repeat--;
    if (write_device(l, port, &s->op))
        refuse(l, 0);
}

static void store(struct loop *l, const struct loop_port *port)
{
    const struct op *op = &l->session.op;

    if (op->addr + op->nbytes > port->bounce_bytes) {
        refuse(l, 0);
        return;
    }
    for (unsigned i = 0; i < op->nbytes; i++)
        port->bounce[op->addr + i] = op->data[i];
}

static void load(struct loop *l, const struct loop_port *port)
{
    struct loop_session *s = &l->session;
    int refused = s->op.addr + s->op.nbytes > port->bounce_bytes;

    if (!has_room(l, 2u + s->op.nbytes)) {
        bad(l);
        return;
    }
    if (refused && !refuse(l, 2u + s->op.nbytes))
        return;
    items(l)[s->nitems++] = ANS_BYTES;
    items(l)[s->nitems++] = s->op.nbytes;
    for (unsigned i = 0; i < s->op.nbytes; i++)
        items(l)[s->nitems++] = refused ? 0 : port->bounce[s->op.addr + i];
    s->other = 1;
}

static void arm(struct loop *l, uint8_t number)
{
    struct loop_session *s = &l->session;

    if (s->armed && s->number == number)
        return;
    s->armed = 1;
    s->number = number;
    s->reported = 0;
}

static void perform(struct loop *l, const struct loop_port *port)
{
    struct loop_session *s = &l->session;

    switch (s->op.kind) {
    case OP_POLL:
        if (s->at != s->nbytes) {
            bad(l);
            break;
        }
        /* fall through */
    case OP_GET:
        get(l, port);
        break;
    case OP_PUT:
        s->repeat = (uint16_t)s->op.count;
        put(l, port);
        break;
    case OP_DELAY:
        s->delaying = 1;
        if (l->now - s->last > s->op.count) { /* late: the next one counts from now */
            s->op.count = 0;
            s->last = l->now;
        }
        break;
    case OP_ARM:
        arm(l, (uint8_t)s->op.count);
        break;
    case OP_DISARM:
        s->armed = s->reported = 0;
        break;
    case OP_STORE:
        store(l, port);
        break;
    default:
        load(l, port);
    }
}

/* A byte that came behind the frame ends a poll before it began. */
static void answer(struct loop *l, const struct loop_port *port)
{
    struct loop_session *s = &l->session;

    s->executed++;
    s->begun = 0;
    s->first = (s->first + 1) % (FRAME_WINDOW + 1);
    s->queued--;
    if (s->queued || l->ring_used || loop_collector(l)->used || loop_collector(l)->bad)
        s->polling = 0;
    if (s->results == 1 && !s->other)
        s->answer_bytes = (uint16_t)frame_make_short(&s->key, FRAME_UP, s->executed, items(l)[0],
                                                     items(l) + 1, s->nitems - 1u, l->answer);
    else if (s->nitems == 0 && !s->other)
        s->answer_bytes =
            (uint16_t)frame_make_short(&s->key, FRAME_UP, s->executed, ANS_ACK, NULL, 0, l->answer);
    else
        s->answer_bytes = (uint16_t)frame_make_long(&s->key, FRAME_UP, s->executed, items(l),
                                                    s->nitems, l->answer);
    loop_send(port, l->answer, s->answer_bytes);
}

static void begin(struct loop *l)
{
    struct loop_session *s = &l->session;
    struct frame_gather *g = loop_slot(l, 0);
    struct frame f;

    frame_split(g->bytes, g->used, &f);
    s->body = f.body;
    s->nbytes = f.nbytes;
    if (f.class == FRAME_SHORT) {
        g->bytes[0] = OPB_GET | f.low;
        s->body = g->bytes;
        s->nbytes = 1;
    }
    s->begun = 1;
    s->at = s->index = s->nitems = s->results = s->other = 0;
}

static void next_op(struct loop *l, const struct loop_port *port)
{
    struct loop_session *s = &l->session;
    int n;

    if (s->at == s->nbytes)
        return;
    n = op_decode(&s->dict, s->body + s->at, (size_t)(s->nbytes - s->at), &s->op);
    s->refused = 0;
    if (n < 0) {
        bad(l);
        return;
    }
    s->at = (uint8_t)(s->at + n);
    perform(l, port);
}

void loop_execute(struct loop *l, const struct loop_port *port)
{
    struct loop_session *s = &l->session;

    if (!s->queued)
        return;
    if (!s->begun)
        begin(l);
    if (s->delaying) {
        if (loop_now(l, port) - s->last < s->op.count)
            return;
        s->delaying = 0;
        s->last += s->op.count;
        s->index++;
    }
    if (s->repeat)
        put(l, port);
    else
        next_op(l, port);
    if (!s->queued || s->repeat || s->delaying)
        return;
    s->index++;
    if (s->at == s->nbytes)
        answer(l, port);
}

/* ---- what goes on behind an answer ---- */

/* A value that came back to the first is said in full: there is no code for "the same". */
static uint8_t change(const struct loop_session *s, uint32_t value, uint8_t *bytes, uint8_t *nbytes)
{
    uint32_t first = s->dict.slot[s->poll.slot].read;

    return ANS_CHANGED | answer_value(value, value == first ? ~value : first, bytes, nbytes);
}

void loop_poll(struct loop *l, const struct loop_port *port)
{
    struct loop_session *s = &l->session;
    uint8_t bytes[FRAME_MAX_BYTES], value_bytes[4], nbytes = 4, code = ANS_LIMIT;
    uint32_t value;
    int failed;

    if (!s->polling || s->queued)
        return;
    failed = read_device(l, port, &s->poll, &value);
    s->repeated++;
    if (!failed && value == s->poll.value) {
        s->poll_reads++;
        if (l->now - s->poll_start < POLL_LIMIT_MS * 1000)
            return;
    }
    if (failed || value == s->poll.value) {
        wire_put_word(value_bytes, s->poll_reads | (uint32_t)s->poll_changes << 24);
        s->polling = 0;
    } else {
        code = change(s, value, value_bytes, &nbytes);
        s->poll.value = value;
        s->poll_reads = 1;
        s->polling = ++s->poll_changes < POLL_CHANGES;
    }
    loop_send(port, bytes,
              frame_make_short(&s->key, FRAME_UP, s->executed, code, value_bytes, nbytes, bytes));
}

static int pending(const struct loop_port *port, uint32_t *basic)
{
    return port->read(port->self, 4, IRQ_BASIC, basic) == 0 && *basic != 0;
}

static void report(struct loop *l, const struct loop_port *port, uint32_t basic)
{
    static const uint32_t registers[] = {TIMER_LOW, IRQ_PENDING_1, IRQ_PENDING_2};
    uint32_t value[3];
    struct loop_session *s = &l->session;

    for (unsigned i = 0; i < 3; i++)
        if (port->read(port->self, 4, registers[i], &value[i]))
            value[i] = 0;
    s->event[0] = s->number;
    wire_put_word(s->event + 1, value[0]);
    wire_put_word(s->event + 5, basic);
    wire_put_word(s->event + 9, value[1]);
    wire_put_word(s->event + 13, value[2]);
    s->reported = 1;
}

void loop_watch_interrupts(struct loop *l, const struct loop_port *port)
{
    struct loop_session *s = &l->session;
    uint32_t basic;

    if (!s->armed)
        return;
    if (!s->reported) {
        if (!pending(port, &basic))
            return;
        report(l, port, basic);
    } else if (l->now - s->event_sent < EVENT_REPEAT_MS * 1000) {
        return;
    }
    s->event_sent = l->now;
    loop_send_control(l, port, CTL_EVENT, s->event, sizeof s->event);
}
