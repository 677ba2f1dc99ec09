/* emu/parts/spi-pins.h - an SPI part at four pins, for programs that move them one by one (modes 0
 * and 3, 8 bits, the highest first) and, at the pins of SPI0, for its registers. */
#ifndef EMU_PARTS_SPI_PINS_H
#define EMU_PARTS_SPI_PINS_H

#include <stdint.h>

#include "emu/core/spi.h"
#include "emu/parts/part.h"

struct spi_pins {
    struct parts *parts;
    const struct spi_slave *part;
    struct spi_slave behind; /* what SPI0 sees of it */
    unsigned mosi;
    int miso;
    int by_pin, by_spi0; /* who selects it */
    unsigned bits;       /* of the byte, taken so far */
    uint8_t in, out;
};

/* Connects part (borrowed). select and exchange of part come from whoever drives the pins. */
void spi_pins_connect(struct spi_pins *s, struct parts *p, const struct spi_slave *part,
                      unsigned csn, unsigned sclk, unsigned mosi, unsigned miso);

#endif
