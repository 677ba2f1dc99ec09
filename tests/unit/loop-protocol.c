/* The device loop against a client over a line that damages any byte: every access is performed
 * exactly once and in order, and nothing but an installer sends the Pi back to its boot loader. */
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

static void put_byte(void *self, uint8_t byte)
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

static int device_read(void *self, unsigned width, uint32_t addr, uint32_t *value)
{
    struct pi *pi = self;

    *value = 0x1000 + pi->accesses;
    pi->log[pi->accesses++] = (struct access){0, width, addr, *value};
    return addr == NOBODY ? -1 : 0;
}

static int device_write(void *self, unsigned width, uint32_t addr, uint32_t value)
{
    struct pi *pi = self;

    pi->log[pi->accesses++] = (struct access){1, width, addr, value};
    return addr == NOBODY ? -1 : 0;
}

static void device_reboot(void *self)
{
    struct pi *pi = self;

    pi->reboots++;
    pi->nsaid_at_reboot = pi->nsaid;
}

static struct pi the_pi;
static const struct loop_port port = {&the_pi, put_byte, device_read, device_write, device_reboot};

static struct pi *new_pi(void)
{
    memset(&the_pi, 0, sizeof the_pi);
    the_pi.to_pi.at = the_pi.to_laptop.at = SIZE_MAX;
    return &the_pi;
}

static void hear(struct pi *pi, const void *bytes, size_t nbytes)
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

static void silence(struct pi *pi)
{
    loop_silence(&pi->loop, &port);
}

static void hear_frame(struct pi *pi, const struct frame *f)
{
    uint8_t bytes[FRAME_MAX_BYTES];

    hear(pi, bytes, frame_encode(f, bytes));
}

/* The next frame the Pi said since *at; 0 when there is none. */
static int said(struct pi *pi, size_t *at, struct frame *f)
{
    struct frame_parser p = {0};

    for (size_t i = *at; i < pi->nsaid; i++)
        if (frame_push(&p, pi->said[i], f)) {
            *at = i + 1;
            return 1;
        }
    *at = pi->nsaid;
    return 0;
}

/* One request without damage: its reply, which must be the only thing said. */
static struct op_reply ask(struct pi *pi, const struct frame *request)
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

static struct op_hello greet(struct pi *pi, uint16_t version, uint32_t nonce)
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

static struct frame get(uint8_t seq, uint8_t width, uint32_t addr)
{
    struct frame f;

    op_make_get(&f, seq, &(struct op_access){width, addr, 0});
    return f;
}

static struct frame put(uint8_t seq, uint8_t width, uint32_t addr, uint32_t value)
{
    struct frame f;

    op_make_put(&f, seq, &(struct op_access){width, addr, value});
    return f;
}

static void expect_reply(struct pi *pi, struct frame request, uint8_t status, uint32_t value)
{
    struct op_reply r = ask(pi, &request);

    assert_int_equal(r.status, status);
    assert_int_equal(r.value, value);
}

static void welcome_carries_version_and_nonce(void **state)
{
    struct pi *pi = new_pi();
    struct op_hello h = greet(pi, WIRE_VERSION, 0xDEADBEEF);

    (void)state;
    assert_int_equal(h.version, WIRE_VERSION);
    assert_int_equal(h.nonce, 0xDEADBEEF);
}

static void nothing_before_a_session(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    expect_reply(pi, get(0, 4, LEV0), OPS_NO_SESSION, 0);
    expect_reply(pi, put(0, 4, SET0, 1), OPS_NO_SESSION, 0);
    expect_reply(pi, get(255, 4, LEV0), OPS_NO_SESSION, 0);
    assert_int_equal(pi->accesses, 0);
    greet(pi, WIRE_VERSION, 0);
    expect_reply(pi, get(0, 4, LEV0), OPS_OK, 0x1000);
}

static void repeated_greeting_keeps_the_session(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, WIRE_VERSION, 7);
    expect_reply(pi, get(0, 4, LEV0), OPS_OK, 0x1000);
    greet(pi, WIRE_VERSION, 7);
    expect_reply(pi, get(0, 4, LEV0), OPS_OK, 0x1000); /* from memory */
    expect_reply(pi, get(1, 4, LEV0), OPS_OK, 0x1001);
    assert_int_equal(pi->accesses, 2);
}

