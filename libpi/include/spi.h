/* spi.h - SPI in mode 0, most significant bit first: the SPI0 controller (BCM2835 ARM Peripherals
 * p. 148-158), or any four pins driven by the processor. Polled. */
#ifndef SPI_H
#define SPI_H

#include <stdint.h>

#include "rpi.h"

/* Other names of chips 0 and 1. */
#define SPI_CE0 1111
#define SPI_CE1 2222

enum {
    SPI_BY_PINS = 2, /* chip of an spi_t that is not SPI0's */
};

typedef struct {
    unsigned chip; /* 0 or 1: which select line of SPI0; or SPI_BY_PINS */
    unsigned div;  /* a bit takes that many ticks of 250 MHz */
    unsigned mosi, miso, clk, ce;
} spi_t;

/* Gives SPI0 its pins: 9 MISO, 10 MOSI, 11 SCLK, 8 and 7 the select lines of chips 0 and 1.
 * clk_div: 2 to 65536, of which SPI0 takes the even part. Panics when chip or divider are none. */
spi_t spi_n_init(unsigned chip_select, unsigned clk_div);

/* Sends nbytes while the chip is selected and receives as many. tx may be null, then zeros are
 * sent; rx may be null, then what comes is dropped. Returns 0, after 8 * nbytes bit times. */
int spi_n_transfer(spi_t s, uint8_t rx[], const uint8_t tx[], unsigned nbytes);

/* The same with one chip for the whole program: spi_init chooses it. */
void spi_init(unsigned chip_select, unsigned clock_divider);
int spi_transfer(uint8_t rx[], const uint8_t tx[], unsigned nbytes);

/* Makes the pins of s outputs and an input at rest; what it returns is driven by the processor. */
spi_t sw_spi_init(spi_t s);

/* Pins 26 MISO, 19 MOSI, 13 clock, 6 select, for sw_spi_init; others may be set before. */
static inline spi_t sw_spi_mk(unsigned chip_select, unsigned clk_div)
{
    assert(chip_select == 0);
    return (spi_t){.chip = SPI_BY_PINS, .div = clk_div, .mosi = 19, .miso = 26, .clk = 13, .ce = 6};
}

static inline spi_t spi_set_mosi(spi_t s, uint8_t mosi)
{
    s.mosi = mosi;
    return s;
}

static inline spi_t spi_set_miso(spi_t s, uint8_t miso)
{
    s.miso = miso;
    return s;
}

static inline spi_t spi_set_clk(spi_t s, uint8_t clk)
{
    s.clk = clk;
    return s;
}

static inline spi_t spi_set_ce(spi_t s, uint8_t ce)
{
    s.ce = ce;
    return s;
}

#endif
