/* emu/parts/wiring.h - what joins the chip's 54 pins to each other and to parts: wires, drivers,
 * listeners. Levels are those of the real thing, in four steps: driven, pulled by a resistor
 * outside, pulled inside the chip, floating (reads 0). */
#ifndef EMU_PARTS_WIRING_H
#define EMU_PARTS_WIRING_H

#include <stddef.h>
#include <stdint.h>

#include "emu/core/clock.h"

enum { PINS = 54, WIRING_ENDS = 128, WIRING_LISTENERS = 128 };

/* How the chip's own side of the pins is set, one bit a pin. */
struct pins_state {
    uint64_t output; /* pins the chip drives */
    uint64_t latch;  /* to this level */
    uint64_t pull_up, pull_down;
};

/* What the outside does to one pin of the chip. */
enum pin_outside { OUTSIDE_NOTHING, OUTSIDE_LOW, OUTSIDE_HIGH };

/* The chip as the wiring sees it; the board implements it, and calls wiring_changed after anything
 * in pins_state moved. */
struct pins {
    void *self;
    void (*state)(void *self, struct pins_state *s);
    void (*drive)(void *self, unsigned pin, enum pin_outside to);
};

/* What a part does to its end of a wire. */
enum drive { DRIVE_NONE, DRIVE_PULL_DOWN, DRIVE_PULL_UP, DRIVE_LOW, DRIVE_HIGH };

struct wiring_end {
    const char *label; /* whose it is, for reports; borrowed */
    uint8_t pin;
    enum drive drive;
};

struct wiring_listener {
    void *self;
    void (*heard)(void *self, unsigned pin, int level);
    uint8_t pin;
    int level; /* as last heard */
};

struct wiring {
    struct pins chip;
    struct clock *clock;
    void *self;
    void (*say)(void *self, const char *text);         /* a remark for the user, once each */
    void (*program_did)(void *self, const char *text); /* the same, of what the program does now */
    uint8_t net[PINS];                                 /* the lowest pin each is joined to */
    uint64_t members[PINS];                            /* of the net named so */
    uint64_t wired;                                    /* pins with anything outside */
    struct wiring_end end[WIRING_ENDS];
    unsigned ends;
    struct wiring_listener listener[WIRING_LISTENERS];
    unsigned listeners;
    uint64_t level;   /* of each pin's net */
    uint64_t shorted; /* nets whose short circuit was reported */
    uint8_t outside[PINS];
    int started, busy, again, unsteady;
};

/* Makes a wiring with nothing in it. chip and clock are borrowed. */
void wiring_init(struct wiring *w, const struct pins *chip, struct clock *clock);

/* A jumper wire between two pins. */
void wiring_join(struct wiring *w, unsigned a, unsigned b);

/* A driver at a pin, doing nothing yet; its number for wiring_drive, or -1: there are too many. */
int wiring_add_end(struct wiring *w, unsigned pin, const char *label);

/* Calls heard at each change of the pin's level, the first time in wiring_start if it is high. 0,
 * or -1: there are too many. heard may call wiring_drive; what follows from it happens after heard
 * has returned. Null: the pin's level is kept, nobody is called. */
int wiring_listen(struct wiring *w, unsigned pin, void *self,
                  void (*heard)(void *self, unsigned pin, int level));

/* All is joined: the levels take effect. */
void wiring_start(struct wiring *w);

void wiring_drive(struct wiring *w, int end, enum drive d);

/* The chip's side moved. */
void wiring_changed(struct wiring *w);

/* The level at a pin, 0 or 1, whoever makes it. */
static inline int wiring_level(const struct wiring *w, unsigned pin)
{
    return (int)((w->level >> pin) & 1);
}

#endif
