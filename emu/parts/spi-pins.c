/* SPI, bit by bit; see spi-pins.h. */
#include "emu/parts/spi-pins.h"

/* Where the chip's masters are: SPI0 with ALT0, the others with ALT4. */
static const struct {
    uint8_t csn[3], miso, mosi, sclk;
} masters[] = {{{8, 7, PINS}, 9, 10, 11}, {{18, 17, 16}, 19, 20, 21}, {{43, 44, 45}, 40, 41, 42}};

static void show_bit(struct spi_pins *s)
{
    part_drive(s->parts, s->miso, s->out >> (7 - s->bits) & 1 ? DRIVE_HIGH : DRIVE_LOW);
}

static void begin_byte(struct spi_pins *s)
{
    s->bits = 0;
    s->out = s->part->offer ? s->part->offer(s->part->self) : 0xff;
}

/* A program may drive the select pin itself and leave the bytes to a master: the part hears of it
 * once.
 */
static void select_by(struct spi_pins *s, int *who, int active)
{
    int before = s->by_pin | s->by_master;

    *who = active;
    if ((s->by_pin | s->by_master) != before)
        s->part->select(s->part->self, active);
}

static void csn_heard(void *self, unsigned pin, int level)
{
    struct spi_pins *s = self;

    (void)pin;
    select_by(s, &s->by_pin, !level);
    if (level) {
        part_drive(s->parts, s->miso, DRIVE_NONE);
    } else {
        begin_byte(s);
        show_bit(s);
    }
}

/* Both modes take a bit at the rising edge and show the next one at the falling edge. */
static void sclk_heard(void *self, unsigned pin, int level)
{
    struct spi_pins *s = self;

    (void)pin;
    if (!s->by_pin)
        return;
    if (!level) {
        show_bit(s);
        return;
    }
    s->in = (uint8_t)(s->in << 1 | part_level(s->parts, s->mosi));
    if (++s->bits == 8) {
        s->part->exchange(s->part->self, s->in);
        begin_byte(s);
    }
}

static void master_selects(void *self, int active)
{
    struct spi_pins *s = self;

    select_by(s, &s->by_master, active);
}

/* Data is taken at the rising edge. */
static int takes(unsigned mode)
{
    return mode == 0 || mode == 3;
}

/* In the other two modes bits move at the edge at which they are taken: one comes too late. */
static uint8_t late(uint8_t byte, uint8_t *before)
{
    uint8_t shifted = (uint8_t)(*before << 7 | byte >> 1);

    *before = byte & 1;
    return shifted;
}

static uint8_t master_exchanges(void *self, uint8_t out)
{
    struct spi_pins *s = self;

    if (takes(s->mode))
        return s->part->exchange(s->part->self, out);
    if (!s->said)
        part_say(s->parts,
                 "SPI mode %u: the part with its select at pin %u takes modes 0 and 3; each side "
                 "reads the other's bits late",
                 s->mode, s->csn);
    s->said = 1;
    return (uint8_t)(s->part->exchange(s->part->self, late(out, &s->last_out)) << 1);
}

static uint8_t master_is_offered(void *self)
{
    const struct spi_pins *s = self;
    uint8_t next = s->part->offer ? s->part->offer(s->part->self) : 0xff;

    return takes(s->mode) ? next : (uint8_t)(next << 1);
}

static void master_mode(void *self, unsigned mode)
{
    struct spi_pins *s = self;

    s->mode = mode;
}

void spi_pins_connect(struct spi_pins *s, struct parts *p, const struct spi_slave *part,
                      unsigned csn, unsigned sclk, unsigned mosi, unsigned miso)
{
    *s = (struct spi_pins){.parts = p, .part = part, .csn = csn, .mosi = mosi};
    s->miso = part_end(p, miso, "MISO");
    part_listen(p, csn, s, csn_heard);
    part_listen(p, sclk, s, sclk_heard);
    part_listen(p, mosi, s, NULL);
    s->behind = (struct spi_slave){.self = s,
                                   .select = master_selects,
                                   .exchange = master_exchanges,
                                   .offer = master_is_offered,
                                   .mode = master_mode};
    for (unsigned m = 0; m < sizeof masters / sizeof *masters; m++) {
        for (unsigned n = 0; n < 3; n++)
            if (csn == masters[m].csn[n] && sclk == masters[m].sclk && mosi == masters[m].mosi &&
                miso == masters[m].miso)
                part_behind_spi(p, m, n, &s->behind);
    }
}
