/* emu/start.h - what the program finds when it starts: --fill and --initial. */
#ifndef EMU_START_H
#define EMU_START_H

#include <stdint.h>

#include "emu/dev/board.h"

/* Refuses --initial with --replay or a Pi: exits with 2. */
void start_check(void);

/* RAM; after native_map_ram. Says what is wrong and exits with 2. */
void start_ram(void);

/* Reads the log of --initial, and says what is wrong with it and exits with 2. Both: after the
 * clock has started and dev_board_after_boot. */
void start_devices(struct dev_board *b);

/* With --fill=random interrupts come up to 300 ns late. What the controller asks of the processor
 * comes in, what the processor sees of it comes out; and when that will change by itself,
 * CLOCK_NEVER: it will not. */
int start_irq(int asked);
uint64_t start_next(void);

#endif
