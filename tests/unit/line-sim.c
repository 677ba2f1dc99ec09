/* The simulated line over a virtual clock: when each byte arrives, and what a reader that is too
 * slow, or runs at another rate, gets. */
#include "tests/unit/line-sim-rig.h"

/* ---- time
 * ----------------------------------------------------------------------------------------- */

static void bytes_leave_at_the_line_s_rate(void **state)
{
    static const unsigned bauds[] = {50, 9600, 115200, 921600, 1000000, 3000000};

    (void)state;
    for (unsigned b = 0; b < sizeof bauds / sizeof *bauds; b++) {
        uint64_t sent = 0;

        start(&(struct line_config){.baud = bauds[b]});
        for (uint64_t i = 0; i < 200000; i++) {
            while (sent < 200000 && line_model_send(&m, LINE_TO_PI, (uint8_t)sent, m.now) == 0)
                sent++;
            expect_byte(LINE_TO_PI, (uint8_t)i, wire_ns(i + 1, bauds[b]));
        }
        assert_int_equal(line_model_next(&m), LINE_NEVER);
    }
}

static void an_idle_line_starts_at_once(void **state)
{
    (void)state;
    start(&(struct line_config){.baud = 115200});
    send_text(LINE_TO_PI, "a", 5 * MS);
    expect_byte(LINE_TO_PI, 'a', 5 * MS + wire_ns(1, 115200));
    send_text(LINE_TO_PI, "b", 70 * MS);
    send_text(LINE_TO_PI, "c", 70 * MS + 1);
    expect_byte(LINE_TO_PI, 'b', 70 * MS + wire_ns(1, 115200));
    expect_byte(LINE_TO_PI, 'c', 70 * MS + wire_ns(2, 115200));
}

static void directions_do_not_wait_for_each_other(void **state)
{
    (void)state;
    start(&(struct line_config){.baud = 115200, .latency_ns = MS});
    for (unsigned i = 0; i < 1000; i++)
        line_model_send(&m, LINE_TO_PI, 'x', 0);
    send_text(LINE_TO_LAPTOP, "ab", 0);
    expect_byte(LINE_TO_LAPTOP, 'a', wire_ns(1, 115200) + MS);
    expect_byte(LINE_TO_LAPTOP, 'b', wire_ns(2, 115200) + MS);
    expect_byte(LINE_TO_PI, 'x', wire_ns(1, 115200));
}

/* Reads of 5 bytes and 5 back, each after the one before: the figures of a naive protocol. */
static void latency_bounds_dependent_reads(void **state)
{
    static const struct {
        unsigned baud;
        uint64_t latency_ns, reads_a_second;
    } lines[] = {
        {115200, MS, 535}, {115200, 16 * MS, 59}, {921600, MS, 902}, {921600, 16 * MS, 62}};

    (void)state;
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
        uint64_t reads = 0, pi = 0, laptop = 0;

        start(&(struct line_config){.baud = lines[i].baud, .latency_ns = lines[i].latency_ns});
        send_text(LINE_TO_PI, "abcde", 0);
        while (m.now < SECOND) {
            uint8_t byte;

            line_model_advance(&m, line_model_next(&m));
            while (line_model_take(&m, LINE_TO_PI, &byte, NULL))
                if (++pi % 5 == 0)
                    send_text(LINE_TO_LAPTOP, "fghij", m.now);
            while (line_model_take(&m, LINE_TO_LAPTOP, &byte, NULL))
                if (++laptop % 5 == 0 && m.now <= SECOND) {
                    reads++;
                    send_text(LINE_TO_PI, "abcde", m.now);
                }
        }
        assert_int_equal(reads, lines[i].reads_a_second);
    }
}

