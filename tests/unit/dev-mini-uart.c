/* AUX and mini-UART, register by register; pages of "BCM2835 ARM Peripherals", with its errata. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/dev/mini-uart.h"

#define AUX(off) (DEV_AUX_BASE + (off))

enum {
    IRQ = 0x00,
    ENABLES = 0x04,
    IO = 0x40,
    IER = 0x44,
    IIR = 0x48,
    LCR = 0x4c,
    MCR = 0x50,
    LSR = 0x54,
    MSR = 0x58,
    SCRATCH = 0x5c,
    CNTL = 0x60,
    STAT = 0x64,
    BAUD = 0x68,
};

static struct bus bus;
static struct dev_mini_uart uart;

/* The other end of the wire. */
static struct {
    const char *input;
    char output[64];
    size_t sent;
    uint32_t vain;
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

static void wire_vain(void *self, uint32_t times)
{
    (void)self;
    wire.vain = times;
}

static void wire_put_nothing(void *self)
{
    (void)self;
}

static const struct dev_console console = {
    .waiting = wire_waiting, .get = wire_get, .put = wire_put, .polled_in_vain = wire_vain};

static int power_on(void **state)
{
    (void)state;
    memset(&bus, 0, sizeof bus);
    memset(&wire, 0, sizeof wire);
    wire.input = "";
    dev_mini_uart_init(&uart, NULL, &console);
    dev_mini_uart_map(&uart, &bus);
    return 0;
}

static int booted(void **state)
{
    power_on(state);
    dev_mini_uart_after_boot(&uart);
    return 0;
}

static uint32_t get(uint32_t off)
{
    return access_get(&bus, AUX(off));
}

static void put(uint32_t off, uint32_t value)
{
    access_put(&bus, AUX(off), value);
}

/* p. 9: without AUXENB bit 0 there is no access to the mini-UART. */
static void disabled_means_out_of_reach(void **state)
{
    (void)state;
    assert_int_equal(get(ENABLES), 0);
    put(BAUD, 270);
    put(SCRATCH, 0x55);
    put(IO, 'x');
    for (uint32_t off = IO; off <= BAUD; off += 4)
        assert_int_equal(get(off), 0);
    assert_int_equal(wire.sent, 0);
    put(ENABLES, 1);
    assert_int_equal(get(BAUD), 0);
    assert_int_equal(get(SCRATCH), 0);
    put(SCRATCH, 0x55);
    put(ENABLES, 0xfe);
    assert_int_equal(get(ENABLES), 6);
    assert_int_equal(get(SCRATCH), 0);
    put(ENABLES, 7);
    assert_int_equal(get(SCRATCH), 0x55);
}

static void power_on_values(void **state)
{
    static const struct {
        uint32_t off, value;
    } want[] = {{IRQ, 0},    {IER, 0},     {IIR, 0xc1}, {LCR, 0},  {MCR, 0},     {LSR, 0x60},
                {MSR, 0x20}, {SCRATCH, 0}, {CNTL, 3},   {BAUD, 0}, {STAT, 0x30e}};

    (void)state;
    put(ENABLES, 1);
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        assert_int_equal(get(want[i].off), want[i].value);
}

/* p. 11, 16-18 */
static void the_boot_loader_leaves_115200_baud(void **state)
{
    (void)state;
    assert_int_equal(get(ENABLES), 1);
    assert_int_equal(get(LCR), 3);
    assert_int_equal(get(CNTL), 3);
    assert_int_equal(get(BAUD), 270);
    assert_int_equal(dev_mini_uart_baud(&uart), 115314);
    assert_int_equal(dev_mini_uart_bits(&uart), 10);
    put(BAUD, 33);
    assert_int_equal(dev_mini_uart_baud(&uart), 919118);
    put(LCR, 0);
    assert_int_equal(dev_mini_uart_bits(&uart), 9);
}

static void plain_registers_keep_their_bits(void **state)
{
    (void)state;
    put(BAUD, 0x12345678);
    assert_int_equal(get(BAUD), 0x5678);
    put(SCRATCH, 0x1ff);
    assert_int_equal(get(SCRATCH), 0xff);
    put(MCR, 0xff);
    assert_int_equal(get(MCR), 2);
    put(CNTL, 0x1ff);
    assert_int_equal(get(CNTL), 0xff);
    put(LSR, 0);
    put(MSR, 0);
    put(STAT, 0);
    assert_int_equal(get(LSR), 0x60);
    assert_int_equal(get(MSR), 0x20);
    assert_int_equal(get(STAT), 0x30e);
}

static void sends(void **state)
{
    (void)state;
    for (const char *p = "hi\n"; *p; p++) {
        assert_int_equal(get(LSR) & 0x60, 0x60);
        put(IO, 0xabcdef00 | (uint8_t)*p);
    }
    assert_string_equal(wire.output, "hi\n");
}

/* p. 14 and its erratum: only both bits make 8; a break holds the line. */
static void line_control_shapes_what_is_sent(void **state)
{
    (void)state;
    put(LCR, 1);
    put(IO, 0xe1);
    put(LCR, 3);
    put(IO, 0xe1);
    put(LCR, 0x43);
    put(IO, 'x');
    put(LCR, 3);
    assert_int_equal(wire.sent, 2);
    assert_int_equal((uint8_t)wire.output[0], 0x61);
    assert_int_equal((uint8_t)wire.output[1], 0xe1);
}

/* p. 11-12: with DLAB set IO and IER are the two halves of the baud rate. */
static void dlab_reaches_the_baud_rate(void **state)
{
    (void)state;
    put(IER, 3);
    put(LCR, 0x83);
    put(IO, 0x0e);
    put(IER, 0x01);
    assert_int_equal(get(BAUD), 0x10e);
    assert_int_equal(get(IO), 0x0e);
    assert_int_equal(get(IER), 0x01);
    put(LCR, 3);
    assert_int_equal(get(IER), 3);
    assert_int_equal(wire.sent, 0);
}

static void receives_from_the_console(void **state)
{
    (void)state;
    assert_int_equal(get(LSR) & 1, 0);
    wire.input = "abc";
    assert_int_equal(get(LSR) & 1, 1);
    assert_int_equal(get(STAT) & 0xf0001, 0x30001);
    assert_int_equal(get(IO), 'a');
    assert_int_equal(get(IO), 'b');
    assert_int_equal(get(IO), 'c');
    assert_int_equal(get(LSR) & 1, 0);
    assert_int_equal(get(IO), 0);
}

/* Clearing the FIFO cannot lose what has not arrived; a receiver that is off takes nothing. */
static void console_input_waits_for_its_reader(void **state)
{
    (void)state;
    wire.input = "abc";
    assert_int_equal(get(LSR) & 1, 1);
    put(IIR, 6);
    assert_int_equal(get(IO), 'a');
    put(CNTL, 2);
    assert_int_equal(get(LSR) & 1, 0);
    assert_int_equal(get(IO), 0);
    put(CNTL, 3);
    assert_int_equal(get(IO), 'b');
}

/* p. 15, 18: the ninth byte is lost and says so until LSR is read; facts of the chip: FIFO of 8. */
static void the_ninth_byte_overruns(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(dev_mini_uart_receive(&uart, (uint8_t)('0' + i)), 0);
    assert_int_equal(get(STAT), 0x0008030f);
    assert_int_equal(get(LSR), 0x61);
    assert_int_equal(dev_mini_uart_receive(&uart, '8'), -1);
    assert_int_equal(get(STAT), 0x0008031f);
    assert_int_equal(get(LSR), 0x63);
    assert_int_equal(get(LSR), 0x61);
    assert_int_equal(get(STAT) & 0x10, 0);
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(get(IO), '0' + i);
    assert_int_equal(get(LSR), 0x60);
}

static void bytes_are_lost_while_it_is_off(void **state)
{
    (void)state;
    put(CNTL, 2);
    assert_int_equal(dev_mini_uart_receive(&uart, 'x'), -1);
    put(CNTL, 3);
    put(ENABLES, 0);
    assert_int_equal(dev_mini_uart_receive(&uart, 'x'), -1);
    put(ENABLES, 1);
    assert_int_equal(get(LSR), 0x60);
}

/* p. 13: IIR bit 1 clears the receive FIFO, bit 2 the transmit FIFO. */
static void iir_clears_the_fifos(void **state)
{
    (void)state;
    dev_mini_uart_receive(&uart, 'x');
    put(CNTL, 1);
    put(IO, 'y');
    put(IIR, 0);
    assert_int_equal(get(STAT) & 0x0f0f0000, 0x01010000);
    put(IIR, 4);
    assert_int_equal(get(STAT) & 0x0f0f0000, 0x00010000);
    put(IO, 'y');
    put(IIR, 2);
    assert_int_equal(get(STAT) & 0x0f0f0000, 0x01000000);
}

/* p. 17-19: a transmitter that is off collects eight bytes, and sends them when it is turned on. */
static void a_transmitter_that_is_off_waits(void **state)
{
    (void)state;
    put(CNTL, 1);
    for (unsigned i = 0; i < 7; i++)
        put(IO, '0' + i);
    assert_int_equal(get(LSR), 0x20);
    assert_int_equal(get(STAT), 0x0700000e);
    put(IO, '7');
    assert_int_equal(get(LSR), 0x00);
    assert_int_equal(get(STAT), 0x0800002c);
    put(IO, '8');
    assert_int_equal(wire.sent, 0);
    put(CNTL, 3);
    assert_string_equal(wire.output, "01234567");
    assert_int_equal(get(LSR), 0x60);
}

static int line_level;

static void line_set(void *self, unsigned number, int level)
{
    (void)self;
    assert_int_equal(number, IRQ_AUX);
    line_level = level;
}

/* p. 9, 12-13, errata p. 12: bit 0 receive, bit 1 transmit; receive is reported first. */
static void interrupts(void **state)
{
    (void)state;
    line_level = 0;
    irq_connect(&uart.irq, NULL, line_set);
    put(IER, 1);
    assert_int_equal(get(IIR), 0xc1);
    dev_mini_uart_receive(&uart, 'x');
    assert_int_equal(line_level, 1);
    assert_int_equal(get(IRQ), 1);
    assert_int_equal(get(IIR), 0xc4);
    put(IER, 3);
    assert_int_equal(get(IIR), 0xc4);
    assert_int_equal(get(IO), 'x');
    assert_int_equal(get(IIR), 0xc2);
    put(IER, 1);
    assert_int_equal(line_level, 0);
    assert_int_equal(get(IRQ), 0);
    wire.input = "y"; /* the console has a byte and nobody reads */
    dev_mini_uart_poll(&uart);
    assert_int_equal(line_level, 1);
    put(ENABLES, 0);
    assert_int_equal(line_level, 0);
}

/* The hint for a host that waits for its user. */
static void vain_polls_are_counted(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 5; i++) {
        get(LSR);
        assert_int_equal(wire.vain, i);
    }
    get(STAT);
    assert_int_equal(wire.vain, 6);
    put(IO, 'x');
    get(LSR);
    assert_int_equal(wire.vain, 1);
    wire.input = "y";
    get(LSR);
    get(IO);
    get(LSR);
    assert_int_equal(wire.vain, 1);
}

