/* I2C, bit by bit ("I2C-bus specification", 3.1); see i2c-pins.h. Not modelled: addresses of 10
 * bits, a part that holds the clock. */
#include "emu/parts/i2c-pins.h"

enum phase {
    IDLE,    /* until a start */
    ADDRESS, /* the first byte after it */
    TAKE,    /* a byte from the master */
    ACK,     /* ours, for that byte */
    GIVE,    /* a byte to the master */
    ACKED,   /* the master's, for that byte */
};

static void drive(struct i2c_pins *c, int level)
{
    part_drive(c->parts, c->sda, level ? DRIVE_PULL_UP : DRIVE_LOW);
}

static void give_bit(struct i2c_pins *c)
{
    drive(c, c->byte >> (7 - c->bits) & 1);
}

static void give_byte(struct i2c_pins *c)
{
    c->byte = c->part->read(c->part->self);
    c->bits = 0;
    c->phase = GIVE;
    give_bit(c);
}

/* A byte is complete: acknowledge it, or have nothing more to do with what follows. */
static void byte_taken(struct i2c_pins *c)
{
    int ack;

    if (c->phase == ADDRESS) {
        c->reading = c->byte & 1;
        ack = c->byte >> 1 == c->part->address;
        if (ack)
            c->addressed = ack = c->part->start(c->part->self, c->reading);
    } else {
        ack = c->part->write(c->part->self, c->byte);
    }
    c->phase = ack ? ACK : IDLE;
    drive(c, !ack);
}

static void scl_fell(struct i2c_pins *c)
{
    switch (c->phase) {
    case ADDRESS:
    case TAKE:
        if (c->bits == 8)
            byte_taken(c);
        break;
    case ACK:
        drive(c, 1);
        c->bits = 0;
        c->phase = TAKE;
        if (c->reading)
            give_byte(c);
        break;
    case GIVE:
        if (++c->bits < 8) {
            give_bit(c);
        } else {
            drive(c, 1);
            c->phase = ACKED;
        }
        break;
    case ACKED:
        give_byte(c);
        break;
    default:
        break;
    }
}

static void scl_rose(struct i2c_pins *c)
{
    int sda = part_level(c->parts, c->sda_pin);

    if (c->phase == ADDRESS || c->phase == TAKE) {
        c->byte = (uint8_t)(c->byte << 1 | sda);
        c->bits++;
    } else if (c->phase == ACKED && sda) {
        c->phase = IDLE; /* the master has enough */
    }
}

static void scl_heard(void *self, unsigned pin, int level)
{
    (void)pin;
    if (level)
        scl_rose(self);
    else
        scl_fell(self);
}

/* While SCL is high, SDA moves for a start (down) and a stop (up) only. */
static void sda_heard(void *self, unsigned pin, int level)
{
    struct i2c_pins *c = self;

    (void)pin;
    if (!part_level(c->parts, c->scl_pin))
        return;
    if (!level) {
        c->phase = ADDRESS;
        c->bits = 0;
        return;
    }
    c->phase = IDLE;
    if (c->addressed)
        c->part->stop(c->part->self);
    c->addressed = 0;
}

void i2c_pins_connect(struct i2c_pins *c, struct parts *p, struct i2c_slave *part, unsigned sda,
                      unsigned scl)
{
    *c = (struct i2c_pins){.parts = p, .part = part, .sda_pin = sda, .scl_pin = scl};
    c->sda = part_end(p, sda, "SDA");
    part_drive(p, c->sda, DRIVE_PULL_UP);
    part_drive(p, part_end(p, scl, "SCL"), DRIVE_PULL_UP);
    part_listen(p, scl, c, scl_heard);
    part_listen(p, sda, c, sda_heard);
    if (sda == 2 && scl == 3)
        part_behind_i2c(p, 1, part);
    else if (sda == 0 && scl == 1)
        part_behind_i2c(p, 0, part);
}
