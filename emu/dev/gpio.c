/* GPIO, from "BCM2835 ARM Peripherals" ch. 6 (p. 89-104).
 *
 * Not modelled: the two-clock glitch filter of the synchronous edge detectors, pad drive strength.
 * Every access takes long enough for an edge to pass the filter. A pin in an ALT function of which
 * nothing is known in alt.c reads what is outside.
 *
 * Registers: FSEL0-5 00-14, SET 1C 20, CLR 28 2C, LEV 34 38, EDS 40 44, REN 4C 50, FEN 58 5C,
 * HEN 64 68, LEN 70 74, AREN 7C 80, AFEN 88 8C, PUD 94, PUDCLK 98 9C. */
#include "emu/dev/gpio.h"

#include <string.h>

enum {
    FSEL0 = 0x00,
    FSEL5 = 0x14,
    SET0 = 0x1c,
    SET1 = 0x20,
    CLR0 = 0x28,
    CLR1 = 0x2c,
    LEV0 = 0x34,
    LEV1 = 0x38,
    EDS0 = 0x40,
    EDS1 = 0x44,
    REN0 = 0x4c,
    AFEN1 = 0x8c,
    PUD = 0x94,
    PUDCLK0 = 0x98,
    PUDCLK1 = 0x9c,
    PAIR = 12, /* bytes from one pair of registers to the next; the third word is reserved */
};

enum pud { PUD_OFF = 0, PUD_DOWN = 1, PUD_UP = 2 }; /* p. 101 */

static const uint64_t all_pins = (1ull << DEV_GPIO_PINS) - 1;

static uint64_t pins(unsigned first, unsigned last)
{
    return (all_pins >> (DEV_GPIO_PINS - 1 - last)) & ~((1ull << first) - 1);
}

static uint32_t bank(uint64_t bits, int second)
{
    return second ? (uint32_t)(bits >> 32) : (uint32_t)bits;
}

static uint64_t from_bank(uint32_t value, int second)
{
    return (second ? (uint64_t)value << 32 : value) & all_pins;
}

static void replace_bank(uint64_t *bits, uint32_t value, int second)
{
    uint64_t mask = second ? 0xffffffffull << 32 : 0xffffffffull;

    *bits = (*bits & ~mask) | from_bank(value, second);
}

static void drive_lines(struct dev_gpio *d)
{
    uint64_t e = d->s.events;

    irq_drive(&d->irq[0], (e & pins(0, 27)) != 0);
    irq_drive(&d->irq[1], (e & pins(28, 45)) != 0);
    irq_drive(&d->irq[2], (e & pins(46, 53)) != 0);
    irq_drive(&d->irq[3], e != 0);
}

static void detect(struct dev_gpio *d, uint64_t rose, uint64_t fell)
{
    struct dev_gpio_state *s = &d->s;
    uint64_t before = s->events;

    s->events |= rose & (s->detect[GPIO_REN] | s->detect[GPIO_AREN]);
    s->events |= fell & (s->detect[GPIO_FEN] | s->detect[GPIO_AFEN]);
    s->events |= s->level & s->detect[GPIO_HEN];
    s->events |= ~s->level & s->detect[GPIO_LEN];
    if (s->events != before)
        drive_lines(d);
}

static uint64_t levels(const struct dev_gpio_state *s)
{
    uint64_t loose = s->pull_up | (s->noise & ~s->pull_down);
    uint64_t in = (s->outside & s->driven) | (loose & ~s->driven);

    return (s->latch & s->output) | (s->alt_level & s->alt) | (in & ~(s->output | s->alt));
}

/* After anything that may move a level. */
static void settle(struct dev_gpio *d)
{
    uint64_t was = d->s.level, now = levels(&d->s);

    if (now == was)
        return;
    d->s.level = now;
    if ((now ^ was) & d->s.detected)
        detect(d, now & ~was, was & ~now);
    if (d->changed)
        d->changed(d->self, was, now);
}

/* After anything that may change who drives or pulls a pin, whether or not its level moves. */
static void settle_sides(struct dev_gpio *d)
{
    uint64_t was = d->s.level;

    settle(d);
    if (d->changed && d->s.level == was)
        d->changed(d->self, was, was);
}

static void select_functions(struct dev_gpio *d, unsigned n, uint32_t value)
{
    struct dev_gpio_state *s = &d->s;

    s->fsel[n] = value & (n == 5 ? 0xfff : 0x3fffffff);
    for (unsigned i = 0; i < 10 && 10 * n + i < DEV_GPIO_PINS; i++) {
        uint64_t pin = 1ull << (10 * n + i);

        if (((value >> (3 * i)) & 7) == GPIO_FSEL_OUTPUT)
            s->output |= pin;
        else
            s->output &= ~pin;
    }
    s->alt &= ~s->output;
    if (d->alt_selected)
        d->alt_selected(d->alt_self);
    settle_sides(d);
}

