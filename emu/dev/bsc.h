/* emu/dev/bsc.h - an I2C master (Broadcom serial controller). "BCM2835 ARM Peripherals" ch. 3,
 * p. 28-37. */
#ifndef EMU_DEV_BSC_H
#define EMU_DEV_BSC_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/i2c.h"
#include "emu/core/irq.h"
#include "emu/dev/fifo.h"
#include "emu/dev/gpio.h"

enum { DEV_BSC0_BASE = 0x20205000, DEV_BSC1_BASE = 0x20804000, DEV_BSC_FIFO = 16 };

struct dev_bsc_message {
    uint8_t address, read;
    uint32_t left; /* bytes not begun yet */
};

struct dev_bsc_state {
    uint32_t control; /* C, the bits that stay */
    uint16_t latched; /* S: DONE, ERR, CLKT */
    uint32_t dlen, address, div, del, clkt;
    struct dev_fifo tx, rx;
    struct dev_bsc_message now, next;
    uint8_t phase;     /* what the wire does until the alarm */
    uint8_t again;     /* a repeated start for `next` will follow */
    uint8_t on_wire;   /* the byte being sent */
    uint32_t held_for; /* SCL periods for which the clock has been held low */
};

struct dev_bsc {
    struct bus_target target;
    struct irq_line irq; /* line 53, which all BSCs share */
    struct clock *clock;
    struct clock_alarm alarm;
    const struct dev_gpio *gpio;
    uint32_t base;
    unsigned sda, scl;      /* pins, as ALT0 */
    struct i2c_slave *part; /* all parts on the bus */
    struct i2c_slave *talks_to;
    struct dev_bsc_state s;
};

/* Makes BSC0 (n 0, pins 0 and 1) or BSC1 (n 1, pins 2 and 3) in its state after power-on with an
 * empty bus, on the clock and pins given (borrowed). */
void dev_bsc_init(struct dev_bsc *d, unsigned n, struct clock *c, const struct dev_gpio *gpio);

/* Power-on state; what is attached stays. */
void dev_bsc_reset(struct dev_bsc *d);

void dev_bsc_map(struct dev_bsc *d, struct bus *b);

/* Puts a part (borrowed, its `next` is ours) on the bus. It is reached while both pins are ALT0. */
void dev_bsc_attach(struct dev_bsc *d, struct i2c_slave *part);

/* How long a bit takes, in ns. */
uint64_t dev_bsc_bit_ns(const struct dev_bsc *d);

#endif
