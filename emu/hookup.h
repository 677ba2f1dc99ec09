/* emu/hookup.h - what the command line wires to the modelled pins: --wire, --input, --part. */
#ifndef EMU_HOOKUP_H
#define EMU_HOOKUP_H

#include <stdint.h>

#include "emu/dev/board.h"

/* Wires everything of run.options to the board (borrowed). idle waits a while for what is typed.
 * Says what is wrong and exits with 2. */
void hookup_open(struct dev_board *b, void (*idle)(void));

/* When something wired to the pins will next do anything by itself; CLOCK_NEVER. */
uint64_t hookup_next(void);

/* Drives a pin (0..53) of the board's from outside, beside what is wired to it, or no longer. 0, or
 * -1: the wiring is full. */
enum hookup_level { HOOKUP_RELEASED, HOOKUP_LOW, HOOKUP_HIGH };
int hookup_drive(struct dev_board *b, unsigned pin, enum hookup_level to);

/* The program computes or waits for a variable: a part may do something about it. */
void hookup_waits(void);

/* Files are written, memory is freed. Once, at the end. */
void hookup_close(void);

#endif
