/* pwm.h - the two channels of pulse width modulation (BCM2835 ARM Peripherals p. 138-147), for
 * brightness, tones and servos. The names are libpi's own: no year of the course has any. */
#ifndef PWM_H
#define PWM_H

#include <stdint.h>

#include "rpi.h"

/* Connects a pin and returns its channel: 0 for 12, 18 and 40, 1 for 13, 19, 41 and 45 (p. 102).
 * Panics for another pin. */
unsigned pwm_init(unsigned pin);

/* The clock of both channels, 19.2 MHz divided by 2 to 4095: the one that is nearest to hz. Returns
 * what it is. Stops both for some microseconds. */
uint32_t pwm_set_clock(uint32_t hz);

/* From the next period on the pin is high for `on` clocks of every `period`. */
void pwm_write(unsigned channel, uint32_t on, uint32_t period);

/* The pin stays low. */
void pwm_disable(unsigned channel);

#endif
