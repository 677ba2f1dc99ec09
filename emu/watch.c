/* Between the run and what watches it (emu/observe); see watch.h. */
#include "emu/watch.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "emu/native/native.h"
#include "emu/observe/trace.h"
#include "emu/observe/unmodelled.h"
#include "emu/run.h"

static struct trace tracer;
static struct unmodelled unmodelled;

/* Keeps the trace in order with the program's output. */
static void flush_before(void *self, const struct bus_access *a, int result)
{
    (void)self, (void)result;
    if (a->origin == ORIGIN_PROGRAM)
        console_flush(&run.console);
}

static void report_unmodelled(void *self, const struct bus_access *a, const char *text)
{
    char where[256];

    (void)self;
    if (!run.options.quiet || run.options.strict)
        run_say("%s: %s", native_where(a->pc, where, sizeof where), text);
}

static void stop_unmodelled(void *self, const struct bus_access *a)
{
    (void)self, (void)a;
    run_say("--strict: the run ends at the first register no model knows");
    run_end(1, 0);
}

void watch_start(void)
{
    static struct bus_watcher in_order = {.saw = flush_before};

    if (run.options.trace) {
        bus_watch(&run.bus, &in_order);
        trace_init(&tracer, stderr, run.options.trace == TRACE_ALL);
        bus_watch(&run.bus, &tracer.watcher);
    }
    if (unmodelled_init(&unmodelled, NULL, report_unmodelled,
                        run.options.strict ? stop_unmodelled : NULL) < 0) {
        run_say("out of memory");
        exit(2);
    }
    bus_watch(&run.bus, &unmodelled.watcher);
}

void watch_end(void)
{
    unmodelled_free(&unmodelled);
}
