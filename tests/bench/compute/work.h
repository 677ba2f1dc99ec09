/* tests/bench/compute/work.h - a computation that is timed: on a Pi, recompiled, and built for this
 * machine the ordinary way (with this machine's string functions; what else it needs of libpi is
 * compiled with it). PI: the program is one for the Pi, recompiled or not. */
#ifndef TESTS_BENCH_COMPUTE_WORK_H
#define TESTS_BENCH_COMPUTE_WORK_H

#ifdef PI
#include "rpi.h"
#else
#include <stdint.h>
#include <string.h>
int snprintk(char *buf, unsigned buflen, const char *fmt, ...);
#endif

/* Works once; the result hangs on all of it. */
uint32_t work(uint32_t turn);

#endif
