/* tests/unit/loop-rig.h - the device loop in virtual time, with devices that log every access, and
 * a laptop that says what a test tells it: bytes in, frames out, any one byte damaged. */
#ifndef TESTS_UNIT_LOOP_RIG_H
#define TESTS_UNIT_LOOP_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pi-side/loop-protocol.h"
#include "wire/answer.h"
#include "wire/boot.h"
#include "wire/ops.h"

enum damage { NONE, DROP, FLIP, DOUBLE, INSERT };
enum {
    LEV0 = 0x20200034,
    SET0 = 0x2020001C,
    CLR0 = 0x20200028,
    FSEL2 = 0x20200008,
    NOBODY = 0x20F00000,
    SLOW = 0x20204000, /* a register that is busy until pi.busy_until */
    BUSY = 0x81,
    READY = 0x80,
    PENDING = 0x2000B200,
    TIMER = 0x20003004,
    BYTE_US = 87,
    BOUNCE_BYTES = 4096,
};

struct access {
    int write;
    unsigned width;
    uint32_t addr, value, time;
};

struct direction {
    enum damage damage;
    size_t at, count;
};

/* The Pi: its loop, and devices that log each access and answer reads with a count. */
struct pi {
    struct loop loop;
    uint32_t time;
    struct access log[2000];
    unsigned accesses, reboots, looks;
    uint32_t busy_until, pending[3];
    uint32_t baud[8], bauds;
    int baud_fails;
    uint8_t bounce[BOUNCE_BYTES];
    uint8_t said[64 * 1024];
    uint32_t said_time[64 * 1024];
    size_t nsaid, nsaid_at_reboot;
    size_t at; /* of said: what the laptop has taken */
    struct direction to_pi, to_laptop;

    /* the laptop */
    struct frame_key key;
    struct encoder encoder;
    uint32_t seq, answered; /* numbers of the last frame sent; of the last answer */
    uint8_t body[FRAME_MAX_BODY], nbody;
    uint8_t sent[FRAME_MAX_BYTES];
    size_t nsent;
};

static struct pi the_pi;

static inline uint32_t now_us(void *self)
{
    return ((struct pi *)self)->time;
}

static inline void say(struct pi *pi, uint8_t byte)
{
    assert_true(pi->nsaid < sizeof pi->said);
    pi->said_time[pi->nsaid] = pi->time;
    pi->said[pi->nsaid++] = byte;
}

/* Calls each(byte) for what is left of a byte. */
static inline void damaged(struct pi *pi, struct direction *d, uint8_t byte,
                           void (*each)(struct pi *pi, uint8_t byte))
{
    enum damage what = d->count++ == d->at ? d->damage : NONE;

    if (what == INSERT)
        each(pi, 0x5A);
    if (what != DROP)
        each(pi, what == FLIP ? byte ^ 4 : byte);
    if (what == DOUBLE)
        each(pi, byte);
}

static inline void put_byte(void *self, uint8_t byte)
{
    struct pi *pi = self;

    damaged(pi, &pi->to_laptop, byte, say);
}

static inline void log_access(struct pi *pi, struct access a)
{
    a.time = pi->time;
    if (pi->accesses < sizeof pi->log / sizeof *pi->log) /* polls go on and on */
        pi->log[pi->accesses] = a;
    pi->accesses++;
}

static inline int device_read(void *self, unsigned width, uint32_t addr, uint32_t *value)
{
    struct pi *pi = self;

    if (addr >= PENDING && addr <= PENDING + 8) {
        pi->looks++;
        *value = pi->pending[(addr - PENDING) / 4];
        return 0;
    }
    *value = addr == TIMER  ? pi->time
             : addr != SLOW ? 0x1000 + pi->accesses
                            : ((int32_t)(pi->busy_until - pi->time) > 0 ? BUSY : READY);
    if (addr == TIMER)
        return 0;
    log_access(pi, (struct access){0, width, addr, *value, 0});
    return addr == NOBODY ? -1 : 0;
}

static inline int device_write(void *self, unsigned width, uint32_t addr, uint32_t value)
{
    log_access(self, (struct access){1, width, addr, value, 0});
    return addr == NOBODY ? -1 : 0;
}

