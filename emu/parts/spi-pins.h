/* emu/parts/spi-pins.h - an SPI part at four pins, for programs that move them one by one (modes 0
 * and 3, 8 bits, the highest first) and, at the pins of SPI0, SPI1 and SPI2, for their registers.
 */
#ifndef EMU_PARTS_SPI_PINS_H
#define EMU_PARTS_SPI_PINS_H

#include <stdint.h>

#include "emu/core/spi.h"
#include "emu/parts/part.h"

struct spi_pins {
    struct parts *parts;
    const struct spi_slave *part;
    struct spi_slave behind; /* what a master of the chip sees of it */
    unsigned csn, mosi;
    int miso;
    int by_pin, by_master; /* who selects it */
    unsigned mode;         /* the master's */
    int said;              /* that it is the wrong one */
    uint8_t last_out;      /* in the wrong one: the bit that is late */
    unsigned bits;         /* of the byte, taken so far */
    uint8_t in, out;
};

/* Connects part (borrowed). select and exchange of part come from whoever drives the pins. */
void spi_pins_connect(struct spi_pins *s, struct parts *p, const struct spi_slave *part,
                      unsigned csn, unsigned sclk, unsigned mosi, unsigned miso);

#endif
