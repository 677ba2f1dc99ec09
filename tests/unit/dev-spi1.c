/* SPI1 and SPI2: "BCM2835 ARM Peripherals" ch. 2.3, p. 20-27, and its public errata. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/board.h"

enum { CNTL0 = 0x00, CNTL1 = 0x04, STAT = 0x08, PEEK = 0x0c, IO = 0x20, TXHOLD = 0x30 };

enum {
    MS_OUT = 1 << 6,
    CPOL = 1 << 7,
    CLEAR = 1 << 9,
    IN_RISING = 1 << 10,
    ENABLE = 1 << 11,
    VARIABLE = 1 << 14,
    VARIABLE_CS = 1 << 15,
    CS0 = 6 << 17,
    CS1 = 5 << 17,
    CS2 = 3 << 17,
    SPEED = 124 << 20, /* 250 MHz / 250: 1 MHz */
    KEEP = 1 << 0,
    MS_IN = 1 << 1,
    IRQ_IDLE = 1 << 6,
    IRQ_EMPTY = 1 << 7,
    BUSY = 1 << 6,
    RX_EMPTY = 1 << 7,
    RX_FULL = 1 << 8,
    TX_EMPTY = 1 << 9,
    TX_FULL = 1 << 10,
    AUX_IRQ = 0x20215000,
    ENABLES = 0x20215004,
};

static const uint64_t bit_ns = 1000; /* at SPEED */
static struct bus bus;
static struct clock now;
static struct dev_board board;
static unsigned master; /* 0: SPI1, 1: SPI2 */

/* Parts answer each byte with the one before. */
static struct part {
    uint8_t last, byte[16];
    unsigned bytes, selects, deselects, mode;
} part[3];
static struct spi_slave slave[3];

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

    p->byte[p->bytes++ % 16] = p->last = out;
    return in;
}

static uint8_t part_offer(void *self)
{
    return ((struct part *)self)->last;
}

static void part_mode(void *self, unsigned mode)
{
    ((struct part *)self)->mode = mode;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, DEV_AUX_BASE + 0x80 + 0x40 * master + off);
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, DEV_AUX_BASE + 0x80 + 0x40 * master + off, value);
}

static void function(unsigned pin, enum dev_gpio_function f)
{
    uint32_t addr = DEV_GPIO_BASE + pin / 10 * 4, shift = pin % 10 * 3;

    access_put(&bus, addr, (access_get(&bus, addr) & ~(7u << shift)) | (uint32_t)f << shift);
}

static void on(unsigned which)
{
    struct dev_board_outside outside = {.clock = &now};

    master = which;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    memset(part, 0, sizeof part);
    clock_start(&now, CLOCK_VIRTUAL);
    dev_board_init(&board, &outside, &bus);
    for (unsigned pin = 0; pin < 6; pin++)
        function((which ? 40 : 16) + pin, GPIO_FSEL_ALT4);
    for (unsigned i = 0; i < 3; i++) {
        part[i].last = 0xa0;
        slave[i] = (struct spi_slave){.self = &part[i],
                                      .select = part_select,
                                      .exchange = part_exchange,
                                      .offer = part_offer,
                                      .mode = part_mode};
        dev_spi1_attach(&board.spi1[which], i, &slave[i]);
    }
    access_put(&bus, ENABLES, 6);
}

static int fresh(void **state)
{
    (void)state;
    on(0);
    return 0;
}

/* As a driver sets it up: mode 0, fixed width, most significant bit first both ways. */
static void set_up(unsigned nbits)
{
    put(CNTL0, SPEED | CS0 | ENABLE | IN_RISING | MS_OUT | nbits);
    put(CNTL1, MS_IN);
}

static void after_power_on(void **state)
{
    (void)state;
    for (unsigned which = 0; which < 2; which++) {
        on(which);
        assert_int_equal(get(CNTL0), 0xe0000);
        assert_int_equal(get(CNTL1), 0);
        assert_int_equal(get(STAT), RX_EMPTY | TX_EMPTY);
        assert_int_equal(get(PEEK), 0);
        assert_int_equal(get(IO), 0);
        put(CNTL1, 0xffffffff);
        assert_int_equal(get(CNTL1), 0x7c3);
        put(STAT, 0xffffffff);
        put(PEEK, 0xffffffff);
        assert_int_equal(get(STAT), RX_EMPTY | TX_EMPTY);
    }
}