static void new_nonce_is_a_new_session(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, WIRE_VERSION, 7);
    expect_reply(pi, get(0, 4, LEV0), OPS_OK, 0x1000);
    greet(pi, WIRE_VERSION, 8);
    expect_reply(pi, get(1, 4, LEV0), OPS_BAD, 0);
    expect_reply(pi, get(255, 4, LEV0), OPS_BAD, 0);
    expect_reply(pi, get(0, 4, LEV0), OPS_OK, 0x1001); /* not the other session's answer */
    assert_int_equal(pi->accesses, 2);
}

static void another_version_gets_no_session(void **state)
{
    struct pi *pi = new_pi();
    struct op_hello h = greet(pi, WIRE_VERSION + 1, 5);

    (void)state;
    assert_int_equal(h.version, WIRE_VERSION);
    assert_int_equal(h.nonce, 5);
    expect_reply(pi, get(0, 4, LEV0), OPS_NO_SESSION, 0);
    assert_int_equal(pi->accesses, 0);
}

static void a_repeated_request_is_performed_once(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, WIRE_VERSION, 1);
    for (unsigned i = 0; i < 5; i++)
        expect_reply(pi, put(0, 4, SET0, 0x80), OPS_OK, 0);
    for (unsigned i = 0; i < 5; i++)
        expect_reply(pi, get(1, 4, LEV0), OPS_OK, 0x1001);
    assert_int_equal(pi->accesses, 2);
}

static void out_of_turn_is_refused(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, WIRE_VERSION, 1);
    expect_reply(pi, get(0, 4, LEV0), OPS_OK, 0x1000);
    expect_reply(pi, get(1, 4, LEV0), OPS_OK, 0x1001);
    expect_reply(pi, get(0, 4, LEV0), OPS_BAD, 0);
    expect_reply(pi, get(3, 4, LEV0), OPS_BAD, 0);
    expect_reply(pi, get(2, 4, LEV0), OPS_OK, 0x1002);
    assert_int_equal(pi->accesses, 3);
}

static void seq_wraps(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, WIRE_VERSION, 1);
    for (unsigned i = 0; i < 300; i++)
        expect_reply(pi, get((uint8_t)i, 4, LEV0), OPS_OK, 0x1000 + i);
}

static void widths_and_values_arrive(void **state)
{
    static const struct access wanted[] = {
        {0, 1, LEV0 + 1, 0x1000}, {0, 2, LEV0 + 2, 0x1001}, {1, 1, SET0 + 3, 0x89ABCDEF},
        {1, 2, SET0, 0x89ABCDEF}, {1, 4, SET0, 0x89ABCDEF},
    };
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, WIRE_VERSION, 1);
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        const struct access *w = &wanted[i];
        struct frame f = w->write ? put((uint8_t)i, (uint8_t)w->width, w->addr, w->value)
                                  : get((uint8_t)i, (uint8_t)w->width, w->addr);

        expect_reply(pi, f, OPS_OK, w->write ? 0 : w->value);
        assert_int_equal(pi->log[i].write, w->write);
        assert_int_equal(pi->log[i].width, w->width);
        assert_int_equal(pi->log[i].addr, w->addr);
        assert_int_equal(pi->log[i].value, w->value);
    }
}

static void rules_reach_the_devices(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, WIRE_VERSION, 1);
    expect_reply(pi, put(0, 4, 0x20200004, 0x00000001), OPS_DROPPED, 0); /* GPFSEL1 */
    assert_int_equal(pi->log[0].value, 0x00012001);
    expect_reply(pi, put(1, 4, 0x20200004, 0x00012008), OPS_OK, 0);
    assert_int_equal(pi->log[1].value, 0x00012008);
    expect_reply(pi, put(2, 4, 0x20215004, 2), OPS_DROPPED, 0); /* AUX enables */
    assert_int_equal(pi->log[2].value, 3);
    assert_int_equal(pi->accesses, 3);
    expect_reply(pi, put(3, 4, 0x20215060, 0), OPS_DROPPED, 0); /* mini-UART control */
    expect_reply(pi, get(4, 4, 0x20215040), OPS_OK, 0);         /* its data */
    expect_reply(pi, put(5, 4, 0x20007000, 1), OPS_REFUSED, 0); /* DMA */
    expect_reply(pi, get(6, 4, 0x8000), OPS_REFUSED, 0);
    expect_reply(pi, put(7, 4, 0x8000, 1), OPS_REFUSED, 0);
    expect_reply(pi, put(8, 4, 0x20200001, 1), OPS_REFUSED, 0);
    assert_int_equal(pi->accesses, 3);
}

