/* BSC: "BCM2835 ARM Peripherals" ch. 3, p. 28-37. */
#include "tests/unit/access.h"

#include <stdio.h>
#include <string.h>

#include "emu/dev/bsc.h"

enum {
    C = 0x00,
    S = 0x04,
    DLEN = 0x08,
    A = 0x0c,
    FIFO = 0x10,
    DIV = 0x14,
    DEL = 0x18,
    CLKT = 0x1c,
};

enum {
    READ = 1,
    CLEAR = 1 << 4,
    ST = 1 << 7,
    INTD = 1 << 8,
    INTT = 1 << 9,
    INTR = 1 << 10,
    EN = 1 << 15,
    TA = 1 << 0,
    DONE = 1 << 1,
    TXW = 1 << 2,
    RXR = 1 << 3,
    TXD = 1 << 4,
    RXD = 1 << 5,
    TXE = 1 << 6,
    RXF = 1 << 7,
    ERR = 1 << 8,
    TIMEOUT = 1 << 9,
    BIT_NS = 2500 * 4, /* 100 kHz */
    START_NS = 10 * BIT_NS,
    BYTE_NS = 9 * BIT_NS,
};

static struct bus bus;
static struct clock now;
static struct dev_gpio gpio;
static struct dev_bsc bsc;

/* A part that writes down what happens to it; it reads 0xa0, 0xa1, ... */
static struct part {
    char diary[512];
    unsigned takes; /* bytes before it stops to acknowledge */
    uint8_t next;
} part[2];
static struct i2c_slave slave[2];

static void note(struct part *p, const char *what, unsigned value)
{
    size_t n = strlen(p->diary);

    snprintf(p->diary + n, sizeof p->diary - n, "%s%x ", what, value);
}

static int part_start(void *self, int read)
{
    note(self, "start", (unsigned)read);
    return 1;
}

static int part_write(void *self, uint8_t byte)
{
    struct part *p = self;

    note(p, "w", byte);
    return p->takes-- > 0;
}

static uint8_t part_read(void *self)
{
    struct part *p = self;

    return p->next++;
}

static void part_stop(void *self)
{
    note(self, "stop", 0);
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, DEV_BSC1_BASE + off);
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, DEV_BSC1_BASE + off, value);
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
    dev_bsc_init(&bsc, 1, &now, &gpio);
    dev_bsc_map(&bsc, &bus);
    access_put(&bus, DEV_GPIO_BASE, 4 << 6 | 4 << 9); /* pins 2 and 3: ALT0 */
    put(DIV, 2500);
    for (unsigned n = 0; n < 2; n++) {
        part[n].takes = 100;
        part[n].next = 0xa0;
        slave[n] = (struct i2c_slave){.self = &part[n],
                                      .address = (uint8_t)(0x50 + n),
                                      .start = part_start,
                                      .write = part_write,
                                      .read = part_read,
                                      .stop = part_stop};
        dev_bsc_attach(&bsc, &slave[n]);
    }
    put(A, 0x50);
    return 0;
}

static void power_on_values(void **state)
{
    (void)state;
    dev_bsc_reset(&bsc);
    assert_int_equal(get(C), 0);
    assert_int_equal(get(S), 0x50);
    assert_int_equal(get(DLEN), 0);
    assert_int_equal(get(A), 0);
    assert_int_equal(get(DIV), 0x5dc);
    assert_int_equal(get(DEL), 0x00300030);
    assert_int_equal(get(CLKT), 0x40);
}

/* p. 34: "If CDIV is set to 0, the divisor is 32768. CDIV is always rounded down to an even
 * number." */
static void the_divider_makes_the_bit_time(void **state)
{
    (void)state;
    assert_int_equal(dev_bsc_bit_ns(&bsc), BIT_NS);
    put(DIV, 2501);
    assert_int_equal(get(DIV), 2500);
    put(DIV, 0);
    assert_int_equal(dev_bsc_bit_ns(&bsc), 32768 * 4);
}

static void a_write_takes_its_time(void **state)
{
    (void)state;
    put(DLEN, 2);
    put(FIFO, 0x11);
    put(FIFO, 0x22);
    put(C, EN | ST);
    assert_int_equal(get(C), EN); /* ST reads 0, p. 30 */
    assert_int_equal(get(S) & (TA | DONE), TA);
    assert_int_equal(get(DLEN), 2);
    clock_pass(&now, START_NS + BYTE_NS);
    assert_int_equal(get(DLEN), 1); /* "still to be transmitted", p. 33 */
    clock_pass(&now, BYTE_NS - 1);
    assert_int_equal(get(S) & (TA | DONE), TA);
    clock_pass(&now, 1);
    assert_int_equal(get(S), DONE | TXD | TXE);
    assert_int_equal(get(DLEN), 0);
    assert_string_equal(part[0].diary, "start0 w11 w22 stop0 ");
    put(S, DONE);
    assert_int_equal(get(S), TXD | TXE);
    assert_int_equal(get(DLEN), 2); /* "the last value written", p. 33 */
}

