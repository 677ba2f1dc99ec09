/* emu/dev/pwm.h - the two pulse-width channels and the FIFO they share. "BCM2835 ARM Peripherals"
 * ch. 9, p. 138-147, with its public errata. */
#ifndef EMU_DEV_PWM_H
#define EMU_DEV_PWM_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/irq.h"
#include "emu/dev/fifo.h"
#include "emu/dev/output.h"

enum { DEV_PWM_BASE = 0x2020c000, DEV_PWM_CHANNELS = 2, DEV_PWM_FIFO = 16 };

struct dev_pwm_channel_state {
    uint32_t range, data;
    uint32_t word;    /* last taken from the FIFO */
    uint64_t from_ns; /* the channel's cycles count from here */
    uint8_t busy;     /* a word from the FIFO is going out, or repeated */
    uint8_t repeats;
};

struct dev_pwm_state {
    uint32_t ctl, dmac;
    uint32_t latched; /* STA: errors and gaps */
    struct dev_fifo fifo;
    struct dev_pwm_channel_state channel[DEV_PWM_CHANNELS];
};

struct dev_pwm {
    struct bus_target target;
    struct irq_line dreq; /* emu/core/dreq.h */
    struct clock *clock;
    struct clock_alarm alarm[DEV_PWM_CHANNELS]; /* the end of a FIFO word */
    void *self;
    struct dev_output out;
    uint32_t (*rate)(void *self); /* of the PWM clock, in Hz; 0: it stands still */
    struct dev_pwm_state s;
};

/* What a channel puts out. */
struct dev_pwm_output {
    int on;             /* enabled, and its clock runs */
    int serial;         /* bits of a word, not pulses */
    uint64_t period_ns; /* of one range */
    uint64_t high_ns;   /* of a period, with polarity; of pulses only */
};

/* Makes a device on the clock (borrowed) in its state after power-on. rate may be null: the clock
 * stands still, as it does on a Pi before a program sets it up. */
void dev_pwm_init(struct dev_pwm *d, struct clock *c, void *self, uint32_t (*rate)(void *self));

void dev_pwm_reset(struct dev_pwm *d);

void dev_pwm_map(struct dev_pwm *d, struct bus *b);

/* The clock's rate is another now: words on their way begin anew. */
void dev_pwm_rate_changed(struct dev_pwm *d);

/* Channel 0 or 1 as it is now; the level (0 or 1) of its output at this moment. */
void dev_pwm_output(const struct dev_pwm *d, unsigned channel, struct dev_pwm_output *o);
int dev_pwm_level(const struct dev_pwm *d, unsigned channel);

/* When that level will change by itself; CLOCK_NEVER: it stays. */
uint64_t dev_pwm_next_edge(const struct dev_pwm *d, unsigned channel);

#endif
