/* The device loop over a line that damages any byte: every access is performed exactly once and in
 * order, and nothing but an installer sends the Pi back to its boot loader. */
#include "tests/unit/loop-rig.h"

/* ---- a laptop that sends a window, and again what was not answered ---- */

enum { FRAMES = 14, PATIENCE_US = 40000, NONCE = 0x5AA5405A };

struct laptop {
    uint8_t bytes[FRAMES + 1][FRAME_MAX_BYTES]; /* frame n at n */
    size_t nbytes[FRAMES + 1];
    uint8_t ends_window[FRAMES + 1]; /* it has a result: nothing is sent behind it */
    uint32_t value[FRAMES + 1];      /* its result */
    uint32_t read;                   /* the last result */
    uint32_t acked;
    struct frame_gather in;
    uint32_t heard; /* time of the last byte */
};

/* Values that look like frames, like an installer, and like nothing; operations of all sizes. */
static void make_session(struct pi *pi, struct laptop *lap)
{
    static const uint32_t value[] = {0x5A5A5A5A, OLD_SOH, 0x00030140, 0, 0xFFFFFFFF};

    for (unsigned n = 1; n <= FRAMES; n++) {
        for (unsigned i = 0; i < n % 4; i++)
            add_put(pi, i % 2 ? SET0 : CLR0, value[(n + i) % 5]);
        add_put(pi, SET0, n);
        if (n % 5 == 0) {
            add_get(pi, LEV0);
            lap->ends_window[n] = 1;
        }
        make_frame(pi);
        memcpy(lap->bytes[n], pi->sent, lap->nbytes[n] = pi->nsent);
    }
}

static void take(struct pi *pi, struct laptop *lap, int size)
{
    struct frame f;
    uint32_t seq;

    frame_split(lap->in.bytes, (size_t)size, &f);
    seq = frame_seq(&f, lap->acked + (FRAME_WINDOW + 1) / 2);
    if (f.class == FRAME_CONTROL ||
        !frame_checks(&pi->key, FRAME_UP, seq, lap->in.bytes, (size_t)size)) {
        lap->in.bad = f.class != FRAME_CONTROL;
        return;
    }
    assert_in_range(seq, lap->acked, FRAMES);
    assert_int_equal(f.class, FRAME_SHORT);
    if (f.low == ANS_NAK && seq && lap->ends_window[seq] && seq != lap->acked)
        seq--; /* its value was lost */
    else if (f.low != ANS_NAK && seq != lap->acked && lap->ends_window[seq])
        lap->value[seq] = lap->read = answer_read(f.low, f.body, lap->read);
    lap->acked = seq;
}

/* Listens for a while, or until all is acknowledged. */
static void listen(struct pi *pi, struct laptop *lap, uint32_t acked)
{
    for (uint32_t start = pi->time; pi->time - start < PATIENCE_US && lap->acked != acked;) {
        pass(pi, 100);
        while (pi->at < pi->nsaid) {
            int size;

            if (pi->said_time[pi->at] - lap->heard > LINE_SILENCE_US)
                lap->in.used = lap->in.bad = 0;
            lap->heard = pi->said_time[pi->at];
            size = frame_gather(&lap->in, FRAME_UP, pi->said[pi->at++]);
            if (size)
                take(pi, lap, size);
        }
    }
}

static int welcomed(struct pi *pi)
{
    uint8_t welcome[14 + 6];
    size_t n;

    n = frame_make_control(&frame_no_session, FRAME_UP, CTL_WELCOME,
                           "\x02\x00\x5A\x40\xA5\x5A\x00\x00\x40\x00\x00\x10\x00\x00", 14, welcome);
    for (size_t i = 0; i + n <= pi->nsaid; i++)
        if (memcmp(pi->said + i, welcome, n) == 0) {
            pi->at = pi->nsaid;
            return 1;
        }
    return 0;
}

