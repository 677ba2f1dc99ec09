/* Random number generator, from Linux's bcm2835-rng.c; the block has no chapter in the manual.
 *
 * Not modelled: chance (the numbers are xorshift64*'s, the same in every run), the double-rate bit
 * of CTRL beyond keeping it. Assumed: a bit a microsecond, a FIFO of 16 words.
 *
 * Registers: CTRL 00 (bit 0 on), STATUS 04 (words in 31:24; written: bits to discard first), DATA
 * 08, FF_THRESHOLD 0C, INT_MASK 10 (bit 0: no interrupt). */
#include "emu/dev/rng.h"

#include <string.h>

enum {
    CTRL = 0x00,
    STATUS = 0x04,
    DATA = 0x08,
    THRESHOLD = 0x0c,
    MASK = 0x10,
    CTRL_ON = 1,
    CTRL_BITS = 3,
    WARM_UP_BITS = 0xfffff,
    BIT_NS = DEV_RNG_WORD_NS / 32,
};

/* S. Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016. */
static uint32_t number(struct dev_rng *d)
{
    uint64_t x = d->s.generator;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    d->s.generator = x;
    return (uint32_t)((x * 0x2545f4914f6cdd1dull) >> 32);
}

static int makes_words(const struct dev_rng *d)
{
    return (d->s.ctrl & CTRL_ON) && d->s.made < DEV_RNG_FIFO;
}

static void catch_up(struct dev_rng *d)
{
    uint64_t now = clock_ns(d->clock), n;

    if (!makes_words(d) || d->s.next_ns > now)
        return;
    n = (now - d->s.next_ns) / DEV_RNG_WORD_NS + 1;
    if (n > DEV_RNG_FIFO - d->s.made)
        n = DEV_RNG_FIFO - d->s.made;
    d->s.made += (uint32_t)n;
    d->s.next_ns += n * DEV_RNG_WORD_NS;
}

/* Words that raise the line: a threshold of 0 means the first. */
static uint32_t enough(const struct dev_rng *d)
{
    return d->s.threshold ? d->s.threshold : 1;
}

static void drive(struct dev_rng *d)
{
    int on = (d->s.ctrl & CTRL_ON) && !(d->s.mask & 1);
    uint32_t want = enough(d);

    irq_drive(&d->irq, on && d->s.made >= want);
    if (on && d->s.made < want && want <= DEV_RNG_FIFO)
        clock_alarm_set(d->clock, &d->alarm,
                        d->s.next_ns + (want - d->s.made - 1) * (uint64_t)DEV_RNG_WORD_NS);
    else
        clock_alarm_clear(d->clock, &d->alarm);
}

static void alarm_rang(void *self)
{
    catch_up(self);
    drive(self);
}

/* The first word after turning it on comes when the discarded bits have gone by. */
static void write_ctrl(struct dev_rng *d, uint32_t value)
{
    int was_on = d->s.ctrl & CTRL_ON;

    d->s.ctrl = value & CTRL_BITS;
    if ((value & CTRL_ON) && !was_on)
        d->s.next_ns =
            clock_ns(d->clock) + (uint64_t)d->s.warm_up * BIT_NS + (uint64_t)DEV_RNG_WORD_NS;
}

/* A program that waits here for a word gets it at its second look. */
static uint32_t read_status(struct dev_rng *d, uint32_t addr)
{
    if (!d->s.made && makes_words(d) && dev_spin(&d->spin, d->clock, addr, d->s.next_ns))
        catch_up(d);
    return d->s.made << 24 | d->s.warm_up;
}

static uint32_t take(struct dev_rng *d)
{
    if (!d->s.made)
        return 0;
    if (d->s.made-- == DEV_RNG_FIFO)
        d->s.next_ns = clock_ns(d->clock) + DEV_RNG_WORD_NS;
    return number(d);
}

static int rng_mmio_read(void *self, struct bus_access *a)
{
    struct dev_rng *d = self;

    catch_up(d);
    switch (a->addr - DEV_RNG_BASE) {
    case CTRL:
        a->value = d->s.ctrl;
        break;
    case STATUS:
        a->value = read_status(d, a->addr);
        break;
    case DATA:
        a->value = take(d);
        break;
    case THRESHOLD:
        a->value = d->s.threshold;
        break;
    case MASK:
        a->value = d->s.mask;
        break;
    default:
        return BUS_UNMODELLED;
    }
    drive(d);
    return 0;
}

static int rng_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_rng *d = self;

    catch_up(d);
    switch (a->addr - DEV_RNG_BASE) {
    case CTRL:
        write_ctrl(d, a->value);
        break;
    case STATUS:
        d->s.warm_up = a->value & WARM_UP_BITS;
        break;
    case THRESHOLD:
        d->s.threshold = a->value;
        break;
    case MASK:
        d->s.mask = a->value & 1;
        break;
    case DATA: /* read-only */
        return 0;
    default:
        return BUS_UNMODELLED;
    }
    drive(d);
    return 0;
}

void dev_rng_reset(struct dev_rng *d)
{
    d->s = (struct dev_rng_state){.generator = d->s.generator};
    drive(d);
}

void dev_rng_seed(struct dev_rng *d, uint64_t seed)
{
    d->s.generator = seed ? seed : 0x9e3779b97f4a7c15ull;
}

void dev_rng_init(struct dev_rng *d, struct clock *c, uint64_t seed)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = "RNG", .self = d, .read = rng_mmio_read, .write = rng_mmio_write};
    d->irq.number = IRQ_RNG;
    d->clock = c;
    d->alarm = (struct clock_alarm){.self = d, .ring = alarm_rang};
    dev_rng_seed(d, seed);
    dev_rng_reset(d);
}

void dev_rng_map(struct dev_rng *d, struct bus *b)
{
    bus_map(b, DEV_RNG_BASE, BUS_PAGE, &d->target);
}
