/* The rules of the checker about UARTs and FIFOs, and how often anything is said. */
#include "tests/unit/check-rig.h"

static void uarts(void **state)
{
#define MU_OFF "the mini-UART is off in AUX.ENABLES (uart_init)" PAGE(9)
    static const struct rig_example e[] = {
        {"off", "w:AUX.ENABLES w:AUX.MU_IO=0x61 r:AUX.MU_LSR",
         "uart-not-set-up: write of 0x61 to AUX.MU_IO (0x20215040): " MU_OFF
         "uart-not-set-up: read of AUX.MU_LSR (0x20215054): " MU_OFF},
        {"on again", "w:AUX.ENABLES w:AUX.ENABLES=1 w:AUX.MU_IO=0x61", ""},
        {"as the boot loader left it", "r:AUX.MU_LSR=0x60 w:AUX.MU_IO=0x61", ""},
        {"no transmitter", "w:AUX.MU_CNTL=1 w:AUX.MU_IO=0x61 r:AUX.MU_IO=0x62",
         "uart-not-set-up: write of 0x61 to AUX.MU_IO (0x20215040): the mini-UART's transmitter "
         "is off in AUX.MU_CNTL (uart_init)" PAGE(17)},
        {"no receiver", "w:AUX.MU_CNTL=2 w:AUX.MU_IO=0x61 r:AUX.MU_IO=0x62",
         "uart-not-set-up: read of AUX.MU_IO (0x20215040): the mini-UART's receiver is off in "
         "AUX.MU_CNTL (uart_init)" PAGE(17)},
        {"a byte of the baud", "w:AUX.MU_CNTL=0 w:AUX.MU_LCR=0x83 w:AUX.MU_IO=0x61", ""},
        {"the pin is another's",
         "r:GPIO.FSEL1=0x12000 w:GPIO.FSEL1=0x11000 bar w:AUX.MU_IO=0x61 r:AUX.MU_IO",
         "uart-not-set-up: write of 0x61 to AUX.MU_IO (0x20215040): no pin has the function of "
         "the mini-UART's transmitter (GPIO14: ALT5)" PAGE(102)},
        {"another pin", "r:GPIO.FSEL3 w:GPIO.FSEL3=0x80 w:GPIO.FSEL1=0 bar w:AUX.MU_IO=0x61", ""},
        {"PL011 off", "w:UART0.DR=0x61",
         "uart-not-set-up: write of 0x61 to UART0.DR (0x20201000): the PL011's transmitter is "
         "off in UART0.CR" PAGE(185)},
        {"PL011 without pins", "w:UART0.CR=0x301 w:UART0.DR=0x61",
         "uart-not-set-up: write of 0x61 to UART0.DR (0x20201000): no pin has the function of "
         "the PL011's transmitter (GPIO14: ALT0)" PAGE(102)},
        {"PL011 set up",
         "w:GPIO.FSEL1=0x24000 bar w:UART0.CR=0x301 w:UART0.DR=0x61 r:UART0.DR=0x61", ""},
        {"PL011 on itself", "w:UART0.CR=0x381 w:UART0.DR=0x61 r:UART0.DR=0x61", ""},
    };

    (void)state;
    RIG_RUN(e);
}

#define PUT " w:AUX.MU_IO=0x61"
#define EIGHT PUT PUT PUT PUT PUT PUT PUT PUT

