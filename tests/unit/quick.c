/* Quick accesses change what the bus's would: two boards, the same accesses, one of them quick
 * where it may be. And the clock says when they may be. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/core/clock.h"
#include "emu/dev/gpio.h"
#include "emu/dev/mini-uart.h"
#include "emu/dev/system-timer.h"

enum { STEPS = 200000, PC = 0x20440 };

struct pair {
    struct bus bus;
    struct clock clock;
    struct dev_gpio gpio;
    struct dev_system_timer timer;
    unsigned changes;
};

static struct pair plain, quick;
static unsigned rests;

static void changed(void *self, uint64_t was, uint64_t now)
{
    struct pair *p = self;

    if (was != now)
        p->changes++;
}

static int fresh(void **state)
{
    struct pair *both[] = {&plain, &quick};

    (void)state;
    for (int i = 0; i < 2; i++) {
        memset(both[i], 0, sizeof *both[i]);
        clock_start(&both[i]->clock, CLOCK_VIRTUAL);
        dev_gpio_init(&both[i]->gpio);
        dev_system_timer_init(&both[i]->timer, &both[i]->clock);
        dev_gpio_map(&both[i]->gpio, &both[i]->bus);
        dev_system_timer_map(&both[i]->timer, &both[i]->bus);
        bus_quick_start(&both[i]->bus);
    }
    rests = 0;
    return 0;
}

static uint32_t rest_read(uint32_t addr, uint32_t value, uintptr_t pc)
{
    assert_int_equal(value, 0);
    assert_int_equal(pc, PC);
    rests++;
    return access_get(&quick.bus, addr);
}

static uint32_t rest_write(uint32_t addr, uint32_t value, uintptr_t pc)
{
    assert_int_equal(pc, PC);
    rests++;
    access_put(&quick.bus, addr, value);
    return 0;
}

static uint32_t quick_get(uint32_t addr)
{
    const struct bus_quick *q = &quick.bus.quick[(addr - PERIPHERAL_BASE) / BUS_PAGE];

    return q->read(addr, PC, rest_read, q->self);
}

static void quick_put(uint32_t addr, uint32_t value)
{
    const struct bus_quick *q = &quick.bus.quick[(addr - PERIPHERAL_BASE) / BUS_PAGE];

    assert_int_equal(q->write(addr, value, PC, rest_write, q->self), 0);
}

static uint32_t seed;

static uint32_t any(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)seed * below >> 32);
}

/* Register by register, of which none has a side effect. */
static int gpio_differs(void)
{
    for (uint32_t off = 0; off <= 0xa0; off += 4) {
        uint32_t a = 0, b = 0;

        access_try(&plain.bus, BUS_READ, 4, DEV_GPIO_BASE + off, &a);
        access_try(&quick.bus, BUS_READ, 4, DEV_GPIO_BASE + off, &b);
        if (a != b)
            return 1;
    }
    return 0;
}

/* The first of them enable no detector. */
static const uint8_t words[] = {0x00, 0x08, 0x14, 0x1c, 0x1c, 0x20, 0x28, 0x28, 0x2c,
                                0x34, 0x38, 0x94, 0x98, 0x40, 0x4c, 0x58, 0x64, 0x70};
enum { WORDS = sizeof words, WITHOUT_DETECTORS = 13 };

static void one_access(uint32_t choice)
{
    uint32_t addr = DEV_GPIO_BASE + words[any(choice)];
    uint32_t value = 1u << any(32) | 1u << any(32);

    if (any(4)) {
        access_put(&plain.bus, addr, value);
        quick_put(addr, value);
    } else {
        assert_int_equal(quick_get(addr), access_get(&plain.bus, addr));
    }
    if (gpio_differs())
        fail_msg("0x%08x with 0x%08x leaves the pins in another state", addr, value);
}

static void same_with(uint32_t choice)
{
    for (seed = 1; seed <= 3; seed++) {
        uint32_t keep = seed;

        fresh(NULL);
        for (int i = 0; i < STEPS; i++)
            one_access(choice);
        seed = keep;
    }
    assert_in_range(rests, 1, STEPS - 1);
}

