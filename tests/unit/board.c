/* A run's board as plain data: what a display reads of it, and that the run stays quick. */
#include "tests/unit/access.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/core/clock.h"
#include "emu/dev/gpio.h"
#include "emu/dev/system-timer.h"
#include "emu/observe/board.h"

enum { GPIO = 0x20200000, SET0 = GPIO + 0x1c, CLR0 = GPIO + 0x28, LEV0 = GPIO + 0x34 };

static struct bus bus;
static struct clock clock_;
static struct dev_gpio gpio;
static struct dev_system_timer timer;
static struct board_watch watch;
static struct board_state *state;
static unsigned slow;

static enum bus_origin origin(uintptr_t pc)
{
    return pc == 1 ? ORIGIN_CONSOLE : ORIGIN_PROGRAM;
}

static uint64_t now(void *self)
{
    (void)self;
    return 77;
}

static void saw(void *self, const struct bus_access *a)
{
    (void)self, (void)a;
    slow++;
}

/* With models, or as with a Pi: devices that are somewhere else. */
static void start(int models)
{
    memset(&bus, 0, sizeof bus);
    memset(&clock_, 0, sizeof clock_);
    clock_start(&clock_, CLOCK_VIRTUAL);
    dev_gpio_init(&gpio);
    dev_gpio_after_boot(&gpio);
    dev_system_timer_init(&timer, &clock_);
    dev_gpio_map(&gpio, &bus);
    dev_system_timer_map(&timer, &bus);
    free(state);
    state = calloc(1, sizeof *state);
    assert_non_null(state);
    slow = 0;
    watch =
        (struct board_watch){.state = state, .bus = &bus, .now = now, .origin = origin, .saw = saw};
    if (models) {
        watch.ns = &clock_.ns;
        watch.pins = (struct board_pins){&gpio.s.level, &gpio.s.driven, &gpio.s.alt, &gpio.wired,
                                         &gpio.s.detected};
    }
    board_watch_init(&watch);
    bus_watch(&bus, &watch.watcher);
    bus_quick_start(&bus);
}

static uint32_t rest(uint32_t addr, uint32_t value, uintptr_t pc)
{
    (void)addr, (void)value, (void)pc;
    fail_msg("it was not quick");
    return 0;
}

static void write_quick(uint32_t addr, uint32_t value)
{
    struct bus_quick *q = &bus.quick[(addr - PERIPHERAL_BASE) / BUS_PAGE];

    bus.accesses++;
    clock_.ns += QUICK_COST_NS;
    q->write(addr, value, 0x20400, rest, q->self);
}

static void pins_of_models(void **unused)
{
    (void)unused;
    start(1);
    assert_int_equal(board_pin(state, 21).function, PINS_INPUT);
    assert_int_equal(board_pin(state, 14).function, PINS_ALT5);
    access_put(&bus, GPIO + 8, PINS_OUTPUT << 3); /* pin 21 */
    assert_int_equal(board_pin(state, 21).function, PINS_OUTPUT);
    assert_int_equal(board_pin(state, 21).level, 0);
    access_put(&bus, SET0, 1 << 21);
    assert_int_equal(board_pin(state, 21).known, 1);
    assert_int_equal(board_pin(state, 21).level, 1);
    assert_int_equal(board_pin(state, 20).driven, 0);
    dev_gpio_drive(&gpio, 20, GPIO_DRIVEN_HIGH);
    board_refresh(&watch);
    assert_int_equal(board_pin(state, 20).driven, 1);
    assert_int_equal(board_pin(state, 20).level, 1);
}

/* Nobody hears what a device drives onto a pin: what the model has of it may be old. */
static void levels_of_devices_on_pins(void **unused)
{
    (void)unused;
    start(1);
    dev_gpio_drive_alt(&gpio, 1 << 14, 1 << 14);
    board_refresh(&watch);
    assert_int_equal(board_pin(state, 14).known, 0);
    assert_int_equal(board_pin(state, 14).level, 0);
    dev_gpio_wire(&gpio, 1 << 14);
    board_refresh(&watch);
    assert_int_equal(board_pin(state, 14).known, 1);
    assert_int_equal(board_pin(state, 14).level, 1);
}

static void pins_of_a_pi(void **unused)
{
    (void)unused;
    start(0);
    assert_int_equal(board_pin(state, 21).known, 0);
    access_put(&bus, GPIO + 8, PINS_OUTPUT << 3);
    assert_int_equal(board_pin(state, 21).known, 0); /* its latch was never written */
    access_put(&bus, SET0, 1 << 21);
    assert_int_equal(board_pin(state, 21).known, 1);
    assert_int_equal(board_pin(state, 21).level, 1);
    assert_int_equal(board_pin(state, 20).known, 0);
    dev_gpio_drive(&gpio, 20, GPIO_DRIVEN_HIGH);
    access_get(&bus, LEV0);
    assert_int_equal(board_pin(state, 20).known, 1);
    assert_int_equal(board_pin(state, 20).level, 1);
    assert_int_equal(state->ns, 77);
}

