/* The device loop's sessions, sequence and control frames, over a line without damage (loop-line.c
 * has the other kind). */
#include "tests/unit/loop-rig.h"

static void welcome_carries_version_nonce_and_buffer(void **state)
{
    (void)state;
    greet(new_pi(), 0xDEADBEEF);
}

static void put_frame(struct pi *pi, uint32_t value)
{
    add_put(pi, SET0, value);
    send_frame(pi);
}

static const uint8_t our_version[2] = {WIRE_VERSION, 0};

static void nothing_before_a_session(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    forget(pi, 1);
    put_frame(pi, 1);
    pass(pi, LINE_SILENCE_US - 100);
    expect_nothing(pi);
    pass(pi, 100);
    expect_control(pi, CTL_NO_SESSION, our_version, 2);
    put_frame(pi, 1);
    put_frame(pi, 1);
    say_control(pi, CTL_REBOOT, NULL, 0);
    pass(pi, 1000000);
    expect_control(pi, CTL_NO_SESSION, our_version, 2); /* once a silence */
    expect_nothing(pi);
    assert_int_equal(pi->accesses, 0);
    assert_int_equal(pi->reboots, 0);
    greet(pi, 0);
    put_frame(pi, 5);
    expect_ack(pi);
    assert_int_equal(pi->accesses, 1);
}

static void a_repeated_greeting_keeps_the_session(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, 7);
    put_frame(pi, 0x12340000);
    expect_ack(pi);
    say_hello(pi, WIRE_VERSION, 7);
    expect_welcome(pi, 7);
    send_again(pi);
    expect_ack(pi); /* from memory */
    put_frame(pi, 0x12340000);
    expect_ack(pi); /* the dictionary is the same, too */
    assert_int_equal(pi->accesses, 2);
    assert_int_equal(pi->log[1].value, 0x12340000);
}

static void a_new_nonce_is_a_new_session(void **state)
{
    struct pi *pi = new_pi();
    uint8_t old[FRAME_MAX_BYTES];
    size_t nold;

    (void)state;
    greet(pi, 7);
    put_frame(pi, 1);
    expect_ack(pi);
    add_put(pi, SET0, 2);
    make_frame(pi);
    nold = pi->nsent;
    memcpy(old, pi->sent, nold);
    greet(pi, 8);
    hear(pi, old, nold); /* of the other session */
    pass(pi, LINE_SILENCE_US);
    expect_short(pi, 0, ANS_NAK, 0);
    assert_int_equal(pi->accesses, 1);
    add_get(pi, LEV0);
    send_frame(pi);
    expect_short(pi, 1, ANS_U16, 0x1001);
    assert_int_equal(pi->accesses, 2);
}

static void another_version_gets_no_session(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, 5);
    say_hello(pi, WIRE_VERSION + 1, 5);
    expect_welcome(pi, 5);
    put_frame(pi, 1);
    pass(pi, LINE_SILENCE_US);
    expect_control(pi, CTL_NO_SESSION, our_version, 2);
    assert_int_equal(pi->accesses, 0);
    hear(pi, "\x5A\x01\x05\x02\x00\x05\x00\x00", 8); /* too short a greeting */
    pass(pi, BURST_SILENCE_US);
    expect_control(pi, CTL_NO_SESSION, our_version, 2);
    expect_nothing(pi);
}

static void a_repeated_frame_is_performed_once(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, 1);
    put_frame(pi, 0x80);
    expect_ack(pi);
    for (unsigned i = 0; i < 5; i++) {
        send_again(pi);
        expect_ack(pi);
    }
    add_get(pi, LEV0);
    send_frame(pi);
    for (unsigned i = 0; i < 5; i++) {
        expect_short(pi, 2, ANS_U16, 0x1001);
        expect_nothing(pi);
        send_again(pi);
    }
    assert_int_equal(pi->accesses, 2);
}

static void out_of_turn_is_complained_about(void **state)
{
    struct pi *pi = new_pi();
    uint8_t missing[FRAME_MAX_BYTES];
    size_t n;

    (void)state;
    greet(pi, 1);
    put_frame(pi, 1);
    expect_ack(pi);
    add_put(pi, SET0, 2);
    make_frame(pi);
    memcpy(missing, pi->sent, n = pi->nsent);
    put_frame(pi, 3);
    put_frame(pi, 4);
    expect_nothing(pi);
    pass(pi, LINE_SILENCE_US);
    expect_short(pi, 1, ANS_NAK, 0); /* once for both */
    pass(pi, 1000000);
    expect_nothing(pi);
    hear(pi, missing, n);
    expect_short(pi, 2, ANS_ACK, 0);
    pass(pi, LINE_SILENCE_US);
    expect_nothing(pi);
    assert_int_equal(pi->accesses, 2);
    assert_int_equal(pi->log[1].value, 2);
}