static void gpio_is_the_same(void **state)
{
    (void)state;
    same_with(WORDS);
}

static void gpio_is_the_same_when_nobody_listens(void **state)
{
    (void)state;
    same_with(WITHOUT_DETECTORS);
}

/* No detail of what is slow: that these are not. */
static void pins_that_nobody_hears_are_quick(void **state)
{
    (void)state;
    quick_put(DEV_GPIO_BASE + 0x1c, ~0u);
    quick_put(DEV_GPIO_BASE + 0x28, ~0u);
    quick_get(DEV_GPIO_BASE + 0x34);
    assert_int_equal(rests, 0);
    access_put(&quick.bus, DEV_GPIO_BASE + 0x4c, 1); /* rising edges of pin 0, an output */
    access_put(&quick.bus, DEV_GPIO_BASE, 1);
    quick_put(DEV_GPIO_BASE + 0x1c, 2);
    quick_put(DEV_GPIO_BASE + 0x28, 2);
    assert_int_equal(rests, 0);
    quick_put(DEV_GPIO_BASE + 0x1c, 1);
    assert_int_equal(rests, 1);
}

static void a_listener_hears_of_every_level(void **state)
{
    (void)state;
    plain.gpio.self = &plain;
    quick.gpio.self = &quick;
    plain.gpio.changed = quick.gpio.changed = changed;
    for (int i = 0; i < STEPS; i++)
        one_access(WORDS);
    assert_true(plain.changes > 0);
    assert_int_equal(quick.changes, plain.changes);
}

static void the_counter_is_the_same(void **state)
{
    (void)state;
    for (uint64_t ns = 999; ns < 1ull << 60; ns = ns * 3 + any(1000)) {
        plain.clock.ns = quick.clock.ns = ns;
        for (uint32_t off = 0x00; off <= 0x18; off += 4)
            assert_int_equal(quick_get(DEV_SYSTEM_TIMER_BASE + off),
                             access_get(&plain.bus, DEV_SYSTEM_TIMER_BASE + off));
    }
}

/* ---- the mini-UART: two programs that print, one of them quick where it may be ---- */

static struct teller {
    struct bus bus;
    struct clock clock;
    struct clock_alarm alarm;
    struct dev_mini_uart uart;
    unsigned rang, vain, printed, typed;
    uint8_t last;
    int unknown; /* whether something was typed is not known without asking */
} slow, fast;

static unsigned teller_waiting(void *self)
{
    return ((struct teller *)self)->typed;
}

static uint8_t teller_get(void *self)
{
    return (uint8_t)((struct teller *)self)->typed--;
}

static void teller_put(void *self, uint8_t byte)
{
    struct teller *t = self;

    t->printed++;
    t->last = byte;
}

static void teller_vain(void *self, uint32_t times)
{
    struct teller *t = self;

    if (times >= 64)
        t->vain++;
}

static int teller_quick_waiting(void *self)
{
    const struct teller *t = self;

    return t->unknown ? -1 : (int)t->typed;
}

static int teller_quick_put(void *self, uint8_t byte)
{
    if (byte == '\n')
        return -1;
    teller_put(self, byte);
    return 0;
}

static void teller_rings(void *self)
{
    struct teller *t = self;

    t->rang++;
}

static int fresh_tellers(void **state)
{
    struct teller *both[] = {&slow, &fast};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct dev_console console = {.self = both[i],
                                      .waiting = teller_waiting,
                                      .get = teller_get,
                                      .put = teller_put,
                                      .polled_in_vain = teller_vain,
                                      .quick_waiting = teller_quick_waiting,
                                      .quick_put = teller_quick_put};

        memset(both[i], 0, sizeof *both[i]);
        clock_start(&both[i]->clock, CLOCK_VIRTUAL);
        both[i]->alarm = (struct clock_alarm){.self = both[i], .ring = teller_rings};
        dev_mini_uart_init(&both[i]->uart, &both[i]->clock, &console);
        dev_mini_uart_after_boot(&both[i]->uart);
        dev_mini_uart_map(&both[i]->uart, &both[i]->bus);
        bus_quick_start(&both[i]->bus);
    }
    rests = 0;
    return 0;
}