/* What should have been performed: the frames once each, in order. */
static void check_performed(struct pi *pi, const struct laptop *lap)
{
    unsigned performed = 0;
    struct dict dict;

    dict_init(&dict);
    for (unsigned n = 1; n <= FRAMES; n++) {
        struct frame f;
        struct op op;

        frame_split(lap->bytes[n], lap->nbytes[n], &f);
        for (unsigned at = 0; at < f.nbytes;) {
            at += (unsigned)op_decode(&dict, f.body + at, f.nbytes - at, &op);
            for (unsigned i = 0; i < (op.kind == OP_PUT ? op.count : 1); i++) {
                const struct access *a = &pi->log[performed++];

                assert_true(performed <= pi->accesses);
                assert_int_equal(a->write, op.kind == OP_PUT);
                assert_int_equal(a->addr, op.addr);
                assert_int_equal(a->value, op.kind == OP_PUT ? op.value : lap->value[n]);
            }
        }
    }
    assert_int_equal(pi->accesses, performed);
    assert_int_equal(pi->reboots, 0);
}

static void run_session(struct pi *pi)
{
    static struct laptop lap;

    memset(&lap, 0, sizeof lap);
    forget(pi, NONCE);
    for (unsigned tries = 0; !welcomed(pi); tries++) {
        assert_in_range(tries, 0, 3);
        say_hello(pi, WIRE_VERSION, NONCE);
        pass(pi, PATIENCE_US);
    }
    make_session(pi, &lap);
    for (unsigned tries = 0; lap.acked < FRAMES; tries++) {
        uint32_t n = lap.acked;

        assert_in_range(tries, 0, FRAMES + 4);
        do {
            n++;
            hear(pi, lap.bytes[n], lap.nbytes[n]);
        } while (n < FRAMES && n - lap.acked < FRAME_WINDOW && !lap.ends_window[n]);
        listen(pi, &lap, n);
    }
    pass(pi, 200000);
    check_performed(pi, &lap);
}