static void an_ftdi_adapter_sends_packets(void **state)
{
    const uint64_t byte = wire_ns(1, 1000000);

    (void)state;
    start(&(struct line_config){.baud = 1000000, .latency_ns = 16 * MS, .ftdi = 1});
    send_text(LINE_TO_LAPTOP, "ab", 0); /* the timer runs from the first */
    expect_byte(LINE_TO_LAPTOP, 'a', byte + 16 * MS);
    expect_byte(LINE_TO_LAPTOP, 'b', byte + 16 * MS);

    start(&(struct line_config){.baud = 1000000, .latency_ns = 16 * MS, .ftdi = 1});
    for (unsigned i = 0; i < 150; i++)
        line_model_send(&m, LINE_TO_LAPTOP, (uint8_t)i, 0);
    for (unsigned i = 0; i < 150; i++)
        expect_byte(LINE_TO_LAPTOP, (uint8_t)i,
                    i < 62    ? 62 * byte
                    : i < 124 ? 124 * byte
                              : 125 * byte + 16 * MS);

    start(&(struct line_config){.baud = 1000000, .latency_ns = MS, .ftdi = 1});
    send_text(LINE_TO_LAPTOP, "a", 0);
    send_text(LINE_TO_LAPTOP, "b", MS); /* arrives as the packet leaves, and goes with it */
    send_text(LINE_TO_LAPTOP, "c", MS + 1);
    expect_byte(LINE_TO_LAPTOP, 'a', byte + MS);
    expect_byte(LINE_TO_LAPTOP, 'b', byte + MS);
    expect_byte(LINE_TO_LAPTOP, 'c', 2 * byte + MS + MS);

    send_text(LINE_TO_PI, "d", 10 * MS); /* the other direction has no such timer */
    expect_byte(LINE_TO_PI, 'd', 10 * MS + byte);
}

static void a_late_reader_gets_the_same_times(void **state)
{
    (void)state;
    start(&(struct line_config){.baud = 1000000, .latency_ns = MS, .ftdi = 1});
    send_text(LINE_TO_LAPTOP, "ab", 0);
    line_model_advance(&m, SECOND);
    expect_byte(LINE_TO_LAPTOP, 'a', 10000 + MS);
    expect_byte(LINE_TO_LAPTOP, 'b', 10000 + MS);
    assert_int_equal(m.now, SECOND);
}

static void next_and_quiet_tell_what_is_to_come(void **state)
{
    uint8_t byte;

    (void)state;
    start(&(struct line_config){.baud = 1000000, .latency_ns = 5 * MS});
    assert_int_equal(line_model_next(&m), LINE_NEVER);
    send_text(LINE_TO_LAPTOP, "abc", 0);
    assert_int_equal(line_model_quiet(&m), 30000 + 5 * MS);
    line_model_advance(&m, 30000);
    assert_int_equal(line_model_next(&m), 10000 + 5 * MS);
    line_model_advance(&m, 10000 + 5 * MS - 1);
    assert_int_equal(line_model_take(&m, LINE_TO_LAPTOP, &byte, NULL), 0);
    line_model_advance(&m, 10000 + 5 * MS);
    assert_int_equal(line_model_take(&m, LINE_TO_LAPTOP, &byte, NULL), 1);
    assert_int_equal(line_model_next(&m), 20000 + 5 * MS);
}

static void a_sender_must_wait_when_the_queue_is_full(void **state)
{
    unsigned sent = 0;

    (void)state;
    start(&(struct line_config){.baud = 115200});
    while (line_model_send(&m, LINE_TO_PI, 'x', 0) == 0)
        sent++;
    assert_int_equal(sent, LINE_QUEUE + 1); /* one is on the wire */
    assert_int_equal(line_model_room(&m, LINE_TO_PI), 0);
    assert_int_equal(line_model_room(&m, LINE_TO_LAPTOP), LINE_QUEUE);
    line_model_advance(&m, wire_ns(1, 115200));
    assert_int_equal(line_model_room(&m, LINE_TO_PI), 1);
}

/* ---- the Pi's FIFO, rates that differ
 * ------------------------------------------------------------------ */

