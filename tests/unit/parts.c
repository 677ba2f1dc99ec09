/* Each part at its pins, at the edges of what its data sheet says. */
#include "tests/unit/parts-rig.h"

static void add(const char *text)
{
    if (parts_add(&rig, text) < 0)
        fail_msg("%s", rig.error);
}

/* ---- serial adapter ---- */

static void send_bits(unsigned pin, unsigned bits, unsigned n, uint64_t bit_ns)
{
    for (unsigned i = 0; i < n; i++) {
        rig_write(pin, bits >> i & 1);
        clock_pass(&rig_clock, bit_ns);
    }
}

/* 8N1 stands a baud that is off by 4 %, not by 8. */
static void uart_takes_a_baud_that_is_a_little_off(void **state)
{
    static const struct {
        uint64_t bit_ns;
        const char *printed;
    } bits[] = {{8680, "U\x81"}, {8333, "U\x81"}, {9027, "U\x81"}};

    (void)state;
    add("uart:20");
    parts_start(&rig);
    rig_output(20, 1);
    for (unsigned i = 0; i < 3; i++) {
        *rig_printed = 0;
        send_bits(20, 'U' << 1 | 0x200, 10, bits[i].bit_ns);
        send_bits(20, 0x81 << 1 | 0x200, 10, bits[i].bit_ns);
        rig_pass_us(20);
        assert_string_equal(rig_printed, bits[i].printed);
    }
    *rig_printed = 0;
    send_bits(20, 'U' << 1 | 0x200, 10, 10400); /* 20 % */
    rig_pass_us(100);
    assert_string_not_equal(rig_printed, "U");
}

static void uart_passes_over_glitches_and_breaks(void **state)
{
    (void)state;
    add("uart:20,baud=9600");
    parts_start(&rig);
    rig_output(20, 1);
    rig_pass_us(200);
    rig_write(20, 0);
    rig_pass_us(40); /* less than half a bit */
    rig_write(20, 1);
    rig_pass_us(2000);
    assert_string_equal(rig_printed, "");
    assert_string_equal(rig_said, "");
    rig_write(20, 0);
    rig_pass_us(5000);
    rig_write(20, 1);
    rig_pass_us(200);
    send_bits(20, 'x' << 1 | 0x200, 10, 104167);
    assert_string_equal(rig_printed, "x");
    assert_non_null(strstr(rig_said, "pin 20 is low at "));
}

static void uart_sends_when_the_program_looks(void **state)
{
    unsigned got = 0;

    (void)state;
    add("uart:20,21,9600");
    parts_start(&rig);
    rig_typed = "A";
    assert_int_equal(rig_level(21), 1);
    rig_pass_us(10000);
    assert_int_equal(rig_level(21), 1);
    assert_int_equal(parts_waits(&rig), 1);
    assert_int_equal(rig_level(21), 0);
    rig_pass_us(52);
    for (unsigned i = 0; i < 9; i++) {
        got |= (unsigned)rig_level(21) << i;
        clock_pass(&rig_clock, 104167);
    }
    assert_int_equal(got, 'A' << 1);
    assert_int_equal(rig_level(21), 1);
    rig_pass_us(200);
    assert_int_equal(parts_waits(&rig), 0);
}

/* ---- sonar ---- */

static void ping(uint64_t ns)
{
    rig_write(20, 1);
    clock_pass(&rig_clock, ns);
    rig_write(20, 0);
}

/* How long pin 21 is high within the next ms milliseconds, in us. */
static unsigned echo_us(unsigned ms)
{
    unsigned n = 0;

    for (unsigned us = 0; us < 1000 * ms; us++) {
        n += (unsigned)rig_level(21);
        rig_pass_us(1);
    }
    return n;
}

static void sonar_answers_as_long_as_sound_takes(void **state)
{
    (void)state;
    add("sonar:20,21,1m/nothing/5m/2cm");
    parts_start(&rig);
    rig_output(20, 0);
    ping(9900);
    assert_int_equal(echo_us(50), 0);
    assert_non_null(strstr(rig_said, "was high for 9900 ns only"));
    ping(10000);
    assert_in_range(echo_us(50), 5829, 5831);
    ping(12000);
    assert_in_range(echo_us(50), 37999, 38001);
    ping(12000);
    assert_in_range(echo_us(50), 37999, 38001);
    ping(12000);
    rig_pass_us(460);
    assert_int_equal(rig_level(21), 1);
    ping(12000); /* while it still measures: passed over */
    assert_in_range(echo_us(50), 94, 96);
    ping(12000);
    assert_in_range(echo_us(50), 115, 118); /* the last one stays */
}

/* ---- EEPROM ---- */

