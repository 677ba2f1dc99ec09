/* Between the run and what watches it (emu/observe); see watch.h. */
#include "emu/watch.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "emu/board.h"
#include "emu/checking.h"
#include "emu/debug.h"
#include "emu/display.h"
#include "emu/observe/trace.h"
#include "emu/observe/vcd.h"
#include "emu/recording.h"
#include "emu/run.h"

static struct trace tracer;
static struct vcd vcd;
static int draws; /* --vcd */

/* Keeps the trace in order with the program's output. */
static void flush_before(void *self, const struct bus_access *a, int result)
{
    (void)self, (void)result;
    if (a->origin == ORIGIN_PROGRAM)
        console_flush(&run.console);
}

/* ---- --vcd ---- */

static uint64_t host_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* With a Pi: since the start, the first time it is asked for. */
static struct {
    uint64_t start, last;
} pi_ns;

/* To ask a Pi what time it is takes a round trip: the laptop's clock has to do. It is behind while
 * delays are posted, which the Pi has yet to live through. */
static uint64_t drawn_now(void *self)
{
    uint64_t now;

    (void)self;
    if (run.clock.mode != CLOCK_PI)
        return clock_ns(&run.clock);
    if (!pi_ns.start)
        pi_ns.start = host_ns();
    now = host_ns() - pi_ns.start;
    if (now < pi_ns.last + CLOCK_ACCESS_NS)
        now = pi_ns.last + CLOCK_ACCESS_NS;
    return pi_ns.last = now;
}

static void drawing_stopped(void *self, const char *why)
{
    (void)self;
    run_say("--vcd %s: %s: the waveform ends here, the program goes on", run.options.vcd, why);
}

static uintptr_t drawn_handler_begins(void *self, int which, uintptr_t pc, int by_signal)
{
    (void)self, (void)by_signal;
    vcd_handler(&vcd, which == NATIVE_FIQ, 1);
    return pc;
}

static void drawn_handler_ends(void *self, int which)
{
    (void)self;
    vcd_handler(&vcd, which == NATIVE_FIQ, 0);
}

static void drawn_pending(void *self, uint64_t lines, uint8_t arm)
{
    (void)self;
    vcd_pending(&vcd, lines, arm);
}

/* Who else hears of the pins. */
static struct {
    void *self;
    void (*changed)(void *self, uint64_t was, uint64_t now);
} hookup;

static void drawn_pins(void *self, uint64_t was, uint64_t now)
{
    (void)self;
    if (was != now)
        vcd_pins(&vcd, now);
    if (hookup.changed)
        hookup.changed(hookup.self, was, now);
}

static void draw_board(struct dev_board *b)
{
    hookup.self = b->gpio.self;
    hookup.changed = b->gpio.changed;
    b->gpio.changed = drawn_pins;
    b->interrupts.pending_changed = drawn_pending;
    vcd_pins(&vcd, b->gpio.s.level);
    vcd_pending(&vcd, 0, 0);
}

static void start_drawing(struct native_host *host, struct dev_board *board)
{
    struct vcd_source source = {.now = drawn_now,
                                .stopped = drawing_stopped,
                                .real_time =
                                    run.clock.mode != CLOCK_VIRTUAL || run.options.speed > 0,
                                .timeless = run.clock.mode == CLOCK_PI,
                                .told = board != NULL};

    if (!run.options.vcd)
        return;
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a full disk, no end of the run */
    if (vcd_start(&vcd, run.options.vcd, &source) < 0) {
        run_say("--vcd %s: %s", run.options.vcd, vcd.file.why);
        run_end(2, 0);
    }
    draws = 1;
    if (board)
        draw_board(board);
    host->handler_begins = drawn_handler_begins;
    host->handler_ends = drawn_handler_ends;
    bus_watch(&run.bus, &vcd.watcher);
}

static void end_drawing(void)
{
    unsigned lost = vcd.mini.tx.lost + vcd.mini.rx.lost + vcd.pl011.tx.lost + vcd.pl011.rx.lost;

    if (!draws)
        return;
    draws = 0;
    vcd_end(&vcd);
    if (lost && !run.options.quiet)
        run_say("--vcd %s: %u bytes are missing: the wires were 65536 bytes behind the program",
                run.options.vcd, lost);
}

void watch_delay(uint64_t ns)
{
    if (draws)
        vcd_delay(&vcd, ns);
}

void watch_posted(uint64_t ns)
{
    pi_ns.last += ns;
}

void watch_waits(int waits)
{
    control_waits(waits);
    if (draws)
        vcd_waits(&vcd, waits);
}

/* ---- all of them ---- */

void watch_start(struct native_host *host, struct dev_board *board)
{
    static struct bus_watcher in_order = {.saw = flush_before};

    recording_first();
    if (run.options.trace) {
        bus_watch(&run.bus, &in_order);
        trace_init(&tracer, stderr, run.options.trace == TRACE_ALL);
        bus_watch(&run.bus, &tracer.watcher);
    }
    start_drawing(host, board);
    checking_watch(host);
    debug_watch(&run.bus, board);
    recording_hook(host);
    recording_last();
    control_watch(board);
    display_start();
}

void watch_end(void)
{
    end_drawing();
    checking_end();
}
