/* emu/board.h - the seam between a run and the displays that show its board and control it
 * (--board): emu/observe/board.h has the data and the commands.
 *
 * Commands are taken where the run is on its own side anyway: when paced time is looked at (every 2
 * to 10 ms), at each access that is not quick, while the program waits. */
#ifndef EMU_BOARD_H
#define EMU_BOARD_H

#include <stddef.h>
#include <stdint.h>

#include "emu/dev/board.h"
#include "emu/observe/board.h"

/* Whether the options ask for a display. Then virtual time is paced, at speed 1 if --speed says
 * nothing else. */
int control_wanted(void);

/* Makes the shared state and the pipe, and attaches the watcher, behind those that are there; does
 * nothing unless wanted. board: the modelled one (borrowed), null: the devices are elsewhere. */
void control_watch(struct dev_board *board);

/* For displays, after control_watch: the state, in memory that a child of this process shares, and
 * the pipe for board_send; and that memory as a file, for programs of their own. Null and -1 unless
 * wanted. */
struct board_state *control_state(void);
int control_memory(void);
int control_pipe(void);

/* A display has asked for the end. */
int control_quit(void);

/* Takes commands; blocks while paused, until the run is to continue, step or end. On the harness's
 * side, between accesses or when one is about to happen. */
void control_look(void);

/* The program waits for input, or no longer. */
void control_waits(int waits);

/* The run is over. Displays see it; nothing is taken any more. */
void control_ended(int status, int sig);

#endif
