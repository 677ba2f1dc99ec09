/* emu/dev/gpio.h - the 54 general-purpose pins: function select, output latch, levels, event
 * detect, pull-ups. "BCM2835 ARM Peripherals" ch. 6, p. 89-104. */
#ifndef EMU_DEV_GPIO_H
#define EMU_DEV_GPIO_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/irq.h"

enum { DEV_GPIO_BASE = 0x20200000, DEV_GPIO_PINS = 54 };

enum dev_gpio_function { /* the three bits of FSEL, p. 92 */
                         GPIO_FSEL_INPUT = 0,
                         GPIO_FSEL_OUTPUT = 1,
                         GPIO_FSEL_ALT0 = 4,
                         GPIO_FSEL_ALT1 = 5,
                         GPIO_FSEL_ALT2 = 6,
                         GPIO_FSEL_ALT3 = 7,
                         GPIO_FSEL_ALT4 = 3,
                         GPIO_FSEL_ALT5 = 2,
};

/* What the world outside does to a pin. A floating pin follows its pull; without one it reads 0,
 * or what dev_gpio_noise says. */
enum dev_gpio_outside { GPIO_FLOATING, GPIO_DRIVEN_LOW, GPIO_DRIVEN_HIGH };

/* The event detectors, in the order of their registers. */
enum dev_gpio_detector {
    GPIO_REN,  /* rising edge */
    GPIO_FEN,  /* falling edge */
    GPIO_HEN,  /* high level */
    GPIO_LEN,  /* low level */
    GPIO_AREN, /* asynchronous rising edge */
    GPIO_AFEN, /* asynchronous falling edge */
    GPIO_NDETECTORS,
};

/* All that a saved run has to keep. One bit a pin in the 64-bit words. */
struct dev_gpio_state {
    uint32_t fsel[6];
    uint64_t output;  /* pins whose function is output */
    uint64_t latch;   /* last SET or CLR, also of pins that are no outputs (p. 95) */
    uint64_t driven;  /* pins the outside drives */
    uint64_t outside; /* to this level */
    uint64_t pull_up, pull_down;
    uint64_t noise;          /* levels of pins that nobody drives and nothing pulls */
    uint64_t alt, alt_level; /* pins that devices drive, to this level (as of the last look) */
    uint64_t level;          /* what LEV reads */
    uint64_t events;         /* EDS */
    uint64_t detect[GPIO_NDETECTORS];
    uint64_t detected;  /* pins any detector looks at */
    uint64_t pud_clock; /* PUDCLK as last written */
    uint32_t pud;       /* PUD as last written */
};

struct dev_gpio {
    struct bus_target target;
    struct irq_line irq[4]; /* pins 0-27, 28-45, 46-53, any pin: irq_connect */
    /* Told of level changes after they took effect, and of changes of direction and pull that moved
     * no level (was == now): jumpers, parts on the pins, waveforms. May call dev_gpio_drive. Null:
     * nobody. */
    void *self;
    void (*changed)(void *self, uint64_t was, uint64_t now);
    uint64_t wired; /* pins whose every level `changed` has to hear of, even an ALT function's */
    /* What devices drive onto pins (emu/dev/alt.c). selected: functions were written; update: call
     * dev_gpio_drive_alt with what they drive now. Null: they drive nothing. */
    void *alt_self;
    void (*alt_selected)(void *self);
    void (*alt_update)(void *self);
    int alt_moves; /* what LEV reads may be out of date without an update */
    struct dev_gpio_state s;
};

/* Makes a device with nothing connected, in its state after power-on. */
void dev_gpio_init(struct dev_gpio *d);

/* Power-on state: all pins inputs, no detectors, the pulls of the table on p. 102. What is outside
 * stays as it is. */
void dev_gpio_reset(struct dev_gpio *d);

/* What the boot loader leaves behind: pins 14 and 15 belong to the mini-UART (ALT5). */
void dev_gpio_after_boot(struct dev_gpio *d);

void dev_gpio_map(struct dev_gpio *d, struct bus *b);

/* Changes what the outside does to a pin (0..53). */
void dev_gpio_drive(struct dev_gpio *d, unsigned pin, enum dev_gpio_outside to);

/* Pins that nobody drives and nothing pulls read these levels from now on. */
void dev_gpio_noise(struct dev_gpio *d, uint64_t levels);

/* Devices drive these pins, which have an ALT function, to these levels. */
void dev_gpio_drive_alt(struct dev_gpio *d, uint64_t pins, uint64_t levels);

/* Something is to hear each edge of these pins from now on; it replaces the pins of before. */
void dev_gpio_wire(struct dev_gpio *d, uint64_t pins);

/* Pins of which an edge must not be missed. */
static inline uint64_t dev_gpio_heard(const struct dev_gpio *d)
{
    return d->wired | d->s.detected;
}

/* A pin's function and its level (0 or 1). */
enum dev_gpio_function dev_gpio_function(const struct dev_gpio *d, unsigned pin);
int dev_gpio_level(const struct dev_gpio *d, unsigned pin);

#endif