static void wire_vain_brings_one(void *self, uint32_t times)
{
    (void)self;
    (void)times;
    wire.input = "z";
}

/* A byte that comes while the host sleeps is seen by the read that made it sleep. */
static void a_byte_that_comes_during_the_wait_is_seen(void **state)
{
    (void)state;
    uart.console.polled_in_vain = wire_vain_brings_one;
    assert_int_equal(get(LSR) & 1, 1);
    assert_int_equal(get(IO), 'z');
}

/* ---- time: 115200 baud is 271 * 8 core clocks of 4 ns a bit, p. 11 ---- */

enum { SYMBOL = 10 * 8 * 271 * 4 };

static struct clock now;

static int on_a_clock(void **state)
{
    power_on(state);
    memset(&now, 0, sizeof now);
    clock_start(&now, CLOCK_VIRTUAL);
    dev_mini_uart_init(&uart, &now, &console);
    dev_mini_uart_after_boot(&uart);
    return 0;
}

/* p. 15, 18: one symbol is on the wire, eight are in the FIFO, the tenth is lost. */
static void a_symbol_takes_its_time_on_the_wire(void **state)
{
    (void)state;
    put(IO, 'a');
    assert_int_equal(get(LSR), 0x20);
    assert_int_equal(get(STAT), 0x00000106);
    clock_pass(&now, SYMBOL - 1);
    assert_int_equal(get(LSR), 0x20);
    assert_int_equal(wire.vain, 0); /* a look for the symbol's end */
    clock_pass(&now, 1);
    assert_int_equal(get(LSR), 0x60);
    assert_int_equal(wire.vain, 1);
    for (unsigned i = 0; i < 10; i++)
        put(IO, '0' + i);
    assert_string_equal(wire.output, "a012345678");
    assert_int_equal(get(LSR), 0);
    assert_int_equal(get(STAT), 0x08000024);
    clock_pass(&now, SYMBOL);
    assert_int_equal(get(LSR), 0x20);
    assert_int_equal(get(STAT), 0x07000006);
    clock_pass(&now, 8ull * SYMBOL - 1);
    assert_int_equal(get(STAT), 0x00000106);
    clock_pass(&now, 1);
    assert_int_equal(get(STAT), 0x0000030e);
}

