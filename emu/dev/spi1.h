/* emu/dev/spi1.h - an auxiliary SPI master of the AUX block: SPI1 on pins 16 to 21, SPI2 on pins 40
 * to 45, all with ALT4. "BCM2835 ARM Peripherals" ch. 2.3, p. 20-27, with its public errata. */
#ifndef EMU_DEV_SPI1_H
#define EMU_DEV_SPI1_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/irq.h"
#include "emu/core/spi.h"
#include "emu/dev/fifo.h"
#include "emu/dev/gpio.h"

enum {
    DEV_SPI1_NBYTES = 0x40, /* of registers: SPI1 at 0x80 of AUX, SPI2 behind it */
    DEV_SPI1_FIFO = 4,      /* words each way */
    DEV_SPI1_SELECTS = 3,   /* CE0 to CE2: pins 18, 17, 16; of SPI2 43, 44, 45 */
};

struct dev_spi1_state {
    uint32_t cntl0, cntl1;
    struct dev_fifo tx, rx;
    struct dev_fifo held; /* for each word of tx: 1 if the select stays active after it */
    uint32_t in;          /* the input shift register */
    uint32_t out;         /* the word on the wire */
    uint8_t nbits;        /* of it */
    uint8_t shifting;     /* 1 while there is one */
    uint8_t hold;         /* of the word on the wire */
    uint8_t chosen;       /* bit n: CEn is active */
    uint8_t selected;     /* bit n: the part at CEn is selected */
    uint8_t part_bits;    /* of the byte that is going to the parts */
    uint8_t part_byte;
    uint64_t free_ns; /* CE stays inactive until then */
};

struct dev_spi1 {
    struct irq_line irq; /* the AUX block's line is that of all three */
    struct clock *clock;
    struct clock_alarm alarm; /* the end of the word on the wire */
    const struct dev_gpio *gpio;
    const struct spi_slave *slave[DEV_SPI1_SELECTS];
    unsigned which; /* 0: SPI1, 1: SPI2 */
    int loopback;   /* 1: MISO is wired to MOSI; whoever wires pins sets it */
    struct dev_spi1_state s;
};

/* Makes SPI1 (which 0) or SPI2 (1) in its state after power-on, on the clock and pins given
 * (borrowed). */
void dev_spi1_init(struct dev_spi1 *d, unsigned which, struct clock *c,
                   const struct dev_gpio *gpio);

/* Power-on state; what is attached stays. */
void dev_spi1_reset(struct dev_spi1 *d);

/* Whether there is a register at off (a multiple of 4, below DEV_SPI1_NBYTES), and accesses to it.
 * Both return 0. */
int dev_spi1_exists(uint32_t off);
int dev_spi1_read(struct dev_spi1 *d, uint32_t off, uint32_t *value);
int dev_spi1_write(struct dev_spi1 *d, uint32_t off, uint32_t value);

/* Puts a part (borrowed; null: none) behind a select, 0 to 2. It is reached while the pins of MISO,
 * MOSI and SCLK are ALT4; its select follows CE where that pin is ALT4, and the pin's level where a
 * program drives it as an output. */
void dev_spi1_attach(struct dev_spi1 *d, unsigned select, const struct spi_slave *part);

/* Pins changed level or function. */
void dev_spi1_pins_changed(struct dev_spi1 *d);

/* The pins of a master: MISO, MOSI. */
unsigned dev_spi1_miso(const struct dev_spi1 *d);
unsigned dev_spi1_mosi(const struct dev_spi1 *d);

/* How long a bit takes, in ns. */
uint64_t dev_spi1_bit_ns(const struct dev_spi1 *d);

#endif