static void exactly_once_whatever_is_damaged(void **state)
{
    size_t sent, heard;

    (void)state;
    run_session(new_pi());
    sent = the_pi.to_pi.count;
    heard = the_pi.to_laptop.count;
    for (enum damage d = DROP; d <= INSERT; d++) {
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
    uint8_t bytes[FRAME_MAX_BYTES];
    size_t n = FRAME_MAX_BYTES;

    (void)state;
    for (size_t cut = 0; cut < n; cut++) {
        struct pi *pi = session();

        add_put(pi, SET0, 0x5A40C05A);
        make_frame(pi);
        memcpy(bytes, pi->sent, n = pi->nsent);
        hear(pi, bytes, cut);
        pass(pi, 1000000);
        pi->at = pi->nsaid; /* it complains to nobody */
        greet(pi, 2);
        add_get(pi, LEV0);
        send_frame(pi);
        expect_short(pi, 1, ANS_BIT, 12);
        assert_int_equal(pi->accesses, 1);
    }
}

/* One complaint a damage, when the line is silent; what comes before that is dropped. */
static void damage_is_complained_about_in_silence(void **state)
{
    struct pi *pi = session();

    (void)state;
    hear(pi, "\x40", 1);
    add_put(pi, SET0, 1);
    send_frame(pi);
    pass(pi, LINE_SILENCE_US - 100);
    expect_nothing(pi);
    assert_int_equal(pi->accesses, 0);
    pass(pi, 100);
    expect_short(pi, 0, ANS_NAK, 0);
    send_again(pi);
    expect_ack(pi);
    hear(pi, "\x5A\x06", 2); /* cut short: longer may be waited for */
    pass(pi, BURST_SILENCE_US - 100);
    expect_nothing(pi);
    pass(pi, 100);
    expect_short(pi, 1, ANS_NAK, 0);
    add_put(pi, SET0, 2);
    send_frame(pi);
    expect_ack(pi);
    assert_int_equal(pi->loop.session.damaged, 2);
}

/* What waits in the ring keeps the silences in it. */
static void silences_are_remembered(void **state)
{
    struct pi *pi = session();

    (void)state;
    loop_byte(&pi->loop, &port, 0x40);
    pi->time += LINE_SILENCE_US;
    add_put(pi, SET0, 1);
    make_frame(pi);
    for (size_t i = 0; i < pi->nsent; i++)
        loop_byte(&pi->loop, &port, pi->sent[i]);
    pass(pi, 100);
    expect_short(pi, 0, ANS_NAK, 0);
    expect_ack(pi);
    assert_int_equal(pi->accesses, 1);
}

/* ---- installers ---- */

static const uint8_t soh[12] = {0x78, 0x56, 0x34, 0x12, 0x00, 0x04, 0x00, 0x00, 1, 2, 3, 4};

static void an_installer_gets_its_boot_loader(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    hear(pi, soh, 12);
    assert_int_equal(pi->reboots, 1);

    pi = new_pi();
    hear(pi, soh, 4);
    pass(pi, BURST_SILENCE_US - 100);
    assert_int_equal(pi->reboots, 0);
    pass(pi, 100);
    assert_int_equal(pi->reboots, 1);
    assert_int_equal(pi->nsaid, 0); /* no word before the boot loader's */

    pi = session();
    add_get(pi, LEV0);
    send_frame(pi);
    pass(pi, BURST_SILENCE_US);
    pi->at = pi->nsaid;
    for (unsigned i = 0; i < 3; i++) { /* word by word, by a slow adapter */
        hear(pi, soh + 4 * (size_t)i, 4);
        assert_int_equal(pi->reboots, i == 2);
        pass(pi, LINE_SILENCE_US + 1000);
    }
    expect_nothing(pi);
}

static void nothing_else_does(void **state)
{
    struct pi *pi;
    uint8_t bytes[12];

    (void)state;
    for (unsigned n = 1; n < 12; n++) { /* too short, except for the bare word */
        pi = new_pi();
        hear(pi, soh, n);
        pass(pi, 100000);
        assert_int_equal(pi->reboots, n == 4);
    }
    for (unsigned before = 1; before < 4; before++) { /* not the first bytes after a silence */
        pi = new_pi();
        hear(pi, "\0\0\0", before);
        hear(pi, soh, 12);
        pass(pi, 100000);
        assert_int_equal(pi->reboots, 0);
    }
    memcpy(bytes, soh, 12); /* sizes no program has */
    memset(bytes + 4, 0, 4);
    pi = new_pi();
    hear(pi, bytes, 12);
    memset(bytes + 4, 0xFF, 4);
    pass(pi, 100000);
    hear(pi, bytes, 12);
    pass(pi, 100000);
    assert_int_equal(pi->reboots, 0);
}

/* A put of the very word, whatever part of its frame arrives. */
static void the_word_inside_a_frame_is_a_value(void **state)
{
    size_t n = FRAME_MAX_BYTES;

    (void)state;
    for (size_t from = 0; from < n; from++) {
        struct pi *pi = session();

        pass(pi, 100000);
        add_put(pi, SET0, OLD_SOH);
        make_frame(pi);
        n = pi->nsent;
        hear(pi, pi->sent + from, n - from);
        pass(pi, 100000);
        send_again(pi);
        pass(pi, 100000);
        assert_int_equal(pi->reboots, 0);
        assert_int_equal(pi->accesses, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exactly_once_whatever_is_damaged),
        cmocka_unit_test(a_killed_client_leaves_no_trace),
        cmocka_unit_test(damage_is_complained_about_in_silence),
        cmocka_unit_test(silences_are_remembered),
        cmocka_unit_test(an_installer_gets_its_boot_loader),
        cmocka_unit_test(nothing_else_does),
        cmocka_unit_test(the_word_inside_a_frame_is_a_value),
    };

    return cmocka_run_group_tests_name("loop-line", tests, NULL, NULL);
}
