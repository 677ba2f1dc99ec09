/* PL011, register by register; pages of "BCM2835 ARM Peripherals", TRM: ARM DDI 0183. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/pl011.h"

#define UART(off) (DEV_PL011_BASE + (off))

enum {
    DR = 0x00,
    RSRECR = 0x04,
    FR = 0x18,
    ILPR = 0x20,
    IBRD = 0x24,
    FBRD = 0x28,
    LCRH = 0x2c,
    CR = 0x30,
    IFLS = 0x34,
    IMSC = 0x38,
    RIS = 0x3c,
    MIS = 0x40,
    ICR = 0x44,
    DMACR = 0x48,
    ITCR = 0x80,
    ITIP = 0x84,
    ITOP = 0x88,
    TDR = 0x8c,
};

enum {
    EIGHT_BITS = 0x60,
    FIFOS = 0x10,
    BIT = 8682,     /* ns: 26 3/64 * 16 / 48 MHz, rounded down as symbols are */
    SYMBOL = 86822, /* ten of them */
    ON = 0x301,
    LOOP = 0x80,
    RXFE = 0x10,
    TXFF = 0x20,
    RXFF = 0x40,
    TXFE = 0x80,
    BUSY = 0x08,
    INT_RX = 0x10,
    INT_TX = 0x20,
    INT_RT = 0x40,
    INT_OE = 0x400,
};

static struct bus bus;
static struct clock now;
static struct dev_pl011 uart;
static int line_level;

static struct {
    const char *input;
    char output[64];
    size_t sent;
} wire;

static unsigned wire_waiting(void *self)
{
    (void)self;
    return (unsigned)strlen(wire.input);
}

static uint8_t wire_get(void *self)
{
    (void)self;
    assert_true(*wire.input != '\0');
    return (uint8_t)*wire.input++;
}

static void wire_put(void *self, uint8_t byte)
{
    (void)self;
    assert_true(wire.sent + 1 < sizeof wire.output);
    wire.output[wire.sent++] = (char)byte;
}

static void line_set(void *self, unsigned number, int level)
{
    (void)self;
    assert_int_equal(number, IRQ_PL011);
    line_level = level;
}

static int power_on(void **state)
{
    static const struct dev_console console = {
        .waiting = wire_waiting, .get = wire_get, .put = wire_put};

    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    memset(&wire, 0, sizeof wire);
    wire.input = "";
    line_level = 0;
    clock_start(&now, CLOCK_VIRTUAL);
    dev_pl011_init(&uart, &now, &console);
    dev_pl011_map(&uart, &bus);
    irq_connect(&uart.irq, NULL, line_set);
    return 0;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, UART(off));
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, UART(off), value);
}

static void at_115200(uint32_t lcrh, uint32_t cr)
{
    put(IBRD, 26);
    put(FBRD, 3);
    put(LCRH, EIGHT_BITS | lcrh);
    put(CR, cr);
}

static int set_up(void **state)
{
    power_on(state);
    at_115200(FIFOS, ON);
    return 0;
}