static void eeprom_writes_pages_and_is_busy_then(void **state)
{
    struct i2c_slave *e;

    (void)state;
    add("eeprom:addr=0x53,type=24lc64");
    parts_start(&rig);
    e = rig_i2c[1];
    assert_non_null(e);
    assert_int_equal(e->address, 0x53);
    assert_int_equal(e->start(e->self, 0), 1);
    e->write(e->self, 0xff); /* the chip has 13 bits of address: 0x1fff */
    e->write(e->self, 0xff);
    for (unsigned i = 0; i < 33; i++)
        e->write(e->self, (uint8_t)i); /* round the page of 32, and one more */
    e->stop(e->self);
    assert_int_equal(e->start(e->self, 0), 0);
    rig_pass_us(4999);
    assert_int_equal(e->start(e->self, 0), 0);
    rig_pass_us(1);
    assert_int_equal(e->start(e->self, 0), 1);
    e->write(e->self, 0x1f);
    e->write(e->self, 0xff);
    assert_int_equal(e->start(e->self, 1), 1);
    assert_int_equal(e->read(e->self), 32);
    assert_int_equal(e->read(e->self), 0xff); /* from the end to address 0 */
    e->stop(e->self);
    assert_int_equal(e->start(e->self, 0), 1); /* an address alone writes nothing */
    e->write(e->self, 0x1f);
    e->write(e->self, 0xe0);
    assert_int_equal(e->start(e->self, 1), 1);
    assert_int_equal(e->read(e->self), 1);
    e->stop(e->self);
}

/* ---- radios ---- */

enum { LEFT, RIGHT };

static uint8_t command(unsigned radio, uint8_t c, uint8_t *data, unsigned n)
{
    struct spi_slave *s = rig_spi[radio];
    uint8_t status;

    s->select(s->self, 1);
    status = s->exchange(s->self, c);
    for (unsigned i = 0; i < n; i++)
        data[i] = s->exchange(s->self, data[i]);
    s->select(s->self, 0);
    return status;
}

static void put(unsigned radio, unsigned reg, uint8_t value)
{
    command(radio, (uint8_t)(0x20 | reg), &value, 1);
}

static uint8_t get(unsigned radio, unsigned reg)
{
    uint8_t value = 0;

    command(radio, (uint8_t)reg, &value, 1);
    return value;
}

/* The left one on pins 6 and 22, the right one on 5 and 23; the right one listens. */
static void two_radios(void)
{
    add("nrf24:ce=6,csn=8,irq=22");
    add("nrf24:ce=5,csn=7,irq=23");
    parts_start(&rig);
    rig_output(6, 0);
    rig_output(5, 0);
    put(LEFT, 0x00, 0x0a);
    put(RIGHT, 0x00, 0x0b);
    put(RIGHT, 0x11, 1);
    rig_pass_us(2000);
    rig_write(5, 1);
    rig_pass_us(200);
}

static void send(uint8_t byte, uint64_t ce_us)
{
    command(LEFT, 0xa0, &byte, 1);
    rig_write(6, 1);
    rig_pass_us(ce_us);
    rig_write(6, 0);
    rig_pass_us(5000);
}

/* Reset values, p. 57-63. */
static void radio_registers(void **state)
{
    static const uint8_t reset[] = {0x08, 0x3f, 0x03, 0x03, 0x03, 0x02, 0x0e, 0x0e, 0x00, 0x00,
                                    0xe7, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xe7, 0x00, 0x00, 0x00,
                                    0x00, 0x00, 0x00, 0x11, 0,    0,    0,    0,    0,    0};
    static const uint8_t writable[] = {0x7f, 0x3f, 0x3f, 0x03, 0xff, 0x7f, 0xbf};
    uint8_t address[5] = {1, 2, 3, 4, 5}, back[5] = {0};

    (void)state;
    add("nrf24:ce=6,csn=8,irq=22");
    parts_start(&rig);
    for (unsigned i = 0; i < sizeof reset; i++)
        assert_int_equal(get(LEFT, i), reset[i]);
    for (unsigned i = 0; i < sizeof writable; i++) {
        put(LEFT, i, 0xff);
        assert_int_equal(get(LEFT, i), writable[i]);
    }
    command(LEFT, 0x20 | 0x10, address, 5);
    command(LEFT, 0x10, back, 5);
    assert_memory_equal(back, ((uint8_t[]){1, 2, 3, 4, 5}), 5);
    assert_int_equal(rig_level(22), 1);
}