static void a_read_fills_the_fifo(void **state)
{
    (void)state;
    put(DLEN, 20);
    put(C, EN | ST | READ);
    clock_pass(&now, START_NS + 11 * BYTE_NS);
    assert_int_equal(get(S) & (RXR | RXD | TA), RXD | TA);
    clock_pass(&now, BYTE_NS);
    assert_int_equal(get(S) & (RXR | RXF), RXR); /* three quarters */
    clock_pass(&now, 100ull * BYTE_NS);
    assert_int_equal(get(S) & (RXR | RXF | TA | DONE), RXR | RXF | TA);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(get(FIFO), 0xa0 + i);
        clock_pass(&now, BYTE_NS);
    }
    assert_int_equal(get(S) & (TA | DONE | RXF), DONE | RXF);
    for (unsigned i = 4; i < 20; i++)
        assert_int_equal(get(FIFO), 0xa0 + i);
    assert_int_equal(get(S), DONE | TXD | TXE);
    assert_string_equal(part[0].diary, "start1 stop0 ");
}

/* "Data writes to a full FIFO will be ignored", p. 33; a message waits for its bytes. */
static void a_write_waits_for_its_bytes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 18; i++)
        put(FIFO, i);
    assert_int_equal(get(S) & (TXD | TXE), 0);
    put(DLEN, 18);
    put(C, EN | ST);
    clock_pass(&now, START_NS + 13 * BYTE_NS - 1);
    assert_int_equal(get(S) & TXW, TXW); /* less than a quarter */
    clock_pass(&now, 100ull * BYTE_NS);
    assert_int_equal(get(S) & (TA | TXW | TXE | DONE), TA | TXW | TXE);
    put(FIFO, 0x99);
    put(FIFO, 0x98);
    assert_int_equal(get(S) & TXW, 0); /* no more are needed */
    clock_pass(&now, 2ull * BYTE_NS);
    assert_int_equal(get(S) & (TA | DONE), DONE);
    assert_non_null(strstr(part[0].diary, "wf w99 w98 stop0 "));
}

static void nobody_means_no_acknowledge(void **state)
{
    (void)state;
    put(A, 0x23);
    put(DLEN, 1);
    put(FIFO, 1);
    put(C, EN | ST);
    clock_pass(&now, START_NS - 1);
    assert_int_equal(get(S) & (TA | ERR), TA);
    clock_pass(&now, 1);
    assert_int_equal(get(S) & (TA | ERR | DONE), ERR | DONE);
    put(S, ERR);
    assert_int_equal(get(S) & (ERR | DONE), DONE);
    assert_string_equal(part[0].diary, "");
}

static void a_refused_byte_ends_the_message(void **state)
{
    (void)state;
    part[0].takes = 1;
    put(DLEN, 3);
    for (unsigned i = 1; i <= 3; i++)
        put(FIFO, i);
    put(C, EN | ST);
    clock_pass(&now, START_NS + 2 * BYTE_NS);
    assert_int_equal(get(S) & (TA | ERR | DONE), ERR | DONE);
    assert_string_equal(part[0].diary, "start0 w1 w2 stop0 ");
}

static void an_address_alone_is_acknowledged(void **state)
{
    (void)state;
    put(C, EN | ST);
    clock_pass(&now, START_NS);
    assert_int_equal(get(S) & (TA | ERR | DONE), DONE);
    assert_string_equal(part[0].diary, "start0 stop0 ");
}

/* p. 36: the read is asked for while the write is on its way. */
static void a_repeated_start(void **state)
{
    (void)state;
    put(DLEN, 1);
    put(FIFO, 0x42);
    put(C, EN | ST);
    assert_int_equal(get(S) & TA, TA);
    put(DLEN, 2);
    put(C, EN | ST | READ);
    clock_pass(&now, START_NS + BYTE_NS);
    assert_int_equal(get(S) & (TA | DONE), TA);
    clock_pass(&now, START_NS + 2 * BYTE_NS);
    assert_int_equal(get(S) & (TA | DONE), DONE);
    assert_int_equal(get(FIFO), 0xa0);
    assert_int_equal(get(FIFO), 0xa1);
    assert_string_equal(part[0].diary, "start0 w42 start1 stop0 ");
}

static void a_repeated_start_for_another_part(void **state)
{
    (void)state;
    put(DLEN, 1);
    put(FIFO, 0x42);
    put(C, EN | ST);
    put(A, 0x51);
    put(C, EN | ST | READ);
    clock_pass(&now, 2ull * (START_NS + BYTE_NS));
    assert_string_equal(part[0].diary, "start0 w42 stop0 ");
    assert_string_equal(part[1].diary, "start1 stop0 ");
}

