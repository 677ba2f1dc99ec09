/* emu/dev/alt.h - what devices drive onto pins in an ALT function: both UARTs' TXD, PWM, GPCLK,
 * SPI0's and the auxiliary masters' outputs. "BCM2835 ARM Peripherals" ch. 6, p. 102-103, has the
 * table.
 *
 * Nobody looks, nothing is computed: a level is asked for when a program reads it. Only where
 * something hears a pin (a wire, a part, a detector) does every edge happen at its time. */
#ifndef EMU_DEV_ALT_H
#define EMU_DEV_ALT_H

#include <stdint.h>

#include "emu/core/clock.h"
#include "emu/dev/clocks.h"
#include "emu/dev/gpio.h"
#include "emu/dev/mini-uart.h"
#include "emu/dev/pl011.h"
#include "emu/dev/pwm.h"

enum { DEV_ALT_SIGNALS = 8 }; /* with "none" */

struct dev_alt {
    struct dev_gpio *gpio;
    struct clock *clock;
    struct clock_alarm alarm; /* the next edge that somebody hears */
    struct dev_mini_uart *mini_uart;
    struct dev_pl011 *pl011;
    struct dev_pwm *pwm;
    struct dev_clocks *clocks;
    uint64_t pins[DEV_ALT_SIGNALS]; /* that have each signal */
};

/* Joins pins and devices, all set up before and borrowed, on the clock they share. */
void dev_alt_init(struct dev_alt *d, struct clock *c, struct dev_gpio *gpio,
                  struct dev_mini_uart *mini_uart, struct dev_pl011 *pl011, struct dev_pwm *pwm,
                  struct dev_clocks *clocks);

/* When the UARTs whose pin somebody hears will have sent everything, on the clock; 0: they have. */
uint64_t dev_alt_idle_ns(const struct dev_alt *d);

#endif
