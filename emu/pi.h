/* emu/pi.h - the Pi that answers for a run: its line found and opened, the device loop booted, the
 * remote backend served while the program runs, and everything put back at the end. */
#ifndef EMU_PI_H
#define EMU_PI_H

#include <stddef.h>
#include <stdint.h>

#include "emu/core/bus.h"

/* Finds out whether a Pi answers: a line was handed down, or --pi asks for one. Opens it, boots the
 * loop where it must, greets. Ends the process with a message when that fails. Returns 1, or 0: no
 * Pi is wanted. */
int pi_find(void);

/* Makes the Pi answer for all peripherals, and serves its line from the program's first access on.
 * Call before the devices that stay on this side are mapped. Of those only the mini-UART
 * interrupts: what the program asks of the interrupt controller it asks of `controller` (borrowed)
 * as well. */
void pi_map(const struct bus_target *controller);

/* Nothing else is done for a while: the line is served. Harmless without a Pi. */
void pi_serve(void);

/* The exit status to end with after a lost access (BUS_LOST), said to the user; 0: the run is being
 * ended already. */
int pi_lost(void);

/* For run.clock. Microseconds of the Pi's timer. */
uint64_t pi_time_us(void *self);

/* Lets ns nanoseconds pass on the Pi between the accesses around: 1. 0: not done, because the
 * program lets interrupts in, which may come in the middle: everything before is executed, and the
 * delay is to pass on this side. */
int pi_delay(uint64_t ns);

/* Interrupts, in the terms of struct native_host. */
int pi_irq_pending(void *self);
void pi_irq_enabled(void *self, int unmasked);
void pi_irq_look(void *self);

/* Sends the Pi back to its boot loader and puts the line back as it was. Harmless without a Pi. */
void pi_close(void);

#endif
