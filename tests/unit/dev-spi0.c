/* SPI0: "BCM2835 ARM Peripherals" ch. 10, p. 148-158, and its public errata. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/spi0.h"

enum { CS = 0x00, FIFO = 0x04, CLK = 0x08, DLEN = 0x0c, LTOH = 0x10, DC = 0x14 };

enum {
    CLEAR_TX = 1 << 4,
    CLEAR_RX = 1 << 5,
    CSPOL = 1 << 6,
    TA = 1 << 7,
    DMAEN = 1 << 8,
    INTD = 1 << 9,
    INTR = 1 << 10,
    ADCS = 1 << 11,
    DONE = 1 << 16,
    RXD = 1 << 17,
    TXD = 1 << 18,
    RXR = 1 << 19,
    RXF = 1 << 20,
    CSPOL0 = 1 << 21,
    BYTE_NS = 8 * 250 * 4, /* at a divisor of 250: 1 MHz */
};

static struct bus bus;
static struct clock now;
static struct dev_gpio gpio;
static struct dev_spi0 spi;

/* A part that answers each byte with the one before, and counts. */
static struct part {
    uint8_t last;
    unsigned bytes, selects, deselects;
} part[2];
static struct spi_slave slave[2];

static void part_select(void *self, int active)
{
    struct part *p = self;

    p->selects += active;
    p->deselects += !active;
}

static uint8_t part_exchange(void *self, uint8_t out)
{
    struct part *p = self;
    uint8_t in = p->last;

    p->bytes++;
    p->last = out;
    return in;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, DEV_SPI0_BASE + off);
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, DEV_SPI0_BASE + off, value);
}

static void function(unsigned pin, enum dev_gpio_function f)
{
    uint32_t addr = DEV_GPIO_BASE + pin / 10 * 4, shift = pin % 10 * 3;

    access_put(&bus, addr, (access_get(&bus, addr) & ~(7u << shift)) | (uint32_t)f << shift);
}

static int fresh(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    memset(part, 0, sizeof part);
    clock_start(&now, CLOCK_VIRTUAL);
    dev_gpio_init(&gpio);
    dev_gpio_map(&gpio, &bus);
    dev_spi0_init(&spi, &now, &gpio);
    dev_spi0_map(&spi, &bus);
    for (unsigned pin = 7; pin <= 11; pin++)
        function(pin, GPIO_FSEL_ALT0);
    put(CLK, 250);
    for (unsigned n = 0; n < 2; n++) {
        slave[n] =
            (struct spi_slave){.self = &part[n], .select = part_select, .exchange = part_exchange};
        dev_spi0_attach(&spi, n, &slave[n]);
    }
    return 0;
}

static void power_on_values(void **state)
{
    (void)state;
    dev_spi0_reset(&spi);
    assert_int_equal(get(CS), 0x00041000);
    assert_int_equal(get(CLK), 0);
    assert_int_equal(get(DLEN), 0);
    assert_int_equal(get(LTOH), 1);
    assert_int_equal(get(DC), 0x30201020);
}

/* p. 156: "If CDIV is set to 0, the divisor is 65536 [...] odd numbers rounded down." */
static void the_divider_makes_the_byte_time(void **state)
{
    (void)state;
    assert_int_equal(dev_spi0_byte_ns(&spi), BYTE_NS);
    put(CLK, 251);
    assert_int_equal(get(CLK), 250);
    put(CLK, 0);
    assert_int_equal(dev_spi0_byte_ns(&spi), 8 * 65536 * 4);
    put(CLK, 0x12345);
    assert_int_equal(get(CLK), 0x2344);
}