static void an_unread_fifo_loses_the_new_byte(void **state)
{
    (void)state;
    start(&(struct line_config){.baud = 115200, .fifo = 8});
    send_text(LINE_TO_PI, "0123456789", 0);
    send_text(LINE_TO_LAPTOP, "0123456789", 0);
    line_model_advance(&m, SECOND);
    assert_int_equal(m.wire[LINE_TO_PI].counts.overrun, 2);
    assert_string_equal(comes(LINE_TO_PI, SECOND), "01234567");
    assert_string_equal(comes(LINE_TO_LAPTOP, SECOND), "0123456789");

    send_text(LINE_TO_PI, "0123456789", SECOND); /* read in time */
    assert_string_equal(comes(LINE_TO_PI, 2 * SECOND), "0123456789");
    assert_int_equal(m.wire[LINE_TO_PI].counts.overrun, 2);

    line_model_hold(&m, 5); /* taken, not read */
    send_text(LINE_TO_PI, "0123456789", 2 * SECOND);
    line_model_advance(&m, 3 * SECOND);
    assert_string_equal(comes(LINE_TO_PI, 3 * SECOND), "012");
    assert_int_equal(m.wire[LINE_TO_PI].counts.overrun, 2 + 7);
}

static void different_rates_give_garbage(void **state)
{
    (void)state;
    start(&(struct line_config){.baud = 115200});
    line_model_set_baud(&m, LINE_TO_PI, 921600); /* the laptop's transmitter */
    send_text(LINE_TO_PI, "hello", 0);
    assert_string_not_equal(comes(LINE_TO_PI, SECOND), "hello");
    assert_int_equal(m.wire[LINE_TO_PI].counts.garbled, 5);
    assert_int_equal(m.wire[LINE_TO_PI].counts.arrived, 5);
    line_model_set_baud(&m, LINE_TO_LAPTOP,
                        925926); /* what the mini-UART makes of it: 250 MHz / 270 */
    send_text(LINE_TO_PI, "a", SECOND);
    send_text(LINE_TO_LAPTOP, "b", SECOND);
    expect_byte(LINE_TO_LAPTOP, 'b', SECOND + wire_ns(1, 925926));
    expect_byte(LINE_TO_PI, 'a', SECOND + wire_ns(1, 921600));
    assert_int_equal(m.wire[LINE_TO_PI].counts.garbled, 5);
    line_model_set_baud(&m, LINE_TO_LAPTOP, 976562); /* 250 MHz / 256: 6 % off is too much */
    send_text(LINE_TO_PI, "a", 2 * SECOND);
    send_text(LINE_TO_LAPTOP, "b", 2 * SECOND);
    line_model_advance(&m, 3 * SECOND);
    assert_int_equal(m.wire[LINE_TO_PI].counts.garbled, 6);
    assert_int_equal(m.wire[LINE_TO_LAPTOP].counts.garbled, 1);
}

static void a_new_rate_is_for_the_next_byte(void **state)
{
    (void)state;
    start(&(struct line_config){.baud = 1000000});
    send_text(LINE_TO_PI, "ab", 0);
    line_model_set_baud(&m, LINE_TO_PI, 2000000);
    line_model_set_baud(&m, LINE_TO_LAPTOP, 2000000);
    expect_byte(LINE_TO_PI, 'a', 10000);
    expect_byte(LINE_TO_PI, 'b', 15000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_leave_at_the_line_s_rate),
        cmocka_unit_test(an_idle_line_starts_at_once),
        cmocka_unit_test(directions_do_not_wait_for_each_other),
        cmocka_unit_test(latency_bounds_dependent_reads),
        cmocka_unit_test(an_ftdi_adapter_sends_packets),
        cmocka_unit_test(a_late_reader_gets_the_same_times),
        cmocka_unit_test(next_and_quiet_tell_what_is_to_come),
        cmocka_unit_test(a_sender_must_wait_when_the_queue_is_full),
        cmocka_unit_test(an_unread_fifo_loses_the_new_byte),
        cmocka_unit_test(different_rates_give_garbage),
        cmocka_unit_test(a_new_rate_is_for_the_next_byte),
    };

    return cmocka_run_group_tests_name("line-sim", tests, NULL, NULL);
}
