/* Clock manager, from "BCM2835 ARM Peripherals" ch. 6.3 (p. 105-108) and its errata, which add the
 * clocks of PCM and PWM. Sources as Linux's clk-bcm2835.c has them on a Pi Zero: oscillator 19.2
 * MHz, PLLC 1 GHz, PLLD 500 MHz.
 *
 * Not modelled: what MASH and FLIP do to the wave (a clock on a pin has its average rate and is
 * high half of the time), glitches of a clock that is changed while it runs, the clocks that the
 * manual does not list.
 *
 * Registers, each write with 0x5A in the top byte or ignored: GP0CTL 70, GP0DIV 74, GP1 78, GP2 80,
 * PCM 98, PWM A0. */
#include "emu/dev/clocks.h"

#include <string.h>

#include "emu/dev/wave.h"

enum {
    PASSWORD = 0x5a,
    CTL_SRC = 0x0f,
    CTL_ENAB = 0x10,
    CTL_KILL = 0x20,
    CTL_BUSY = 0x80,
    CTL_BITS = 0x73f,
    DIV_BITS = 0xffffff,
    DIVI_SHIFT = 12,
};

static const uint32_t first_register[CLOCKS_OUTPUTS] = {0x70, 0x78, 0x80, 0x98, 0xa0};

/* p. 107: by SRC; the two debug inputs, PLLA, HDMI and ground give nothing. */
static uint32_t source_hz(uint32_t ctl)
{
    switch (ctl & CTL_SRC) {
    case 1:
        return 19200000;
    case 5:
        return 1000000000;
    case 6:
        return 500000000;
    default:
        return 0;
    }
}

/* In 4096ths; an integer part of 0 does not divide. */
static uint32_t divisor(uint32_t div)
{
    return div >> DIVI_SHIFT ? div : 1 << DIVI_SHIFT;
}

static int runs(struct dev_clocks *d, unsigned i)
{
    return (d->s.output[i].ctl & CTL_ENAB) || d->s.output[i].stops_ns > clock_ns(d->clock);
}

uint32_t dev_clocks_hz(struct dev_clocks *d, enum dev_clocks_output which)
{
    uint64_t hz = source_hz(d->s.output[which].ctl);

    if (!runs(d, which))
        return 0;
    return (uint32_t)((hz << DIVI_SHIFT) / divisor(d->s.output[which].div));
}

int dev_clocks_level(struct dev_clocks *d, enum dev_clocks_output which, uint64_t *edge)
{
    uint64_t now = clock_ns(d->clock), halves = 2ull * dev_clocks_hz(d, which), n;
    uint64_t from = d->s.output[which].from_ns, stops = d->s.output[which].stops_ns;

    *edge = CLOCK_NEVER;
    if (!halves)
        return 0;
    n = wave_cycle(now - from, halves);
    *edge = from + wave_ns(n + 1, halves);
    if (*edge <= now)
        *edge = now + 1;
    if (stops && *edge >= stops)
        *edge = n % 2 ? CLOCK_NEVER : stops;
    return n % 2 == 0;
}

/* p. 107: turned off, a clock finishes its cycle, and is busy until then; killed, it does not. */
static void write_ctl(struct dev_clocks *d, unsigned i, uint32_t value)
{
    const uint64_t second = 1000000000;
    uint32_t hz = dev_clocks_hz(d, i);
    int was_on = d->s.output[i].ctl & CTL_ENAB;

    if (!was_on && (value & CTL_ENAB))
        d->s.output[i].from_ns = clock_ns(d->clock);
    d->s.output[i].ctl = value & CTL_BITS;
    if (value & CTL_KILL) {
        d->s.output[i].ctl &= ~(uint32_t)CTL_ENAB;
        d->s.output[i].stops_ns = 0;
    } else if (value & CTL_ENAB) {
        d->s.output[i].stops_ns = 0;
    } else if (was_on && hz) {
        d->s.output[i].stops_ns = clock_ns(d->clock) + (second + hz - 1) / hz;
    }
}

static uint32_t read_ctl(struct dev_clocks *d, unsigned i, uint32_t addr)
{
    if (d->s.output[i].stops_ns > clock_ns(d->clock))
        dev_spin(&d->spin, d->clock, addr, d->s.output[i].stops_ns);
    return d->s.output[i].ctl | (runs(d, i) ? CTL_BUSY : 0);
}

/* Which output's registers are at an offset; *is_div: the second of the two. -1: none. */
static int output_at(uint32_t off, int *is_div)
{
    for (int i = 0; i < CLOCKS_OUTPUTS; i++) {
        *is_div = off == first_register[i] + 4;
        if (*is_div || off == first_register[i])
            return i;
    }
    return -1;
}

static int clocks_mmio_read(void *self, struct bus_access *a)
{
    struct dev_clocks *d = self;
    int is_div, i = output_at(a->addr - DEV_CLOCKS_BASE, &is_div);

    if (i < 0)
        return BUS_UNMODELLED;
    a->value = is_div ? d->s.output[i].div : read_ctl(d, (unsigned)i, a->addr);
    return 0;
}

static int clocks_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_clocks *d = self;
    int is_div, i = output_at(a->addr - DEV_CLOCKS_BASE, &is_div);

    if (i < 0)
        return BUS_UNMODELLED;
    if (a->value >> 24 != PASSWORD)
        return 0;
    if (is_div)
        d->s.output[i].div = a->value & DIV_BITS;
    else
        write_ctl(d, (unsigned)i, a->value);
    dev_output_moved(&d->out);
    if (d->changed)
        d->changed(d->self, (enum dev_clocks_output)i);
    return 0;
}

void dev_clocks_reset(struct dev_clocks *d)
{
    memset(&d->s, 0, sizeof d->s);
}

void dev_clocks_init(struct dev_clocks *d, struct clock *c)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = "clock manager", .self = d, .read = clocks_mmio_read, .write = clocks_mmio_write};
    d->clock = c;
}

void dev_clocks_map(struct dev_clocks *d, struct bus *b)
{
    bus_map(b, DEV_CLOCKS_BASE, BUS_PAGE, &d->target);
}
