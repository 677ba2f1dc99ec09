/* emu/dev/spi0.h - the SPI master of pins 7 to 11. "BCM2835 ARM Peripherals" ch. 10, p. 148-158,
 * with its public errata. */
#ifndef EMU_DEV_SPI0_H
#define EMU_DEV_SPI0_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/irq.h"
#include "emu/core/spi.h"
#include "emu/dev/fifo.h"
#include "emu/dev/gpio.h"

enum {
    DEV_SPI0_BASE = 0x20204000,
    DEV_SPI0_FIFO = 64,   /* bytes each way: 16 words */
    DEV_SPI0_SELECTS = 2, /* CE0 on pin 8, CE1 on pin 7 */
    DEV_SPI0_MISO = 9,    /* pins */
    DEV_SPI0_MOSI = 10,
};

struct dev_spi0_state {
    uint32_t cs; /* CS, the bits a program writes */
    uint32_t clk, dlen, ltoh, dc;
    struct dev_fifo tx, rx;
    uint32_t left;    /* bytes of a DMA-mode transfer not begun yet */
    uint8_t out;      /* the byte on the wire */
    uint8_t shifting; /* 1 while there is one */
    uint8_t selected; /* bit n: the part at chip select n is */
};

struct dev_spi0 {
    struct bus_target target;
    struct irq_line irq;              /* line 54 */
    struct irq_line dreq_tx, dreq_rx; /* emu/core/dreq.h */
    struct clock *clock;
    struct clock_alarm alarm; /* the end of the byte on the wire */
    const struct dev_gpio *gpio;
    const struct spi_slave *slave[DEV_SPI0_SELECTS];
    int loopback; /* 1: MISO is wired to MOSI; whoever wires pins sets it */
    struct dev_spi0_state s;
};

/* Makes a master in its state after power-on with nothing attached, on the clock and pins given
 * (borrowed). */
void dev_spi0_init(struct dev_spi0 *d, struct clock *c, const struct dev_gpio *gpio);

/* Power-on state; what is attached stays. */
void dev_spi0_reset(struct dev_spi0 *d);

void dev_spi0_map(struct dev_spi0 *d, struct bus *b);

/* Puts a part (borrowed; null: none) behind chip_select, 0 or 1. It is reached while pins 9 to 11
 * are ALT0; its select follows CE0 or CE1 where that pin is ALT0, and the pin's level where a
 * program drives it as an output. */
void dev_spi0_attach(struct dev_spi0 *d, unsigned chip_select, const struct spi_slave *part);

/* Pins changed level or function: parts selected by an output are told. Without this they are at
 * the next access to the master. */
void dev_spi0_pins_changed(struct dev_spi0 *d);

/* How long a byte takes, in ns. */
uint64_t dev_spi0_byte_ns(const struct dev_spi0 *d);

#endif
