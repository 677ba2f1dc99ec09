/* Devices on pins; see alt.h.
 *
 * Not modelled: inputs from pins (a UART hears its console), open-drain outputs (BSC), RTS, PCM,
 * the JTAG and memory functions. */
#include "emu/dev/alt.h"

#include <string.h>

enum signal {
    NONE,
    TXD0,
    TXD1,
    PWM0,
    PWM1,
    GPCLK0,
    GPCLK1,
    GPCLK2,
    SIGNALS,
};

_Static_assert((int)SIGNALS == (int)DEV_ALT_SIGNALS, "a mask of pins for each signal");

/* p. 102-103. */
static const struct {
    uint8_t pin;
    enum dev_gpio_function function;
    enum signal signal;
} table[] = {
    {4, GPIO_FSEL_ALT0, GPCLK0},  {5, GPIO_FSEL_ALT0, GPCLK1},  {6, GPIO_FSEL_ALT0, GPCLK2},
    {12, GPIO_FSEL_ALT0, PWM0},   {13, GPIO_FSEL_ALT0, PWM1},   {14, GPIO_FSEL_ALT0, TXD0},
    {14, GPIO_FSEL_ALT5, TXD1},   {18, GPIO_FSEL_ALT5, PWM0},   {19, GPIO_FSEL_ALT5, PWM1},
    {20, GPIO_FSEL_ALT5, GPCLK0}, {21, GPIO_FSEL_ALT5, GPCLK1}, {32, GPIO_FSEL_ALT0, GPCLK0},
    {32, GPIO_FSEL_ALT3, TXD0},   {32, GPIO_FSEL_ALT5, TXD1},   {34, GPIO_FSEL_ALT0, GPCLK0},
    {36, GPIO_FSEL_ALT2, TXD0},   {40, GPIO_FSEL_ALT0, PWM0},   {40, GPIO_FSEL_ALT5, TXD1},
    {41, GPIO_FSEL_ALT0, PWM1},   {42, GPIO_FSEL_ALT0, GPCLK1}, {43, GPIO_FSEL_ALT0, GPCLK2},
    {44, GPIO_FSEL_ALT0, GPCLK1}, {45, GPIO_FSEL_ALT0, PWM1},
};

/* The level now; *edge: when it will change if nobody does anything, CLOCK_NEVER: it stays. */
static int level_of(const struct dev_alt *d, enum signal s, uint64_t *edge)
{
    switch (s) {
    case TXD0:
        return dev_pl011_txd(d->pl011, edge);
    case TXD1:
        return dev_mini_uart_txd(d->mini_uart, edge);
    case PWM0:
    case PWM1:
        *edge = dev_pwm_next_edge(d->pwm, s - PWM0);
        return dev_pwm_level(d->pwm, s - PWM0);
    case GPCLK0:
    case GPCLK1:
    case GPCLK2:
        return dev_clocks_level(d->clocks, (enum dev_clocks_output)(CLOCKS_GP0 + (s - GPCLK0)),
                                edge);
    default:
        *edge = CLOCK_NEVER;
        return 0;
    }
}

static void update(void *self);

/* How a device tells of its outputs, by who is interested in them. */
static void connect(struct dev_alt *d, struct dev_output *o, uint64_t pins)
{
    *o = (struct dev_output){
        .self = d,
        .moved = pins & dev_gpio_heard(d->gpio) ? update : NULL,
        .stale = pins ? &d->gpio->alt_moves : NULL,
    };
}

static void update(void *self)
{
    struct dev_alt *d = self;
    uint64_t heard = dev_gpio_heard(d->gpio), levels = 0, all = 0, next = CLOCK_NEVER;
    int moves = 0;

    for (enum signal s = NONE + 1; s < SIGNALS; s++) {
        uint64_t edge;

        if (!d->pins[s])
            continue;
        all |= d->pins[s];
        levels |= level_of(d, s, &edge) ? d->pins[s] : 0;
        if (edge == CLOCK_NEVER)
            continue;
        moves |= (d->pins[s] & ~heard) != 0;
        if ((d->pins[s] & heard) && edge < next)
            next = edge;
    }
    connect(d, &d->pl011->out, d->pins[TXD0]);
    connect(d, &d->mini_uart->out, d->pins[TXD1]);
    connect(d, &d->pwm->out, d->pins[PWM0] | d->pins[PWM1]);
    connect(d, &d->clocks->out, d->pins[GPCLK0] | d->pins[GPCLK1] | d->pins[GPCLK2]);
    if (next == CLOCK_NEVER)
        clock_alarm_clear(d->clock, &d->alarm);
    else
        clock_alarm_set(d->clock, &d->alarm, next);
    d->gpio->alt_moves = moves;
    dev_gpio_drive_alt(d->gpio, all, levels);
}

static void functions_changed(void *self)
{
    struct dev_alt *d = self;

    memset(d->pins, 0, sizeof d->pins);
    for (unsigned i = 0; i < sizeof table / sizeof *table; i++) {
        if (dev_gpio_function(d->gpio, table[i].pin) == table[i].function)
            d->pins[table[i].signal] |= 1ull << table[i].pin;
    }
    update(d);
}

void dev_alt_init(struct dev_alt *d, struct clock *c, struct dev_gpio *gpio,
                  struct dev_mini_uart *mini_uart, struct dev_pl011 *pl011, struct dev_pwm *pwm,
                  struct dev_clocks *clocks)
{
    *d = (struct dev_alt){.gpio = gpio,
                          .clock = c,
                          .mini_uart = mini_uart,
                          .pl011 = pl011,
                          .pwm = pwm,
                          .clocks = clocks};
    d->alarm = (struct clock_alarm){.self = d, .ring = update};
    gpio->alt_self = d;
    gpio->alt_selected = functions_changed;
    gpio->alt_update = update;
    functions_changed(d);
}

uint64_t dev_alt_idle_ns(const struct dev_alt *d)
{
    uint64_t a = d->pl011->out.moved ? dev_pl011_idle_ns(d->pl011) : 0;
    uint64_t b = d->mini_uart->out.moved ? dev_mini_uart_idle_ns(d->mini_uart) : 0;

    return a > b ? a : b;
}