/* p. 177-195 */
static void power_on_values(void **state)
{
    static const struct {
        uint32_t off, value;
    } want[] = {{DR, 0},   {RSRECR, 0},  {FR, 0x90}, {ILPR, 0}, {IBRD, 0}, {FBRD, 0},
                {LCRH, 0}, {CR, 0x300},  {IMSC, 0},  {RIS, 0},  {MIS, 0},  {DMACR, 0},
                {ITCR, 0}, {IFLS, 0x12}, {ITIP, 0},  {ITOP, 0}, {TDR, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        assert_int_equal(get(want[i].off), want[i].value);
}

static void registers_keep_their_bits(void **state)
{
    static const struct {
        uint32_t off, bits;
    } want[] = {{ILPR, 0},    {IBRD, 0xffff}, {FBRD, 0x3f},  {LCRH, 0xff},
                {CR, 0xcb81}, {IFLS, 0x3f},   {IMSC, 0x7f2}, {DMACR, 7},
                {ITCR, 3},    {ITIP, 0xff},   {ITOP, 0xfff}};

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        put(want[i].off, 0xffffffff);
        assert_int_equal(get(want[i].off), want[i].bits);
        put(want[i].off, 0);
        assert_int_equal(get(want[i].off), 0);
    }
    put(ICR, 0x7ff);
    put(FR, 0);
    put(RIS, 0x7ff);
    put(MIS, 0x7ff);
    assert_int_equal(get(FR), 0x90);
    assert_int_equal(get(RIS), 0);
}

/* p. 183: baud = UARTCLK / (16 * (IBRD + FBRD / 64)); the write to LCRH takes both over. */
static void the_divisor_counts_from_lcrh_on(void **state)
{
    (void)state;
    put(IBRD, 26);
    put(FBRD, 3);
    assert_int_equal(dev_pl011_baud(&uart), 3000000);
    put(LCRH, EIGHT_BITS);
    assert_int_equal(dev_pl011_baud(&uart), 115177);
    dev_pl011_set_clock(&uart, 3000000);
    put(IBRD, 1);
    put(FBRD, 40);
    put(LCRH, EIGHT_BITS);
    assert_int_equal(dev_pl011_baud(&uart), 115385);
}

/* p. 181, 187: one symbol on the wire, sixteen in the FIFO, the next is lost. */
static void a_symbol_takes_its_time(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 17; i++) {
        assert_int_equal(get(FR) & TXFF, 0);
        put(DR, 'a' + i);
    }
    assert_int_equal(get(FR), RXFE | BUSY | TXFF);
    put(DR, 'X');
    assert_string_equal(wire.output, "abcdefghijklmnopq");
    clock_pass(&now, SYMBOL - 1);
    assert_int_equal(get(FR) & TXFF, TXFF);
    clock_pass(&now, 1);
    assert_int_equal(get(FR) & TXFF, 0);
    clock_pass(&now, 15ull * SYMBOL);
    assert_int_equal(get(FR), RXFE | BUSY | TXFE);
    clock_pass(&now, SYMBOL);
    assert_int_equal(get(FR), RXFE | TXFE);
}

/* p. 184: 5 to 8 bits, parity, one or two stop bits. */
static void line_control_shapes_a_symbol(void **state)
{
    static const struct {
        uint32_t lcrh;
        unsigned bits;
        char sent;
    } want[] = {{0x60, 10, '\xff'}, {0x40, 9, 0x7f}, {0x20, 8, 0x3f},
                {0x00, 7, 0x1f},    {0x02, 8, 0x1f}, {0x6a, 12, '\xff'}};

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        uint64_t symbol = want[i].bits * 1667ull * 250000000 / 48000000;

        put(LCRH, want[i].lcrh);
        put(DR, 0xff);
        assert_int_equal(wire.output[i], want[i].sent);
        clock_pass(&now, symbol - 1);
        assert_int_equal(get(FR) & BUSY, BUSY);
        clock_pass(&now, 1);
        assert_int_equal(get(FR) & BUSY, 0);
    }
    put(LCRH, EIGHT_BITS | 1); /* break */
    put(DR, 'x');
    assert_int_equal(wire.sent, 6);
}

/* p. 184: without FIFOs they are one place deep; turning them off empties them. */
static void without_fifos_there_is_one_place(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++)
        put(DR, 'x');
    put(LCRH, EIGHT_BITS);
    assert_int_equal(get(FR) & (TXFE | BUSY), TXFE | BUSY);
    clock_pass(&now, SYMBOL);
    put(DR, 'a');
    assert_int_equal(get(FR) & (TXFF | TXFE), TXFE);
    put(DR, 'b');
    assert_int_equal(get(FR) & (TXFF | TXFE), TXFF);
    put(DR, 'c');
    assert_string_equal(wire.output, "xxxxxab");
    dev_pl011_receive(&uart, 'r');
    assert_int_equal(get(FR) & (RXFF | RXFE), RXFF);
}