void dev_gpio_drive_alt(struct dev_gpio *d, uint64_t which, uint64_t to)
{
    int sides = d->s.alt != which;

    d->s.alt = which;
    d->s.alt_level = to;
    if (sides)
        settle_sides(d);
    else
        settle(d);
}

static void update_alt(struct dev_gpio *d)
{
    if (d->alt_update)
        d->alt_update(d->alt_self);
}

void dev_gpio_wire(struct dev_gpio *d, uint64_t which)
{
    d->wired = which;
    update_alt(d);
}

/* Clocks PUD into the pins, p. 101: the value of PUD when the clock is asserted counts. */
static void clock_pulls(struct dev_gpio *d, uint32_t value, int second)
{
    struct dev_gpio_state *s = &d->s;
    uint64_t clocked = from_bank(value, second);

    replace_bank(&s->pud_clock, value, second);
    s->pull_up &= ~clocked;
    s->pull_down &= ~clocked;
    if (s->pud == PUD_UP)
        s->pull_up |= clocked;
    else if (s->pud == PUD_DOWN)
        s->pull_down |= clocked;
    settle_sides(d);
}

/* EDS, p. 96: writing 1 clears; a level that still holds sets it again at once. */
static void clear_events(struct dev_gpio *d, uint64_t bits)
{
    d->s.events &= ~bits;
    d->s.events |= d->s.level & d->s.detect[GPIO_HEN];
    d->s.events |= ~d->s.level & d->s.detect[GPIO_LEN];
    drive_lines(d);
}

/* The detector whose pair of enable registers off is in, or null; *second: the pair's other word.
 */
static uint64_t *detector(struct dev_gpio *d, uint32_t off, int *second)
{
    uint32_t n = (off - REN0) / PAIR, at = (off - REN0) % PAIR;

    if (off < REN0 || off > AFEN1 || (at != 0 && at != 4))
        return NULL;
    *second = at == 4;
    return &d->s.detect[n];
}

static int read_rest(struct dev_gpio *d, uint32_t off, struct bus_access *a)
{
    int second;
    const uint64_t *enable = detector(d, off, &second);

    if (off <= FSEL5)
        a->value = d->s.fsel[off / 4];
    else if (enable)
        a->value = bank(*enable, second);
    else
        return BUS_UNMODELLED;
    return 0;
}

static int gpio_mmio_read(void *self, struct bus_access *a)
{
    struct dev_gpio *d = self;
    uint32_t off = a->addr - DEV_GPIO_BASE;

    switch (off) {
    case SET0: /* write-only, p. 90 */
    case SET1:
    case CLR0:
    case CLR1:
        a->value = 0;
        return 0;
    case LEV0:
    case LEV1:
        if (d->alt_moves)
            update_alt(d);
        a->value = bank(d->s.level, off == LEV1);
        return 0;
    case EDS0:
    case EDS1:
        a->value = bank(d->s.events, off == EDS1);
        return 0;
    case PUD:
        a->value = d->s.pud;
        return 0;
    case PUDCLK0:
    case PUDCLK1:
        a->value = bank(d->s.pud_clock, off == PUDCLK1);
        return 0;
    default:
        return read_rest(d, off, a);
    }
}

static void enable_detector(struct dev_gpio *d, uint64_t *enable, uint32_t value, int second)
{
    update_alt(d); /* what moved before is no edge */
    replace_bank(enable, value, second);
    d->s.detected = 0;
    for (unsigned i = 0; i < GPIO_NDETECTORS; i++)
        d->s.detected |= d->s.detect[i];
    detect(d, 0, 0);
    update_alt(d);
}

static int write_rest(struct dev_gpio *d, uint32_t off, uint32_t value)
{
    int second;
    uint64_t *enable = detector(d, off, &second);

    if (off <= FSEL5) {
        select_functions(d, off / 4, value);
    } else if (enable) {
        enable_detector(d, enable, value, second);
    } else {
        return BUS_UNMODELLED;
    }
    return 0;
}

static int gpio_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_gpio *d = self;
    uint32_t off = a->addr - DEV_GPIO_BASE;

    switch (off) {
    case SET0:
    case SET1:
        d->s.latch |= from_bank(a->value, off == SET1);
        settle(d);
        return 0;
    case CLR0:
    case CLR1:
        d->s.latch &= ~from_bank(a->value, off == CLR1);
        settle(d);
        return 0;
    case LEV0: /* read-only, p. 90 */
    case LEV1:
        return 0;
    case EDS0:
    case EDS1:
        clear_events(d, from_bank(a->value, off == EDS1));
        return 0;
    case PUD:
        d->s.pud = a->value & 3;
        return 0;
    case PUDCLK0:
    case PUDCLK1:
        clock_pulls(d, a->value, off == PUDCLK1);
        return 0;
    default:
        return write_rest(d, off, a->value);
    }
}

