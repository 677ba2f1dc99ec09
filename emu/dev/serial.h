/* emu/dev/serial.h - what the two UARTs have in common: symbols that take their time on a wire with
 * a console at its other end. */
#ifndef EMU_DEV_SERIAL_H
#define EMU_DEV_SERIAL_H

#include <stdint.h>

#include "emu/core/clock.h"
#include "emu/dev/console.h"

/* The transmitter. A byte is the console's as soon as it stands in the FIFO of a transmitter that
 * is on; what is counted here is how long the wire needs for it. */
enum { DEV_SERIAL_KEPT = 32 }; /* more than any FIFO holds */

struct dev_serial_tx {
    uint64_t ends_ns;              /* when the symbol on the wire, or the last one, is over */
    unsigned waiting;              /* symbols in the FIFO behind it */
    unsigned sent;                 /* symbols so far, with those that wait */
    uint8_t byte[DEV_SERIAL_KEPT]; /* the last of them */
};

/* A symbol as its bits follow each other, the lowest first, from the start bit to the stop bits. */
struct dev_serial_frame {
    uint32_t bits;
    unsigned nbits;
};

/* The receiver. Bytes stay at the console until the program reads them; counted is how many of them
 * have arrived. The sender waits while the FIFO is full: only dev_*_receive overruns. */
struct dev_serial_rx {
    uint64_t next_ns; /* when the next symbol can be complete */
    unsigned arrived;
};

/* The clock's time in ns, or 0 where symbols take no time: without a clock, and with the Pi's (the
 * line to the Pi paces the bytes there). */
static inline uint64_t dev_serial_now(struct clock *c)
{
    if (c && c->mode == CLOCK_VIRTUAL)
        return c->ns;
    return c && c->mode != CLOCK_PI ? clock_ns(c) : 0;
}

/* Moves symbols of symbol_ns each onto the wire as far as time went. */
void dev_serial_send_on(struct dev_serial_tx *t, uint64_t now, uint64_t symbol_ns);

/* One more symbol, to the FIFO or straight onto the wire. */
void dev_serial_send(struct dev_serial_tx *t, uint64_t now, uint64_t symbol_ns, uint8_t byte);

/* The symbols that wait will not be sent. */
void dev_serial_drop(struct dev_serial_tx *t);

/* The byte on the wire, or the last one. */
uint8_t dev_serial_on_wire(const struct dev_serial_tx *t);

/* The wire's level, sent on up to now, while dev_serial_on_wire goes out as f; *edge: when it will
 * be another, CLOCK_NEVER if it stays. Without time (symbol_ns 0) it is idle. */
int dev_serial_level(const struct dev_serial_tx *t, const struct dev_serial_frame *f, uint64_t now,
                     uint64_t symbol_ns, uint64_t *edge);

/* When the next symbol leaves the FIFO, or the last one is over; CLOCK_NEVER: the wire is idle. */
uint64_t dev_serial_next(const struct dev_serial_tx *t, uint64_t now);

/* When all of it will be sent; 0: it is. */
uint64_t dev_serial_idle_ns(const struct dev_serial_tx *t, uint64_t now, uint64_t symbol_ns);

/* When there will be `left` or fewer symbols in the FIFO, which holds more now. */
uint64_t dev_serial_left_ns(const struct dev_serial_tx *t, unsigned left, uint64_t symbol_ns);

/* Symbols arrive as far as time went: at most `room` of the `waiting` at the console. */
void dev_serial_arrive(struct dev_serial_rx *r, uint64_t now, uint64_t symbol_ns, unsigned room,
                       unsigned waiting);

/* What had arrived is dropped by the receiver; the console sends it again. */
void dev_serial_forget(struct dev_serial_rx *r, uint64_t now, uint64_t symbol_ns);

#endif
