/* emu/core/i2c.h - a part on an I2C bus, as its master sees it. The part does not know who the
 * master is: a BSC model, or a program that moves the pins itself. */
#ifndef EMU_CORE_I2C_H
#define EMU_CORE_I2C_H

#include <stdint.h>

struct i2c_slave {
    void *self;
    uint8_t address; /* 7 bits */
    /* A start condition with this part's address; read: 1 when the master will read. Returns 1 to
     * acknowledge, 0 when it is busy. */
    int (*start)(void *self, int read);
    /* A byte from the master: 1 to acknowledge it. */
    int (*write)(void *self, uint8_t byte);
    uint8_t (*read)(void *self); /* the next byte for the master */
    void (*stop)(void *self);
    struct i2c_slave *next; /* on the same bus */
};

#endif
