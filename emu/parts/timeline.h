/* emu/parts/timeline.h - what happens to pins at which time, read from a script or a VCD file. */
#ifndef EMU_PARTS_TIMELINE_H
#define EMU_PARTS_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

#include "emu/parts/wiring.h"

struct timeline_event {
    uint64_t at_ns;
    uint8_t pin;
    uint8_t drive; /* enum drive: DRIVE_NONE, DRIVE_LOW or DRIVE_HIGH */
};

struct timeline {
    struct timeline_event *event; /* by rising time; free it */
    size_t events, room;
    char error[300]; /* after -1: "FILE:LINE: reason", or "FILE: reason" */
};

/* Read a whole text (ended by a 0 that nbytes does not count); name is the file's, for errors. 0,
 * or -1 with t->error. Zero *t before. */
int timeline_read_script(struct timeline *t, const char *name, const char *text, size_t nbytes);
int timeline_read_vcd(struct timeline *t, const char *name, const char *text, size_t nbytes);

/* For the readers: 0, or -1: no memory. */
int timeline_add(struct timeline *t, uint64_t at_ns, unsigned pin, enum drive d);
int timeline_error(struct timeline *t, const char *name, unsigned line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
