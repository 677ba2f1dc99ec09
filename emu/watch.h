/* emu/watch.h - what watches a run: --trace, --vcd, and the checker (checking.h). */
#ifndef EMU_WATCH_H
#define EMU_WATCH_H

#include <stdint.h>

#include "emu/dev/board.h"
#include "emu/native/native.h"

/* Attaches what run.options asks for to run.bus, behind the watchers that are there, to the engine
 * that will run for *host, and to the modelled board (borrowed; null: the devices are elsewhere).
 * Says what is wrong and ends the run with 2. */
void watch_start(struct native_host *host, struct dev_board *board);

/* A delay of ns begins; and was handed to the Pi, which passes it while the program goes on. */
void watch_delay(uint64_t ns);
void watch_posted(uint64_t ns);

/* The program waits for input, or has got some. */
void watch_waits(int waits);

/* The run is over: files are complete, memory is freed. Once, at the end. */
void watch_end(void);

#endif
