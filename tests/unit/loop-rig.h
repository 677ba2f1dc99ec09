/* tests/unit/loop-rig.h - the device loop with devices that log every access, for the tests that
 * drive it: one loop a test, bytes in, frames out, any one byte damaged. */
#ifndef TESTS_UNIT_LOOP_RIG_H
#define TESTS_UNIT_LOOP_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pi-side/loop-protocol.h"
#include "wire/boot.h"
#include "wire/ops.h"

enum damage { NONE, DROP, FLIP, DOUBLE };
enum { LEV0 = 0x20200034, SET0 = 0x2020001C, NOBODY = 0x20F00000 };

struct access {
    int write;
    unsigned width;
    uint32_t addr, value;
};

struct direction {
    enum damage damage;
    size_t at, count;
};

/* The Pi: its loop, and devices that log each access and answer reads with a count. */
struct pi {
    struct loop loop;
    struct access log[400];
    unsigned accesses, reboots;
    uint8_t said[64 * 1024];
    size_t nsaid, nsaid_at_reboot;
    struct direction to_pi, to_laptop;
};

static inline void put_byte(void *self, uint8_t byte)
{
    struct pi *pi = self;
    size_t n = pi->to_laptop.count++;
    enum damage d = n == pi->to_laptop.at ? pi->to_laptop.damage : NONE;

    assert_true(pi->nsaid + 2 < sizeof pi->said);
    if (d != DROP)
        pi->said[pi->nsaid++] = d == FLIP ? byte ^ 4 : byte;
    if (d == DOUBLE)
        pi->said[pi->nsaid++] = byte;
}

static inline int device_read(void *self, unsigned width, uint32_t addr, uint32_t *value)
{
    struct pi *pi = self;

    *value = 0x1000 + pi->accesses;
    pi->log[pi->accesses++] = (struct access){0, width, addr, *value};
    return addr == NOBODY ? -1 : 0;
}

static inline int device_write(void *self, unsigned width, uint32_t addr, uint32_t value)
{
    struct pi *pi = self;

    pi->log[pi->accesses++] = (struct access){1, width, addr, value};
    return addr == NOBODY ? -1 : 0;
}

static inline void device_reboot(void *self)
{
    struct pi *pi = self;

    pi->reboots++;
    pi->nsaid_at_reboot = pi->nsaid;
}

static struct pi the_pi;
static const struct loop_port port = {&the_pi, put_byte, device_read, device_write, device_reboot};

static inline struct pi *new_pi(void)
{
    memset(&the_pi, 0, sizeof the_pi);
    the_pi.to_pi.at = the_pi.to_laptop.at = SIZE_MAX;
    return &the_pi;
}

static inline void hear(struct pi *pi, const void *bytes, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++) {
        uint8_t byte = ((const uint8_t *)bytes)[i];
        size_t n = pi->to_pi.count++;
        enum damage d = n == pi->to_pi.at ? pi->to_pi.damage : NONE;

        if (d != DROP)
            loop_byte(&pi->loop, &port, d == FLIP ? byte ^ 4 : byte);
        if (d == DOUBLE)
            loop_byte(&pi->loop, &port, byte);
    }
}

static inline void silence(struct pi *pi)
{
    loop_silence(&pi->loop, &port);
}

static inline void hear_frame(struct pi *pi, const struct frame *f)
{
    uint8_t bytes[FRAME_MAX_BYTES];

    hear(pi, bytes, frame_encode(f, bytes));
}

/* The next frame the Pi said since *at; 0 when there is none. */
static inline int said(struct pi *pi, size_t *at, struct frame *f)
{
    struct frame_parser p = {0};

    *f = (struct frame){0};
    for (size_t i = *at; i < pi->nsaid; i++)
        if (frame_push(&p, pi->said[i], f)) {
            *at = i + 1;
            return 1;
        }
    *at = pi->nsaid;
    return 0;
}

/* One request without damage: its reply, which must be the only thing said. */
static inline struct op_reply ask(struct pi *pi, const struct frame *request)
{
    struct op_reply r = {0xFF, 0};
    struct frame f;
    size_t at = pi->nsaid;

    hear_frame(pi, request);
    assert_true(said(pi, &at, &f));
    assert_int_equal(f.seq, request->seq);
    assert_int_equal(op_read_reply(&f, &r), 0);
    assert_int_equal(at, pi->nsaid);
    return r;
}

static inline struct op_hello greet(struct pi *pi, uint16_t version, uint32_t nonce)
{
    struct op_hello h = {version, nonce};
    struct frame f;
    size_t at = pi->nsaid;

    op_make_hello(&f, OP_HELLO, &h);
    hear_frame(pi, &f);
    assert_true(said(pi, &at, &f));
    assert_int_equal(f.kind, OP_WELCOME);
    assert_int_equal(op_read_hello(&f, &h), 0);
    return h;
}

static inline struct frame get(uint8_t seq, uint8_t width, uint32_t addr)
{
    struct frame f;

    op_make_get(&f, seq, &(struct op_access){width, addr, 0});
    return f;
}

static inline struct frame put(uint8_t seq, uint8_t width, uint32_t addr, uint32_t value)
{
    struct frame f;

    op_make_put(&f, seq, &(struct op_access){width, addr, value});
    return f;
}

static inline void expect_reply(struct pi *pi, struct frame request, uint8_t status, uint32_t value)
{
    struct op_reply r = ask(pi, &request);

    assert_int_equal(r.status, status);
    assert_int_equal(r.value, value);
}

#endif