static uint32_t teller_access(struct teller *t, enum bus_op op, uint32_t addr, uint32_t value)
{
    clock_pass(&t->clock, CLOCK_ACCESS_NS);
    access_try(&t->bus, op, 4, addr, &value);
    return value;
}

static uint32_t teller_rest_read(uint32_t addr, uint32_t value, uintptr_t pc)
{
    (void)value, (void)pc;
    rests++;
    fast.clock.ns -= CLOCK_ACCESS_NS;
    return teller_access(&fast, BUS_READ, addr, 0);
}

static uint32_t teller_rest_write(uint32_t addr, uint32_t value, uintptr_t pc)
{
    (void)pc;
    rests++;
    fast.clock.ns -= CLOCK_ACCESS_NS;
    teller_access(&fast, BUS_WRITE, addr, value);
    return 0;
}

/* As put32 and get32 of a recompiled program do it. */
static uint32_t teller_quick(enum bus_op op, uint32_t addr, uint32_t value)
{
    const struct bus_quick *q = &fast.bus.quick[(addr - PERIPHERAL_BASE) / BUS_PAGE];

    if (fast.clock.ns + CLOCK_ACCESS_NS >= fast.clock.quick_ns)
        return teller_access(&fast, op, addr, value);
    fast.clock.ns += CLOCK_ACCESS_NS;
    return op == BUS_READ ? q->read(addr, PC, teller_rest_read, q->self)
                          : q->write(addr, value, PC, teller_rest_write, q->self);
}

static void both_access(enum bus_op op, uint32_t off, uint32_t value)
{
    uint32_t a = teller_access(&slow, op, DEV_AUX_BASE + off, value);
    uint32_t b = teller_quick(op, DEV_AUX_BASE + off, value);

    if (op == BUS_READ)
        assert_int_equal(a, b);
    assert_true(slow.clock.ns == fast.clock.ns);
    assert_true(slow.clock.quick_ns == fast.clock.quick_ns);
    assert_int_equal(slow.printed, fast.printed);
    assert_int_equal(slow.last, fast.last);
    assert_int_equal(slow.typed, fast.typed);
    assert_int_equal(slow.vain, fast.vain);
    assert_int_equal(slow.rang, fast.rang);
    assert_int_equal(slow.uart.irq.level, fast.uart.irq.level);
    assert_memory_equal(&slow.uart.s, &fast.uart.s, sizeof slow.uart.s);
}

/* Mostly what printing does; now and then what makes it another matter. */
static void tell(void)
{
    static const uint16_t other[][2] = {{0x44, 0}, {0x44, 1}, {0x44, 2}, {0x4c, 0x83}, {0x4c, 0x43},
                                        {0x4c, 3}, {0x4c, 2}, {0x60, 3}, {0x60, 1},    {0x60, 2},
                                        {0x48, 6}, {0x04, 0}, {0x04, 1}, {0x68, 270},  {0x68, 27}};
    uint32_t what = any(100), n = any(sizeof other / sizeof *other), ns = any(300000);

    if (what < 50) {
        for (uint32_t i = any(12); i < 12; i++)
            both_access(BUS_READ, 0x54, 0);
    } else if (what < 85) {
        both_access(BUS_WRITE, 0x40, any(256));
    } else if (what < 88) {
        both_access(BUS_READ, any(2) ? 0x40 : 0x64, 0);
    } else if (what < 90) {
        both_access(BUS_WRITE, other[n][0], other[n][1]);
    } else if (what < 92) { /* back to a UART that prints */
        both_access(BUS_WRITE, 0x04, 1);
        both_access(BUS_WRITE, 0x44, 0);
        both_access(BUS_WRITE, 0x4c, 3);
        both_access(BUS_WRITE, 0x60, 3);
    } else if (what < 94) {
        slow.typed = fast.typed = any(4);
    } else if (what < 96) {
        fast.unknown = (int)any(2);
    } else if (what < 98) {
        clock_alarm_set(&slow.clock, &slow.alarm, slow.clock.ns + ns);
        clock_alarm_set(&fast.clock, &fast.alarm, fast.clock.ns + ns);
    } else {
        clock_pass(&slow.clock, ns);
        clock_pass(&fast.clock, ns);
    }
}