static void an_abort_is_refused(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, WIRE_VERSION, 1);
    expect_reply(pi, get(0, 4, NOBODY), OPS_REFUSED, 0);
    expect_reply(pi, put(1, 4, NOBODY, 3), OPS_REFUSED, 0);
    expect_reply(pi, get(2, 4, LEV0), OPS_OK, 0x1002);
}

static void console_output_becomes_text(void **state)
{
    struct pi *pi = new_pi();
    struct frame request, f;
    struct op_reply r;

    (void)state;
    greet(pi, WIRE_VERSION, 1);
    for (unsigned repeat = 0; repeat < 2; repeat++) {
        size_t at = pi->nsaid;

        request = put(0, 4, 0x20215040, 0xFFFFFF41);
        hear_frame(pi, &request);
        assert_true(said(pi, &at, &f));
        if (repeat == 0) { /* once, before the reply */
            assert_int_equal(f.kind, OP_TEXT);
            assert_int_equal(f.seq, 0);
            assert_int_equal(f.nbytes, 1);
            assert_int_equal(f.payload[0], 'A');
            assert_true(said(pi, &at, &f));
        }
        assert_int_equal(op_read_reply(&f, &r), 0);
        assert_int_equal(r.status, OPS_OK);
        assert_int_equal(at, pi->nsaid);
    }
    assert_int_equal(pi->accesses, 0);
}

static void malformed_requests(void **state)
{
    struct pi *pi = new_pi();
    struct frame f = {.kind = OP_GET, .seq = 0, .nbytes = 4};

    (void)state;
    greet(pi, WIRE_VERSION, 1);
    expect_reply(pi, f, OPS_BAD, 0);
    expect_reply(pi, get(1, 3, LEV0), OPS_BAD, 0);
    f = (struct frame){.kind = 0, .seq = 2};
    expect_reply(pi, f, OPS_BAD, 0);
    f = (struct frame){.kind = 200, .seq = 3, .nbytes = FRAME_MAX_PAYLOAD};
    expect_reply(pi, f, OPS_BAD, 0);
    f = (struct frame){.kind = OP_REBOOT, .seq = 4, .nbytes = 1};
    expect_reply(pi, f, OPS_BAD, 0);
    expect_reply(pi, get(5, 4, LEV0), OPS_OK, 0x1000);
    assert_int_equal(pi->reboots, 0);
}

/* A loopback or an echoing terminal sends our own frames back: answering would never end. */
static void own_frames_are_not_answered(void **state)
{
    struct pi *pi = new_pi();
    struct frame f;

    (void)state;
    greet(pi, WIRE_VERSION, 1);
    size_t before = pi->nsaid;
    op_make_hello(&f, OP_WELCOME, &(struct op_hello){WIRE_VERSION, 9});
    hear_frame(pi, &f);
    op_make_reply(&f, 0, &(struct op_reply){OPS_OK, 0});
    hear_frame(pi, &f);
    op_make_text(&f, 0, "x", 1);
    hear_frame(pi, &f);
    f = (struct frame){.kind = OP_HELLO, .nbytes = 5};
    hear_frame(pi, &f);
    assert_int_equal(pi->nsaid, before);
    expect_reply(pi, get(0, 4, LEV0), OPS_OK, 0x1000);
}

static void reboots_answer_first(void **state)
{
    struct frame reboot;

    (void)state;
    op_make_reboot(&reboot, 1);
    for (unsigned by_register = 0; by_register < 2; by_register++) {
        struct pi *pi = new_pi();

        greet(pi, WIRE_VERSION, 1);
        expect_reply(pi, put(0, 4, 0x20100024, 0x5A000001), OPS_OK, 0);
        assert_int_equal(pi->reboots, 0);
        expect_reply(pi, by_register ? put(1, 4, 0x2010001C, 0x5A000020) : reboot, OPS_REBOOTS, 0);
        assert_int_equal(pi->reboots, 1);
        assert_int_equal(pi->nsaid_at_reboot, pi->nsaid);
        assert_int_equal(pi->accesses, 1); /* the loop resets the machine, not the write */
        expect_reply(pi, get(2, 4, LEV0), OPS_NO_SESSION, 0);
    }
}

