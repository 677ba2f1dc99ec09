/* emu/observe/unmodelled.h - says which registers a program used that nobody answers for: each
 * once. */
#ifndef EMU_OBSERVE_UNMODELLED_H
#define EMU_OBSERVE_UNMODELLED_H

#include <stddef.h>
#include <stdint.h>

#include "emu/core/bus.h"

struct unmodelled {
    struct bus_watcher watcher; /* for bus_watch */
    void *self;
    /* The first access to a register; text as unmodelled_text makes it, a->pc the program location.
     */
    void (*report)(void *self, const struct bus_access *a, const char *text);
    /* Strict: called after report; ends the run and need not return. Null: the program goes on. */
    void (*stop)(void *self, const struct bus_access *a);
    uint32_t *seen; /* one bit a register word */
};

/* Fills *u; `stop` null unless strict. Returns 0, or -1 without memory. */
int unmodelled_init(struct unmodelled *u, void *self,
                    void (*report)(void *self, const struct bus_access *a, const char *text),
                    void (*stop)(void *self, const struct bus_access *a));

void unmodelled_free(struct unmodelled *u);

/* "read of SPI0.CS (0x20204000): not modelled, reads as 0" or
 * "write of 0x80 to SPI0.CS (0x20204000): not modelled, dropped" into buf; returns buf. */
enum { UNMODELLED_MAX_TEXT = 128 };
const char *unmodelled_text(const struct bus_access *a, char *buf, size_t nbytes);

#endif