/* p. 9 */
static void nothing_while_it_is_not_enabled(void **state)
{
    (void)state;
    set_up(8);
    access_put(&bus, ENABLES, 4);
    assert_int_equal(get(CNTL0), 0);
    put(CNTL0, 0);
    put(IO, 1);
    master = 1;
    assert_int_equal(get(CNTL0), 0xe0000);
    master = 0;
    access_put(&bus, ENABLES, 2);
    assert_int_equal(get(CNTL0), SPEED | CS0 | ENABLE | IN_RISING | MS_OUT | 8);
    assert_int_equal(get(STAT) & TX_EMPTY, TX_EMPTY);
}

static void bytes_go_and_come(void **state)
{
    (void)state;
    for (unsigned which = 0; which < 2; which++) {
        on(which);
        set_up(8);
        put(IO, 0x5au << 24);
        put(IO, 0x3cu << 24);
        assert_int_equal(part[0].selects, 1);
        clock_pass(&now, 8 * bit_ns - 1);
        assert_int_equal(part[0].bytes, 0);
        clock_pass(&now, 1);
        assert_int_equal(part[0].bytes, 1);
        clock_pass(&now, 8 * bit_ns);
        assert_int_equal(part[0].bytes, 2);
        assert_int_equal(part[0].byte[0], 0x5a);
        assert_int_equal(part[0].byte[1], 0x3c);
        assert_int_equal(part[0].deselects, 2); /* after each word */
        assert_int_equal(part[1].selects + part[2].selects, 0);
        assert_int_equal(get(PEEK), 0xa0);
        assert_int_equal(get(PEEK), 0xa0);
        assert_int_equal(get(IO), 0xa0);
        assert_int_equal(get(IO), 0x5a);
        assert_int_equal(get(STAT), RX_EMPTY | TX_EMPTY);
    }
}

/* p. 22: the speed is half of the core clock, divided by SPEED + 1. */
static void speeds(void **state)
{
    static const uint32_t field[] = {0, 1, 124, 4095};

    (void)state;
    for (unsigned i = 0; i < sizeof field / sizeof *field; i++) {
        put(CNTL0, field[i] << 20 | CS0 | ENABLE | MS_OUT | 8);
        assert_int_equal(dev_spi1_bit_ns(&board.spi1[0]), 8 * (field[i] + 1));
        put(IO, 0);
        clock_pass(&now, 64 * (field[i] + 1ull) - 1);
        assert_int_equal(part[0].bytes, i);
        clock_pass(&now, 1);
        assert_int_equal(part[0].bytes, i + 1);
        get(IO);
    }
}

/* TXHOLD keeps the select until a word of IO has gone. */
static void held_selects(void **state)
{
    (void)state;
    set_up(16);
    put(TXHOLD, 0x12340000);
    put(TXHOLD, 0x56780000);
    clock_pass(&now, 100 * bit_ns);
    assert_int_equal(part[0].selects, 1);
    assert_int_equal(part[0].deselects, 0);
    put(IO, 0x9abc0000);
    clock_pass(&now, 100 * bit_ns);
    assert_int_equal(part[0].selects, 1);
    assert_int_equal(part[0].deselects, 1);
    assert_int_equal(part[0].bytes, 6);
    assert_memory_equal(part[0].byte, "\x12\x34\x56\x78\x9a\xbc", 6);
    assert_int_equal(get(IO), 0xa012);
    assert_int_equal(get(IO), 0x3456);
    assert_int_equal(get(IO), 0x789a);
}

/* p. 24: CE is high for that many bits more between words. */
static void time_between_words(void **state)
{
    (void)state;
    set_up(8);
    put(CNTL1, MS_IN | 5 << 8);
    put(IO, 0);
    put(IO, 0);
    clock_pass(&now, (8 + 5 + 8) * bit_ns - 1);
    assert_int_equal(part[0].bytes, 1);
    clock_pass(&now, 1);
    assert_int_equal(part[0].bytes, 2);
}

/* p. 20-21: bits 28-24 are the width, data begins at bit 23; bits 31-29 are the selects. */
static void variable_width(void **state)
{
    (void)state;
    put(CNTL0, SPEED | CS0 | ENABLE | IN_RISING | MS_OUT | VARIABLE);
    put(CNTL1, MS_IN);
    put(IO, 24u << 24 | 0x112233);
    clock_pass(&now, 24 * bit_ns);
    put(IO, 8u << 24 | 0x440000);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(part[0].bytes, 4);
    assert_memory_equal(part[0].byte, "\x11\x22\x33\x44", 4);
    assert_int_equal(get(IO), 0xa01122);
    assert_int_equal(get(IO), 0x33);
    put(CNTL0, SPEED | CS0 | ENABLE | IN_RISING | MS_OUT | VARIABLE | VARIABLE_CS);
    put(IO, 5u << 29 | 8u << 24 | 0x550000);
    put(IO, 3u << 29 | 8u << 24 | 0x660000);
    clock_pass(&now, 16 * bit_ns);
    assert_int_equal(part[0].selects, 2);
    assert_int_equal(part[1].byte[0], 0x55);
    assert_int_equal(part[2].byte[0], 0x66);
}