static void radio_fifos(void **state)
{
    uint8_t byte = 1;

    (void)state;
    two_radios();
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(command(LEFT, 0xa0, &byte, 1) & 1, 0);
    assert_int_equal(get(LEFT, 0x17), 0x21);
    command(LEFT, 0xa0, &byte, 1); /* full: dropped */
    command(LEFT, 0xe1, &byte, 0);
    assert_int_equal(get(LEFT, 0x17), 0x11);
    for (unsigned i = 0; i < 4; i++)
        send((uint8_t)(10 + i), 15);
    /* The fourth was not acknowledged: the receiver's FIFO is full (p. 31). */
    assert_int_equal(get(RIGHT, 0x17), 0x12);
    assert_int_equal(get(LEFT, 0x07) & 0x70, 0x30);
    assert_int_equal(get(LEFT, 0x08), 0x13);
    assert_int_equal(rig_level(22), 0);
    assert_int_equal(rig_level(23), 0);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(command(RIGHT, 0x61, &byte, 1) & 0x4e, 0x40);
        assert_int_equal(byte, 10 + i);
    }
    put(RIGHT, 0x07, 0x40);
    assert_int_equal(rig_level(23), 1);
    assert_int_equal(get(RIGHT, 0x07), 0x0e);
}

static void radio_needs_10_us_of_ce(void **state)
{
    (void)state;
    two_radios();
    send(1, 9);
    assert_int_equal(get(RIGHT, 0x17) & 1, 1);
    send(2, 10);
    assert_int_equal(get(RIGHT, 0x17) & 1, 0);
}

/* 130 us to settle, 8 * (1 + 5 + 1 + 1) + 9 bits at 2 Mbit/s (RF_SETUP 0x0e). */
static void radio_takes_its_time(void **state)
{
    uint8_t byte = 9;

    (void)state;
    two_radios();
    command(LEFT, 0xa0, &byte, 1);
    rig_write(6, 1);
    clock_pass(&rig_clock, 130000 + 73 * 500 - 1);
    assert_int_equal(rig_level(23), 1);
    clock_pass(&rig_clock, 1);
    assert_int_equal(rig_level(23), 0);
    assert_int_equal(rig_level(22), 1); /* the acknowledgement: 130 us and 65 bits later */
    clock_pass(&rig_clock, 130000 + 65 * 500 - 1);
    assert_int_equal(rig_level(22), 1);
    clock_pass(&rig_clock, 1);
    assert_int_equal(rig_level(22), 0);
}

static void radios_that_do_not_fit_hear_nothing(void **state)
{
    static const struct {
        uint8_t reg, value;
    } differs[] = {{0x00, 0x0f}, {0x02, 0x02}, {0x03, 0x01}, {0x05, 0x03},
                   {0x06, 0x06}, {0x11, 0x02}, {0x0a, 0xe6}};

    for (unsigned i = 0; i < sizeof differs / sizeof differs[0]; i++) {
        rig_fresh(state);
        two_radios();
        put(RIGHT, differs[i].reg, differs[i].value);
        send(5, 15);
        assert_int_equal(get(RIGHT, 0x17) & 1, 1);
        assert_int_equal(get(LEFT, 0x07) & 0x30, 0x10);
        rig_end(state);
    }
    rig_fresh(state);
}

/* p. 32: lengths that vary, and a payload that goes back with the acknowledgement. */
static void radio_acknowledges_with_a_payload(void **state)
{
    uint8_t there[5] = {1, 2, 3, 4, 5}, back[2] = {7, 8}, width = 0;

    (void)state;
    two_radios();
    for (unsigned i = 0; i < 2; i++) {
        put(i, 0x1d, 0x06);
        put(i, 0x1c, 0x01);
    }
    command(RIGHT, 0xa8, back, 2);
    command(LEFT, 0xa0, there, 5);
    rig_write(6, 1);
    rig_pass_us(3000);
    command(RIGHT, 0x60, &width, 1);
    assert_int_equal(width, 5);
    assert_int_equal(get(LEFT, 0x07) & 0x7e, 0x60);
    memset(back, 0, sizeof back);
    command(LEFT, 0x61, back, 2);
    assert_memory_equal(back, ((uint8_t[]){7, 8}), 2);
}

int main(void)
{
#define PART_TEST(f) cmocka_unit_test_setup_teardown(f, rig_fresh, rig_end)
    const struct CMUnitTest tests[] = {
        PART_TEST(uart_takes_a_baud_that_is_a_little_off),
        PART_TEST(uart_passes_over_glitches_and_breaks),
        PART_TEST(uart_sends_when_the_program_looks),
        PART_TEST(sonar_answers_as_long_as_sound_takes),
        PART_TEST(eeprom_writes_pages_and_is_busy_then),
        PART_TEST(radio_registers),
        PART_TEST(radio_fifos),
        PART_TEST(radio_needs_10_us_of_ce),
        PART_TEST(radio_takes_its_time),
        PART_TEST(radios_that_do_not_fit_hear_nothing),
        PART_TEST(radio_acknowledges_with_a_payload),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
