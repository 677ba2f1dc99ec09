/* Watchers see quick accesses once, in order, with the values that others have. */
#include "tests/unit/access.h"

#include <string.h>

#include "emu/core/clock.h"
#include "emu/dev/gpio.h"
#include "emu/dev/system-timer.h"

enum { STEPS = 20000, PC = 0x20440 };

struct board {
    struct bus bus;
    struct clock clock;
    struct dev_gpio gpio;
    struct dev_system_timer timer;
    struct bus_watcher watcher;
    struct {
        enum bus_op op;
        uint32_t addr, value;
    } seen[STEPS];
    unsigned n, by_quick, refused;
};

static struct board plain, quick;

static void note(struct board *b, enum bus_op op, uint32_t addr, uint32_t value)
{
    b->seen[b->n].op = op;
    b->seen[b->n].addr = addr;
    b->seen[b->n++].value = value;
}

static void saw(void *self, const struct bus_access *a, int result)
{
    assert_int_equal(result, 0);
    note(self, a->op, a->addr, a->value);
}

static void saw_quick(void *self, enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct board *b = self;

    assert_int_equal(pc, PC);
    note(b, op, addr, value);
    b->by_quick++;
}

/* Writes of an odd value do not like to be quick. */
static int may_quick(void *self, enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct board *b = self;
    int odd = op == BUS_WRITE && (value & 1);

    (void)addr, (void)pc;
    b->refused += (unsigned)odd;
    return !odd;
}

static void start(struct board *b)
{
    memset(b, 0, sizeof *b);
    clock_start(&b->clock, CLOCK_VIRTUAL);
    dev_gpio_init(&b->gpio);
    dev_system_timer_init(&b->timer, &b->clock);
    dev_gpio_map(&b->gpio, &b->bus);
    dev_system_timer_map(&b->timer, &b->bus);
    b->watcher = (struct bus_watcher){.self = b, .saw = saw};
}

static uint32_t rest(uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct bus_access a = {
        .op = addr & 1 ? BUS_WRITE : BUS_READ, .width = 4, .addr = addr & ~1u, .value = value};

    a.pc = pc;
    assert_int_equal(bus_perform(&quick.bus, &a), 0);
    return a.value;
}

static uint32_t rest_write(uint32_t addr, uint32_t value, uintptr_t pc)
{
    rest(addr | 1, value, pc);
    return 0;
}

static void one_access(uint32_t i)
{
    static const uint32_t words[] = {DEV_GPIO_BASE + 0x04, DEV_GPIO_BASE + 0x1c,
                                     DEV_GPIO_BASE + 0x28, DEV_GPIO_BASE + 0x34,
                                     DEV_SYSTEM_TIMER_BASE + 4};
    uint32_t x = i * 2654435761u, addr = words[(x >> 16) % 5], value = 1u << (x >> 27) | x >> 31;
    const struct bus_quick *q = &quick.bus.quick[(addr - PERIPHERAL_BASE) / BUS_PAGE];

    plain.clock.ns = quick.clock.ns = 1000ull * i;
    if ((x >> 16) % 5 < 3) {
        access_put(&plain.bus, addr, value);
        q->write(addr, value, PC, rest_write, q->self);
    } else {
        assert_int_equal(q->read(addr, PC, rest, q->self), access_get(&plain.bus, addr));
    }
}

static void each_once_in_order(void **state)
{
    (void)state;
    start(&plain);
    start(&quick);
    quick.watcher.saw_quick = saw_quick;
    quick.watcher.may_quick = may_quick;
    bus_watch(&plain.bus, &plain.watcher);
    bus_watch(&quick.bus, &quick.watcher);
    assert_int_equal(plain.bus.watched, 1);
    assert_int_equal(quick.bus.watched, 0);
    bus_quick_start(&quick.bus);
    for (uint32_t i = 0; i < STEPS; i++)
        one_access(i);
    assert_int_equal(plain.n, STEPS);
    assert_int_equal(quick.n, STEPS);
    assert_memory_equal(plain.seen, quick.seen, sizeof plain.seen);
    assert_in_range(quick.by_quick, STEPS / 2, STEPS - 1);
    assert_true(quick.refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_once_in_order)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
