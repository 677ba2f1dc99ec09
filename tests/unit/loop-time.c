/* When the device loop does what: delays, polls, interrupts; and the line is served meanwhile. */
#include "tests/unit/loop-rig.h"

/* ---- delays ---- */

static void delays_are_exact(void **state)
{
    struct pi *pi = session();

    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        add_put(pi, SET0, i);
        add_delay(pi, 100 * i);
    }
    add_delay(pi, 70000);
    add_delay(pi, 3);
    add_put(pi, SET0, 10);
    send_frame(pi);
    pass(pi, 200000);
    expect_ack(pi);
    for (unsigned i = 1; i < 10; i++)
        assert_in_range(pi->log[i].time - pi->log[i - 1].time, 100 * (i - 1), 100 * (i - 1) + 3);
    assert_in_range(pi->log[10].time - pi->log[9].time, 900 + 70003, 900 + 70003 + 3);
}

/* The answer comes when all of it is done, not before; the line is served all the time. */
static void the_answer_waits_for_a_delay(void **state)
{
    struct pi *pi = session();
    uint32_t start;

    (void)state;
    add_put(pi, SET0, 1);
    add_delay(pi, 50000);
    send_frame(pi);
    start = pi->log[0].time;
    for (unsigned i = 0; i < 20; i++) {
        say_control(pi, CTL_PROBE, "0123456789", 10);
        expect_control(pi, CTL_PROBE, "0123456789", 10);
    }
    expect_nothing(pi);
    pass(pi, 50000);
    expect_ack(pi);
    assert_in_range(pi->said_time[pi->nsaid - 1] - start, 50000, 50003);
}

/* A frame's check takes longer than a pulse may be off: near its end nothing else is begun. */
static void nothing_delays_the_end_of_a_delay(void **state)
{
    struct pi *pi = session();
    uint8_t probe[FRAME_MAX_BYTES];
    size_t nbytes = frame_make_control(&pi->key, FRAME_DOWN, CTL_PROBE, "0123456789", 10, probe);

    (void)state;
    add_put(pi, SET0, 1);
    add_delay(pi, 5000);
    add_put(pi, SET0, 2);
    send_frame(pi);
    pass(pi, pi->log[0].time + 5000 - 10 - pi->time);
    for (size_t i = 0; i < nbytes; i++)
        loop_byte(&pi->loop, &port, probe[i]);
    pass(pi, 9);
    assert_int_equal(pi->loop.ring_used, nbytes);
    pass(pi, 50);
    assert_in_range(pi->log[1].time - pi->log[0].time, 5000, 5001);
    expect_short(pi, pi->seq, ANS_ACK, 0);
    expect_control(pi, CTL_PROBE, "0123456789", 10);
}

/* A pulse is never too short, and what is late is not made up for. */
static void a_late_delay_ends_at_once(void **state)
{
    struct pi *pi = session();

    (void)state;
    add_put(pi, SET0, 1);
    send_frame(pi);
    pass(pi, 10000);
    add_delay(pi, 5000); /* over already */
    add_put(pi, SET0, 2);
    add_delay(pi, 200);
    add_delay(pi, 300);
    add_put(pi, SET0, 3);
    send_frame(pi);
    pass(pi, 2000);
    assert_int_equal(pi->accesses, 3);
    assert_in_range(pi->log[1].time - pi->log[0].time, 10000, 13000);
    assert_in_range(pi->log[2].time - pi->log[1].time, 500, 503);
    pass(pi, 10000);
    add_delay(pi, 100); /* over; the next counts from now */
    add_delay(pi, 400);
    add_put(pi, SET0, 4);
    send_frame(pi);
    pass(pi, 1000);
    assert_in_range(pi->log[3].time - pi->log[2].time, 11000 + 400, 13000 + 400);
}