/* A client that repeats until answered, over a line with one damaged byte. */
static struct op_reply exchange(struct pi *pi, size_t *at, const struct frame *request)
{
    struct op_reply r;
    struct frame f;

    for (unsigned tries = 0; tries < 4; tries++) {
        hear_frame(pi, request);
        silence(pi);
        while (said(pi, at, &f))
            if (f.seq == request->seq && op_read_reply(&f, &r) == 0)
                return r;
    }
    fail_msg("no answer to request %u", request->seq);
    return r;
}

static void handshake(struct pi *pi, size_t *at)
{
    struct frame hello, f;

    op_make_hello(&hello, OP_HELLO, &(struct op_hello){WIRE_VERSION, 0xA5A5A5A5});
    for (unsigned tries = 0; tries < 4; tries++) {
        hear_frame(pi, &hello);
        silence(pi);
        while (said(pi, at, &f))
            if (f.kind == OP_WELCOME)
                return;
    }
    fail_msg("no welcome");
}

enum { SESSION_REQUESTS = 6 };

/* Values that look like frames, like an installer, and like nothing. */
static struct frame session_request(unsigned i)
{
    static const uint32_t value[] = {0xA5A5A5A5, OLD_SOH, 0x050005A5, 0, 0xFFFFFFFF, OLD_SOH};

    return i % 3 == 2 ? get((uint8_t)i, 4, LEV0) : put((uint8_t)i, 4, SET0, value[i]);
}

static size_t run_session(struct pi *pi)
{
    size_t at = 0;

    handshake(pi, &at);
    for (unsigned i = 0; i < SESSION_REQUESTS; i++) {
        struct frame f = session_request(i);
        struct op_reply r = exchange(pi, &at, &f);

        assert_int_equal(r.status, OPS_OK);
        if (f.kind == OP_GET)
            assert_int_equal(r.value, 0x1000 + i);
    }
    assert_int_equal(pi->accesses, SESSION_REQUESTS);
    for (unsigned i = 0; i < SESSION_REQUESTS; i++) {
        struct frame f = session_request(i);
        struct op_access a;

        assert_int_equal(op_read_access(&f, &a), 0);
        assert_int_equal(pi->log[i].write, f.kind == OP_PUT);
        if (f.kind == OP_PUT)
            assert_int_equal(pi->log[i].value, a.value);
    }
    assert_int_equal(pi->reboots, 0);
    return pi->to_pi.count;
}

static void exactly_once_whatever_is_damaged(void **state)
{
    size_t sent = run_session(new_pi()), heard = the_pi.to_laptop.count;

    (void)state;
    for (enum damage d = DROP; d <= DOUBLE; d++) {
        for (size_t at = 0; at < sent; at++) {
            struct pi *pi = new_pi();
            pi->to_pi = (struct direction){d, at, 0};
            run_session(pi);
        }
        for (size_t at = 0; at < heard; at++) {
            struct pi *pi = new_pi();
            pi->to_laptop = (struct direction){d, at, 0};
            run_session(pi);
        }
    }
}

/* Cut at every byte, then a new client with its own nonce. */
static void a_killed_client_leaves_no_trace(void **state)
{
    struct frame f = put(0, 4, SET0, 0xA540A540);
    uint8_t bytes[FRAME_MAX_BYTES];
    size_t n = frame_encode(&f, bytes);

    (void)state;
    for (size_t cut = 0; cut < n; cut++) {
        struct pi *pi = new_pi();

        greet(pi, WIRE_VERSION, 1);
        silence(pi);
        hear(pi, bytes, cut);
        silence(pi);
        greet(pi, WIRE_VERSION, 2);
        expect_reply(pi, get(0, 4, LEV0), OPS_OK, 0x1000);
        assert_int_equal(pi->accesses, 1);
    }
}

static const uint8_t soh[12] = {0x78, 0x56, 0x34, 0x12, 0x00, 0x04, 0x00, 0x00, 1, 2, 3, 4};