static inline int set_baud(void *self, uint32_t baud)
{
    struct pi *pi = self;

    if (pi->baud_fails)
        return -1;
    assert_in_range(pi->bauds, 0, sizeof pi->baud / sizeof *pi->baud - 1);
    pi->baud[pi->bauds++] = baud;
    return 0;
}

static inline void device_reboot(void *self)
{
    struct pi *pi = self;

    pi->reboots++;
    pi->nsaid_at_reboot = pi->nsaid;
}

static const struct loop_port port = {
    .self = &the_pi,
    .now_us = now_us,
    .put_byte = put_byte,
    .read = device_read,
    .write = device_write,
    .set_baud = set_baud,
    .reboot = device_reboot,
    .bounce = the_pi.bounce,
    .bounce_addr = 0x400000,
    .bounce_bytes = BOUNCE_BYTES,
};

static inline struct pi *new_pi(void)
{
    memset(&the_pi, 0, sizeof the_pi);
    the_pi.time = 12345;
    the_pi.to_pi.at = the_pi.to_laptop.at = SIZE_MAX;
    return &the_pi;
}

/* Lets us pass; each run that has something to do takes 1 us. */
static inline void pass(struct pi *pi, uint32_t us)
{
    uint32_t start = pi->time;

    while (pi->time - start < us) {
        uint32_t wait = loop_run(&pi->loop, &port), left = us - (pi->time - start);

        pi->time += wait == 0 ? 1 : wait < left ? wait : left;
    }
}

static inline void hear_byte(struct pi *pi, uint8_t byte)
{
    pass(pi, BYTE_US);
    loop_byte(&pi->loop, &port, byte);
}

static inline void hear(struct pi *pi, const void *bytes, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++)
        damaged(pi, &pi->to_pi, ((const uint8_t *)bytes)[i], hear_byte);
    pass(pi, 20); /* what can be done at once */
}

