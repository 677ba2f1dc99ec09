/* The device loop's sessions, requests and answers, over a line without damage (loop-line.c has the
 * other kind). */
#include "tests/unit/loop-rig.h"

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
    };

    return cmocka_run_group_tests_name("loop-protocol", tests, NULL, NULL);
}
