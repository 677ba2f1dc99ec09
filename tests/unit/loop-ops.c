/* The device loop's operations: what reaches the devices, and what is answered. */
#include "tests/unit/loop-rig.h"

static void expect_access(struct pi *pi, unsigned i, int write, unsigned width, uint32_t addr,
                          uint32_t value)
{
    assert_true(i < pi->accesses);
    assert_int_equal(pi->log[i].write, write);
    assert_int_equal(pi->log[i].width, width);
    assert_int_equal(pi->log[i].addr, addr);
    assert_int_equal(pi->log[i].value, value);
}

static void widths_and_values_arrive(void **state)
{
    static const struct access wanted[] = {
        {0, 1, LEV0 + 1, 0x1000, 0}, {0, 2, LEV0 + 2, 0x1001, 0},     {1, 1, SET0 + 3, 0xEF, 0},
        {1, 2, SET0, 0xCDEF, 0},     {1, 4, SET0, 0x89ABCDEF, 0},     {0, 4, LEV0, 0x1005, 0},
        {1, 4, SET0, 0x89ABCDEF, 0}, {1, 4, SET0, 0x89ABCDEF ^ 8, 0}, {1, 4, SET0, 0, 0},
    };
    static const uint8_t items[] = {ANS_BIT, 12, ANS_U16, 0x01, 0x10, ANS_U16, 0x05, 0x10};
    struct pi *pi = session();

    (void)state;
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++)
        add(pi, (struct op){.kind = wanted[i].write ? OP_PUT : OP_GET,
                            .width = (uint8_t)wanted[i].width,
                            .addr = wanted[i].addr,
                            .value = wanted[i].value});
    send_frame(pi);
    expect_long(pi, 1, items, sizeof items);
    for (unsigned i = 0; i < sizeof wanted / sizeof *wanted; i++)
        expect_access(pi, i, wanted[i].write, wanted[i].width, wanted[i].addr, wanted[i].value);
}

/* Values are said relative to the slot's last; a short frame's read is the same as a long one's. */
static void answers_are_relative(void **state)
{
    static const uint8_t two[] = {ANS_LOW, 0x02, ANS_U8, BUSY};
    struct pi *pi = session();

    (void)state;
    add_get(pi, LEV0);
    send_frame(pi);
    expect_short(pi, 1, ANS_BIT, 12);
    send_short_get(pi, 0);
    expect_short(pi, 2, ANS_LOW, 1);
    pi->busy_until = pi->time + 100000;
    add_get(pi, LEV0);
    add_get(pi, SLOW);
    send_frame(pi);
    expect_long(pi, 3, two, sizeof two);
    send_short_get(pi, 1);
    expect_short(pi, 4, ANS_SAME, 0);
    send_short_get(pi, 0);
    expect_short(pi, 5, ANS_LOW, 5);
}

static void repetitions(void **state)
{
    struct pi *pi = session();

    (void)state;
    for (unsigned i = 0; i < 256; i++)
        add_put(pi, SET0, 0x80000000);
    add_put(pi, CLR0, 0x80000000);
    for (unsigned i = 0; i < 258; i++)
        add_put(pi, SET0, 7);
    assert_in_range(pi->nbody, 10, 40);
    send_frame(pi);
    pass(pi, 1000);
    expect_ack(pi);
    assert_int_equal(pi->accesses, 515);
    for (unsigned i = 0; i < 515; i++)
        expect_access(pi, i, 1, 4, i == 256 ? CLR0 : SET0, i <= 256 ? 0x80000000 : 7);
}

