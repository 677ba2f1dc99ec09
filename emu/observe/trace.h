/* emu/observe/trace.h - prints device accesses as text, one a line.
 *
 * The course's format (2023-2026), compared byte for byte between programs:
 *     TRACE:0: calling pi code
 *     TRACE:1: GET32(0x20200008) = 0x0
 *     TRACE:2: PUT32(0x20200008) = 0x40000        also GET16 PUT16 GET8 PUT8
 *     TRACE:3: dev_barrier
 *     TRACE:4: delaying 3000000 cycles
 *     TRACE:5: DEV_VAL32=0x1
 * It leaves out what libpi's own console and reboot do, and delays in microseconds.
 *
 * With `all` nothing is left out, the numbers count every line, and each access names its register:
 *     TRACE:6: PUT32(0x20215040) = 0x68 # AUX.MU_IO, console
 *     TRACE:7: delaying 10 us
 *     TRACE:8: GET32(0x20204000) = 0x0 # SPI0.CS, not modelled */
#ifndef EMU_OBSERVE_TRACE_H
#define EMU_OBSERVE_TRACE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "emu/core/bus.h"

struct trace {
    struct bus_watcher watcher; /* for bus_watch */
    FILE *out;
    int all;
    uint64_t number; /* of the next line */
};

/* Makes *t print to out (borrowed). Each line is one fwrite: give an unbuffered or line-buffered
 * stream when the lines have to stay in order with a program's output on the same descriptor. */
void trace_init(struct trace *t, FILE *out, int all);

/* The text of one access in the course's format, without number and newline, into buf; returns its
 * length. TRACE_MAX_TEXT bytes always suffice. */
enum { TRACE_MAX_TEXT = 64 };
size_t trace_text(const struct bus_access *a, char *buf, size_t nbytes);

/* The same, and with `all` the remark behind it, into buf of TRACE_MAX_LINE bytes. */
enum { TRACE_MAX_LINE = 128 };
size_t trace_line(const struct bus_access *a, int result, int all, char *buf, size_t nbytes);

/* Is it part of the course's trace? */
int trace_is_course(const struct bus_access *a);

#endif
