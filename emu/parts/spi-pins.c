/* SPI, bit by bit; see spi-pins.h. */
#include "emu/parts/spi-pins.h"

enum { CE0_PIN = 8, CE1_PIN = 7, MISO_PIN = 9, MOSI_PIN = 10, SCLK_PIN = 11 };

static void show_bit(struct spi_pins *s)
{
    part_drive(s->parts, s->miso, s->out >> (7 - s->bits) & 1 ? DRIVE_HIGH : DRIVE_LOW);
}

static void begin_byte(struct spi_pins *s)
{
    s->bits = 0;
    s->out = s->part->offer ? s->part->offer(s->part->self) : 0xff;
}

/* A program may drive the select pin itself and leave the bytes to SPI0: the part hears of it once.
 */
static void select_by(struct spi_pins *s, int *who, int active)
{
    int before = s->by_pin | s->by_spi0;

    *who = active;
    if ((s->by_pin | s->by_spi0) != before)
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

static void spi0_selects(void *self, int active)
{
    struct spi_pins *s = self;

    select_by(s, &s->by_spi0, active);
}

static uint8_t spi0_exchanges(void *self, uint8_t out)
{
    struct spi_pins *s = self;

    return s->part->exchange(s->part->self, out);
}

void spi_pins_connect(struct spi_pins *s, struct parts *p, const struct spi_slave *part,
                      unsigned csn, unsigned sclk, unsigned mosi, unsigned miso)
{
    *s = (struct spi_pins){.parts = p, .part = part, .mosi = mosi};
    s->miso = part_end(p, miso, "MISO");
    part_listen(p, csn, s, csn_heard);
    part_listen(p, sclk, s, sclk_heard);
    part_listen(p, mosi, s, NULL);
    s->behind = (struct spi_slave){.self = s, .select = spi0_selects, .exchange = spi0_exchanges};
    if ((csn == CE0_PIN || csn == CE1_PIN) && sclk == SCLK_PIN && mosi == MOSI_PIN &&
        miso == MISO_PIN)
        part_behind_spi(p, csn == CE1_PIN, &s->behind);
}
