/* The device loop on bytes, silences and frames that the fuzzer chooses, many of them in turn and
 * with a check that holds. Whatever arrives: it touches what it may, performs nothing without a
 * session, keeps the line, and says nothing but whole frames. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pi-side/loop-protocol.h"
#include "wire/ops.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

enum { BOUNCE_BYTES = 512, RUNS = 3000 };

struct pi {
    struct loop loop;
    uint32_t time;
    struct frame_gather said;
    unsigned reboots;
};

static void must(int holds)
{
    if (!holds)
        abort();
}

/* ---- what the loop may do ---- */

static uint32_t now_us(void *self)
{
    return ((struct pi *)self)->time;
}

static void put_byte(void *self, uint8_t byte)
{
    struct pi *pi = self;
    const struct loop_session *s = &pi->loop.session;
    int size = frame_gather(&pi->said, FRAME_UP, byte);
    struct frame f;

    must(!pi->said.bad);
    if (!size)
        return;
    frame_split(pi->said.bytes, (size_t)size, &f);
    if (f.class == FRAME_CONTROL && (f.low == CTL_WELCOME || f.low == CTL_NO_SESSION)) {
        must(frame_checks(&frame_no_session, FRAME_UP, 0, pi->said.bytes, (size_t)size));
        return;
    }
    must(s->exists);
    must(frame_checks(&s->key, FRAME_UP, f.class == FRAME_CONTROL ? 0 : s->executed, pi->said.bytes,
                      (size_t)size));
}

static void check_access(const struct pi *pi, unsigned width, uint32_t addr)
{
    must(pi->loop.session.exists);
    must(width == 1 || width == 2 || width == 4);
    must(addr >= 0x20000000 && addr < 0x21000000 && addr % width == 0);
}

static int device_read(void *self, unsigned width, uint32_t addr, uint32_t *value)
{
    const struct pi *pi = self;

    check_access(pi, width, addr);
    must(addr / 4 != 0x20215040 / 4); /* the line's own bytes */
    *value = pi->time >> 6 ^ addr;
    return addr & 0x800 ? -1 : 0;
}

static int device_write(void *self, unsigned width, uint32_t addr, uint32_t value)
{
    check_access(self, width, addr);
    must(addr < 0x20215040 || addr >= 0x20215080); /* the mini-UART */
    if (addr / 4 == 0x20200004 / 4)                /* pins 14 and 15 are its own */
        must(width == 4 && (value >> 12 & 077) == 022);
    if (addr / 4 == 0x20215004 / 4) /* and it stays on */
        must(width == 4 && (value & 1));
    must(addr < 0x20100000 || addr >= 0x20101000 || addr == 0x20100024 ||
         (addr == 0x2010001C && (value & 0xFF000030) != 0x5A000020));
    return addr & 0x800 ? -1 : 0;
}

static int set_baud(void *self, uint32_t baud)
{
    const struct pi *pi = self;

    must(loop_baud_divisor(baud) != 0);
    return pi->time & 1 ? -1 : 0;
}

static void reboot(void *self)
{
    ((struct pi *)self)->reboots++;
}

/* ---- what arrives ---- */

struct input {
    const uint8_t *data;
    size_t left;
};

static uint8_t next(struct input *in)
{
    if (!in->left)
        return 0;
    in->left--;
    return *in->data++;
}

static uint32_t next_word(struct input *in)
{
    uint32_t v = next(in);

    v |= (uint32_t)next(in) << 8;
    v |= (uint32_t)next(in) << 16;
    return v | (uint32_t)next(in) << 24;
}

/* Does all that can be done now. */
static void run(struct pi *pi, const struct loop_port *port)
{
    for (unsigned i = 0; i < RUNS; i++) {
        uint32_t before = pi->loop.session.executed, wait;
        unsigned reboots = pi->reboots;

        wait = loop_run(&pi->loop, port);
        must(wait <= LOOP_NEVER);
        must(pi->loop.session.queued <= FRAME_WINDOW);
        must(pi->reboots != reboots || pi->loop.session.executed - before <= 1 ||
             pi->loop.session.executed == 0);
        pi->time++;
        if (wait)
            return;
    }
}

static void hear(struct pi *pi, const struct loop_port *port, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        must(loop_byte(&pi->loop, port, bytes[i]) == 0 || pi->loop.ring_used == LOOP_RING_BYTES);
    run(pi, port);
}

