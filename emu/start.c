/* --fill and --initial; see start.h. */
#include "emu/start.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/core/chance.h"
#include "emu/core/regs.h"
#include "emu/native/native.h"
#include "emu/observe/log-file.h"
#include "emu/run.h"
#include "libunix/line.h"

enum {
    LATE_NS = 300, /* an interrupt at most: three accesses of the program */
    GPIO_PAGE = DEV_GPIO_BASE & ~(BUS_PAGE - 1),
    GPIO_LEV0 = DEV_GPIO_BASE + 0x34,
    GPIO_LEV1 = DEV_GPIO_BASE + 0x38,
    CLO = DEV_SYSTEM_TIMER_BASE + 0x04,
    CHI = DEV_SYSTEM_TIMER_BASE + 0x08,
    WORDS = (PERIPHERAL_END - PERIPHERAL_BASE) / 4,
};

void start_ram(void)
{
    char why[256];

    if (!run.options.fill || native_fill_ram(run.options.seed, why, sizeof why) == 0)
        return;
    run_say("--fill: %s", why);
    exit(2);
}

/* ---- late interrupts ---- */

static struct {
    uint64_t chance;
    int asked, held;
    struct clock_alarm alarm;
} late;

static void no_longer(void *self)
{
    (void)self;
    late.held = 0;
}

int start_irq(int asked)
{
    if (!run.options.fill || run.clock.mode != CLOCK_VIRTUAL)
        return asked;
    if (!asked && late.held)
        clock_alarm_clear(&run.clock, &late.alarm);
    if (asked && !late.asked) {
        late.alarm.ring = no_longer;
        clock_alarm_set(&run.clock, &late.alarm,
                        run.clock.ns + 1 + chance_next(&late.chance) % LATE_NS);
    }
    late.held = asked && (late.held || !late.asked);
    late.asked = asked;
    return late.held ? 0 : asked;
}

uint64_t start_next(void)
{
    return late.held ? late.alarm.at_ns : CLOCK_NEVER;
}

/* ---- --initial ---- */

static struct {
    struct dev_board *board;
    struct dev_gpio gpio; /* sees the log's writes, to know which pins are whose */
    struct bus bus;
    uint8_t *known; /* registers that were read or written, a byte a word */
    unsigned set;   /* how many start as in the log */
} first;

/* Where the model's level is not the one that was read, something outside drives the pin. */
static void pins_read(uint32_t value, unsigned from)
{
    for (unsigned pin = from; pin < from + 32 && pin < DEV_GPIO_PINS; pin++) {
        int level = value >> (pin - from) & 1;

        if (dev_gpio_function(&first.gpio, pin) != GPIO_FSEL_INPUT ||
            dev_gpio_level(&first.gpio, pin) == level)
            continue;
        dev_gpio_drive(&first.board->gpio, pin, level ? GPIO_DRIVEN_HIGH : GPIO_DRIVEN_LOW);
    }
    first.set++;
}

/* The counter is to read `value` at the same time of this run. */
static void time_read(uint32_t value, uint64_t ns)
{
    const uint64_t wraps = ((uint64_t)1 << 32) * 1000;
    uint64_t at = (uint64_t)value * 1000;

    dev_system_timer_start(&first.board->system_timer,
                           at >= ns ? at - ns : at + wraps - ns % wraps);
    first.set++;
}

static void read_first(const struct bus_access *a, uint64_t ns)
{
    if (a->addr == GPIO_LEV0 || a->addr == GPIO_LEV1)
        pins_read(a->value, a->addr == GPIO_LEV0 ? 0 : 32);
    else if (a->addr == CLO)
        time_read(a->value, ns);
    else if (dev_register_starts(&run.bus, a->addr, a->value))
        first.set++;
    if (a->addr - GPIO_PAGE < BUS_PAGE)
        dev_register_starts(&first.bus, a->addr, a->value);
}

static void follow(const struct log_record *r)
{
    struct bus_access a = r->a;
    uint8_t *known = &first.known[(a.addr - PERIPHERAL_BASE) / 4];

    if (a.op == BUS_READ && a.width == 4 && !*known)
        read_first(&a, r->ns);
    if (a.op == BUS_WRITE && a.addr - GPIO_PAGE < BUS_PAGE)
        bus_perform(&first.bus, &a);
    *known = 1;
}

static int is_device_access(const struct log_record *r)
{
    return r->kind == LOG_ACCESS && r->result == 0 && r->a.origin != ORIGIN_DMA &&
           (r->a.op == BUS_READ || r->a.op == BUS_WRITE) && r->a.addr >= PERIPHERAL_BASE &&
           r->a.addr < PERIPHERAL_END;
}

static void read_log(const char *path)
{
    struct log_reader log;
    struct log_record r;
    int rc;

    if (log_open(&log, path) < 0) {
        run_say("--initial %s: %s", path, log.why);
        exit(2);
    }
    while ((rc = log_next(&log, &r)) > 0) {
        if (is_device_access(&r))
            follow(&r);
    }
    if (rc < 0) {
        run_say("--initial %s: %s", path, log.why);
        exit(2);
    }
    log_close_reader(&log);
}

static void refuse(const char *option)
{
    run_say("--initial %s: %s: its devices are not models; leave out one of the two",
            run.options.initial, option);
    exit(2);
}

void start_check(void)
{
    if (!run.options.initial)
        return;
    if (run.options.replay)
        refuse("--replay");
    if (run.options.pi || line_handed_down() >= 0)
        refuse("a Pi answers");
}

static void start_as_logged(struct dev_board *b)
{
    const char *path = run.options.initial;

    first.board = b;
    first.known = calloc(WORDS, 1);
    if (!first.known) {
        run_say("--initial %s: no memory", path);
        exit(2);
    }
    dev_gpio_init(&first.gpio);
    dev_gpio_after_boot(&first.gpio);
    dev_gpio_map(&first.gpio, &first.bus);
    read_log(path);
    free(first.known);
    if (!run.options.quiet)
        run_say("--initial %s: %u registers start as they were there", path, first.set);
}

void start_devices(struct dev_board *b)
{
    late.chance = run.options.seed;
    if (run.options.fill)
        dev_board_chance(b, run.options.seed);
    if (run.options.initial)
        start_as_logged(b);
}