static inline uint32_t word_at(const uint8_t *b)
{
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* ---- what the laptop says ---- */

static inline void say_control(struct pi *pi, uint8_t kind, const void *body, size_t nbytes)
{
    uint8_t bytes[FRAME_MAX_BYTES];

    hear(pi, bytes,
         frame_make_control(kind == CTL_HELLO ? &frame_no_session : &pi->key, FRAME_DOWN, kind,
                            body, nbytes, bytes));
}

static inline void say_hello(struct pi *pi, uint16_t version, uint32_t nonce)
{
    uint8_t body[6] = {(uint8_t)version,      (uint8_t)(version >> 8), (uint8_t)nonce,
                       (uint8_t)(nonce >> 8), (uint8_t)(nonce >> 16),  (uint8_t)(nonce >> 24)};

    say_control(pi, CTL_HELLO, body, sizeof body);
}

/* A new session, as far as the laptop goes. */
static inline void forget(struct pi *pi, uint32_t nonce)
{
    frame_key_init(&pi->key, nonce);
    encoder_init(&pi->encoder, 1);
    pi->seq = pi->answered = 0;
    pi->nbody = 0;
}

/* Appends an operation to the frame being written. */
static inline void add(struct pi *pi, struct op op)
{
    int n =
        op_encode(&pi->encoder, &op, pi->body + pi->nbody, (size_t)(FRAME_MAX_BODY - pi->nbody));

    assert_true(n >= 0);
    pi->nbody = (uint8_t)(pi->nbody + n);
}

static inline void add_put(struct pi *pi, uint32_t addr, uint32_t value)
{
    add(pi, (struct op){.kind = OP_PUT, .width = 4, .addr = addr, .value = value});
}

static inline void add_get(struct pi *pi, uint32_t addr)
{
    add(pi, (struct op){.kind = OP_GET, .width = 4, .addr = addr});
}

static inline void add_poll(struct pi *pi, uint32_t addr)
{
    add(pi, (struct op){.kind = OP_POLL, .width = 4, .addr = addr});
}

static inline void add_delay(struct pi *pi, uint32_t us)
{
    add(pi, (struct op){.kind = OP_DELAY, .count = us});
}

/* Makes the frame, pi->sent; the laptop has not said it yet. */
static inline void make_frame(struct pi *pi)
{
    pi->nsent = frame_make_long(&pi->key, FRAME_DOWN, ++pi->seq, pi->body, pi->nbody, pi->sent);
    pi->nbody = 0;
    encoder_new_frame(&pi->encoder);
}

static inline void send_frame(struct pi *pi)
{
    make_frame(pi);
    hear(pi, pi->sent, pi->nsent);
}

/* The same frame once more. */
static inline void send_again(struct pi *pi)
{
    hear(pi, pi->sent, pi->nsent);
}

static inline void send_short_get(struct pi *pi, unsigned slot)
{
    pi->nsent = frame_make_short(&pi->key, FRAME_DOWN, ++pi->seq, (uint8_t)slot, NULL, 0, pi->sent);
    hear(pi, pi->sent, pi->nsent);
}

/* ---- what the laptop hears ---- */

/* The next frame the Pi said; 0 when there is none. A frame that does not check fails the test. */
static inline int next_frame(struct pi *pi, struct frame *f, uint32_t *seq)
{
    const struct frame_key *key = &pi->key;
    int size = frame_size(FRAME_UP, pi->said + pi->at, pi->nsaid - pi->at);

    *f = (struct frame){.body = pi->said};
    *seq = 0;
    if (size <= 0 || pi->at + (size_t)size > pi->nsaid) {
        assert_int_equal(pi->at, pi->nsaid);
        return 0;
    }
    frame_split(pi->said + pi->at, (size_t)size, f);
    *seq = f->class == FRAME_CONTROL ? 0 : frame_seq(f, pi->answered + (FRAME_WINDOW + 1) / 2);
    if (f->class == FRAME_CONTROL && (f->low == CTL_WELCOME || f->low == CTL_NO_SESSION))
        key = &frame_no_session;
    assert_true(frame_checks(key, FRAME_UP, *seq, pi->said + pi->at, (size_t)size));
    pi->at += (size_t)size;
    if (f->class != FRAME_CONTROL)
        pi->answered = *seq;
    return 1;
}

static inline void expect_nothing(struct pi *pi)
{
    assert_int_equal(pi->at, pi->nsaid);
}

static inline void expect_control(struct pi *pi, uint8_t kind, const void *body, size_t nbytes)
{
    struct frame f;
    uint32_t seq;

    assert_true(next_frame(pi, &f, &seq));
    assert_int_equal(f.class, FRAME_CONTROL);
    assert_int_equal(f.low, kind);
    assert_int_equal(f.nbytes, nbytes);
    if (nbytes)
        assert_memory_equal(f.body, body, nbytes);
}

static inline void expect_short(struct pi *pi, uint32_t seq, uint8_t code, uint32_t value)
{
    struct frame f;
    uint32_t got, v = 0;

    assert_true(next_frame(pi, &f, &got));
    assert_int_equal(f.class, FRAME_SHORT);
    assert_int_equal(got, seq);
    assert_int_equal(f.low, code);
    for (unsigned i = 0; i < f.nbytes; i++)
        v |= (uint32_t)f.body[i] << (8 * i);
    assert_int_equal(v, value);
}

static inline void expect_long(struct pi *pi, uint32_t seq, const void *body, size_t nbytes)
{
    struct frame f;
    uint32_t got;

    assert_true(next_frame(pi, &f, &got));
    assert_int_equal(f.class, FRAME_LONG);
    assert_int_equal(got, seq);
    assert_int_equal(f.nbytes, nbytes);
    assert_memory_equal(f.body, body, nbytes);
}

static inline void expect_ack(struct pi *pi)
{
    expect_short(pi, pi->seq, ANS_ACK, 0);
    expect_nothing(pi);
}

/* A WELCOME of our version for this nonce, and nothing else. */
static inline void expect_welcome(struct pi *pi, uint32_t nonce)
{
    uint8_t body[14] = {WIRE_VERSION, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0x10, 0, 0};

    for (unsigned i = 0; i < 4; i++)
        body[2 + i] = (uint8_t)(nonce >> (8 * i));
    expect_control(pi, CTL_WELCOME, body, sizeof body);
    expect_nothing(pi);
}

static inline void greet(struct pi *pi, uint32_t nonce)
{
    forget(pi, nonce);
    say_hello(pi, WIRE_VERSION, nonce);
    expect_welcome(pi, nonce);
}

static inline struct pi *session(void)
{
    struct pi *pi = new_pi();

    greet(pi, 1);
    return pi;
}

#endif