/* p. 158, polled: TA, write while TXD, read while RXD, wait for DONE, TA off. */
static void polled_bytes_take_their_time(void **state)
{
    (void)state;
    put(CS, TA | CLEAR_TX | CLEAR_RX);
    assert_int_equal(part[0].selects, 1);
    assert_int_equal(get(CS) & (DONE | TXD | RXD), DONE | TXD); /* "immediately", p. 158 */
    put(FIFO, 0x11);
    put(FIFO, 0x22);
    assert_int_equal(get(CS) & DONE, 0);
    clock_pass(&now, BYTE_NS - 1);
    assert_int_equal(get(CS) & RXD, 0);
    clock_pass(&now, 1);
    assert_int_equal(get(CS) & (RXD | DONE), RXD);
    clock_pass(&now, BYTE_NS);
    assert_int_equal(get(CS) & (RXD | DONE), RXD | DONE);
    assert_int_equal(get(FIFO), 0);
    assert_int_equal(get(FIFO), 0x11);
    assert_int_equal(get(CS) & RXD, 0);
    put(CS, 0);
    assert_int_equal(get(CS) & DONE, 0); /* p. 153: cleared by TA = 0 */
    assert_int_equal(part[0].deselects, 1);
    assert_int_equal(part[0].bytes, 2);
    assert_int_equal(part[1].selects, 0);
}

static void chip_selects_are_told_apart(void **state)
{
    (void)state;
    put(CS, TA | 1);
    put(FIFO, 5);
    clock_pass(&now, BYTE_NS);
    assert_int_equal(part[1].bytes, 1);
    put(CS, TA);
    assert_int_equal(part[1].deselects, 1);
    assert_int_equal(part[0].selects, 1);
    put(CS, TA | 2); /* has no pin */
    assert_int_equal(part[0].deselects, 1);
    put(FIFO, 5);
    clock_pass(&now, BYTE_NS);
    assert_int_equal(part[0].bytes + part[1].bytes, 1);
}

/* p. 153: "0 = chip select lines are active low". A part is selected by a low pin. */
static void an_active_high_select_is_the_other_way_round(void **state)
{
    static const uint32_t high[] = {CSPOL, CSPOL0};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        fresh(NULL);
        put(CS, high[i]);
        assert_int_equal(part[0].selects, 1);
        put(CS, high[i] | TA);
        assert_int_equal(part[0].deselects, 1);
        put(FIFO, 1);
        clock_pass(&now, BYTE_NS);
        assert_int_equal(part[0].bytes, 0);
    }
}

static void clear_empties_the_fifos(void **state)
{
    (void)state;
    put(CS, TA);
    put(FIFO, 1);
    put(FIFO, 2);
    put(FIFO, 3);
    clock_pass(&now, BYTE_NS);
    put(CS, TA | CLEAR_RX);
    assert_int_equal(get(CS) & (RXD | CLEAR_TX | CLEAR_RX), 0);
    put(CS, TA | CLEAR_TX);
    clock_pass(&now, 10ull * BYTE_NS);
    assert_int_equal(part[0].bytes, 2); /* the one on the wire went on */
}

/* 16 words each way; "no further serial data will be sent until data is read", p. 154. */
static void full_fifos(void **state)
{
    (void)state;
    put(CS, TA);
    for (unsigned i = 0; i < DEV_SPI0_FIFO; i++)
        put(FIFO, i);
    assert_int_equal(get(CS) & TXD, TXD); /* the first is on the wire */
    put(FIFO, 64);
    assert_int_equal(get(CS) & TXD, 0);
    put(FIFO, 99); /* lost */
    clock_pass(&now, 47ull * BYTE_NS);
    assert_int_equal(get(CS) & RXR, 0);
    clock_pass(&now, BYTE_NS);
    assert_int_equal(get(CS) & (RXR | RXF), RXR);
    clock_pass(&now, 100ull * BYTE_NS);
    assert_int_equal(get(CS) & (RXR | RXF | DONE), RXR | RXF);
    assert_int_equal(part[0].bytes, 64);
    assert_int_equal(get(FIFO), 0);
    clock_pass(&now, 100ull * BYTE_NS);
    assert_int_equal(part[0].bytes, 65);
    assert_int_equal(part[0].last, 64);
}

