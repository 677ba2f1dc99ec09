/* tests/bench/line-world.h - a laptop, a line and a Pi that runs the device loop, in one virtual
 * time: what emu/remote does over a real line, it does here at once, and the same at each run.
 * Not modelled: the Pi's transmit FIFO (it takes all), interrupts of the laptop's kernel, USB.
 *
 * The Pi's time is made of the figures below; the laptop's processing takes none. */
#ifndef TESTS_BENCH_LINE_WORLD_H
#define TESTS_BENCH_LINE_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include "emu/remote/link.h"
#include "pi-side/loop-protocol.h"
#include "tools/line/line-model.h"

enum {
    WORLD_ACCESS_NS = 1000, /* of the Pi: one access of a peripheral with its barriers */
    WORLD_RUN_NS = 2000,    /* loop_run, besides the accesses it makes */
    WORLD_BYTE_NS = 500,    /* a byte out of the FIFO and into loop_byte */
    WORLD_FIFO = 8,         /* bytes of the mini-UART (BCM2835 ARM Peripherals p. 10) */
    WORLD_BUFFER = 4096,    /* bytes the laptop's kernel takes before they are sent */
    WORLD_BOUNCE = 4096,
};

struct world_access {
    uint64_t ns; /* when it was made */
    uint32_t addr, value;
    uint8_t width, write;
};

/* The Pi's devices. Both return 0, or -1: the bus aborts. read fills a->value. */
struct world_devices {
    void *self;
    int (*read)(void *self, struct world_access *a);
    int (*write)(void *self, const struct world_access *a);
};

enum world_pi {
    WORLD_LOOP,   /* runs the device loop */
    WORLD_OTHER,  /* runs world.other */
    WORLD_LOADER, /* its boot loader greets */
    WORLD_HUNG,   /* does nothing any more */
};

struct world {
    uint64_t now;    /* ns */
    uint64_t end;    /* the laptop's read gives LINK_STOPPED from then on */
    unsigned buffer; /* as WORLD_BUFFER; may be changed */
    uint64_t run_ns; /* as WORLD_RUN_NS; may be changed */
    enum world_pi pi;
    uint64_t wake; /* when the Pi runs again, if no byte comes before */
    unsigned reboots;
    int gone; /* the laptop's end returns this error, if it is not 0 */
    struct world_devices devices;
    uint64_t event_at; /* ns: `event` happens then; LINE_NEVER: none */
    void (*event)(struct world *w);
    void *other_self; /* WORLD_OTHER: a program that takes each byte and uses loop_port */
    void (*other)(void *other_self, uint8_t byte);
    struct loop_port loop_port;
    struct link_port link_port; /* for emu/remote */
    struct loop loop;
    uint8_t bounce[WORLD_BOUNCE];
    struct line_model line;
};

/* A world at time 0 over a line of this config, where the loop was just started; w is some 3 MB,
 * not for the stack. The config's fifo is set to WORLD_FIFO. */
void world_init(struct world *w, const struct line_config *config,
                const struct world_devices *devices);

/* Lets time pass up to `until` (ns). */
void world_pass(struct world *w, uint64_t until);

/* What happens to the Pi, now. */
void world_set_pi(struct world *w, enum world_pi pi);

#endif
