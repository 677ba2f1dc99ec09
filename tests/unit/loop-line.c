/* The device loop over a line that damages any byte: every access is performed exactly once and in
 * order, and nothing but an installer sends the Pi back to its boot loader. */
#include "tests/unit/loop-rig.h"

/* A client that repeats until answered, over a line with one damaged byte. */
static struct op_reply exchange(struct pi *pi, size_t *at, const struct frame *request)
{
    struct op_reply r = {0xFF, 0};
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
    struct pi *pi;
    uint8_t bytes[12];

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
        cmocka_unit_test(exactly_once_whatever_is_damaged),
        cmocka_unit_test(a_killed_client_leaves_no_trace),
        cmocka_unit_test(an_installer_gets_its_boot_loader),
        cmocka_unit_test(nothing_else_does),
        cmocka_unit_test(the_word_inside_a_frame_is_a_value),
        cmocka_unit_test(silence_frees_a_request),
    };

    return cmocka_run_group_tests_name("loop-line", tests, NULL, NULL);
}
