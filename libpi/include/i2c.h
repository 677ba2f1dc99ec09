/* i2c.h - I2C on pins 2 (SDA) and 3 (SCL) by the controller BSC1 (BCM2835 ARM Peripherals
 * p. 28-37), polled. Addresses have 7 bits. */
#ifndef I2C_H
#define I2C_H

#include <stdint.h>

#include "rpi.h"

/* 100 kHz. */
void i2c_init(void);
/* A bit takes clk_div ticks of 250 MHz: 2 to 65534. */
void i2c_init_clk_div(unsigned clk_div);
/* Does nothing when one of the three was called before. */
void i2c_init_once(void);

/* Move nbytes to or from the device at addr: 1 to 65535, between one start and one stop condition.
 * Return 1, or -1 when nobody acknowledged or the clock was held low for too long. */
int i2c_write(unsigned addr, uint8_t data[], unsigned nbytes);
int i2c_read(unsigned addr, uint8_t data[], unsigned nbytes);

#endif