static void quick_accesses_stay_quick(void **unused)
{
    struct board_access got[8];
    uint64_t from = 0, lost = 0;

    (void)unused;
    start(1);
    access_put(&bus, GPIO + 8, PINS_OUTPUT << 3);
    assert_int_equal(slow, 1);
    write_quick(SET0, 1 << 21);
    assert_int_equal(slow, 1);
    assert_int_equal(board_pin(state, 21).level, 1);
    assert_int_equal(state->accesses, 2);
    assert_int_equal(state->ns, QUICK_COST_NS);
    write_quick(CLR0, 1 << 21);
    assert_int_equal(board_pin(state, 21).level, 0);
    assert_int_equal(board_accesses(state, &from, got, 8, &lost), 3);
    assert_int_equal(from, 3);
    assert_int_equal(lost, 0);
    assert_int_equal(got[0].addr, GPIO + 8);
    assert_int_equal(got[1].addr, SET0);
    assert_int_equal(got[1].value, 1 << 21);
    assert_int_equal(got[1].op, BUS_WRITE);
    assert_int_equal(got[1].pc, 0x20400);
    assert_int_equal(got[2].ns, 2 * QUICK_COST_NS);
    assert_int_equal(board_accesses(state, &from, got, 8, &lost), 0);
}

static void accesses_in_pieces_and_too_many(void **unused)
{
    static struct board_access got[BOARD_ACCESSES];
    uint64_t from = 0, lost = 0;
    size_t n;

    (void)unused;
    start(1);
    for (unsigned i = 0; i < BOARD_ACCESSES - 1; i++)
        write_quick(SET0, i);
    assert_int_equal(board_accesses(state, &from, got, 100, &lost), 100);
    assert_int_equal(from, 100);
    assert_int_equal(got[99].value, 99);
    assert_int_equal(lost, 0);
    for (unsigned i = 0; i < 200; i++)
        write_quick(SET0, BOARD_ACCESSES - 1 + i);
    n = board_accesses(state, &from, got, BOARD_ACCESSES, &lost);
    assert_int_equal(n + lost, BOARD_ACCESSES - 1 + 200 - 100);
    assert_in_range(lost, 99, 100); /* one place may be half written */
    assert_int_equal(got[0].value, 100 + lost);
    assert_int_equal(got[n - 1].value, BOARD_ACCESSES + 198);
}

static void text(void **unused)
{
    static char got[BOARD_TEXT];
    uint64_t from = 0, lost = 0;

    (void)unused;
    start(1);
    board_printed(state, "hello\n", 6);
    assert_int_equal(board_text(state, &from, got, sizeof got, &lost), 6);
    assert_memory_equal(got, "hello\n", 6);
    for (unsigned i = 0; i < BOARD_TEXT; i++)
        board_printed(state, "abcdefg" + i % 7, 1);
    assert_int_equal(board_text(state, &from, got, sizeof got, &lost) + lost, BOARD_TEXT);
    assert_in_range(lost, 0, 1);
    assert_int_equal(got[0], "abcdefg"[lost]);
    assert_int_equal(from, BOARD_TEXT + 6);
}

static void names_of_functions(void **unused)
{
    (void)unused;
    assert_string_equal(board_function_name(14, PINS_INPUT), "in");
    assert_string_equal(board_function_name(14, PINS_OUTPUT), "out");
    assert_string_equal(board_function_name(14, PINS_ALT5), "TXD1");
    assert_string_equal(board_function_name(15, PINS_ALT0), "RXD0");
    assert_string_equal(board_function_name(18, PINS_ALT5), "PWM0");
    assert_string_equal(board_function_name(2, PINS_ALT4), "ALT4");
    assert_string_equal(board_function_name(53, PINS_ALT3), "ALT3");
    for (unsigned pin = 0; pin < SEEN_PINS; pin++) {
        for (unsigned f = 0; f < 8; f++)
            assert_in_range(strlen(board_function_name(pin, (enum pins_function)f)), 2, 9);
    }
}

static void commands(void **unused)
{
    struct board_command c = {.what = BOARD_DRIVE, .pin = 21, .to = BOARD_HIGH}, got;
    int fd[2];

    (void)unused;
    start(1);
    assert_int_equal(pipe2(fd, O_NONBLOCK), 0);
    assert_int_equal(board_send(fd[1], state, &c), 0);
    assert_int_equal(state->sent, 1);
    assert_int_equal(read(fd[0], &got, sizeof got), sizeof got);
    assert_memory_equal(&got, &c, sizeof c);
    while (board_send(fd[1], state, &c) == 0)
        continue;
    close(fd[0]); /* a full pipe, and one that nobody reads */
    assert_int_equal(board_send(fd[1], state, &c), -1);
    close(fd[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pins_of_models),
        cmocka_unit_test(levels_of_devices_on_pins),
        cmocka_unit_test(pins_of_a_pi),
        cmocka_unit_test(quick_accesses_stay_quick),
        cmocka_unit_test(accesses_in_pieces_and_too_many),
        cmocka_unit_test(text),
        cmocka_unit_test(names_of_functions),
        cmocka_unit_test(commands),
    };
    int failed;

    signal(SIGPIPE, SIG_IGN);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(state);
    return failed;
}