static void an_installer_gets_its_boot_loader(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    hear(pi, soh, 12);
    assert_int_equal(pi->reboots, 1);

    pi = new_pi();
    hear(pi, soh, 4);
    assert_int_equal(pi->reboots, 0);
    silence(pi);
    assert_int_equal(pi->reboots, 1);

    pi = new_pi();
    greet(pi, WIRE_VERSION, 1);
    expect_reply(pi, get(0, 4, LEV0), OPS_OK, 0x1000);
    silence(pi);
    hear(pi, soh, 12);
    assert_int_equal(pi->reboots, 1);
}

static void nothing_else_does(void **state)
{
    struct pi *pi = new_pi();
    uint8_t bytes[16];

    (void)state;
    for (unsigned n = 1; n < 12; n++) { /* too short, except for the bare word */
        pi = new_pi();
        hear(pi, soh, n);
        silence(pi);
        assert_int_equal(pi->reboots, n == 4);
    }
    for (unsigned before = 1; before < 4; before++) { /* not the first bytes after a silence */
        pi = new_pi();
        hear(pi, "\0\0\0", before);
        hear(pi, soh, 12);
        silence(pi);
        assert_int_equal(pi->reboots, 0);
    }
    memcpy(bytes, soh, 12); /* sizes no program has */
    memset(bytes + 4, 0, 4);
    pi = new_pi();
    hear(pi, bytes, 12);
    memset(bytes + 4, 0xFF, 4);
    silence(pi);
    hear(pi, bytes, 12);
    silence(pi);
    assert_int_equal(pi->reboots, 0);
}

/* A put of the very word, whatever part of its frame arrives. */
static void the_word_inside_a_frame_is_a_value(void **state)
{
    struct frame f = put(0, 4, SET0, OLD_SOH);
    uint8_t bytes[FRAME_MAX_BYTES];
    size_t n = frame_encode(&f, bytes);

    (void)state;
    for (size_t from = 0; from < n; from++) {
        struct pi *pi = new_pi();

        greet(pi, WIRE_VERSION, 1);
        silence(pi);
        hear(pi, bytes + from, n - from);
        silence(pi);
        hear(pi, bytes, n);
        silence(pi);
        assert_int_equal(pi->reboots, 0);
        assert_int_equal(pi->accesses, 1);
    }
}

/* A false start waits for bytes that never come; silence frees the request behind it. */
static void silence_frees_a_request(void **state)
{
    struct pi *pi = new_pi();
    struct frame f = put(0, 4, SET0, 5);
    size_t at;

    (void)state;
    greet(pi, WIRE_VERSION, 1);
    at = pi->nsaid;
    hear(pi, "\xA5\x40", 2);
    hear_frame(pi, &f);
    assert_int_equal(pi->accesses, 0);
    silence(pi);
    assert_int_equal(pi->accesses, 1);
    assert_true(said(pi, &at, &f));
    assert_int_equal(f.kind, OP_REPLY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(welcome_carries_version_and_nonce),
        cmocka_unit_test(nothing_before_a_session),
        cmocka_unit_test(repeated_greeting_keeps_the_session),
        cmocka_unit_test(new_nonce_is_a_new_session),
        cmocka_unit_test(another_version_gets_no_session),
        cmocka_unit_test(a_repeated_request_is_performed_once),
        cmocka_unit_test(out_of_turn_is_refused),
        cmocka_unit_test(seq_wraps),
        cmocka_unit_test(widths_and_values_arrive),
        cmocka_unit_test(rules_reach_the_devices),
        cmocka_unit_test(an_abort_is_refused),
        cmocka_unit_test(console_output_becomes_text),
        cmocka_unit_test(malformed_requests),
        cmocka_unit_test(own_frames_are_not_answered),
        cmocka_unit_test(reboots_answer_first),
        cmocka_unit_test(exactly_once_whatever_is_damaged),
        cmocka_unit_test(a_killed_client_leaves_no_trace),
        cmocka_unit_test(an_installer_gets_its_boot_loader),
        cmocka_unit_test(nothing_else_does),
        cmocka_unit_test(the_word_inside_a_frame_is_a_value),
        cmocka_unit_test(silence_frees_a_request),
    };

    return cmocka_run_group_tests_name("loop-protocol", tests, NULL, NULL);
}
