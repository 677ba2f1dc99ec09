/* pin-direction: a level written to a pin whose function nobody set; levels written, high and low,
 * to a pin that is no output (one level is how an output is prepared, "BCM2835 ARM Peripherals"
 * p. 95); levels read when no pin of the bank had its function set. Which of a bank's pins a read
 * is about cannot be seen on the bus. */
#include "emu/observe/check-internal.h"

enum {
    SET0 = CHECK_GPIO + 0x1c,
    SET1 = CHECK_GPIO + 0x20,
    CLR0 = CHECK_GPIO + 0x28,
    CLR1 = CHECK_GPIO + 0x2c,
    LEV0 = CHECK_GPIO + 0x34,
    LEV1 = CHECK_GPIO + 0x38,
    PINS = 54,
    PINS_PER_FSEL = 10,
    FSELS = 6,
    FSEL_OUTPUT = 1,
    FSEL_ALT5 = 2,
    PAGE_SET = 95,
    PAGE_FSEL = 92,
};

unsigned check_pin_function(const struct check *c, unsigned pin)
{
    return c->pins.fsel[pin / PINS_PER_FSEL] >> pin % PINS_PER_FSEL * 3 & 7;
}

static const char *function_name(unsigned function)
{
    static const char *const name[] = {"an input", "an output", "ALT5", "ALT4",
                                       "ALT0",     "ALT1",      "ALT2", "ALT3"};

    return name[function];
}

static unsigned lowest(uint32_t bits)
{
    return (unsigned)__builtin_ctz(bits);
}

static void write_level(struct check *c, const struct bus_access *a, unsigned bank, int high)
{
    struct check_pins *p = &c->pins;
    uint32_t never = a->value & ~p->set[bank],
             not_output = a->value & p->set[bank] & ~p->output[bank];
    uint32_t *same = high ? &p->high[bank] : &p->low[bank];
    uint32_t both = not_output & (high ? p->low[bank] : p->high[bank]);

    if (bank == 1)
        never &= (1u << (PINS - 32)) - 1;
    if (never)
        check_found(c, CHECK_PIN, a, PAGE_SET,
                    "the function of pin %u was not set before (gpio_set_output)",
                    lowest(never) + 32 * bank);
    else if (both)
        check_found(c, CHECK_PIN, a, PAGE_SET,
                    "pin %u is %s: its level does not change (gpio_set_output)",
                    lowest(both) + 32 * bank,
                    function_name(check_pin_function(c, lowest(both) + 32 * bank)));
    *same |= not_output;
}

static void read_level(struct check *c, const struct bus_access *a, unsigned bank)
{
    if (!c->pins.by_prog[bank])
        check_found(c, CHECK_PIN, a, PAGE_FSEL,
                    "the function of no pin from %u to %u was set before (gpio_set_input)",
                    bank ? 32 : 0, bank ? PINS - 1 : 31);
}

/* Bits of three, one for each pin that differs, as a bit per pin. */
static uint64_t differing(uint32_t a, uint32_t b, unsigned first)
{
    uint64_t pins = 0;

    for (unsigned i = 0; i < PINS_PER_FSEL && first + i < PINS; i++)
        pins |= (uint64_t)(((a ^ b) >> 3 * i & 7) != 0) << (first + i);
    return pins;
}

static uint64_t ten_pins(unsigned first)
{
    return first < PINS ? ((1ull << PINS_PER_FSEL) - 1) << first & ((1ull << PINS) - 1) : 0;
}

/* Which pins a write of a function register is about: of a read-modify-write those it changes. One
 * that changes nothing set a pin to what it was: it may be any. */
static uint64_t meant(const struct check *c, const struct bus_access *a, unsigned first)
{
    const struct check_last *last = check_last_of(c, a->addr);
    uint64_t changed = differing(c->pins.fsel[first / PINS_PER_FSEL], a->value, first);

    return last && last->was_read && changed ? changed : ten_pins(first);
}

static void forget_levels(struct check *c, uint64_t pins)
{
    for (int bank = 0; bank < 2; bank++) {
        c->pins.high[bank] &= ~(uint32_t)(pins >> 32 * bank);
        c->pins.low[bank] &= ~(uint32_t)(pins >> 32 * bank);
    }
}

static void outputs(struct check *c, unsigned first)
{
    for (unsigned pin = first; pin < first + PINS_PER_FSEL && pin < PINS; pin++) {
        uint32_t bit = 1u << pin % 32;

        c->pins.output[pin / 32] &= ~bit;
        if (check_pin_function(c, pin) == FSEL_OUTPUT)
            c->pins.output[pin / 32] |= bit;
    }
}

/* Runs before the access becomes the last of its register. */
void check_pins_saw(struct check *c, const struct bus_access *a)
{
    struct check_pins *p = &c->pins;
    unsigned n = (a->addr - CHECK_GPIO) / 4, first = n * PINS_PER_FSEL;

    if (!check_same_peripheral(a->addr, CHECK_GPIO))
        return;
    if (a->op == BUS_WRITE && (a->addr == SET0 || a->addr == SET1))
        write_level(c, a, a->addr == SET1, 1);
    else if (a->op == BUS_WRITE && (a->addr == CLR0 || a->addr == CLR1))
        write_level(c, a, a->addr == CLR1, 0);
    else if (a->op == BUS_READ && (a->addr == LEV0 || a->addr == LEV1))
        read_level(c, a, a->addr == LEV1);
    if (n >= FSELS)
        return;
    if (a->op == BUS_WRITE) {
        uint64_t pins = meant(c, a, first);

        forget_levels(c, differing(p->fsel[n], a->value, first));
        for (int bank = 0; bank < 2; bank++) {
            p->set[bank] |= (uint32_t)(pins >> 32 * bank);
            if (a->origin != ORIGIN_CONSOLE)
                p->by_prog[bank] |= (uint32_t)(pins >> 32 * bank);
        }
    }
    p->fsel[n] = a->value;
    outputs(c, first);
    check_pins_open(c);
    check_fifo_open(c); /* of the UART, which needs its pins */
}

void check_pins_open(struct check *c)
{
    uint32_t clean = c->pins.set[0] & c->pins.output[0];

    check_open(c, BUS_WRITE, SET0, clean);
    check_open(c, BUS_WRITE, CLR0, clean);
    if (c->pins.by_prog[0])
        check_open(c, BUS_READ, LEV0, 0);
}

void check_pins_init(struct check *c)
{
    c->pins.fsel[1] = FSEL_ALT5 << 12 | FSEL_ALT5 << 15; /* pins 14 and 15 */
    c->pins.set[0] = 1u << 14 | 1u << 15;
    check_pins_open(c);
}