/* The Pi's counter starts again every 71 minutes. */
static void time_wraps(void **state)
{
    static const uint32_t idle[] = {0, 1000000, 0x7FFFFFFF, 0xFFFFFFFF};

    (void)state;
    for (unsigned i = 0; i < sizeof idle / sizeof *idle; i++) {
        struct pi *pi = new_pi();

        pi->time = 0xFFFFFF00;
        greet(pi, 1);
        pass(pi, idle[i]);
        add_delay(pi, 50);
        add_put(pi, SET0, 1);
        add_delay(pi, 10000);
        add_put(pi, SET0, 2);
        send_frame(pi);
        pass(pi, 11000);
        expect_ack(pi);
        assert_in_range(pi->log[1].time - pi->log[0].time, 10000, 10003);
        hear(pi, "\x41", 1);
        pass(pi, LINE_SILENCE_US);
        expect_short(pi, 1, ANS_NAK, 0);
        expect_nothing(pi);
    }
}

static void the_longest_delay(void **state)
{
    struct pi *pi = session();

    (void)state;
    add_put(pi, SET0, 1);
    add_delay(pi, 0xFFFF0000);
    add_put(pi, SET0, 2);
    send_frame(pi);
    pass(pi, 0x80000000);
    assert_int_equal(pi->accesses, 1);
    pass(pi, 0x7FFE0000);
    assert_int_equal(pi->accesses, 1);
    pass(pi, 0x10000);
    assert_int_equal(pi->accesses, 2);
    assert_in_range(pi->log[1].time - pi->log[0].time, 0xFFFF0000, 0xFFFF0003);
}

/* ---- polls ---- */

static void a_poll_says_each_change(void **state)
{
    struct pi *pi = session();

    (void)state;
    pi->busy_until = pi->time + 2500;
    add_poll(pi, SLOW);
    assert_int_equal(pi->nbody, 5); /* the slot's definition, and one more */
    send_frame(pi);
    expect_short(pi, 1, ANS_U8, BUSY);
    expect_nothing(pi);
    pass(pi, 5000);
    expect_short(pi, 1, ANS_CHANGED | ANS_U8, READY);
    expect_nothing(pi);
    assert_in_range(pi->said_time[pi->nsaid - 1] - pi->busy_until, 0, 3);
    /* The first value again: there is no code for "the same". */
    pi->busy_until = pi->time + 2500;
    pass(pi, 1000);
    expect_short(pi, 1, ANS_CHANGED | ANS_U8, BUSY);
    /* The dictionary is as the first answer left it. */
    add_get(pi, SLOW);
    send_frame(pi);
    expect_short(pi, 2, ANS_SAME, 0);
    pass(pi, 1000000);
    expect_nothing(pi);
}

static void a_poll_says_so_many_changes(void **state)
{
    struct pi *pi = session();

    (void)state;
    add_poll(pi, SLOW);
    send_frame(pi);
    expect_short(pi, 1, ANS_U8, READY);
    for (unsigned n = 0; n < POLL_CHANGES; n++) {
        pi->busy_until = pi->time + (n % 2 ? 0 : 10000);
        pass(pi, 1000);
        expect_short(pi, 1, ANS_CHANGED | ANS_U8, n % 2 ? READY : BUSY);
    }
    unsigned before = pi->accesses;
    pi->busy_until = pi->time + 10000;
    pass(pi, 1000000);
    expect_nothing(pi);
    assert_int_equal(pi->accesses, before);
}

static void a_further_answer_is_not_repeated(void **state)
{
    struct pi *pi = session();

    (void)state;
    pi->busy_until = pi->time + 2500;
    add_poll(pi, SLOW);
    send_frame(pi);
    pass(pi, 5000);
    expect_short(pi, 1, ANS_U8, BUSY);
    expect_short(pi, 1, ANS_CHANGED | ANS_U8, READY);
    send_again(pi);
    expect_short(pi, 1, ANS_U8, BUSY); /* from memory */
    pass(pi, 1000000);
    expect_nothing(pi);
}

/* Reads take a while here, or the log would not hold them. */
static int slow_read(void *self, unsigned width, uint32_t addr, uint32_t *value)
{
    struct pi *pi = self;

    pi->time += 1000;
    return device_read(self, width, addr, value);
}