static uint32_t gpio_quick_read(uint32_t addr, uintptr_t pc, quick_rest *rest, void *self)
{
    const struct dev_gpio *d = self;

    return addr == DEV_GPIO_BASE + LEV0 && !d->alt_moves ? (uint32_t)d->s.level : rest(addr, 0, pc);
}

/* SET0 and CLR0, when they move pins that nobody listens to. */
__attribute__((noinline)) static uint32_t
gpio_quick_heard(uint32_t addr, uint32_t value, uintptr_t pc, quick_rest *rest, void *self)
{
    struct dev_gpio *d = self;
    uint64_t latch =
        addr == DEV_GPIO_BASE + SET0 ? d->s.latch | value : d->s.latch & ~(uint64_t)value;
    uint64_t moved = (latch ^ d->s.latch) & d->s.output;

    if (addr != DEV_GPIO_BASE + SET0 && addr != DEV_GPIO_BASE + CLR0)
        return rest(addr, value, pc);
    if (moved && (d->changed || (moved & d->s.detected)))
        return rest(addr, value, pc);
    d->s.latch = latch;
    d->s.level ^= moved;
    return 0;
}

/* The same, in fewer steps while nobody listens to any pin; aligned as put32 is. */
__attribute__((aligned(64))) static uint32_t
gpio_quick_write(uint32_t addr, uint32_t value, uintptr_t pc, quick_rest *rest, void *self)
{
    struct dev_gpio *d = self;

    if (__builtin_expect(d->changed || d->s.detected, 0))
        return gpio_quick_heard(addr, value, pc, rest, self);
    if (addr == DEV_GPIO_BASE + SET0) {
        d->s.latch |= value;
        d->s.level |= value & d->s.output;
        return 0;
    }
    if (addr == DEV_GPIO_BASE + CLR0) {
        d->s.latch &= ~(uint64_t)value;
        d->s.level &= ~(value & d->s.output);
        return 0;
    }
    return rest(addr, value, pc);
}

void dev_gpio_reset(struct dev_gpio *d)
{
    struct dev_gpio_state fresh = {
        .driven = d->s.driven, .outside = d->s.outside, .noise = d->s.noise};

    /* Table on p. 102-103; pins 28, 29, 44 and 45 have none. */
    fresh.pull_up = pins(0, 8) | pins(34, 36) | pins(46, 53);
    fresh.pull_down = pins(9, 27) | pins(30, 33) | pins(37, 43);
    fresh.level = d->s.level;
    d->s = fresh;
    if (d->alt_selected)
        d->alt_selected(d->alt_self);
    settle_sides(d);
    drive_lines(d);
}

void dev_gpio_after_boot(struct dev_gpio *d)
{
    uint32_t keep = d->s.fsel[1] & ~(7u << 12 | 7u << 15);

    select_functions(d, 1, keep | GPIO_FSEL_ALT5 << 12 | GPIO_FSEL_ALT5 << 15);
}

void dev_gpio_init(struct dev_gpio *d)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){.name = "GPIO",
                                    .self = d,
                                    .read = gpio_mmio_read,
                                    .write = gpio_mmio_write,
                                    .quick_read = gpio_quick_read,
                                    .quick_write = gpio_quick_write};
    for (unsigned i = 0; i < 4; i++)
        d->irq[i].number = IRQ_GPIO0 + i;
    dev_gpio_reset(d);
}

void dev_gpio_noise(struct dev_gpio *d, uint64_t to)
{
    d->s.noise = to & all_pins;
    settle(d);
}

void dev_gpio_map(struct dev_gpio *d, struct bus *b)
{
    bus_map(b, DEV_GPIO_BASE, BUS_PAGE, &d->target);
}

void dev_gpio_drive(struct dev_gpio *d, unsigned pin, enum dev_gpio_outside to)
{
    uint64_t bit = 1ull << pin;

    d->s.driven = to == GPIO_FLOATING ? d->s.driven & ~bit : d->s.driven | bit;
    d->s.outside = to == GPIO_DRIVEN_HIGH ? d->s.outside | bit : d->s.outside & ~bit;
    settle(d);
}

enum dev_gpio_function dev_gpio_function(const struct dev_gpio *d, unsigned pin)
{
    return (enum dev_gpio_function)((d->s.fsel[pin / 10] >> (3 * (pin % 10))) & 7);
}

int dev_gpio_level(const struct dev_gpio *d, unsigned pin)
{
    return (int)((d->s.level >> pin) & 1);
}
