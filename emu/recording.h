/* emu/recording.h - --record and --replay: between the run, its engine, and emu/observe's recorder
 * and replayer. */
#ifndef EMU_RECORDING_H
#define EMU_RECORDING_H

#include <stdint.h>

#include "emu/native/native.h"

/* Opens the log of --replay and says whether there is one. Says what is wrong and exits with 2. */
int recording_open(void);

/* Puts the recorded run in the place of the devices, and itself between *h and whoever was asked
 * for input so far. For watch_start: _first before all other watchers, _last behind them; by then
 * the clock has started. */
void recording_hook(struct native_host *h);
void recording_first(void);

/* Where a replay wants models of the UARTs and their pins, which print what the program sends;
 * null: nowhere. */
struct bus *recording_uarts(void);
void recording_last(void);

/* A bus master was given memory of the program's to write to now; it has done so. */
void recording_handed(uint32_t addr, uint32_t nbytes);
void recording_settle(void);

/* The run is over. Returns the status to end with: where a replay did less than what was recorded,
 * that is said and is 1. */
int recording_end(int status, int sig);

#endif
