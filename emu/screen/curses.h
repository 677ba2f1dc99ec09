/* emu/screen/curses.h - the terminal, by libncursesw. */
#ifndef EMU_SCREEN_CURSES_H
#define EMU_SCREEN_CURSES_H

#include <stddef.h>

#include "emu/screen/screen.h"

/* Takes over the terminal at descriptors 0 and 1. 0, or -1 with what to do about it in why. */
int curses_open(char *why, size_t nbytes);

/* How large the terminal is now, at most what cells have room for. */
void curses_size(struct screen_cells *c);

/* Shows all of *c. */
void curses_show(const struct screen_cells *c);

/* The next key, or -1: none now. Never blocks. */
int curses_key(void);

/* The terminal as it was. */
void curses_close(void);

#endif
