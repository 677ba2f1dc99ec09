/* PWM, from "BCM2835 ARM Peripherals" ch. 9 (p. 138-147) and its public errata.
 *
 * The FIFO holds 16 words (errata: not eight). Not modelled: errors of the registers' synchroniser
 * (BERR) and RERR, which the chip was never seen to set; panic thresholds.
 *
 * Registers: CTL 00, STA 04, DMAC 08, RNG1 10, DAT1 14, FIF1 18, RNG2 20, DAT2 24. */
#include "emu/dev/pwm.h"

#include <string.h>

#include "emu/core/dreq.h"
#include "emu/dev/wave.h"

enum {
    CTL = 0x00,
    STA = 0x04,
    DMAC = 0x08,
    RNG1 = 0x10,
    DAT1 = 0x14,
    FIF1 = 0x18,
    RNG2 = 0x20,
    DAT2 = 0x24,
};

enum { /* CTL of channel 1, p. 142; channel 2's are CTL_NEXT higher */
       CTL_PWEN = 1 << 0,
       CTL_MODE = 1 << 1,
       CTL_RPTL = 1 << 2,
       CTL_SBIT = 1 << 3,
       CTL_POLA = 1 << 4,
       CTL_USEF = 1 << 5,
       CTL_CLRF = 1 << 6,
       CTL_MSEN = 1 << 7,
       CTL_NEXT = 8,
       CTL_KEPT = 0xbfbf,
};

enum { /* STA, p. 144 */
       STA_FULL = 1 << 0,
       STA_EMPTY = 1 << 1,
       STA_WERR = 1 << 2,
       STA_GAP = 1 << 4, /* of channel 1 */
       STA_LATCHED = 0x1fc,
       STA_ON = 1 << 9, /* of channel 1 */
};

enum {
    DMAC_RESET = 0x707,
    RANGE_RESET = 0x20,
    WORD_BITS = 32,
    PWM0 = 0x70776d30, /* what FIF1 reads: "pwm0", p. 146 */
    NS_PER_S = 1000000000,
};

#define DMAC_ENABLE 0x80000000u
#define DMAC_KEPT 0x8000ffffu

static uint32_t ctl(const struct dev_pwm *d, unsigned channel)
{
    return d->s.ctl >> (CTL_NEXT * channel);
}

static uint32_t rate(const struct dev_pwm *d)
{
    return d->rate ? d->rate(d->self) : 0;
}

static int uses_fifo(const struct dev_pwm *d, unsigned channel)
{
    return (ctl(d, channel) & (CTL_PWEN | CTL_USEF)) == (CTL_PWEN | CTL_USEF);
}

static int shared(const struct dev_pwm *d)
{
    return uses_fifo(d, 0) && uses_fifo(d, 1);
}

/* A word of a channel's range; with the FIFO shared, of the longer one: in lock-step, p. 146. */
static uint64_t word_ns(const struct dev_pwm *d, unsigned channel)
{
    uint32_t range = d->s.channel[channel].range, other = d->s.channel[!channel].range;
    uint32_t hz = rate(d);
    uint64_t ns;

    if (shared(d) && other > range)
        range = other;
    ns = hz ? (uint64_t)range * NS_PER_S / hz : 0;
    return ns ? ns : 1;
}

static uint32_t status(const struct dev_pwm *d)
{
    uint32_t now = d->s.latched;

    if (d->s.fifo.count == DEV_PWM_FIFO)
        now |= STA_FULL;
    if (!d->s.fifo.count)
        now |= STA_EMPTY;
    for (unsigned n = 0; n < DEV_PWM_CHANNELS; n++)
        if ((ctl(d, n) & CTL_PWEN) && (!uses_fifo(d, n) || d->s.channel[n].busy))
            now |= (uint32_t)STA_ON << n;
    return now;
}

/* ---- words from the FIFO ---- */

static void drive_dreq(struct dev_pwm *d)
{
    irq_drive(&d->dreq, (d->s.dmac & DMAC_ENABLE) && d->s.fifo.count <= (d->s.dmac & 0xff));
}

/* The channel's next word begins at from_ns; without one it repeats the last or falls silent. Its
 * clock may have run out meanwhile: then nothing happens until it is told of a new one. */
static void next_word(struct dev_pwm *d, unsigned n, uint64_t from_ns)
{
    struct dev_pwm_channel_state *c = &d->s.channel[n];

    if (!rate(d))
        return;
    if (d->s.fifo.count) {
        c->word = dev_fifo_pop(&d->s.fifo);
        c->busy = 1;
        c->repeats = 0;
        c->from_ns = from_ns;
        clock_alarm_set(d->clock, &d->alarm[n], from_ns + word_ns(d, n));
    } else if (c->busy && (ctl(d, n) & CTL_RPTL)) {
        c->repeats = 1;
    } else if (c->busy) {
        c->busy = 0;
        d->s.latched |= (uint32_t)STA_GAP << n;
    }
}