static size_t body_from(struct input *in, uint8_t *body, size_t n)
{
    for (size_t i = 0; i < n; i++)
        body[i] = next(in);
    return n;
}

/* A write or a read near where the rules are. */
static size_t access_near_rules(struct input *in, uint8_t *body)
{
    static const uint32_t base[] = {0x000000, 0x200000, 0x215000, 0x100000, 0x101000, 0x007000};
    uint32_t addr = base[next(in) % 6] + next(in) + (next(in) & 0x80 ? 0x800 : 0);
    unsigned width = 1u << next(in) % 3, n = 0;

    body[n++] = width == 4 ? 0xD0 : 0xE0;
    if (width != 4)
        body[n++] = (uint8_t)width;
    for (unsigned i = 0; i < 3; i++)
        body[n++] = (uint8_t)(addr >> (8 * i));
    body[n++] = (uint8_t[]){0x40, 0xA0, 0x70, 0x80}[next(in) % 4];
    if (body[n - 1] == 0x70)
        n += (unsigned)body_from(in, body + n, 4);
    else if (body[n - 1] == 0x80)
        body[n++] = next(in);
    return n;
}

static size_t hello(struct input *in, uint8_t *out)
{
    uint8_t body[6] = {WIRE_VERSION, 0, next(in) & 3};

    body[0] = next(in) % 8 ? WIRE_VERSION : WIRE_VERSION + 1;
    return frame_make_control(&frame_no_session, FRAME_DOWN, CTL_HELLO, body, sizeof body, out);
}

/* A frame of the session there is, in turn unless `what` says otherwise. */
static size_t frame(const struct loop_session *s, struct input *in, unsigned what, uint8_t *out)
{
    static const uint32_t bauds[] = {115200, 921600, 1000000, 12000000};
    uint32_t seq = s->executed + s->queued + 1;
    uint8_t body[FRAME_MAX_BODY];
    size_t n;

    switch (what) {
    case 0:
        return hello(in, out);
    case 1:
        n = body_from(in, body, next(in) % 24);
        return frame_make_control(&s->key, FRAME_DOWN, next(in) % 12, body, n, out);
    case 2:
        return frame_make_short(&s->key, FRAME_DOWN, seq, next(in) & 15, NULL, 0, out);
    case 3:
        seq += (uint32_t)next(in) - 128;
        n = body_from(in, body, next(in) % 8);
        break;
    case 4:
        n = body_from(in, body, next(in) % (FRAME_MAX_BODY + 1));
        break;
    case 5:
        for (unsigned i = 0; i < 4; i++)
            body[i] = (uint8_t)(bauds[next(in) % 4] >> (8 * i));
        return frame_make_control(&s->key, FRAME_DOWN, next(in) & 1 ? CTL_SPEED : CTL_KEEP, body, 4,
                                  out);
    default:
        n = access_near_rules(in, body);
        while (n < 200 && next(in) & 1)
            n += access_near_rules(in, body + n);
    }
    return frame_make_long(&s->key, FRAME_DOWN, seq, body, n, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    struct input in = {data, nbytes};
    struct pi *pi = calloc(1, sizeof *pi);
    uint8_t *bounce = malloc(BOUNCE_BYTES), out[FRAME_MAX_BYTES];
    const struct loop_port port = {.self = pi,
                                   .now_us = now_us,
                                   .put_byte = put_byte,
                                   .read = device_read,
                                   .write = device_write,
                                   .set_baud = set_baud,
                                   .reboot = reboot,
                                   .bounce = bounce,
                                   .bounce_addr = 0x400000,
                                   .bounce_bytes = BOUNCE_BYTES};

    must(pi && bounce);
    memset(bounce, 0, BOUNCE_BYTES);
    pi->time = next_word(&in);
    while (in.left) {
        uint8_t what = next(&in);

        if (what < 16) {
            pi->time += 1u << what * 2;
            run(pi, &port);
        } else if (what < 128) {
            hear(pi, &port, out, frame(&pi->loop.session, &in, what % 8, out));
        } else if (what < 136) { /* a frame damaged */
            size_t n = frame(&pi->loop.session, &in, what % 8, out);

            out[next(&in) % n] ^= next(&in);
            hear(pi, &port, out, n - next(&in) % 2);
        } else {
            hear(pi, &port, &what, 1);
        }
    }
    free(bounce);
    free(pi);
    return 0;
}
