/* The line of the device loop (docs/wire.md): received bytes become frames, accepted in order or
 * complained about, and an installer that looks for a boot loader gets it. */
#include "pi-side/loop-protocol.h"

#include "pi-side/loop-internal.h"
#include "wire/answer.h"
#include "wire/boot.h"
#include "wire/words.h"

enum {
    END_US = 30,      /* a run takes less: a frame's check is some 18 us */
    BYTES_A_RUN = 16, /* looked at before an operation gets its turn */
    /* A loopback or an echoing terminal returns every complaint, as damage: it must end. */
    MAX_COMPLAINTS = 100,
    LONG_AGO = 0x7fffffff,
    /* A program ends below its stack; whatever claims more is no installer's greeting. */
    MAX_PROGRAM = BOOT_STACK_ADDR - BOOT_LOAD_ADDR,
};

uint32_t loop_now(struct loop *l, const struct loop_port *port)
{
    return l->now = port->now_us(port->self);
}

void loop_send(const struct loop_port *port, const uint8_t *bytes, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++)
        port->put_byte(port->self, bytes[i]);
}

void loop_send_control(struct loop *l, const struct loop_port *port, enum control kind,
                       const void *body, size_t nbytes)
{
    int greeting = kind == CTL_WELCOME || kind == CTL_NO_SESSION;
    uint8_t bytes[FRAME_MAX_BYTES];

    loop_send(port, bytes,
              frame_make_control(greeting ? &frame_no_session : &l->session.key, FRAME_UP, kind,
                                 body, nbytes, bytes));
}

void loop_reboot(struct loop *l, const struct loop_port *port)
{
    port->reboot(port->self);
    *l = (struct loop){0};
}

/* ---- an installer's greeting ---- */

static int begins_as_installer(const struct loop *l)
{
    return l->burst_bytes >= 4 && wire_word(l->burst) == OLD_SOH;
}

/* The word SOH can be the value of a put in a damaged frame. An installer's greeting is told from
 * that by what surrounds it: silence before, and behind it silence or the size of a program and a
 * crc. A put's value has 3 bytes of check behind it. */
static int seeks_boot_loader(const struct loop *l)
{
    uint32_t nbytes;

    if (!begins_as_installer(l))
        return 0;
    if (l->burst_bytes == 4)
        return 1;
    if (l->burst_bytes < LOOP_BURST_BYTES)
        return 0;
    nbytes = wire_word(l->burst + 4);
    return nbytes > 0 && nbytes <= MAX_PROGRAM;
}

/* ---- frames ---- */

static void send_answer(struct loop *l, const struct loop_port *port)
{
    loop_send(port, l->answer, l->session.answer_bytes);
}

/* One that was accepted before is answered by the answers of those in the queue, or from memory. */
static void data_frame(struct loop *l, const struct loop_port *port, uint32_t seq, size_t nbytes)
{
    struct loop_session *s = &l->session;
    int32_t ahead = (int32_t)(seq - (s->executed + s->queued));

    if (ahead == 1 && s->queued < FRAME_WINDOW) {
        loop_collector(l)->used = (uint16_t)nbytes;
        s->queued++;
        loop_collector(l)->used = 0;
    } else if (ahead >= 1) {
        l->complaint = 1;
    } else if (s->queued == 0) {
        send_answer(l, port);
    }
}

static int checks(struct loop *l, const struct frame *f, uint32_t seq, size_t nbytes)
{
    const struct frame_key *key = &l->session.key;

    if (f->class == FRAME_CONTROL && f->low == CTL_HELLO)
        key = &frame_no_session;
    else if (!l->session.exists)
        return 0;
    return frame_checks(key, FRAME_DOWN, seq, loop_collector(l)->bytes, nbytes);
}

/* A short number is one from the last accepted, sent again, to the last of a window behind it. */
static void take_frame(struct loop *l, const struct loop_port *port, size_t nbytes)
{
    uint32_t seq = 0;
    struct frame f;

    frame_split(loop_collector(l)->bytes, nbytes, &f);
    if (f.class != FRAME_CONTROL)
        seq = frame_seq(&f, l->session.executed + l->session.queued + (FRAME_WINDOW + 1) / 2);
    if (!checks(l, &f, seq, nbytes)) {
        loop_damage(l);
        return;
    }
    l->damages = 0;
    l->complaints = 0;
    if (f.class == FRAME_CONTROL)
        loop_control(l, port, &f);
    else
        data_frame(l, port, seq, nbytes);
}

/* What does not check is dropped, and so is all behind it up to the next silence. */
void loop_damage(struct loop *l)
{
    struct frame_gather *g = loop_collector(l);

    l->session.damaged++;
    l->complaint = 1;
    if (l->damages == 0)
        l->first_damage = l->now;
    if (l->damages < 2)
        l->damages++;
    g->used = 0;
    g->bad = 1;
}

/* ---- bytes and silences ---- */

/* NAK, or that there is no session: when the line is silent, and all accepted frames are executed
 * and answered. */