/* The first of them waits: the others are kept, and one more than a window is not. */
static void a_window_is_kept(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, 1);
    add_delay(pi, 100000);
    put_frame(pi, 1);
    for (unsigned i = 2; i <= FRAME_WINDOW + 1; i++)
        put_frame(pi, i);
    send_again(pi); /* twice too early; answered when all is executed, by one NAK */
    pass(pi, 50000);
    expect_nothing(pi);
    assert_int_equal(pi->accesses, 0);
    pass(pi, 50000);
    for (unsigned i = 1; i <= FRAME_WINDOW; i++)
        expect_short(pi, i, ANS_ACK, 0);
    expect_short(pi, FRAME_WINDOW, ANS_NAK, 0);
    expect_nothing(pi);
    assert_int_equal(pi->accesses, FRAME_WINDOW);
    for (unsigned i = 0; i < FRAME_WINDOW; i++)
        assert_int_equal(pi->log[i].value, i + 1);
    send_again(pi);
    expect_ack(pi);
    assert_int_equal(pi->accesses, FRAME_WINDOW + 1);
}

/* A read behind six frames that were lost: early, not damage. */
static void short_numbers_reach_a_window(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, 1);
    add_get(pi, LEV0);
    send_frame(pi);
    expect_short(pi, 1, ANS_BIT, 12);
    pi->seq += FRAME_WINDOW - 1;
    send_short_get(pi, 0);
    assert_int_equal(pi->loop.session.damaged, 0);
    pass(pi, LINE_SILENCE_US);
    expect_short(pi, 1, ANS_NAK, 0);
    pi->seq = 1;
    send_short_get(pi, 0);
    expect_short(pi, 2, ANS_LOW, 1);
    send_again(pi);
    expect_short(pi, 2, ANS_LOW, 1);
    assert_int_equal(pi->accesses, 2);
}

static void numbers_wrap(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, 1);
    for (unsigned i = 0; i < 300; i++) {
        put_frame(pi, i);
        expect_ack(pi);
        add_get(pi, LEV0);
        send_frame(pi);
        assert_true(next_frame(pi, &(struct frame){0}, &pi->seq));
        send_short_get(pi, pi->encoder.dict.slot[0].addr == LEV0 ? 0 : 1);
        assert_true(next_frame(pi, &(struct frame){0}, &pi->seq));
        assert_int_equal(pi->accesses, 3 * i % 1800 + 3);
        assert_int_equal(pi->log[3 * (size_t)i].value, i);
    }
    assert_int_equal(pi->loop.session.executed, 900);
    pi->loop.session.executed = pi->seq = pi->answered = UINT32_MAX - 2; /* a year later */
    for (unsigned i = 0; i < 6; i++) {
        put_frame(pi, i);
        expect_ack(pi);
    }
    assert_int_equal(pi->seq, 3);
}

static void a_new_client_does_not_wait_for_a_delay(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, 1);
    add_put(pi, SET0, 1);
    add_delay(pi, UINT32_MAX);
    add_put(pi, SET0, 2);
    send_frame(pi);
    put_frame(pi, 3);
    pass(pi, 60 * 1000000);
    assert_int_equal(pi->accesses, 1);
    expect_nothing(pi);
    greet(pi, 2);
    put_frame(pi, 4);
    expect_ack(pi);
    assert_int_equal(pi->accesses, 2);
    assert_int_equal(pi->log[1].value, 4);
}

static void control_frames_are_answered_during_a_delay(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, 1);
    add_delay(pi, 2000000);
    put_frame(pi, 1);
    say_control(pi, CTL_PROBE, "abc", 3);
    expect_control(pi, CTL_PROBE, "abc", 3);
    say_control(pi, CTL_REBOOT, NULL, 0);
    assert_int_equal(pi->reboots, 1);
    assert_int_equal(pi->accesses, 0);
}

static void probes_come_back(void **state)
{
    struct pi *pi = new_pi();
    uint8_t body[FRAME_MAX_BODY];

    (void)state;
    greet(pi, 1);
    for (unsigned i = 0; i < sizeof body; i++)
        body[i] = (uint8_t)(i * 37);
    for (unsigned n = 0; n <= sizeof body; n += 24) {
        say_control(pi, CTL_PROBE, body, n);
        expect_control(pi, CTL_PROBE, body, n);
    }
    expect_nothing(pi);
}

static void expect_stats(struct pi *pi, uint32_t accesses, uint32_t repeated, uint32_t lost,
                         uint32_t damaged_frames)
{
    struct frame f;
    uint32_t seq;

    say_control(pi, CTL_STATS, NULL, 0);
    assert_true(next_frame(pi, &f, &seq));
    assert_int_equal(f.low, CTL_STATS);
    assert_int_equal(f.nbytes, 16);
    assert_int_equal(word_at(f.body), accesses);
    assert_int_equal(word_at(f.body + 4), repeated);
    assert_int_equal(word_at(f.body + 8), lost);
    assert_int_equal(word_at(f.body + 12), damaged_frames);
}

