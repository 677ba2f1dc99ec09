/* emu/checking.h - says what the checker finds: --check, --strict, --suppressions,
 * --gen-suppressions. Without --check it still says, once each, which registers no model knows. */
#ifndef EMU_CHECKING_H
#define EMU_CHECKING_H

#include "emu/native/native.h"

/* Reads the suppressions; says what is wrong with them and exits with 2. */
void checking_open(void);

/* Watches run.bus from now on, and *h: between it and those that its callbacks call now. */
void checking_watch(struct native_host *h);

/* The run is over: what was found in sum, with --stats what was suppressed. */
void checking_end(void);

#endif