static void complain(struct loop *l, const struct loop_port *port)
{
    static const uint8_t version[2] = {WIRE_VERSION & 0xFF, WIRE_VERSION >> 8};
    struct loop_session *s = &l->session;
    uint8_t nak[FRAME_MAX_BYTES];

    if (!l->complaint || l->noisy == 2 || s->queued || begins_as_installer(l))
        return;
    l->complaint = 0;
    if (l->complaints == MAX_COMPLAINTS)
        return;
    l->complaints++;
    if (s->exists)
        loop_send(port, nak,
                  frame_make_short(&s->key, FRAME_UP, s->executed, ANS_NAK, NULL, 0, nak));
    else
        loop_send_control(l, port, CTL_NO_SESSION, version, sizeof version);
}

/* noisy: how noisy the line still is. */
static void silence(struct loop *l, const struct loop_port *port, uint8_t noisy)
{
    if (l->noisy <= noisy)
        return;
    if (noisy == 0 && loop_collector(l)->used)
        loop_damage(l);
    loop_collector(l)->bad = 0;
    l->noisy = noisy;
    if (noisy == 0) {
        if (seeks_boot_loader(l)) {
            loop_reboot(l, port);
            return;
        }
        l->burst_bytes = 0;
    }
    complain(l, port);
}

static void take_byte(struct loop *l, const struct loop_port *port, uint8_t byte)
{
    struct frame_gather *g = loop_collector(l);
    int bad = g->bad, nbytes;

    l->noisy = 2;
    if (l->burst_bytes < LOOP_BURST_BYTES)
        l->burst[l->burst_bytes] = byte;
    if (l->burst_bytes <= LOOP_BURST_BYTES)
        l->burst_bytes++;
    if (l->burst_bytes == LOOP_BURST_BYTES && seeks_boot_loader(l)) {
        loop_reboot(l, port);
        return;
    }
    nbytes = frame_gather(g, FRAME_DOWN, byte);
    if (nbytes)
        take_frame(l, port, (size_t)nbytes);
    else if (!bad && g->bad)
        loop_damage(l);
}

/* As the line's state `noisy`, after the bytes in the ring. */
static uint8_t noise(const struct loop *l)
{
    uint32_t gap = l->now - l->heard;

    if (gap >= BURST_SILENCE_US || (l->noisy == 0 && l->ring_used == 0))
        return 0;
    return gap >= LINE_SILENCE_US ? 1 : 2;
}

static void take_bytes(struct loop *l, const struct loop_port *port)
{
    for (unsigned n = 0; n < BYTES_A_RUN && l->ring_used; n++) {
        uint16_t byte = l->ring[l->ring_first];

        l->ring_first = (l->ring_first + 1) % LOOP_RING_BYTES;
        l->ring_used--;
        silence(l, port, (uint8_t)(byte >> 8));
        take_byte(l, port, (uint8_t)byte);
    }
    if (!l->ring_used)
        silence(l, port, noise(l));
}

int loop_byte(struct loop *l, const struct loop_port *port, uint8_t byte)
{
    uint8_t before;

    loop_now(l, port);
    before = noise(l);
    l->heard = l->now;
    l->session.polling = 0;
    if (l->ring_used == LOOP_RING_BYTES) {
        l->lost++;
        return -1;
    }
    l->ring[(l->ring_first + l->ring_used++) % LOOP_RING_BYTES] = (uint16_t)(before << 8 | byte);
    return 0;
}

/* us: since when; limit: after how many it is time. */
static void sooner(uint32_t *wait, int applies, uint32_t us, uint32_t limit)
{
    if (applies && (us >= limit || limit - us < *wait))
        *wait = us >= limit ? 0 : limit - us;
}

/* When something is to be done without a byte. */
static uint32_t next_run(const struct loop *l)
{
    const struct loop_session *s = &l->session;
    uint32_t now = l->now, wait = LOOP_NEVER;

    if (l->ring_used || (s->queued && !s->delaying))
        return 0;
    if (s->polling || (s->armed && !s->reported))
        wait = 1;
    sooner(&wait, s->delaying, now - s->last, s->op.count);
    sooner(&wait, s->reported, now - s->event_sent, EVENT_REPEAT_MS * 1000);
    sooner(&wait, l->noisy, now - l->heard, l->noisy == 2 ? LINE_SILENCE_US : BURST_SILENCE_US);
    sooner(&wait, l->trial, now - l->trial_start, SPEED_TRIAL_MS * 1000);
    sooner(&wait, l->baud && l->damages, now - l->first_damage, LOOP_RETREAT_US);
    return wait;
}

/* A delay is nearly over: what is begun now, as a frame's check, could make it late. */
static int ends_soon(const struct loop *l)
{
    uint32_t passed = l->now - l->session.last;

    return l->session.delaying && passed + END_US >= l->session.op.count;
}

uint32_t loop_run(struct loop *l, const struct loop_port *port)
{
    loop_now(l, port);
    if (ends_soon(l)) {
        loop_execute(l, port);
        return next_run(l);
    }
    if (l->now - l->session.last > LONG_AGO && !l->session.delaying)
        l->session.last = l->now - LONG_AGO;
    take_bytes(l, port);
    loop_watch_speed(l, port);
    loop_watch_interrupts(l, port);
    loop_poll(l, port);
    loop_execute(l, port);
    complain(l, port);
    loop_now(l, port);
    return next_run(l);
}