static void selects(void **state)
{
    static const uint32_t pattern[] = {CS0, CS1, CS2};

    (void)state;
    for (unsigned n = 0; n < 3; n++) {
        put(CNTL0, SPEED | pattern[n] | ENABLE | MS_OUT | 8);
        put(IO, 0);
        clock_pass(&now, 8 * bit_ns);
        for (unsigned i = 0; i < 3; i++)
            assert_int_equal(part[i].bytes, i <= n);
        get(IO);
    }
    put(CNTL0, SPEED | 7 << 17 | ENABLE | MS_OUT | 8); /* nobody */
    put(IO, 0);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(part[0].bytes + part[1].bytes + part[2].bytes, 3);
    /* A select that the program moves itself. */
    function(17, GPIO_FSEL_OUTPUT);
    access_put(&bus, 0x2020001c, 1 << 17);
    put(IO, 0);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(part[1].bytes, 1);
    access_put(&bus, 0x20200028, 1 << 17);
    put(IO, 0);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(part[1].bytes, 2);
}

/* p. 22, 24: the least significant bit first begins at bit 0; what comes in so ends at the top. */
static void least_significant_bit_first(void **state)
{
    (void)state;
    put(CNTL0, SPEED | CS0 | ENABLE | IN_RISING | 8);
    put(IO, 0x01);
    put(IO, 0x02);
    clock_pass(&now, 16 * bit_ns);
    assert_int_equal(part[0].byte[0], 0x80);
    assert_int_equal(part[0].byte[1], 0x40);
    assert_int_equal(get(IO), 0x05000000); /* 0xa0 */
    assert_int_equal(get(IO), 0x01000000);
    put(CNTL1, MS_IN | KEEP);
    put(IO, 0);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(get(IO), 0x00000040); /* behind what was there, shifted out at the top */
    put(IO, 0);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(get(IO), 0x00004000);
}

/* Words that are no bytes go on in the middle of one, as long as the select stays. */
static void any_number_of_bits(void **state)
{
    (void)state;
    set_up(12);
    put(TXHOLD, 0xabcu << 20);
    put(IO, 0xdefu << 20);
    clock_pass(&now, 24 * bit_ns);
    assert_int_equal(part[0].bytes, 3);
    assert_memory_equal(part[0].byte, "\xab\xcd\xef", 3);
    assert_int_equal(get(IO), 0xa0a);
    assert_int_equal(get(IO), 0xbcd);
    set_up(4);
    put(IO, 0x1u << 28); /* half a byte, which no part takes */
    clock_pass(&now, 4 * bit_ns);
    assert_int_equal(part[0].bytes, 3);
    assert_int_equal(get(IO), 0xe);
    set_up(32);
    put(IO, 0x01020304);
    clock_pass(&now, 32 * bit_ns);
    assert_int_equal(part[0].bytes, 7);
    assert_memory_equal(part[0].byte + 3, "\1\2\3\4", 4);
}

/* The FIFOs hold four words; a full one to receive stops the master. */
static void fifos(void **state)
{
    (void)state;
    set_up(8);
    for (unsigned i = 0; i < 6; i++)
        put(IO, i << 24);
    assert_int_equal(get(STAT) >> 20, 0x400);
    assert_int_equal(get(STAT) & 0x7ff, TX_FULL | RX_EMPTY | BUSY | 8);
    clock_pass(&now, 3 * bit_ns);
    assert_int_equal(get(STAT) & 0x3f, 5);
    clock_pass(&now, 100 * bit_ns);
    assert_int_equal(get(STAT), 0x10400000 | RX_FULL | BUSY);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(get(IO), i ? i - 1 : 0xa0);
    clock_pass(&now, 100 * bit_ns);
    assert_int_equal(get(IO), 3);
    assert_int_equal(get(STAT), RX_EMPTY | TX_EMPTY); /* the sixth was lost */
    put(IO, 0);
    put(IO, 0);
    clock_pass(&now, 8 * bit_ns);
    put(CNTL0, get(CNTL0) | CLEAR);
    put(IO, 0);
    assert_int_equal(get(STAT) & (RX_EMPTY | TX_EMPTY), RX_EMPTY | TX_EMPTY);
}