/* p. 185: what is written while the transmitter is off leaves when it is turned on. */
static void a_transmitter_that_is_off_waits(void **state)
{
    (void)state;
    put(CR, 0x101 & ~1u);
    put(DR, 'a');
    put(DR, 'b');
    clock_pass(&now, 10ull * SYMBOL);
    assert_int_equal(wire.sent, 0);
    assert_int_equal(get(FR), RXFE | BUSY);
    put(CR, ON);
    assert_string_equal(wire.output, "ab");
    clock_pass(&now, 2ull * SYMBOL);
    assert_int_equal(get(FR), RXFE | TXFE);
}

static void receives_from_the_console(void **state)
{
    (void)state;
    assert_int_equal(get(FR) & RXFE, RXFE);
    wire.input = "ab";
    assert_int_equal(get(FR) & RXFE, 0);
    assert_int_equal(get(DR), 'a');
    assert_int_equal(get(FR) & RXFE, RXFE);
    assert_int_equal(get(DR), 0);
    clock_pass(&now, SYMBOL);
    assert_int_equal(get(DR), 'b');
    wire.input = "c";
    put(CR, 0x101);
    clock_pass(&now, SYMBOL);
    assert_int_equal(get(FR) & RXFE, RXFE);
    put(CR, ON);
    clock_pass(&now, SYMBOL);
    assert_int_equal(get(DR), 'c');
}

/* p. 179-180: errors come with their symbol, and stay in RSRECR until it is written. */
static void errors_come_with_the_symbol(void **state)
{
    (void)state;
    dev_pl011_receive(&uart, 0x100 | 'a');
    dev_pl011_receive(&uart, 0x600);
    assert_int_equal(get(RIS) & 0x780, 0x380);
    assert_int_equal(get(DR), 0x100 | 'a');
    assert_int_equal(get(RSRECR), 1);
    assert_int_equal(get(DR), 0x600);
    assert_int_equal(get(RSRECR), 6);
    put(RSRECR, 0);
    assert_int_equal(get(RSRECR), 0);
}

static void the_seventeenth_overruns(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(dev_pl011_receive(&uart, (uint16_t)('a' + i)), 0);
    assert_int_equal(get(FR) & RXFF, RXFF);
    assert_int_equal(dev_pl011_receive(&uart, 'X'), -1);
    assert_int_equal(get(RIS) & INT_OE, INT_OE);
    assert_int_equal(get(RSRECR), 8);
    assert_int_equal(get(DR), 0x800 | 'a');
    assert_int_equal(dev_pl011_receive(&uart, 'q'), 0);
    for (unsigned i = 1; i < 17; i++)
        assert_int_equal(get(DR), 'a' + i);
    put(ICR, INT_OE);
    put(RSRECR, 0);
    assert_int_equal(get(RIS) & INT_OE, 0);
    assert_int_equal(get(RSRECR), 0);
}

/* p. 187, 189: 1/8, 1/4, 1/2, 3/4, 7/8 of sixteen. */
static void the_receive_level_interrupts(void **state)
{
    static const uint8_t level[] = {2, 4, 8, 12, 14};

    (void)state;
    for (unsigned select = 0; select < 5; select++) {
        set_up(NULL);
        put(IFLS, select << 3);
        put(IMSC, INT_RX);
        for (unsigned i = 1; i < level[select]; i++)
            dev_pl011_receive(&uart, 'x');
        assert_int_equal(line_level, 0);
        dev_pl011_receive(&uart, 'x');
        assert_int_equal(line_level, 1);
        assert_int_equal(get(MIS), INT_RX);
        get(DR);
        assert_int_equal(line_level, 0);
    }
}

/* p. 188-191: RIS does not ask, MIS does; ICR takes it back. */
static void masked_and_cleared(void **state)
{
    (void)state;
    put(LCRH, EIGHT_BITS);
    dev_pl011_receive(&uart, 'x');
    assert_int_equal(get(RIS), INT_RX);
    assert_int_equal(get(MIS), 0);
    assert_int_equal(line_level, 0);
    put(IMSC, INT_RX);
    assert_int_equal(line_level, 1);
    put(ICR, INT_RX);
    assert_int_equal(line_level, 0);
    assert_int_equal(get(RIS), 0);
    assert_int_equal(get(DR), 'x');
}