static void stats_count(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, 1);
    expect_stats(pi, 0, 0, 0, 0);
    for (unsigned i = 0; i < 10; i++)
        add_put(pi, SET0, i);
    add_put(pi, 0x20215040, 'x'); /* console output is no access */
    send_frame(pi);
    expect_ack(pi);
    expect_stats(pi, 10, 0, 0, 0);
    pi->busy_until = pi->time + 2000;
    add_poll(pi, SLOW);
    send_frame(pi);
    pass(pi, 3000);
    expect_short(pi, 2, ANS_U8, BUSY);
    expect_short(pi, 2, ANS_CHANGED | ANS_U8, READY);
    hear(pi, "\x40", 1); /* ends the poll */
    unsigned again = pi->accesses - 11;
    assert_in_range(again, 100, 4000);
    pass(pi, LINE_SILENCE_US);
    expect_short(pi, 2, ANS_NAK, 0);
    expect_stats(pi, 11 + again, again, 0, 1);
    pi->loop.lost += 3; /* the owner's */
    for (unsigned i = 0; i < LOOP_RING_BYTES; i++)
        assert_int_equal(loop_byte(&pi->loop, &port, 0x40), 0);
    assert_int_equal(loop_byte(&pi->loop, &port, 0x40), -1);
    pass(pi, LINE_SILENCE_US + 1000);
    expect_short(pi, 2, ANS_NAK, 0);
    expect_stats(pi, 11 + again, again, 4, 2);
    greet(pi, 2);
    expect_stats(pi, 0, 0, 4, 0);
}

static void unknown_control_frames_are_nothing(void **state)
{
    struct pi *pi = new_pi();

    (void)state;
    greet(pi, 1);
    for (unsigned kind = 0; kind < 256; kind++)
        if (kind == 0 || kind == CTL_WELCOME || kind == CTL_NO_SESSION || kind == CTL_EVENT ||
            kind > CTL_STATS)
            say_control(pi, (uint8_t)kind, "xyz", 3);
    say_control(pi, CTL_SPEED, "xyz", 3);
    pass(pi, 1000000);
    expect_nothing(pi);
}

static void reboots_are_said_first(void **state)
{
    (void)state;
    for (unsigned by_register = 0; by_register < 2; by_register++) {
        struct pi *pi = new_pi();

        greet(pi, 1);
        add_put(pi, 0x20100024, 0x5A000001);
        send_frame(pi);
        expect_ack(pi);
        assert_int_equal(pi->reboots, 0);
        if (by_register) {
            add_put(pi, 0x2010001C, 0x5A000020);
            put_frame(pi, 1);
        } else {
            say_control(pi, CTL_REBOOT, NULL, 0);
        }
        expect_control(pi, CTL_REBOOT, NULL, 0);
        expect_nothing(pi);
        assert_int_equal(pi->reboots, 1);
        assert_int_equal(pi->nsaid_at_reboot, pi->nsaid);
        assert_int_equal(pi->accesses, 1); /* the loop resets the machine, not the write */
        put_frame(pi, 1);
        pass(pi, LINE_SILENCE_US);
        expect_control(pi, CTL_NO_SESSION, our_version, 2);
    }
}

/* A loopback sends our own words back: to answer each for ever would keep the line busy. */
static void echoes_end(void **state)
{
    (void)state;
    for (unsigned in_session = 0; in_session < 2; in_session++) {
        struct pi *pi = new_pi();

        if (in_session)
            greet(pi, 1);
        hear(pi, "\x40", 1);
        for (unsigned rounds = 0; rounds < 200; rounds++) {
            size_t from = pi->at;

            pass(pi, LINE_SILENCE_US);
            pi->at = pi->nsaid;
            hear(pi, pi->said + from, pi->nsaid - from);
        }
        pass(pi, 1000000);
        expect_nothing(pi);
        greet(pi, 2); /* and there is a life after it */
        hear(pi, "\x40", 1);
        pass(pi, LINE_SILENCE_US);
        expect_short(pi, 0, ANS_NAK, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(welcome_carries_version_nonce_and_buffer),
        cmocka_unit_test(nothing_before_a_session),
        cmocka_unit_test(a_repeated_greeting_keeps_the_session),
        cmocka_unit_test(a_new_nonce_is_a_new_session),
        cmocka_unit_test(another_version_gets_no_session),
        cmocka_unit_test(a_repeated_frame_is_performed_once),
        cmocka_unit_test(out_of_turn_is_complained_about),
        cmocka_unit_test(a_window_is_kept),
        cmocka_unit_test(short_numbers_reach_a_window),
        cmocka_unit_test(numbers_wrap),
        cmocka_unit_test(a_new_client_does_not_wait_for_a_delay),
        cmocka_unit_test(control_frames_are_answered_during_a_delay),
        cmocka_unit_test(probes_come_back),
        cmocka_unit_test(stats_count),
        cmocka_unit_test(unknown_control_frames_are_nothing),
        cmocka_unit_test(reboots_are_said_first),
        cmocka_unit_test(echoes_end),
    };

    return cmocka_run_group_tests_name("loop-protocol", tests, NULL, NULL);
}
