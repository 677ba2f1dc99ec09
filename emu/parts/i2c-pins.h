/* emu/parts/i2c-pins.h - an I2C part at two pins, for programs that move them one by one and, at
 * the pins of a BSC, for its registers. Brings the bus's pull-up resistors. */
#ifndef EMU_PARTS_I2C_PINS_H
#define EMU_PARTS_I2C_PINS_H

#include <stdint.h>

#include "emu/core/i2c.h"
#include "emu/parts/part.h"

struct i2c_pins {
    struct parts *parts;
    struct i2c_slave *part;
    unsigned sda_pin, scl_pin;
    int sda;       /* our end of it */
    int phase;     /* what the next edges of SCL mean */
    int addressed; /* between its address and a stop */
    int reading;
    unsigned bits;
    uint8_t byte;
};

/* Connects part (borrowed). */
void i2c_pins_connect(struct i2c_pins *c, struct parts *p, struct i2c_slave *part, unsigned sda,
                      unsigned scl);

#endif
