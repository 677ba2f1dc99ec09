/* emu/core/spi.h - a part behind an SPI bus, as its master sees it. The part does not know who the
 * master is: the SPI0 model, or a program that moves the pins itself. */
#ifndef EMU_CORE_SPI_H
#define EMU_CORE_SPI_H

#include <stdint.h>

struct spi_slave {
    void *self;
    /* Chip select: 1 active, 0 idle. Called at changes only. */
    void (*select)(void *self, int active);
    /* One byte each way, while selected. */
    uint8_t (*exchange)(void *self, uint8_t out);
    /* The mode (clock polarity << 1 | phase) in which the master sends what follows. Null: all the
     * same to it. */
    void (*mode)(void *self, unsigned mode);
    /* What the next exchange will return, whatever it is given: a master that moves single bits
     * needs the first bit before it has sent one. Changes nothing. Null: 0xff. */
    uint8_t (*offer)(void *self);
};

#endif
