/* emu/dev/board.h - every modelled device of the Pi, put together and placed on a bus. */
#ifndef EMU_DEV_BOARD_H
#define EMU_DEV_BOARD_H

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/memory.h"
#include "emu/dev/alt.h"
#include "emu/dev/arm-timer.h"
#include "emu/dev/bsc.h"
#include "emu/dev/clocks.h"
#include "emu/dev/console.h"
#include "emu/dev/emmc.h"
#include "emu/dev/dma.h"
#include "emu/dev/gpio.h"
#include "emu/dev/interrupts.h"
#include "emu/dev/mailbox.h"
#include "emu/dev/mini-uart.h"
#include "emu/dev/pcm.h"
#include "emu/dev/pl011.h"
#include "emu/dev/pm.h"
#include "emu/dev/rng.h"
#include "emu/dev/pwm.h"
#include "emu/dev/spi0.h"
#include "emu/dev/spi1.h"
#include "emu/dev/system-timer.h"

/* What the devices need from outside. */
struct dev_board_outside {
    struct clock *clock;        /* borrowed */
    struct dev_console console; /* of the mini-UART, and of the PL011 where the pins are its own */
    int pins_elsewhere; /* set: not this board's GPIO decides whose they are, and the PL011's bytes
                           always are the console's */
    struct sd_store sd; /* the card in the EMMC's slot; no bytes: none */
    struct memory memory; /* the program's; at null: bus masters find none */
    void *self;
    void (*reset)(void *self, int halt); /* dev_pm's */
    void (*counting)(void *self, int on);
};

struct dev_board {
    struct bus_target arm; /* the page the ARM's own blocks share */
    struct dev_interrupts interrupts;
    struct dev_arm_timer arm_timer;
    struct dev_gpio gpio;
    struct dev_system_timer system_timer;
    struct dev_mini_uart mini_uart;
    struct dev_pm pm;
    struct dev_pl011 pl011;
    struct dev_console console;
    int pins_elsewhere;
    struct dev_mailbox mailbox;
    struct dev_clocks clocks;
    struct dev_rng rng;
    struct dev_emmc emmc;
    struct dev_spi0 spi0;
    struct dev_spi1 spi1[2]; /* SPI1, SPI2 */
    struct dev_bsc bsc[2];
    struct dev_pwm pwm;
    struct dev_pcm pcm;
    struct dev_dma dma;
    struct dev_alt alt;
};

/* Makes the devices, as after power-on, and maps them. Pages without a model stay as they are. */
void dev_board_init(struct dev_board *d, const struct dev_board_outside *o, struct bus *b);

/* What the interrupt controller asks of the processor now: DEV_INTERRUPTS_IRQ and _FIQ. */
static inline int dev_board_irq(const struct dev_board *d)
{
    return d->interrupts.asked;
}

/* When a device is next going to interrupt by itself, on the board's clock; CLOCK_NEVER: nothing
 * but the program or the outside will make one do so. */
uint64_t dev_board_next_irq(const struct dev_board *d);

/* Whether the program waits for an interrupt of what a UART receives: somebody has to call
 * dev_board_poll then. */
int dev_board_wants_input(const struct dev_board *d);

/* Brings the UARTs' interrupt lines up to date when the console may have new bytes and the program
 * is not looking. */
void dev_board_poll(struct dev_board *d);

/* Puts them into the state in which the boot loader starts a program. */
void dev_board_after_boot(struct dev_board *d);

/* After that: what no manual fixes becomes what the seed says. That is how long ago the power came
 * on, to the nanosecond; the levels of pins that float; the random numbers; whether the last reset
 * was the watchdog's. */
void dev_board_chance(struct dev_board *d, uint64_t seed);

/* Whether the register at addr keeps what is written to it, and does no more. */
int dev_register_is_kept(uint32_t addr);

/* The model that b has at addr starts with this value: 1; 0: it has no register that keeps it. */
int dev_register_starts(const struct bus *b, uint32_t addr, uint32_t value);

#endif
