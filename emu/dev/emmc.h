/* emu/dev/emmc.h - the EMMC controller (an Arasan SD host) with a card in its slot, or none:
 * "BCM2835 ARM Peripherals" ch. 5, where it is silent "SD Host Controller Simplified Specification"
 * 3.00, which the controller follows. */
#ifndef EMU_DEV_EMMC_H
#define EMU_DEV_EMMC_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/irq.h"
#include "emu/dev/sd-card.h"

enum {
    DEV_EMMC_BASE = 0x20300000,
    DEV_EMMC_BUFFER = 1024, /* bytes of the largest block */
    DEV_EMMC_CLOCK_NS = 4,  /* the controller's clock: 250 MHz, as firmware sets it */
};

/* What the data lines do. */
enum dev_emmc_phase {
    EMMC_STILL,
    EMMC_ARRIVING,  /* a block is on its way from the card */
    EMMC_FULL,      /* a block waits for the program to read it */
    EMMC_EMPTY,     /* the program is to write a block */
    EMMC_LEAVING,   /* a block is on its way to the card */
    EMMC_BUSY,      /* the card keeps DAT0 low behind a response */
    EMMC_STARTING,  /* the command of a transfer is on its way */
    EMMC_NO_ANSWER, /* the card is silent, the data timeout runs */
};

struct dev_emmc_state {
    uint32_t plain[64];   /* registers that are just stored, by word */
    uint32_t interrupt;   /* INTERRUPT without ERR */
    uint16_t blocks_left; /* BLKCNT */
    uint8_t commanding;   /* CMD_INHIBIT */
    uint8_t held;         /* a command waits for the clock */
    uint32_t running;     /* CMDTM of the command under way */
    uint32_t transfer;    /* CMDTM of the transfer under way */
    enum dev_emmc_phase phase;
    uint8_t buffer[DEV_EMMC_BUFFER];
    uint32_t nbuffer, at; /* bytes in it, bytes moved */
};

struct dev_emmc {
    struct bus_target target;
    struct clock *clock;
    struct clock_alarm command_alarm, data_alarm;
    struct irq_line irq;
    struct irq_line dreq; /* up while DATA can be moved without loss, emu/core/dreq.h */
    struct sd_card card;
    struct dev_emmc_state s;
};

/* Makes the controller with what `store` holds as its card; null, or no bytes: the slot is empty.
 * clock and what store names are borrowed. */
void dev_emmc_init(struct dev_emmc *d, struct clock *c, const struct sd_store *store);

/* Power-on state of controller and card. */
void dev_emmc_reset(struct dev_emmc *d);

void dev_emmc_map(struct dev_emmc *d, struct bus *b);

/* When it will next do something by itself; CLOCK_NEVER: not before the program does. */
uint64_t dev_emmc_next(const struct dev_emmc *d);

#endif