static void a_poll_has_a_limit(void **state)
{
    struct pi *pi = session();
    struct loop_port slow = port;
    uint32_t start;

    (void)state;
    slow.read = slow_read;
    pi->busy_until = pi->time + 1000000;
    add_poll(pi, SLOW);
    make_frame(pi);
    for (size_t i = 0; i < pi->nsent; i++)
        loop_byte(&pi->loop, &slow, pi->sent[i]);
    start = pi->time;
    while (pi->time - start < 2000000)
        pi->time += loop_run(&pi->loop, &slow);
    expect_short(pi, 1, ANS_U8, BUSY);
    expect_short(pi, 1, ANS_LIMIT, pi->accesses);
    expect_nothing(pi);
    assert_in_range(pi->accesses, POLL_LIMIT_MS - 10, POLL_LIMIT_MS + 1);
    assert_in_range(pi->said_time[pi->nsaid - 1] - start, POLL_LIMIT_MS * 1000,
                    POLL_LIMIT_MS * 1000 + 5000);
}

static void any_byte_ends_a_poll(void **state)
{
    struct pi *pi = session();

    (void)state;
    pi->busy_until = pi->time + 3000;
    add_poll(pi, SLOW);
    send_frame(pi);
    expect_short(pi, 1, ANS_U8, BUSY);
    hear(pi, "\x42", 1);
    unsigned before = pi->accesses;
    pass(pi, 600000);
    assert_int_equal(pi->accesses, before);
    expect_short(pi, 1, ANS_NAK, 0);
    expect_nothing(pi);

    pi->busy_until = pi->time + 3000;
    add_poll(pi, SLOW); /* and so does the next frame, which is executed */
    send_frame(pi);
    expect_short(pi, 2, ANS_SAME, 0);
    add_put(pi, SET0, 5);
    send_frame(pi);
    expect_ack(pi);
    pass(pi, 600000);
    expect_nothing(pi);
}

/* A byte that is there before the poll's frame is executed. */
static void a_byte_behind_a_poll_ends_it(void **state)
{
    struct pi *pi = session();

    (void)state;
    pi->busy_until = pi->time + 3000;
    add_put(pi, SET0, 1);
    add_delay(pi, 1000);
    add_poll(pi, SLOW);
    pi->busy_until = pi->time + 10000;
    send_frame(pi);
    hear(pi, "\x03", 1);
    pass(pi, 600000);
    expect_short(pi, 1, ANS_U8, BUSY);
    expect_short(pi, 1, ANS_NAK, 0);
    expect_nothing(pi);
    assert_int_equal(pi->accesses, 2);
}

static void a_refused_poll_has_one_answer(void **state)
{
    struct pi *pi = session();

    (void)state;
    add_poll(pi, NOBODY);
    send_frame(pi);
    pass(pi, 600000);
    expect_long(pi, 1, "\x10\x00\x01", 3);
    expect_nothing(pi);
    assert_int_equal(pi->accesses, 1);
}

static void a_poll_is_the_last_of_its_frame(void **state)
{
    struct pi *pi = session();

    (void)state;
    add_poll(pi, SLOW);
    add_get(pi, LEV0);
    send_frame(pi);
    expect_long(pi, 1, "\x12\x00", 2);
    assert_int_equal(pi->accesses, 0);
}

/* ---- interrupts ---- */

static void expect_event(struct pi *pi, uint8_t number, uint32_t time)
{
    struct frame f;
    uint32_t seq;

    assert_true(next_frame(pi, &f, &seq));
    assert_int_equal(f.class, FRAME_CONTROL);
    assert_int_equal(f.low, CTL_EVENT);
    assert_int_equal(f.nbytes, LOOP_EVENT_BYTES);
    assert_int_equal(f.body[0], number);
    assert_in_range(word_at(f.body + 1) - time, 0, 3);
    assert_int_equal(word_at(f.body + 5), 0x100);
    assert_int_equal(word_at(f.body + 9), 0x20000002);
    assert_int_equal(word_at(f.body + 13), 0x4);
}

static void set_pending(struct pi *pi)
{
    pi->pending[0] = 0x100;
    pi->pending[1] = 0x20000002;
    pi->pending[2] = 0x4;
}

static void arm(struct pi *pi, uint8_t number)
{
    add(pi, (struct op){.kind = OP_ARM, .count = number});
    send_frame(pi);
    expect_short(pi, pi->seq, ANS_ACK, 0);
}

