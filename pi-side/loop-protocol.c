/* The device loop's side of docs/wire.md: sessions, requests performed once, and the way back to
 * the boot loader for an installer that looks for it. It keeps no time; its caller reports silence.
 */
#include "pi-side/loop-protocol.h"

#include "pi-side/guard.h"
#include "wire/boot.h"
#include "wire/ops.h"

/* A program ends below its stack; whatever claims more is no installer's greeting. */
enum { MAX_PROGRAM = BOOT_STACK_ADDR - BOOT_LOAD_ADDR };

static void send(const struct loop_port *port, const struct frame *f)
{
    uint8_t bytes[FRAME_MAX_BYTES];
    size_t n = frame_encode(f, bytes);

    for (size_t i = 0; i < n; i++)
        port->put_byte(port->self, bytes[i]);
}

static void reboot(struct loop *l, const struct loop_port *port)
{
    port->reboot(port->self);
    *l = (struct loop){0};
}

/* A greeting may be repeated or late: one that names the running session leaves it as it is. */
static void hello(struct loop *l, const struct loop_port *port, const struct frame *f)
{
    struct op_hello h;
    struct frame welcome;

    if (op_read_hello(f, &h))
        return;
    if (h.version != WIRE_VERSION) {
        l->in_session = 0;
    } else if (!l->in_session || h.nonce != l->nonce) {
        l->in_session = 1;
        l->answered = 0;
        l->next_seq = 0;
        l->nonce = h.nonce;
    }
    h.version = WIRE_VERSION;
    op_make_hello(&welcome, OP_WELCOME, &h);
    send(port, &welcome);
}

static struct op_reply get(const struct loop_port *port, const struct op_access *a)
{
    struct op_reply r = {OPS_OK, 0};

    switch (guard_read(a)) {
    case GUARD_PASS:
        if (port->read(port->self, a->width, a->addr, &r.value))
            r = (struct op_reply){OPS_REFUSED, 0};
        break;
    case GUARD_DROP:
        break;
    default:
        r.status = OPS_REFUSED;
    }
    return r;
}

static struct op_reply put(const struct loop_port *port, struct op_access *a, uint8_t seq)
{
    struct op_reply r = {OPS_OK, 0};
    enum guard_verdict verdict = guard_write(a);
    struct frame text;
    uint8_t byte = (uint8_t)a->value;

    switch (verdict) {
    case GUARD_PASS:
    case GUARD_CHANGED:
        if (port->write(port->self, a->width, a->addr, a->value))
            r.status = OPS_REFUSED;
        else if (verdict == GUARD_CHANGED)
            r.status = OPS_DROPPED;
        break;
    case GUARD_TEXT:
        op_make_text(&text, seq, &byte, 1);
        send(port, &text);
        break;
    case GUARD_DROP:
        r.status = OPS_DROPPED;
        break;
    case GUARD_REBOOT:
        r.status = OPS_REBOOTS;
        break;
    case GUARD_REFUSE:
        r.status = OPS_REFUSED;
    }
    return r;
}

static struct op_reply perform(const struct loop_port *port, const struct frame *f)
{
    struct op_access a;

    if (f->kind == OP_REBOOT && f->nbytes == 0)
        return (struct op_reply){OPS_REBOOTS, 0};
    if (op_read_access(f, &a))
        return (struct op_reply){OPS_BAD, 0};
    return f->kind == OP_GET ? get(port, &a) : put(port, &a, f->seq);
}

static void request(struct loop *l, const struct loop_port *port, const struct frame *f)
{
    struct op_reply r;

    if (l->in_session && l->answered && f->seq == (uint8_t)(l->next_seq - 1)) {
        send(port, &l->reply);
        return;
    }
    if (!l->in_session || f->seq != l->next_seq) {
        struct frame refusal;

        r = (struct op_reply){l->in_session ? OPS_BAD : OPS_NO_SESSION, 0};
        op_make_reply(&refusal, f->seq, &r);
        send(port, &refusal);
        return;
    }
    r = perform(port, f);
    op_make_reply(&l->reply, f->seq, &r);
    l->answered = 1;
    l->next_seq++;
    send(port, &l->reply);
    if (r.status == OPS_REBOOTS)
        reboot(l, port);
}

static void take(struct loop *l, const struct loop_port *port, const struct frame *f)
{
    switch (f->kind) {
    case OP_HELLO:
        hello(l, port, f);
        break;
    case OP_WELCOME: /* ours, echoed by a loopback or a terminal */
    case OP_REPLY:
    case OP_TEXT:
        break;
    default:
        request(l, port, f);
    }
}

static uint32_t burst_word(const struct loop *l, unsigned at)
{
    const uint8_t *b = l->burst + at;

    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* The word SOH can be the value of a put in a damaged frame. An installer's greeting is told from
 * that by what surrounds it: silence before, and behind it silence or the size of a program and a
 * crc. A put's value has at most 4 bytes of check behind it. */
static int seeks_boot_loader(const struct loop *l)
{
    if (l->burst_bytes < 4 || burst_word(l, 0) != OLD_SOH)
        return 0;
    if (l->burst_bytes == 4)
        return 1;
    if (l->burst_bytes < LOOP_BURST_BYTES)
        return 0;

    uint32_t nbytes = burst_word(l, 4);
    return nbytes > 0 && nbytes <= MAX_PROGRAM;
}

void loop_byte(struct loop *l, const struct loop_port *port, uint8_t byte)
{
    struct frame f;

    if (l->burst_bytes < LOOP_BURST_BYTES)
        l->burst[l->burst_bytes] = byte;
    if (l->burst_bytes <= LOOP_BURST_BYTES)
        l->burst_bytes++;
    if (l->burst_bytes == LOOP_BURST_BYTES && seeks_boot_loader(l)) {
        reboot(l, port);
        return;
    }
    for (int got = frame_push(&l->parser, byte, &f); got; got = frame_next(&l->parser, &f))
        take(l, port, &f);
}

void loop_silence(struct loop *l, const struct loop_port *port)
{
    struct frame f;

    if (seeks_boot_loader(l)) {
        reboot(l, port);
        return;
    }
    l->burst_bytes = 0;
    while (frame_flush(&l->parser, &f))
        take(l, port, &f);
}