static void word_over(struct dev_pwm *d, unsigned n)
{
    next_word(d, n, d->alarm[n].at_ns);
    drive_dreq(d);
    dev_output_moved(&d->out);
}

static void word_over_1(void *self)
{
    word_over(self, 0);
}

static void word_over_2(void *self)
{
    word_over(self, 1);
}

/* A repeating channel takes the new word at the end of a repetition. */
static void word_came(struct dev_pwm *d, unsigned n)
{
    struct dev_pwm_channel_state *c = &d->s.channel[n];
    uint64_t now = clock_ns(d->clock), word = word_ns(d, n);

    if (!c->busy) {
        next_word(d, n, now);
    } else if (c->repeats && !d->alarm[n].set) {
        uint64_t at = c->from_ns + ((now - c->from_ns) / word + 1) * word;

        clock_alarm_set(d->clock, &d->alarm[n], at);
    }
}

/* After a change of CTL or of the FIFO. */
static void settle(struct dev_pwm *d)
{
    for (unsigned n = 0; n < DEV_PWM_CHANNELS; n++) {
        if (!uses_fifo(d, n)) {
            clock_alarm_clear(d->clock, &d->alarm[n]);
            d->s.channel[n].busy = d->s.channel[n].repeats = 0;
        } else if (d->s.fifo.count && rate(d)) {
            word_came(d, n);
        }
    }
    drive_dreq(d);
    dev_output_moved(&d->out);
}

void dev_pwm_rate_changed(struct dev_pwm *d)
{
    uint64_t now = clock_ns(d->clock);

    for (unsigned n = 0; n < DEV_PWM_CHANNELS; n++) {
        struct dev_pwm_channel_state *c = &d->s.channel[n];

        clock_alarm_clear(d->clock, &d->alarm[n]);
        c->from_ns = now;
        if (c->busy && !c->repeats && rate(d))
            clock_alarm_set(d->clock, &d->alarm[n], now + word_ns(d, n));
    }
    settle(d);
}

/* ---- what comes out ---- */

static uint32_t word_of(const struct dev_pwm *d, unsigned channel)
{
    const struct dev_pwm_channel_state *c = &d->s.channel[channel];

    return uses_fifo(d, channel) ? c->word : c->data;
}

static int transmits(const struct dev_pwm *d, unsigned channel)
{
    return (status(d) >> channel & STA_ON) && rate(d);
}

void dev_pwm_output(const struct dev_pwm *d, unsigned channel, struct dev_pwm_output *o)
{
    const struct dev_pwm_channel_state *c = &d->s.channel[channel];
    uint32_t word = word_of(d, channel);

    *o = (struct dev_pwm_output){0};
    if (!transmits(d, channel))
        return;
    if (word > c->range)
        word = c->range;
    o->on = 1;
    o->serial = (ctl(d, channel) & CTL_MODE) != 0;
    o->period_ns = word_ns(d, channel);
    if (o->serial)
        return;
    o->high_ns = (uint64_t)word * NS_PER_S / rate(d);
    if (ctl(d, channel) & CTL_POLA)
        o->high_ns = o->period_ns - o->high_ns;
}

/* The pulse algorithm spreads `word` high cycles evenly over the range, p. 139; mark-space has them
 * at its end, and a serialised word its highest bit first, then SBIT. */
static int level_in_cycle(const struct dev_pwm *d, unsigned channel, uint64_t cycle)
{
    uint64_t word = word_of(d, channel), range = d->s.channel[channel].range;

    if (ctl(d, channel) & CTL_MODE) {
        if (cycle >= WORD_BITS)
            return (ctl(d, channel) & CTL_SBIT) != 0;
        return (int)(word >> (WORD_BITS - 1 - cycle) & 1);
    }
    if (word >= range)
        return 1;
    if (ctl(d, channel) & CTL_MSEN)
        return cycle >= range - word;
    return (cycle + 1) * word / range != cycle * word / range;
}

int dev_pwm_level(const struct dev_pwm *d, unsigned channel)
{
    const struct dev_pwm_channel_state *c = &d->s.channel[channel];
    uint64_t ns = clock_ns(d->clock) - c->from_ns, range = c->range ? c->range : 1;
    int level = (ctl(d, channel) & CTL_SBIT) != 0;

    if (transmits(d, channel))
        level = level_in_cycle(d, channel, wave_cycle(ns, rate(d)) % range);
    return level ^ ((ctl(d, channel) & CTL_POLA) != 0);
}

/* The cycle of the same range, after `cycle`, in which the level is another; range: none. Spread
 * over the range, the k-th high cycle is the one at which (cycle + 1) * word / range reaches k; low
 * cycles are spread in the same way. */