/* ENABLE off: what is on the wire ends, what waits stays. */
static void turned_off(void **state)
{
    (void)state;
    set_up(8);
    put(IO, 1u << 24);
    put(IO, 2u << 24);
    put(CNTL0, get(CNTL0) & ~(uint32_t)ENABLE);
    clock_pass(&now, 100 * bit_ns);
    assert_int_equal(part[0].bytes, 0);
    assert_int_equal(part[0].deselects, 1);
    assert_int_equal(get(STAT), 0x10000000 | RX_EMPTY);
    put(CNTL0, get(CNTL0) | ENABLE);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(part[0].byte[0], 2);
}

/* p. 24; p. 9: bits 1 and 2 of AUXIRQ, line 29. */
static void interrupts(void **state)
{
    (void)state;
    for (unsigned which = 0; which < 2; which++) {
        on(which);
        access_put(&bus, 0x2000b210, 1u << IRQ_AUX);
        set_up(8);
        assert_int_equal(access_get(&bus, AUX_IRQ), 0);
        put(CNTL1, IRQ_EMPTY);
        assert_int_equal(access_get(&bus, AUX_IRQ), 2u << which);
        assert_int_equal(access_get(&bus, 0x2000b204) >> IRQ_AUX & 1, 1);
        put(IO, 0);
        put(IO, 0);
        assert_int_equal(access_get(&bus, AUX_IRQ), 0);
        clock_pass(&now, 8 * bit_ns);
        assert_int_equal(access_get(&bus, AUX_IRQ), 2u << which); /* the second is on the wire */
        put(CNTL1, IRQ_IDLE);
        assert_int_equal(access_get(&bus, AUX_IRQ), 0);
        assert_int_equal(access_get(&bus, 0x2000b204) >> IRQ_AUX & 1, 0);
        clock_pass(&now, 8 * bit_ns);
        assert_int_equal(access_get(&bus, AUX_IRQ), 2u << which);
        assert_int_equal(dev_board_irq(&board) != 0, 1);
        access_put(&bus, ENABLES, 0);
        assert_int_equal(access_get(&bus, AUX_IRQ), 0);
    }
}

/* p. 22: the edge that samples, and the idle level. */
static void modes(void **state)
{
    static const uint32_t bits[] = {IN_RISING, 0, CPOL, CPOL | IN_RISING};

    (void)state;
    for (unsigned m = 0; m < 4; m++) {
        put(CNTL0, SPEED | CS0 | ENABLE | MS_OUT | 8 | bits[m]);
        put(IO, 0);
        clock_pass(&now, 8 * bit_ns);
        assert_int_equal(part[0].mode, m);
        get(IO);
    }
}

static void nobody_at_the_pins(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        dev_spi1_attach(&board.spi1[0], i, NULL);
    set_up(8);
    put(IO, 0x5au << 24);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(get(IO), 0);
    dev_gpio_drive(&board.gpio, 19, GPIO_DRIVEN_HIGH);
    put(IO, 0x5au << 24);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(get(IO), 0xff);
    board.spi1[0].loopback = 1;
    put(IO, 0x5au << 24);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(get(IO), 0x5a);
    function(19, GPIO_FSEL_INPUT);
    put(IO, 0x5au << 24);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(get(IO), 0);
    dev_spi1_attach(&board.spi1[0], 0, &slave[0]);
    function(19, GPIO_FSEL_ALT4);
    function(21, GPIO_FSEL_INPUT); /* no clock */
    put(IO, 0x5au << 24);
    clock_pass(&now, 8 * bit_ns);
    assert_int_equal(part[0].bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(after_power_on, fresh),
        cmocka_unit_test_setup(nothing_while_it_is_not_enabled, fresh),
        cmocka_unit_test_setup(bytes_go_and_come, fresh),
        cmocka_unit_test_setup(speeds, fresh),
        cmocka_unit_test_setup(held_selects, fresh),
        cmocka_unit_test_setup(time_between_words, fresh),
        cmocka_unit_test_setup(variable_width, fresh),
        cmocka_unit_test_setup(selects, fresh),
        cmocka_unit_test_setup(least_significant_bit_first, fresh),
        cmocka_unit_test_setup(any_number_of_bits, fresh),
        cmocka_unit_test_setup(fifos, fresh),
        cmocka_unit_test_setup(turned_off, fresh),
        cmocka_unit_test_setup(interrupts, fresh),
        cmocka_unit_test_setup(modes, fresh),
        cmocka_unit_test_setup(nobody_at_the_pins, fresh),
    };

    return cmocka_run_group_tests_name("dev-spi1", tests, NULL, NULL);
}
