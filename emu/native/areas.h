/* emu/native/areas.h - the stacks signals are handled on. A frame whose signal interrupted the
 * program stays while the program's interrupt handler runs, so each such frame has an area of its
 * own. Within the engine only. */
#ifndef EMU_NATIVE_AREAS_H
#define EMU_NATIVE_AREAS_H

/* Installs the first area as the alternate stack. */
void areas_start(void);

/* Blocks the signals that areas_leave lets in again: call in a signal handler before it. */
void areas_block(void);

/* Before the return to the program from a frame that was left for its interrupt handler. */
void areas_return(void);

#endif