/* p. 30: "If this bit is 0 transfers will not be performed." */
static void disabled_it_does_nothing(void **state)
{
    (void)state;
    put(C, ST);
    clock_pass(&now, START_NS);
    assert_int_equal(get(S) & (TA | DONE), 0);
    put(DLEN, 5);
    put(C, EN | ST);
    clock_pass(&now, START_NS);
    put(C, 0);
    assert_int_equal(get(S) & (TA | DONE), 0);
    assert_string_equal(part[0].diary, "start0 stop0 ");
}

/* p. 30: "the FIFO is cleared before the new frame is started". */
static void clear_comes_before_start(void **state)
{
    (void)state;
    put(FIFO, 0x11);
    put(DLEN, 1);
    put(C, EN | ST | CLEAR);
    clock_pass(&now, START_NS);
    put(FIFO, 0x33);
    clock_pass(&now, BYTE_NS);
    assert_string_equal(part[0].diary, "start0 w33 stop0 ");
}

static void interrupts_follow_their_status(void **state)
{
    (void)state;
    put(DLEN, 2);
    put(C, EN | ST | INTT);
    assert_int_equal(bsc.irq.level, 1);
    put(FIFO, 1);
    put(FIFO, 2);
    assert_int_equal(bsc.irq.level, 0);
    put(C, EN | INTD);
    clock_pass(&now, START_NS + 2 * BYTE_NS);
    assert_int_equal(bsc.irq.level, 1);
    put(S, DONE);
    assert_int_equal(bsc.irq.level, 0);
    put(DLEN, 12);
    put(C, EN | ST | READ | INTR);
    clock_pass(&now, START_NS + 12 * BYTE_NS - 1);
    assert_int_equal(bsc.irq.level, 0);
    put(DLEN, 13);
    put(C, EN | ST | READ | INTR); /* goes on, so that a read is underway */
    clock_pass(&now, 1);
    assert_int_equal(bsc.irq.level, 1);
    get(FIFO);
    assert_int_equal(bsc.irq.level, 0);
}

/* p. 35: the clock held low for longer than TOUT periods of SCL. */
static void a_held_clock_times_out(void **state)
{
    (void)state;
    put(CLKT, 8);
    dev_gpio_drive(&gpio, 3, GPIO_DRIVEN_LOW);
    put(C, EN | ST);
    clock_pass(&now, 8 * BIT_NS - 1);
    assert_int_equal(get(S) & (TA | TIMEOUT), TA);
    clock_pass(&now, 1);
    assert_int_equal(get(S) & (TA | TIMEOUT | DONE), TIMEOUT | DONE);
    put(S, TIMEOUT | DONE);
    put(CLKT, 0); /* no limit */
    put(C, EN | ST);
    clock_pass(&now, 1000ull * BIT_NS);
    assert_int_equal(get(S) & (TA | TIMEOUT), TA);
    dev_gpio_drive(&gpio, 3, GPIO_FLOATING);
    clock_pass(&now, START_NS + BIT_NS);
    assert_int_equal(get(S) & (TA | TIMEOUT | DONE | ERR), DONE);
}

static void other_functions_of_the_pins_reach_nobody(void **state)
{
    (void)state;
    access_put(&bus, DEV_GPIO_BASE, 4 << 6);
    put(C, EN | ST);
    clock_pass(&now, START_NS);
    assert_int_equal(get(S) & (ERR | DONE), ERR | DONE);
    assert_string_equal(part[0].diary, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(power_on_values, fresh),
        cmocka_unit_test_setup(the_divider_makes_the_bit_time, fresh),
        cmocka_unit_test_setup(a_write_takes_its_time, fresh),
        cmocka_unit_test_setup(a_read_fills_the_fifo, fresh),
        cmocka_unit_test_setup(a_write_waits_for_its_bytes, fresh),
        cmocka_unit_test_setup(nobody_means_no_acknowledge, fresh),
        cmocka_unit_test_setup(a_refused_byte_ends_the_message, fresh),
        cmocka_unit_test_setup(an_address_alone_is_acknowledged, fresh),
        cmocka_unit_test_setup(a_repeated_start, fresh),
        cmocka_unit_test_setup(a_repeated_start_for_another_part, fresh),
        cmocka_unit_test_setup(disabled_it_does_nothing, fresh),
        cmocka_unit_test_setup(clear_comes_before_start, fresh),
        cmocka_unit_test_setup(interrupts_follow_their_status, fresh),
        cmocka_unit_test_setup(a_held_clock_times_out, fresh),
        cmocka_unit_test_setup(other_functions_of_the_pins_reach_nobody, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
