/* emu/dev/board.h - every modelled device of the Pi, put together and placed on a bus. */
#ifndef EMU_DEV_BOARD_H
#define EMU_DEV_BOARD_H

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/dev/console.h"
#include "emu/dev/gpio.h"
#include "emu/dev/mini-uart.h"
#include "emu/dev/pm.h"
#include "emu/dev/system-timer.h"

/* What the devices need from outside. */
struct dev_board_outside {
    struct clock *clock;        /* borrowed */
    struct dev_console console; /* of the mini-UART */
    void *self;
    void (*reset)(void *self, int halt); /* dev_pm's */
};

struct dev_board {
    struct dev_gpio gpio;
    struct dev_system_timer system_timer;
    struct dev_mini_uart mini_uart;
    struct dev_pm pm;
};

/* Makes the devices, as after power-on, and maps them. Pages without a model stay as they are. */
void dev_board_init(struct dev_board *d, const struct dev_board_outside *o, struct bus *b);

/* Puts them into the state in which the boot loader starts a program. */
void dev_board_after_boot(struct dev_board *d);

#endif
