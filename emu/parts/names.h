/* emu/parts/names.h - pins, times and lengths as people write them. */
#ifndef EMU_PARTS_NAMES_H
#define EMU_PARTS_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* A pin by number (20), name (gpio20), place on the 40-pin header (p1-38) or function on it (sda,
 * scl, txd, rxd, mosi, miso, sclk, ce0, ce1); capitals do not matter. -1: none such. */
int pin_named(const char *name, size_t nbytes);

/* "10us", "1.5 ms", "2s", "100ns", "0": nanoseconds, up to about a month. -1: none such. */
int time_named(const char *text, size_t nbytes, uint64_t *ns);

/* "300mm", "20cm", "1.5m", "12in": micrometres, up to 1 km. -1: none such. */
int length_named(const char *text, size_t nbytes, uint64_t *um);

#endif