static void rules_reach_the_devices(void **state)
{
    static const uint8_t refused[] = {ANS_REFUSED, 0, ANS_REFUSED, 1, ANS_SAME, ANS_REFUSED, 2};
    struct pi *pi = session();

    (void)state;
    add_put(pi, 0x20200004, 0x00000001); /* GPFSEL1 */
    add_put(pi, 0x20200004, 0x00012008);
    add_put(pi, 0x20215004, 2); /* AUX enables */
    add_put(pi, 0x20215060, 0); /* mini-UART control */
    add_put(pi, 0x20215040, 'x');
    send_frame(pi);
    expect_ack(pi); /* the laptop knows */
    assert_int_equal(pi->accesses, 3);
    assert_int_equal(pi->log[0].value, 0x00012001);
    assert_int_equal(pi->log[1].value, 0x00012008);
    assert_int_equal(pi->log[2].value, 3);
    add_get(pi, 0x20215040); /* its data */
    send_frame(pi);
    expect_short(pi, 2, ANS_SAME, 0);
    add_put(pi, 0x20006000, 1); /* MPHI */
    add_get(pi, 0x20200001);
    add_put(pi, 0x20200001, 1);
    send_frame(pi);
    expect_long(pi, 3, refused, sizeof refused);
    assert_int_equal(pi->accesses, 3);
}

static void an_abort_is_refused(void **state)
{
    static const uint8_t items[] = {ANS_BIT, 12, ANS_REFUSED, 1, ANS_SAME, ANS_REFUSED, 2};
    struct pi *pi = session();

    (void)state;
    add_get(pi, LEV0);
    add_get(pi, NOBODY);
    add_put(pi, NOBODY, 3);
    add_put(pi, SET0, 4);
    send_frame(pi);
    expect_long(pi, 1, items, sizeof items);
    expect_access(pi, 3, 1, 4, SET0, 4);
    for (unsigned i = 0; i < 10; i++) /* repetitions: said once an operation */
        add_put(pi, NOBODY, 3);
    send_frame(pi);
    expect_long(pi, 2, "\x10\x00\x10\x01\x10\x02", 6);
    assert_int_equal(pi->accesses, 14);
}

/* More remarks than an answer holds: the last one says that the rest was left out. */
static void remarks_have_an_end(void **state)
{
    struct pi *pi = session();
    struct frame f;
    uint32_t seq;

    (void)state;
    for (unsigned i = 0; i < 200; i++)
        add_put(pi, NOBODY, i % 2);
    send_frame(pi);
    pass(pi, 1000);
    assert_true(next_frame(pi, &f, &seq));
    assert_int_equal(f.nbytes, FRAME_MAX_BODY);
    for (size_t i = 0; i < 119; i++)
        assert_true(f.body[2 * i] == ANS_REFUSED && f.body[2 * i + 1] == i);
    assert_int_equal(f.body[238], ANS_BAD);
    assert_int_equal(f.body[239], 119);
    assert_int_equal(pi->accesses, 120); /* the last of them aborted, too */
}

/* 48 values of 5 bytes fit; what would not is not read. */
static void results_have_an_end(void **state)
{
    struct pi *pi = session();
    uint8_t body[64];
    struct frame f;
    uint32_t seq;

    (void)state;
    add_get(pi, TIMER);
    send_frame(pi);
    assert_true(next_frame(pi, &f, &seq));
    pi->time += 0x5A5A5A5A; /* so that all 32 bits change */
    for (unsigned pass_ = 0; pass_ < 2; pass_++) {
        unsigned n = pass_ ? 49 : 48, at = 0;

        memset(body, 0x40, n);
        pi->nsent = frame_make_long(&pi->key, FRAME_DOWN, ++pi->seq, body, n, pi->sent);
        hear(pi, pi->sent, pi->nsent);
        pass(pi, 1000);
        assert_true(next_frame(pi, &f, &seq));
        assert_int_equal(seq, pi->seq);
        for (unsigned i = 0; i < n && at < f.nbytes; i++)
            at += 1u + (unsigned)answer_nbytes(f.body[at]);
        assert_int_equal(at, f.nbytes);
    }
}

