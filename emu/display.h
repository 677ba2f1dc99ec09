/* emu/display.h - --board: the terminal shows the board while the program runs, by a process of its
 * own (emu/screen). */
#ifndef EMU_DISPLAY_H
#define EMU_DISPLAY_H

/* Says what is wrong and exits with 2, when --board is given and cannot be. */
void display_check(void);

/* Starts it; does nothing without --board. After control_watch. Ends the run with 2 when there is
 * no screen. From now on what goes to standard output and, where that is the terminal, to standard
 * error is kept until it ends. */
void display_start(void);

/* Has it ended? Then the run goes on without. Called now and then. */
void display_look(void);

/* The run is over (control_ended). With wait: until the user has seen enough, or a signal comes.
 * The terminal is as it was, and what was kept is there. */
void display_end(int wait);

#endif