/* p. 189, TRM 2.8: 32 bits without a symbol, and something to read. */
static void the_receive_timeout(void **state)
{
    (void)state;
    put(IMSC, INT_RT);
    dev_pl011_receive(&uart, 'x');
    clock_pass(&now, 32ull * BIT);
    assert_int_equal(line_level, 0);
    clock_pass(&now, 32);
    assert_int_equal(line_level, 1);
    put(ICR, INT_RT);
    clock_pass(&now, 100ull * SYMBOL);
    assert_int_equal(line_level, 0);
    dev_pl011_receive(&uart, 'y');
    clock_pass(&now, 33ull * BIT);
    assert_int_equal(line_level, 1);
    get(DR);
    assert_int_equal(line_level, 1);
    get(DR);
    assert_int_equal(line_level, 0);
}

/* p. 187, 189, TRM 2.8: the FIFO falls to its level; filling it above takes the interrupt away. */
static void the_transmit_level_interrupts(void **state)
{
    static const uint8_t level[] = {2, 4, 8, 12, 14};

    (void)state;
    for (unsigned select = 0; select < 5; select++) {
        set_up(NULL);
        put(IFLS, select);
        put(IMSC, INT_TX);
        for (unsigned i = 0; i < 17; i++)
            put(DR, 'x');
        assert_int_equal(line_level, 0);
        clock_pass(&now, (uint64_t)(16 - level[select]) * SYMBOL - 1);
        assert_int_equal(line_level, 0);
        clock_pass(&now, 1);
        assert_int_equal(line_level, 1);
        put(DR, 'x');
        assert_int_equal(line_level, 0);
    }
}

/* TRM 2.8: it is of a transition: enabling it with an empty FIFO raises nothing. */
static void the_transmit_interrupt_is_no_level(void **state)
{
    (void)state;
    put(IMSC, INT_TX);
    put(DR, 'x');
    clock_pass(&now, 2ull * SYMBOL);
    assert_int_equal(line_level, 0);
    put(LCRH, EIGHT_BITS);
    put(DR, 'y');
    assert_int_equal(line_level, 1);
    put(ICR, INT_TX);
    put(DR, 'z');
    assert_int_equal(line_level, 0);
    clock_pass(&now, SYMBOL);
    assert_int_equal(line_level, 1);
}

/* p. 185: with LBE what is sent is received, and nobody else hears it; CTS is RTS then. */
static void loopback(void **state)
{
    (void)state;
    put(CR, ON | LOOP);
    wire.input = "not this";
    put(DR, 'a');
    put(DR, 'b');
    assert_int_equal(get(FR) & RXFE, RXFE);
    clock_pass(&now, SYMBOL);
    assert_int_equal(get(FR) & RXFE, 0);
    assert_int_equal(get(DR), 'a');
    assert_int_equal(get(FR) & RXFE, RXFE);
    clock_pass(&now, SYMBOL);
    assert_int_equal(get(DR), 'b');
    assert_int_equal(wire.sent, 0);
    assert_int_equal(get(FR) & 1, 0);
    put(CR, ON | LOOP | 0x800);
    assert_int_equal(get(FR) & 1, 1);
    assert_int_equal(get(RIS) & 2, 2);
    for (unsigned i = 0; i < 17; i++)
        put(DR, '0' + i);
    clock_pass(&now, 20ull * SYMBOL);
    assert_int_equal(get(RIS) & INT_OE, INT_OE);
    assert_int_equal(get(DR), 0x800 | '0');
}

/* p. 193-195: TESTFIFO reaches the other ends of the FIFOs. */
static void test_registers_reach_the_fifos(void **state)
{
    (void)state;
    put(TDR, 'x');
    assert_int_equal(get(FR) & RXFE, RXFE);
    put(ITCR, 2);
    put(TDR, 0x200 | 'x');
    assert_int_equal(get(DR), 0x200 | 'x');
    put(CR, 0);
    put(DR, 'y');
    assert_int_equal(get(TDR), 'y');
    assert_int_equal(get(FR) & TXFE, TXFE);
    assert_int_equal(get(TDR), 0);
}