static void nothing_begins_so(void **state)
{
    static const uint8_t bodies[][8] = {
        {1, 0x41},                      /* no such slot */
        {1, 0x00},                      /* no such pair */
        {1, 0xC8},                      /* no operation */
        {2, 0xC3, 1},                   /* nothing to repeat */
        {2, 0x51, 1},                   /* no such slot */
        {4, 0xD1, 8, 0, 0x20},          /* a definition and nothing behind it */
        {6, 0xE1, 3, 8, 0, 0x20, 0x41}, /* 3 bytes wide */
        {5, 0xC7, 0, 0, 0, 193},        /* too much to load */
        {6, 0xC6, 0, 0, 0, 2, 1},       /* cut short */
    };
    struct pi *pi = session();

    (void)state;
    for (unsigned i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        uint8_t body[16] = {0xD0, 0x34, 0, 0x20, 0x40};

        memcpy(body + 5, bodies[i] + 1, bodies[i][0]);
        pi->nsent =
            frame_make_long(&pi->key, FRAME_DOWN, ++pi->seq, body, bodies[i][0] + 5u, pi->sent);
        hear(pi, pi->sent, pi->nsent);
        if (i == 0)
            expect_long(pi, pi->seq, "\x06\x0C\x12\x01", 4);
        else
            assert_true(next_frame(pi, &(struct frame){0}, &(uint32_t){0}));
        assert_int_equal(pi->said[pi->at - 5], ANS_BAD);
        assert_int_equal(pi->said[pi->at - 4], 1);
        assert_int_equal(pi->accesses, i + 1);
    }
    send_short_get(pi, 9);
    expect_long(pi, pi->seq, "\x12\x00", 2);
}

static void an_empty_frame_is_acknowledged(void **state)
{
    struct pi *pi = session();

    (void)state;
    send_frame(pi);
    expect_ack(pi);
}

static void blocks_come_back(void **state)
{
    struct pi *pi = session();
    uint8_t data[OP_MAX_BLOCK], answer[2 + OP_MAX_BLOCK] = {ANS_BYTES, OP_MAX_BLOCK};

    (void)state;
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 11 + 3);
    add(pi, (struct op){.kind = OP_STORE, .addr = 4096 - 192, .nbytes = 192, .data = data});
    add(pi, (struct op){.kind = OP_STORE, .addr = 0, .nbytes = 1, .data = data});
    send_frame(pi);
    expect_ack(pi);
    assert_memory_equal(pi->bounce + 4096 - 192, data, 192);
    add(pi, (struct op){.kind = OP_LOAD, .addr = 4096 - 192, .nbytes = 192});
    send_frame(pi);
    memcpy(answer + 2, data, 192);
    expect_long(pi, 2, answer, sizeof answer);
    send_again(pi);
    expect_long(pi, 2, answer, sizeof answer);
    assert_int_equal(pi->accesses, 0);
}

static void blocks_outside_are_refused(void **state)
{
    static const uint8_t items[] = {ANS_REFUSED, 0, ANS_REFUSED, 1, ANS_BYTES, 3, 0, 0, 0};
    struct pi *pi = session();

    (void)state;
    memset(pi->bounce, 0xEE, sizeof pi->bounce);
    add(pi, (struct op){.kind = OP_STORE, .addr = 4094, .nbytes = 3, .data = (uint8_t *)"abc"});
    add(pi, (struct op){.kind = OP_LOAD, .addr = 0xFFFFFE, .nbytes = 3});
    send_frame(pi);
    expect_long(pi, 1, items, sizeof items);
    assert_int_equal(pi->bounce[4095], 0xEE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_and_values_arrive),
        cmocka_unit_test(answers_are_relative),
        cmocka_unit_test(repetitions),
        cmocka_unit_test(rules_reach_the_devices),
        cmocka_unit_test(an_abort_is_refused),
        cmocka_unit_test(remarks_have_an_end),
        cmocka_unit_test(results_have_an_end),
        cmocka_unit_test(nothing_begins_so),
        cmocka_unit_test(an_empty_frame_is_acknowledged),
        cmocka_unit_test(blocks_come_back),
        cmocka_unit_test(blocks_outside_are_refused),
    };

    return cmocka_run_group_tests_name("loop-ops", tests, NULL, NULL);
}