static void mini_uart_fifo(void **state)
{
    static const char overrun[] =
        "fifo-overrun: write of 0x61 to AUX.MU_IO (0x20215040): its FIFO has room for 8, and "
        "AUX.MU_LSR has shown none since" PAGE(11);
    const struct rig_example e[] = {
        {"eight", EIGHT, ""},
        {"nine", EIGHT PUT, overrun},
        {"empty, nine", "r:AUX.MU_LSR=0x60" EIGHT PUT, overrun},
        {"time for one", EIGHT " us=87" PUT, ""},
        {"time for one, two", EIGHT " us=87" PUT PUT, overrun},
        {"no time for one", EIGHT " us=85" PUT, overrun},
        {"cycles", EIGHT " cycles=900" PUT, ""},
        {"the timer says so", "r:SYSTIMER.CLO=1000 bar" EIGHT " bar r:SYSTIMER.CLO=1087 bar" PUT,
         ""},
        {"room", EIGHT " r:AUX.MU_LSR=0x20" PUT, ""},
        {"room for one, two", EIGHT " r:AUX.MU_LSR=0x20" PUT PUT, overrun},
        {"no room", EIGHT " r:AUX.MU_LSR=0" PUT, overrun},
        {"full after two", PUT PUT " r:AUX.MU_LSR=0" PUT, overrun},
        {"room in the other register", EIGHT " r:AUX.MU_STAT=2" PUT, ""},
        {"an interrupt", EIGHT " r:AUX.MU_IIR=0xc2" EIGHT, ""},
        {"the other interrupt", EIGHT " r:AUX.MU_IIR=0xc4" PUT, overrun},
        {"cleared", EIGHT " w:AUX.MU_IIR=4" EIGHT, ""},
        {"receiver cleared", EIGHT " w:AUX.MU_IIR=2" PUT, overrun},
        {"a faster line", "w:AUX.MU_BAUD=26" EIGHT " us=9" PUT, ""},
        {"the baud is no byte", "w:AUX.MU_LCR=0x83" EIGHT PUT, ""},
    };

    (void)state;
    RIG_RUN(e);
}

static void other_fifos(void **state)
{
    static const struct rig_example e[] = {
        {"PL011 without FIFO", "w:UART0.CR=0x381 w:UART0.IBRD=26 w:UART0.DR=0x61 w:UART0.DR=0x62",
         "fifo-overrun: write of 0x62 to UART0.DR (0x20201000): its FIFO has room for 1, and "
         "UART0.FR has shown none since" PAGE(179)},
        {"PL011 with one",
         "w:UART0.CR=0x381 w:UART0.LCRH=0x70 r:UART0.FR=0x90 w:UART0.DR=0x61 w:UART0.DR=0x62", ""},
        {"PL011 full", "w:UART0.CR=0x381 w:UART0.LCRH=0x70 r:UART0.FR=0x20 w:UART0.DR=0x62",
         "fifo-overrun: write of 0x62 to UART0.DR (0x20201000): its FIFO has room for 16, and "
         "UART0.FR has shown none since" PAGE(179)},
        {"SPI full", "r:SPI0.CS w:SPI0.FIFO=1",
         "fifo-overrun: write of 0x1 to SPI0.FIFO (0x20204004): its FIFO has room for 64, and "
         "SPI0.CS has shown none since" PAGE(155)},
        {"SPI: one out for one in", "r:SPI0.CS r:SPI0.FIFO w:SPI0.FIFO=1", ""},
        {"lost by the receiver", "r:AUX.MU_LSR=0x23",
         "fifo-overrun: read of AUX.MU_LSR (0x20215054): a byte was received while the FIFO was "
         "full, and lost" PAGE(15)},
        {"not lost", "r:AUX.MU_LSR=0x21", ""},
        {"lost by the PWM", "r:PWM.STA=6",
         "fifo-overrun: read of PWM.STA (0x2020c004): a word was written while the FIFO was "
         "full, and lost" PAGE(144)},
    };

    (void)state;
    RIG_RUN(e);
}

/* ---- how often ---- */

static uint64_t callers;

static uint64_t place(void *self, uintptr_t pc)
{
    assert_ptr_equal(self, &rig);
    assert_int_equal(pc, RIG_PC);
    return callers;
}