static void interrupts_follow_done_and_rxr(void **state)
{
    (void)state;
    put(CS, TA | INTR);
    assert_int_equal(spi.irq.level, 0);
    for (unsigned i = 0; i < 48; i++)
        put(FIFO, i);
    clock_pass(&now, 48ull * BYTE_NS);
    assert_int_equal(spi.irq.level, 1);
    get(FIFO);
    assert_int_equal(spi.irq.level, 0);
    put(CS, TA | INTD);
    assert_int_equal(spi.irq.level, 1);
    put(FIFO, 0);
    assert_int_equal(spi.irq.level, 0);
    clock_pass(&now, BYTE_NS);
    assert_int_equal(spi.irq.level, 1);
    put(CS, INTD);
    assert_int_equal(spi.irq.level, 0);
}

/* p. 153: with TA clear "writes to SPIFIFO write data into bits 7-0 of SPICS", and DLEN (p. 158,
 * errata). */
static void a_write_without_ta_sets_control_and_length(void **state)
{
    (void)state;
    put(FIFO, 0x0123004d);
    assert_int_equal(get(DLEN), 0x123);
    assert_int_equal(get(CS) & 0xff, 0x4d);
    assert_int_equal(get(CS) & RXD, 0);
}

/* p. 158: a word with length and control, then data in words; ADCS ends it. */
static void dma_mode_moves_words_and_ends_by_length(void **state)
{
    (void)state;
    put(CS, DMAEN | ADCS);
    assert_int_equal(spi.dreq_tx.level, 1);
    put(FIFO, 6u << 16 | TA);
    assert_int_equal(get(CS) & (TA | DONE), TA);
    put(FIFO, 0x44332211);
    assert_int_equal(spi.dreq_tx.level, 1);
    put(FIFO, 0x88776655);
    assert_int_equal(spi.dreq_tx.level, 0); /* six bytes are there */
    clock_pass(&now, 5ull * BYTE_NS);
    assert_int_equal(spi.dreq_rx.level, 0);
    assert_int_equal(part[0].deselects, 0);
    clock_pass(&now, BYTE_NS);
    assert_int_equal(part[0].bytes, 6);
    assert_int_equal(part[0].deselects, 1);
    assert_int_equal(get(CS) & TA, 0);
    assert_int_equal(spi.dreq_rx.level, 1); /* "finished but the RXFIFO isn't empty", p. 157 */
    assert_int_equal(get(FIFO), 0x33221100);
    assert_int_equal(get(FIFO), 0x5544);
    assert_int_equal(spi.dreq_rx.level, 0);
    assert_int_equal(spi.dreq_tx.level, 1); /* for the next transfer's first word */
}

static void requests_keep_to_their_thresholds(void **state)
{
    (void)state;
    put(DC, 3u << 16 | 8);
    put(DLEN, 100);
    put(CS, DMAEN | TA);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(spi.dreq_tx.level, 1); /* at most eight */
        put(FIFO, 0);
    }
    assert_int_equal(spi.dreq_tx.level, 0);
    clock_pass(&now, 3ull * BYTE_NS);
    assert_int_equal(spi.dreq_tx.level, 1);
    assert_int_equal(spi.dreq_rx.level, 0);
    clock_pass(&now, BYTE_NS);
    assert_int_equal(spi.dreq_rx.level, 1); /* more than three */
    put(CS, TA);
    assert_int_equal(spi.dreq_tx.level, 0);
    assert_int_equal(spi.dreq_rx.level, 0);
}

static uint8_t one_byte(uint8_t out)
{
    put(CS, TA | CLEAR_RX);
    put(FIFO, out);
    clock_pass(&now, BYTE_NS);
    out = (uint8_t)get(FIFO);
    put(CS, 0);
    return out;
}