static void printing_is_the_same(void **state)
{
    unsigned accesses = 0;

    for (uint32_t s = 1; s <= 3; s++) {
        fresh_tellers(state);
        seed = s;
        for (int i = 0; i < STEPS; i++)
            tell();
        accesses += fast.printed;
        assert_in_range(fast.rang, 100, STEPS);
        assert_in_range(fast.vain, 1, STEPS);
    }
    assert_in_range(accesses, 1000, 3 * STEPS);
}

/* A program that only prints needs the bus at newlines only. */
static void printing_is_quick(void **state)
{
    fresh_tellers(state);
    for (int i = 0; i < 1000; i++) {
        while (!(teller_quick(BUS_READ, DEV_AUX_BASE + 0x54, 0) & 0x20))
            ;
        teller_quick(BUS_WRITE, DEV_AUX_BASE + 0x40, i % 50 ? 'x' : '\n');
    }
    assert_int_equal(fast.printed, 1000);
    assert_int_equal(rests, 20);
    assert_in_range(fast.clock.ns, 990 * 86720, 1000 * 86720);
}

static void other_pages_are_never_quick(void **state)
{
    static const struct bus_target plain_target = {.name = "no quick accesses"};

    (void)state;
    bus_map(&quick.bus, DEV_GPIO_BASE, BUS_PAGE, &quick.timer.target);
    bus_map(&quick.bus, DEV_GPIO_BASE, BUS_PAGE, &quick.gpio.target);
    bus_map(&quick.bus, DEV_GPIO_BASE + BUS_PAGE, BUS_PAGE, &plain_target);
    for (uint32_t i = 0; i < BUS_PAGES; i++) {
        assert_non_null(quick.bus.quick[i].read);
        assert_non_null(quick.bus.quick[i].write);
    }
    quick_put(DEV_SYSTEM_TIMER_BASE + 0x0c, 5);
    assert_int_equal(rests, 1);
}

static void rang(void *self)
{
    (void)self;
}

static void the_clock_says_until_when(void **state)
{
    struct clock c = {0};
    struct clock_alarm early = {.ring = rang}, late = {.ring = rang};

    (void)state;
    clock_start(&c, CLOCK_VIRTUAL);
    assert_true(c.quick_ns == CLOCK_NEVER);
    clock_alarm_set(&c, &late, 2000);
    clock_alarm_set(&c, &early, 1000);
    assert_int_equal(c.quick_ns, 1000);
    clock_alarm_clear(&c, &early);
    assert_int_equal(c.quick_ns, 2000);
    clock_hold(&c, 1);
    assert_int_equal(c.quick_ns, 0);
    clock_alarm_set(&c, &early, 500);
    assert_int_equal(c.quick_ns, 0);
    clock_hold(&c, 0);
    assert_int_equal(c.quick_ns, 500);
    clock_pass(&c, 600);
    assert_int_equal(c.quick_ns, 2000);
    clock_start(&c, CLOCK_HOST);
    assert_int_equal(c.quick_ns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(gpio_is_the_same, fresh),
        cmocka_unit_test_setup(gpio_is_the_same_when_nobody_listens, fresh),
        cmocka_unit_test_setup(pins_that_nobody_hears_are_quick, fresh),
        cmocka_unit_test_setup(a_listener_hears_of_every_level, fresh),
        cmocka_unit_test_setup(the_counter_is_the_same, fresh),
        cmocka_unit_test(printing_is_the_same),
        cmocka_unit_test(printing_is_quick),
        cmocka_unit_test_setup(other_pages_are_never_quick, fresh),
        cmocka_unit_test(the_clock_says_until_when),
    };

    return cmocka_run_group_tests_name("quick", tests, NULL, NULL);
}