static void the_baud_rate_decides_how_long(void **state)
{
    (void)state;
    put(BAUD, 30);
    put(LCR, 0);
    put(IO, 'a');
    clock_pass(&now, 9 * 8 * 31 * 4 - 1);
    assert_int_equal(get(LSR), 0x20);
    clock_pass(&now, 1);
    assert_int_equal(get(LSR), 0x60);
}

/* p. 13: a FIFO that is cleared keeps the symbol on the wire. */
static void clearing_leaves_the_symbol_on_the_wire(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 5; i++)
        put(IO, 'x');
    put(IIR, 4);
    assert_int_equal(get(STAT), 0x00000106);
    clock_pass(&now, SYMBOL);
    assert_int_equal(get(STAT), 0x0000030e);
}

/* p. 17: a transmitter that is turned off ends its symbol and keeps the rest. */
static void turned_off_the_rest_waits(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        put(IO, 'x');
    put(CNTL, 1);
    clock_pass(&now, 10ull * SYMBOL);
    assert_int_equal(get(STAT), 0x0200000e);
    put(CNTL, 3);
    assert_int_equal(get(STAT), 0x01000006);
    clock_pass(&now, 2ull * SYMBOL);
    assert_int_equal(get(STAT), 0x0000030e);
}

static void what_comes_takes_its_time_too(void **state)
{
    (void)state;
    clock_pass(&now, 1000000);
    assert_int_equal(get(LSR) & 1, 0);
    wire.input = "abcdefghijkl";
    assert_int_equal(get(STAT) >> 16, 1);
    assert_int_equal(get(IO), 'a');
    assert_int_equal(get(LSR) & 1, 0);
    assert_int_equal(get(IO), 0);
    clock_pass(&now, SYMBOL - 1);
    assert_int_equal(get(LSR) & 1, 0);
    clock_pass(&now, 1);
    assert_int_equal(get(IO), 'b');
    clock_pass(&now, 3ull * SYMBOL);
    assert_int_equal(get(STAT) >> 16, 3);
    clock_pass(&now, 100ull * SYMBOL);
    assert_int_equal(get(STAT) >> 16, 8);
    assert_int_equal(get(LSR), 0x61); /* the sender waited: nothing was lost */
    for (const char *p = "cdefghij"; *p; p++)
        assert_int_equal(get(IO), *p);
}