static uint64_t next_in_range(const struct dev_pwm *d, unsigned channel, uint64_t cycle)
{
    uint64_t word = word_of(d, channel), range = d->s.channel[channel].range, next;
    int level = level_in_cycle(d, channel, cycle);

    if (ctl(d, channel) & CTL_MODE) {
        for (next = cycle + 1; next <= WORD_BITS && next < range; next++)
            if (level_in_cycle(d, channel, next) != level)
                return next;
        return range;
    }
    if (word == 0 || word >= range)
        return range;
    if (ctl(d, channel) & CTL_MSEN)
        next = level ? range : range - word;
    else if (level)
        next = (cycle + 1 - (cycle + 1) * word / range) * range / (range - word);
    else
        next = (((cycle + 1) * word / range + 1) * range + word - 1) / word - 1;
    return next < range ? next : range;
}

uint64_t dev_pwm_next_edge(const struct dev_pwm *d, unsigned channel)
{
    const struct dev_pwm_channel_state *c = &d->s.channel[channel];
    uint64_t now = clock_ns(d->clock), range = c->range ? c->range : 1, cycle, next, at;
    uint32_t hz = rate(d);

    if (!hz || !transmits(d, channel))
        return CLOCK_NEVER;
    cycle = wave_cycle(now - c->from_ns, hz);
    next = cycle - cycle % range + next_in_range(d, channel, cycle % range);
    if (next % range == 0 &&
        level_in_cycle(d, channel, 0) == level_in_cycle(d, channel, cycle % range)) {
        uint64_t first = next_in_range(d, channel, 0);

        if (first == range)
            return CLOCK_NEVER;
        next += first;
    }
    at = c->from_ns + wave_ns(next, hz);
    return at > now ? at : now + 1;
}

/* ---- registers ---- */

static int pwm_mmio_read(void *self, struct bus_access *a)
{
    const struct dev_pwm *d = self;

    switch (a->addr - DEV_PWM_BASE) {
    case CTL:
        a->value = d->s.ctl;
        return 0;
    case STA:
        a->value = status(d);
        return 0;
    case DMAC:
        a->value = d->s.dmac;
        return 0;
    case RNG1:
        a->value = d->s.channel[0].range;
        return 0;
    case DAT1:
        a->value = d->s.channel[0].data;
        return 0;
    case FIF1:
        a->value = PWM0;
        return 0;
    case RNG2:
        a->value = d->s.channel[1].range;
        return 0;
    case DAT2:
        a->value = d->s.channel[1].data;
        return 0;
    default:
        return BUS_UNMODELLED;
    }
}

static void write_ctl(struct dev_pwm *d, uint32_t value)
{
    uint32_t before = d->s.ctl;

    d->s.ctl = value & CTL_KEPT;
    if (value & CTL_CLRF)
        dev_fifo_clear(&d->s.fifo);
    for (unsigned n = 0; n < DEV_PWM_CHANNELS; n++)
        if (ctl(d, n) & ~(before >> (CTL_NEXT * n)) & CTL_PWEN)
            d->s.channel[n].from_ns = clock_ns(d->clock);
}

static int pwm_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_pwm *d = self;

    switch (a->addr - DEV_PWM_BASE) {
    case CTL:
        write_ctl(d, a->value);
        break;
    case STA:
        d->s.latched &= ~(a->value & STA_LATCHED);
        break;
    case DMAC:
        d->s.dmac = a->value & DMAC_KEPT;
        break;
    case RNG1:
        d->s.channel[0].range = a->value;
        break;
    case DAT1:
        d->s.channel[0].data = a->value;
        break;
    case FIF1:
        if (dev_fifo_push(&d->s.fifo, DEV_PWM_FIFO, a->value) < 0)
            d->s.latched |= STA_WERR;
        break;
    case RNG2:
        d->s.channel[1].range = a->value;
        break;
    case DAT2:
        d->s.channel[1].data = a->value;
        break;
    default:
        return BUS_UNMODELLED;
    }
    settle(d);
    return 0;
}

/* ---- life ---- */

void dev_pwm_reset(struct dev_pwm *d)
{
    d->s = (struct dev_pwm_state){.dmac = DMAC_RESET};
    for (unsigned n = 0; n < DEV_PWM_CHANNELS; n++)
        d->s.channel[n].range = RANGE_RESET;
    settle(d);
}

void dev_pwm_init(struct dev_pwm *d, struct clock *c, void *self, uint32_t (*hz)(void *self))
{
    static void (*const over[DEV_PWM_CHANNELS])(void *self) = {word_over_1, word_over_2};

    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = "PWM", .self = d, .read = pwm_mmio_read, .write = pwm_mmio_write};
    d->clock = c;
    d->self = self;
    d->rate = hz;
    for (unsigned n = 0; n < DEV_PWM_CHANNELS; n++)
        d->alarm[n] = (struct clock_alarm){.self = d, .ring = over[n]};
    d->dreq.number = DREQ_PWM;
    dev_pwm_reset(d);
}

void dev_pwm_map(struct dev_pwm *d, struct bus *b)
{
    bus_map(b, DEV_PWM_BASE, BUS_PAGE, &d->target);
}