static unsigned lines(const char *text)
{
    unsigned n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void once_a_place(void **state)
{
    (void)state;
    rig_fresh();
    rig.same_place = 1;
    for (int i = 0; i < 10; i++)
        rig_do("w:SYSTIMER.CLO");
    assert_int_equal(lines(rig.found), 1);
    rig.pc += 4;
    rig_do("w:SYSTIMER.CLO");
    assert_int_equal(lines(rig.found), 2);
    rig_do("w:SYSTIMER.CHI");
    assert_int_equal(lines(rig.found), 3);
    assert_int_equal(check_found_places(&rig.check), 3);
    assert_int_equal(check_found_times(&rig.check), 12);
    check_free(&rig.check);
}

static void callers_make_the_place(void **state)
{
    (void)state;
    rig_fresh();
    rig.same_place = 1;
    rig.check.place = place;
    for (callers = 0; callers < 3; callers++)
        rig_do("w:SYSTIMER.CLO w:SYSTIMER.CLO");
    assert_int_equal(lines(rig.found), 3);
    for (int i = 0; i < 10000; i++)
        rig_do("w:SYSTIMER.CLO");
    assert_int_equal(lines(rig.found), 4);
    callers = 77; /* nobody asks any more */
    rig_do("w:SYSTIMER.CLO");
    assert_int_equal(lines(rig.found), 4);
    assert_int_equal(check_found_times(&rig.check), 10007);
    check_free(&rig.check);
}

static int unwanted(void *self, const struct check_finding *f)
{
    (void)self, (void)f;
    return 1;
}

static void many_places(void **state)
{
    (void)state;
    rig_fresh();
    rig.check.report = unwanted;
    for (int i = 0; i < 5000; i++)
        rig_do("w:SYSTIMER.CLO");
    rig.pc = RIG_PC;
    for (int i = 0; i < 5000; i++)
        rig_do("w:SYSTIMER.CLO");
    assert_int_equal(rig.check.suppressed, 5000);
    assert_int_equal(check_found_places(&rig.check), 0);
    check_free(&rig.check);
}

static void a_console_sets_no_pins(void **state)
{
    static const struct bus_access fsel1 = {
        .op = BUS_WRITE, .origin = ORIGIN_CONSOLE, .width = 4, .addr = 0x20200004};
    struct bus_access a = fsel1;

    (void)state;
    rig_fresh();
    bus_perform(&rig.bus, &a);
    rig_do("r:GPIO.LEV0");
    assert_int_equal(lines(rig.found), 1);
    a = fsel1;
    a.origin = ORIGIN_PROGRAM;
    bus_perform(&rig.bus, &a);
    rig_do("r:GPIO.LEV0");
    assert_int_equal(lines(rig.found), 1);
    check_free(&rig.check);
}

static void unmodelled_only(void **state)
{
    (void)state;
    rig_fresh();
    check_free(&rig.check);
    memset(&rig.bus, 0, sizeof rig.bus);
    rig.check = (struct check){.self = &rig, .report = rig_note};
    check_init(&rig.check);
    bus_watch(&rig.bus, &rig.check.watcher);
    assert_int_equal(rig.bus.watched | rig.bus.watched_quick | rig.bus.wrapped, 0);
    rig_do("r:GPIO.SET0 r:SYSTIMER.CLO w:SYSTIMER.CLO=1 w:GPIO.SET0=1 bar");
    assert_string_equal(
        rig.found, "unmodelled: read of GPIO.SET0 (0x2020001c): not modelled, reads as 0\n"
                   "unmodelled: read of SYSTIMER.CLO (0x20003004): not modelled, reads as 0\n");
    check_free(&rig.check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uarts),
        cmocka_unit_test(mini_uart_fifo),
        cmocka_unit_test(other_fifos),
        cmocka_unit_test(once_a_place),
        cmocka_unit_test(callers_make_the_place),
        cmocka_unit_test(many_places),
        cmocka_unit_test(a_console_sets_no_pins),
        cmocka_unit_test(unmodelled_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