/* p. 12-13: the transmit interrupt comes when the FIFO is empty, the receive interrupt with a byte;
 * neither needs the program to look. */
static void interrupts_come_by_themselves(void **state)
{
    (void)state;
    line_level = 0;
    irq_connect(&uart.irq, NULL, line_set);
    for (unsigned i = 0; i < 4; i++)
        put(IO, 'x');
    put(IER, 2);
    assert_int_equal(line_level, 0);
    assert_int_equal(uart.alarm.at_ns, 3 * SYMBOL);
    clock_pass(&now, 3ull * SYMBOL);
    assert_int_equal(line_level, 1);
    assert_int_equal(get(IIR), 0xc2);
    put(IER, 1);
    assert_int_equal(line_level, 0);
    dev_mini_uart_poll(&uart); /* nothing yet */
    wire.input = "yz";
    dev_mini_uart_poll(&uart);
    assert_int_equal(line_level, 1);
    assert_int_equal(get(IO), 'y');
    assert_int_equal(line_level, 0);
    clock_pass(&now, SYMBOL);
    assert_int_equal(line_level, 1);
}

static void access_costs(void *clock)
{
    clock_pass(clock, CLOCK_ACCESS_NS);
}

/* A program that waits for room sees it at its second look, at the right time; an alarm on the way
 * is not passed over. */