static void nothing_is_watched_unasked(void **state)
{
    struct pi *pi = session();

    (void)state;
    set_pending(pi);
    pass(pi, 100000);
    expect_nothing(pi);
    assert_int_equal(pi->looks, 0);
}

static void an_interrupt_is_reported_until_armed_again(void **state)
{
    struct pi *pi = session();
    uint32_t start;

    (void)state;
    arm(pi, 7);
    pass(pi, 1000);
    expect_nothing(pi);
    set_pending(pi);
    start = pi->time;
    pass(pi, 10);
    expect_event(pi, 7, start);
    pi->pending[0] = 0; /* gone again: what was seen is repeated */
    for (unsigned i = 0; i < 3; i++) {
        pass(pi, EVENT_REPEAT_MS * 1000 - 100);
        expect_nothing(pi);
        pass(pi, 100);
        expect_event(pi, 7, start);
    }
    arm(pi, 7); /* late copy of the order */
    pass(pi, EVENT_REPEAT_MS * 1000);
    expect_event(pi, 7, start);
    arm(pi, 8);
    pass(pi, 200000);
    expect_nothing(pi);
    set_pending(pi);
    start = pi->time;
    pass(pi, 10);
    expect_event(pi, 8, start);
    add(pi, (struct op){.kind = OP_DISARM});
    send_frame(pi);
    expect_ack(pi);
    unsigned looks = pi->looks;
    pass(pi, 200000);
    expect_nothing(pi);
    assert_int_equal(pi->looks, looks);
    pi->pending[0] = 0;
    arm(pi, 8); /* the number was free again */
    set_pending(pi);
    start = pi->time;
    pass(pi, 10);
    expect_event(pi, 8, start);
}

/* An interrupt is seen within a few us whatever else goes on, and neither waits for the other. */
static void interrupts_during_delays_and_polls(void **state)
{
    struct pi *pi = session();
    uint32_t start;

    (void)state;
    add(pi, (struct op){.kind = OP_ARM, .count = 1});
    add_put(pi, SET0, 1);
    add_delay(pi, 5000);
    add_put(pi, SET0, 2);
    send_frame(pi);
    pass(pi, 1000);
    set_pending(pi);
    start = pi->time;
    pass(pi, 10000);
    expect_event(pi, 1, start);
    expect_ack(pi);
    assert_in_range(pi->log[1].time - pi->log[0].time, 5000, 5003);

    pi->pending[0] = 0;
    arm(pi, 2);
    pi->busy_until = pi->time + 2500;
    add_poll(pi, SLOW);
    send_frame(pi);
    expect_short(pi, pi->seq, ANS_U8, BUSY);
    set_pending(pi);
    start = pi->time;
    pass(pi, 5000);
    expect_event(pi, 2, start);
    expect_short(pi, pi->seq, ANS_CHANGED | ANS_U8, READY);
    greet(pi, 9);
    pass(pi, 100000); /* a new session watches nothing */
    expect_nothing(pi);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays_are_exact),
        cmocka_unit_test(nothing_delays_the_end_of_a_delay),
        cmocka_unit_test(the_answer_waits_for_a_delay),
        cmocka_unit_test(a_late_delay_ends_at_once),
        cmocka_unit_test(time_wraps),
        cmocka_unit_test(the_longest_delay),
        cmocka_unit_test(a_poll_says_each_change),
        cmocka_unit_test(a_poll_says_so_many_changes),
        cmocka_unit_test(a_further_answer_is_not_repeated),
        cmocka_unit_test(a_poll_has_a_limit),
        cmocka_unit_test(any_byte_ends_a_poll),
        cmocka_unit_test(a_byte_behind_a_poll_ends_it),
        cmocka_unit_test(a_refused_poll_has_one_answer),
        cmocka_unit_test(a_poll_is_the_last_of_its_frame),
        cmocka_unit_test(nothing_is_watched_unasked),
        cmocka_unit_test(an_interrupt_is_reported_until_armed_again),
        cmocka_unit_test(interrupts_during_delays_and_polls),
    };

    return cmocka_run_group_tests_name("loop-time", tests, NULL, NULL);
}
