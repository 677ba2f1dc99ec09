/* emu/watch.h - what watches a run: --trace, and the report of registers that no model knows. */
#ifndef EMU_WATCH_H
#define EMU_WATCH_H

/* Attaches what run.options asks for to run.bus, behind the watchers that are there. Says what is
 * wrong and exits with 2. */
void watch_start(void);

/* The run is over: memory is freed. Once, at the end. */
void watch_end(void);

#endif