static void waiting_costs_few_looks(void **state)
{
    struct clock_alarm alarm = {.ring = wire_put_nothing};
    unsigned looks = 0;

    (void)state;
    bus.timing = &now;
    bus.access_cost = access_costs;
    for (unsigned i = 0; i < 9; i++)
        put(IO, 'x');
    while (!(get(LSR) & 0x20))
        looks++;
    assert_int_equal(looks, 1);
    assert_int_equal(now.ns, SYMBOL + CLOCK_ACCESS_NS);
    put(IO, 'x');
    clock_alarm_set(&now, &alarm, now.ns + 1000);
    looks = 0;
    while (alarm.set)
        looks += get(LSR) == 0;
    assert_int_equal(looks, 2);
    assert_in_range(now.ns, alarm.at_ns, alarm.at_ns + CLOCK_ACCESS_NS);
    while (!(get(LSR) & 0x40))
        ;
    assert_int_equal(now.ns, 10 * SYMBOL + CLOCK_ACCESS_NS);
}

/* Behind a real Pi's line the bytes are paced there. */
static void on_a_pis_clock_symbols_take_no_time(void **state)
{
    (void)state;
    now.mode = CLOCK_PI;
    for (unsigned i = 0; i < 20; i++)
        put(IO, 'x');
    assert_int_equal(wire.sent, 20);
    assert_int_equal(get(STAT), 0x0000030e);
    wire.input = "abc";
    assert_int_equal(get(STAT) >> 16, 3);
}

static void no_console_is_a_quiet_line(void **state)
{
    (void)state;
    dev_mini_uart_init(&uart, NULL, NULL);
    dev_mini_uart_after_boot(&uart);
    put(IO, 'x');
    assert_int_equal(get(LSR), 0x60);
    assert_int_equal(get(IO), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(disabled_means_out_of_reach, power_on),
        cmocka_unit_test_setup(power_on_values, power_on),
        cmocka_unit_test_setup(the_boot_loader_leaves_115200_baud, booted),
        cmocka_unit_test_setup(plain_registers_keep_their_bits, booted),
        cmocka_unit_test_setup(sends, booted),
        cmocka_unit_test_setup(line_control_shapes_what_is_sent, booted),
        cmocka_unit_test_setup(dlab_reaches_the_baud_rate, booted),
        cmocka_unit_test_setup(receives_from_the_console, booted),
        cmocka_unit_test_setup(console_input_waits_for_its_reader, booted),
        cmocka_unit_test_setup(the_ninth_byte_overruns, booted),
        cmocka_unit_test_setup(bytes_are_lost_while_it_is_off, booted),
        cmocka_unit_test_setup(iir_clears_the_fifos, booted),
        cmocka_unit_test_setup(a_transmitter_that_is_off_waits, booted),
        cmocka_unit_test_setup(interrupts, booted),
        cmocka_unit_test_setup(vain_polls_are_counted, booted),
        cmocka_unit_test_setup(a_byte_that_comes_during_the_wait_is_seen, booted),
        cmocka_unit_test_setup(no_console_is_a_quiet_line, booted),
        cmocka_unit_test_setup(a_symbol_takes_its_time_on_the_wire, on_a_clock),
        cmocka_unit_test_setup(the_baud_rate_decides_how_long, on_a_clock),
        cmocka_unit_test_setup(clearing_leaves_the_symbol_on_the_wire, on_a_clock),
        cmocka_unit_test_setup(turned_off_the_rest_waits, on_a_clock),
        cmocka_unit_test_setup(what_comes_takes_its_time_too, on_a_clock),
        cmocka_unit_test_setup(interrupts_come_by_themselves, on_a_clock),
        cmocka_unit_test_setup(waiting_costs_few_looks, on_a_clock),
        cmocka_unit_test_setup(on_a_pis_clock_symbols_take_no_time, on_a_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
