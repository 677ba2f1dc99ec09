/* emu/observe/pins.h - what the accesses alone say about the 54 pins: functions as written or read,
 * outputs as written, any other pin as the program last read it from GPLEV. "BCM2835 ARM
 * Peripherals" ch. 6, p. 90-96. */
#ifndef EMU_OBSERVE_PINS_H
#define EMU_OBSERVE_PINS_H

#include <stdint.h>

#include "emu/core/bus.h"

enum { SEEN_PINS = 54, PINS_GPIO = 0x20200000, PINS_SIZE = 0x1000 };

enum pins_function { /* p. 92 */
                     PINS_INPUT = 0,
                     PINS_OUTPUT = 1,
                     PINS_ALT0 = 4,
                     PINS_ALT1 = 5,
                     PINS_ALT2 = 6,
                     PINS_ALT3 = 7,
                     PINS_ALT4 = 3,
                     PINS_ALT5 = 2,
};

struct seen_pins {
    uint32_t fsel[6];
    uint64_t latch, latch_known; /* as written to SET and CLR */
    uint64_t level, level_known;
    int told; /* levels come from elsewhere: accesses change functions and the latch alone */
};

/* As the boot loader leaves them: 14 and 15 are the mini-UART's. */
void pins_init(struct seen_pins *p, int told);

/* An access to the GPIO page that succeeded. Returns the pins whose function, or level, or whether
 * it is known, may be another now. */
uint64_t pins_saw(struct seen_pins *p, const struct bus_access *a);

static inline enum pins_function pins_function(const uint32_t *fsel, unsigned pin)
{
    return (enum pins_function)((fsel[pin / 10] >> (3 * (pin % 10))) & 7);
}

#endif