/* p. 192 */
static void data_requests(void **state)
{
    (void)state;
    assert_int_equal(uart.dreq_tx.level | uart.dreq_rx.level, 0);
    put(DMACR, 7);
    assert_int_equal(uart.dreq_tx.level, 1);
    assert_int_equal(uart.dreq_rx.level, 0);
    for (unsigned i = 0; i < 17; i++)
        put(DR, 'x');
    assert_int_equal(uart.dreq_tx.level, 0);
    clock_pass(&now, SYMBOL);
    assert_int_equal(uart.dreq_tx.level, 1);
    dev_pl011_receive(&uart, 'x');
    assert_int_equal(uart.dreq_rx.level, 1);
    dev_pl011_receive(&uart, 0x100);
    assert_int_equal(uart.dreq_rx.level, 0); /* DMAONERR */
    put(ICR, 0x80);
    assert_int_equal(uart.dreq_rx.level, 1);
}

static void input_is_wanted_by_interrupt(void **state)
{
    (void)state;
    assert_false(dev_pl011_wants_input(&uart));
    put(IMSC, INT_RX);
    assert_true(dev_pl011_wants_input(&uart));
    put(LCRH, EIGHT_BITS);
    wire.input = "x";
    dev_pl011_poll(&uart);
    assert_int_equal(line_level, 1);
    put(CR, 0);
    assert_false(dev_pl011_wants_input(&uart));
}

static void access_costs(void *clock)
{
    clock_pass(clock, CLOCK_ACCESS_NS);
}

static void waiting_costs_few_looks(void **state)
{
    unsigned looks = 1;

    (void)state;
    for (unsigned i = 0; i < 17; i++)
        put(DR, 'x');
    bus.timing = &now;
    bus.access_cost = access_costs;
    while (get(FR) & TXFF)
        looks++;
    assert_int_equal(looks, 2);
    assert_int_equal(now.ns, SYMBOL);
}

static void without_a_clock_symbols_take_no_time(void **state)
{
    (void)state;
    uart.clock = NULL;
    for (unsigned i = 0; i < 40; i++)
        put(DR, 'x');
    assert_int_equal(wire.sent, 40);
    assert_int_equal(get(FR), RXFE | TXFE);
    put(CR, ON | LOOP);
    put(DR, 'l');
    assert_int_equal(get(DR), 'l');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(power_on_values, power_on),
        cmocka_unit_test_setup(registers_keep_their_bits, power_on),
        cmocka_unit_test_setup(the_divisor_counts_from_lcrh_on, power_on),
        cmocka_unit_test_setup(a_symbol_takes_its_time, set_up),
        cmocka_unit_test_setup(line_control_shapes_a_symbol, set_up),
        cmocka_unit_test_setup(without_fifos_there_is_one_place, set_up),
        cmocka_unit_test_setup(a_transmitter_that_is_off_waits, set_up),
        cmocka_unit_test_setup(receives_from_the_console, set_up),
        cmocka_unit_test_setup(errors_come_with_the_symbol, set_up),
        cmocka_unit_test_setup(the_seventeenth_overruns, set_up),
        cmocka_unit_test_setup(the_receive_level_interrupts, set_up),
        cmocka_unit_test_setup(masked_and_cleared, set_up),
        cmocka_unit_test_setup(the_receive_timeout, set_up),
        cmocka_unit_test_setup(the_transmit_level_interrupts, set_up),
        cmocka_unit_test_setup(the_transmit_interrupt_is_no_level, set_up),
        cmocka_unit_test_setup(loopback, set_up),
        cmocka_unit_test_setup(test_registers_reach_the_fifos, set_up),
        cmocka_unit_test_setup(data_requests, set_up),
        cmocka_unit_test_setup(input_is_wanted_by_interrupt, set_up),
        cmocka_unit_test_setup(waiting_costs_few_looks, set_up),
        cmocka_unit_test_setup(without_a_clock_symbols_take_no_time, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