/* Nobody there: the pull of pin 9. */
static void an_open_miso_reads_its_pull(void **state)
{
    (void)state;
    dev_spi0_attach(&spi, 0, NULL);
    assert_int_equal(one_byte(0x5a), 0);
    dev_gpio_drive(&gpio, 9, GPIO_DRIVEN_HIGH);
    assert_int_equal(one_byte(0x5a), 0xff);
    spi.loopback = 1;
    assert_int_equal(one_byte(0x5a), 0x5a);
}

static void pins_of_other_functions_are_not_reached(void **state)
{
    (void)state;
    function(8, GPIO_FSEL_INPUT); /* CE0, pulled up */
    one_byte(1);
    assert_int_equal(part[0].selects + part[0].bytes, 0);
    function(8, GPIO_FSEL_ALT0);
    function(11, GPIO_FSEL_INPUT); /* the clock */
    one_byte(1);
    assert_int_equal(part[0].selects, 1);
    assert_int_equal(part[0].bytes, 0);
    function(11, GPIO_FSEL_ALT0);
    function(10, GPIO_FSEL_OUTPUT); /* MOSI, low */
    one_byte(0x77);
    assert_int_equal(part[0].last, 0);
    function(10, GPIO_FSEL_ALT0);
    part[0].last = 0x77;
    function(9, GPIO_FSEL_INPUT); /* MISO */
    assert_int_equal(one_byte(1), 0);
    assert_int_equal(part[0].last, 1);
}

/* Programs that move the select themselves. */
static void an_output_selects(void **state)
{
    (void)state;
    access_put(&bus, DEV_GPIO_BASE + 0x1c, 1 << 8);
    function(8, GPIO_FSEL_OUTPUT);
    one_byte(1);
    assert_int_equal(part[0].selects, 0);
    access_put(&bus, DEV_GPIO_BASE + 0x28, 1 << 8);
    dev_spi0_pins_changed(&spi);
    assert_int_equal(part[0].selects, 1);
    one_byte(2);
    one_byte(3);
    assert_int_equal(part[0].bytes, 2);
    assert_int_equal(part[0].deselects, 0);
    access_put(&bus, DEV_GPIO_BASE + 0x1c, 1 << 8);
    dev_spi0_pins_changed(&spi);
    assert_int_equal(part[0].deselects, 1);
}

static void reset_forgets_the_byte_on_the_wire(void **state)
{
    (void)state;
    put(CS, TA);
    put(FIFO, 1);
    dev_spi0_reset(&spi);
    clock_pass(&now, 10ull * BYTE_NS);
    assert_int_equal(part[0].bytes, 0);
    assert_int_equal(part[0].deselects, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(power_on_values, fresh),
        cmocka_unit_test_setup(the_divider_makes_the_byte_time, fresh),
        cmocka_unit_test_setup(polled_bytes_take_their_time, fresh),
        cmocka_unit_test_setup(chip_selects_are_told_apart, fresh),
        cmocka_unit_test_setup(an_active_high_select_is_the_other_way_round, fresh),
        cmocka_unit_test_setup(clear_empties_the_fifos, fresh),
        cmocka_unit_test_setup(full_fifos, fresh),
        cmocka_unit_test_setup(interrupts_follow_done_and_rxr, fresh),
        cmocka_unit_test_setup(a_write_without_ta_sets_control_and_length, fresh),
        cmocka_unit_test_setup(dma_mode_moves_words_and_ends_by_length, fresh),
        cmocka_unit_test_setup(requests_keep_to_their_thresholds, fresh),
        cmocka_unit_test_setup(an_open_miso_reads_its_pull, fresh),
        cmocka_unit_test_setup(pins_of_other_functions_are_not_reached, fresh),
        cmocka_unit_test_setup(an_output_selects, fresh),
        cmocka_unit_test_setup(reset_forgets_the_byte_on_the_wire, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
