/* What every .emu carries: reads the options, puts engine, bus, backend and watchers together, runs
 * the program, and ends with the right status. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/console.h"
#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/dev/board.h"
#include "emu/native/native.h"
#include "emu/observe/trace.h"
#include "emu/observe/unmodelled.h"
#include "emu/options.h"
#include "emu/remote/remote.h"
#include "libunix/boot.h"
#include "libunix/guard.h"
#include "libunix/line.h"
#include "wire/boot.h"
#include "wire/ops.h"

enum {
    GREETING_MS = 3000, /* the loop answers within milliseconds of running */
    DELAY_TICK_NS =
        100, /* libpi's delay_cycles loop on a Pi with its caches off, about 70 cycles */
    VAIN_LOOKS_BEFORE_IDLE = 64,
};

static struct options opts;
static struct bus bus;
static struct clock run_clock;
static struct console console;
static struct dev_board board;
static struct line line;
static struct remote remote;
static struct trace tracer;
static struct unmodelled unmodelled;
static int forwarded; /* a Pi answers */

static void end_run(void *self, int status, int sig) __attribute__((noreturn));

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
    va_list ap;

    console_flush(&console);
    fputs("emu: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
}

/* The one exit. Lets the Pi go, restores the line, and turns what was seen into the status. */
static void end_run(void *self, int status, int sig)
{
    (void)self;
    console_flush(&console);
    if (console.failed) {
        errno = console.failed;
        fprintf(stderr, "emu: cannot write the program's output: %s\n", strerror(errno));
        status = 2;
    } else if (console.over_limit) {
        fprintf(stderr, "emu: output limit of %lu bytes reached\n", console.limit);
        status = 4;
    } else if (status == 0 && console.watch.failed) {
        status = 1;
    }
    if (forwarded && !remote.error)
        remote_reboot(&remote);
    line_close(&line);
    unmodelled_free(&unmodelled);
    fflush(NULL);
    if (sig) {
        sigset_t set;

        signal(sig, SIG_DFL);
        sigemptyset(&set);
        sigaddset(&set, sig);
        raise(sig);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
    }
    exit(status);
}

/* ---- the console ---- */

static void console_text(void *self, const char *text, size_t nbytes)
{
    if (console_write(&console, text, nbytes))
        end_run(self, 0, 0);
}

static void uart_put(void *self, uint8_t byte)
{
    char c = (char)byte;

    console_text(self, &c, 1);
}

static unsigned uart_waiting(void *self)
{
    (void)self;
    return console_waiting(&console);
}

static uint8_t uart_get(void *self)
{
    (void)self;
    return (uint8_t)console_take(&console);
}

/* Waits for input a while; says once when none can come any more. */
static void idle(void)
{
    static int said;

    console_idle(&console);
    if (console.in_ended && !said && !opts.quiet) {
        said = 1;
        say("the program waits for input, but standard input is at its end");
    }
}

/* Sleeps only if the program did nothing but look: its loops with a time-out of their own go on. */
static void uart_vain(void *self, uint32_t times)
{
    static uint64_t accesses;
    int nothing_else = bus.accesses == accesses + 1;

    (void)self;
    accesses = bus.accesses;
    if (nothing_else && times >= VAIN_LOOKS_BEFORE_IDLE)
        idle();
}

static int level_getc(void *self)
{
    static uint32_t vain;

    if (uart_waiting(self)) {
        vain = 0;
        return console_take(&console);
    }
    if (++vain >= VAIN_LOOKS_BEFORE_IDLE)
        idle();
    return -1;
}

/* ---- time ---- */

static void access_cost(void *clock)
{
    clock_pass(clock, CLOCK_ACCESS_NS);
}

static void delay(void *clock, const struct bus_access *a)
{
    console_flush(&console);
    clock_pass(clock, (uint64_t)a->value * (a->op == BUS_DELAY_US ? 1000 : DELAY_TICK_NS));
}

static void start_clock(void)
{
    enum clock_mode mode = forwarded ? CLOCK_PI : CLOCK_VIRTUAL;

    if (opts.time == TIME_HOST)
        mode = CLOCK_HOST;
    run_clock.self = &remote;
    run_clock.ask = remote_time_us;
    clock_start(&run_clock, mode);
    bus.timing = &run_clock;
    bus.delay = delay;
    if (mode == CLOCK_VIRTUAL)
        bus.access_cost = access_cost;
}

/* ---- backends ---- */

static void chip_reset(void *self, int halt)
{
    (void)halt;
    end_run(self, 0, 0);
}

static void remote_remark(void *self, const struct bus_access *a, int status)
{
    static int said;

    (void)self;
    if (opts.quiet || said++ >= 8)
        return;
    say("the device loop %s a %s of 0x%x at 0x%08x, which would have cost it the line%s",
        status == OPS_DROPPED ? "left out" : "refused", a->op == BUS_READ ? "read" : "write",
        a->value, a->addr, said == 8 ? " (no more of these remarks)" : "");
}

static int stopping(void *self)
{
    (void)self;
    return native_stopping();
}

static void fail_line(int error, const char *name) __attribute__((noreturn));

static void fail_line(int error, const char *name)
{
    char text[512];

    say("%s", line_error_text(error, name, text, sizeof text));
    exit(error == LINE_NOT_A_LINE || error == LINE_BAUD ? 2 : 3);
}

static void need_loop(void)
{
    if ((size_t)(loop_image_end - loop_image) == 0) {
        say("no device loop inside: it was built without an ARM compiler; install "
            "gcc-arm-none-eabi, then make, and compile the program again");
        exit(2);
    }
}

/* Boots the device loop over the open line. */
static void boot_loop(void)
{
    struct boot_options how = {.addr = BOOT_LOAD_ADDR};
    struct boot_result result;
    char text[512];
    int e;

    need_loop();
    e = boot_program(&line, loop_image, (size_t)(loop_image_end - loop_image), &how, &result);
    if (e < 0) {
        say("%s", boot_error_text(e, &result, line.name, text, sizeof text));
        line_close(&line);
        exit(3);
    }
}

/* Opens the line that --pi names, or the newest. */
static void open_line(void)
{
    char name[LINE_NAME_MAX];
    int e;

    if (opts.pi_name) {
        snprintf(name, sizeof name, "%s", opts.pi_name);
    } else if ((e = line_find_newest(name, sizeof name)) < 0) {
        fail_line(e, "--pi");
    } else if (!opts.quiet) {
        say("the Pi at %s answers", name);
    }
    if ((e = line_open(&line, name, opts.baud)) < 0)
        fail_line(e, name);
}

/* Ctrl-C before the program runs: only the line is there to be put back. */
static void quit_early(int sig)
{
    line_close(&line);
    signal(sig, SIG_DFL);
    raise(sig);
}

/* Finds out who answers. Returns whether it is a Pi. */
static int find_pi(void)
{
    int fd = line_handed_down(), e;
    char text[512];

    if (fd < 0 && !opts.pi)
        return 0;
    signal(SIGINT, quit_early);
    signal(SIGTERM, quit_early);
    signal(SIGHUP, quit_early);
    if (opts.pi_name || fd < 0) {
        need_loop(); /* before the line is touched */
        open_line();
        boot_loop();
    } else if ((e = line_adopt(&line, fd, 0)) < 0) {
        fail_line(e, "the line handed down");
    }
    remote.text = console_text;
    remote.remark = remote_remark;
    remote.stop = stopping;
    e = remote_open(&remote, &line, GREETING_MS);
    if (e == REMOTE_BOOT_LOADER) { /* a second run over a line handed down, as gdb's run is */
        boot_loop();
        e = remote_open(&remote, &line, GREETING_MS);
    }
    if (e < 0) {
        say("%s", remote_error_text(&remote, e, text, sizeof text));
        line_close(&line);
        exit(3);
    }
    return 1;
}

static void set_up_devices(void)
{
    struct dev_board_outside outside = {
        .clock = &run_clock,
        .console = {.waiting = uart_waiting,
                    .get = uart_get,
                    .put = uart_put,
                    .polled_in_vain = uart_vain},
        .reset = chip_reset,
    };

    dev_board_init(&board, &outside, &bus);
    dev_board_after_boot(&board);
    if (forwarded) { /* the line is the harness's: its UART and the reset stay on this side */
        remote_map(&remote, &bus);
        dev_mini_uart_map(&board.mini_uart, &bus);
        dev_pm_map(&board.pm, &bus);
    }
}

/* ---- watchers ---- */

/* Keeps the trace in order with the program's output. */
static void flush_before(void *self, const struct bus_access *a, int result)
{
    (void)self, (void)result;
    if (a->origin == ORIGIN_PROGRAM)
        console_flush(&console);
}

static void report_unmodelled(void *self, const struct bus_access *a, const char *text)
{
    char where[256];

    (void)self;
    if (!opts.quiet || opts.strict)
        say("%s: %s", native_where(a->pc, where, sizeof where), text);
}

static void stop_unmodelled(void *self, const struct bus_access *a)
{
    (void)a;
    say("--strict: the run ends at the first register no model knows");
    end_run(self, 1, 0);
}

static void set_up_watchers(void)
{
    static struct bus_watcher in_order = {.saw = flush_before};

    if (opts.trace) {
        bus_watch(&bus, &in_order);
        trace_init(&tracer, stderr, opts.trace == TRACE_ALL);
        bus_watch(&bus, &tracer.watcher);
    }
    if (unmodelled_init(&unmodelled, NULL, report_unmodelled,
                        opts.strict ? stop_unmodelled : NULL) < 0) {
        say("out of memory");
        exit(2);
    }
    bus_watch(&bus, &unmodelled.watcher);
}

static int access_failed(void *self, const struct bus_access *a, int result)
{
    char text[512];

    (void)self;
    switch (result) {
    case BUS_LOST:
        if (remote.error == REMOTE_STOPPED)
            return 0;
        say("%s", remote_error_text(&remote, remote.error, text, sizeof text));
        return 3;
    case BUS_MISALIGNED:
        snprintf(text, sizeof text,
                 "guest fault: %u-bit access to the device address 0x%08x, which is not a "
                 "multiple of %u",
                 8u * a->width, a->addr, a->width);
        native_report(text, NULL, a->pc);
        return 1;
    default:
        return 0; /* reported by its watcher */
    }
}

/* ---- start ---- */

static const char *program_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void read_options(int argc, char **argv)
{
    const char *name = program_name(argv[0]);

    if (options_read(&opts, argc, argv) < 0) {
        say("%s", opts.error);
        exit(2);
    }
    if (opts.help) {
        printf("usage: %s [options]\n\nA Pi program recompiled for this machine by "
               "emu-cc.\n\noptions:\n%s",
               name, options_help());
        exit(0);
    }
    if (opts.version) {
        printf("%s, harness 1 (wire version %d)\n", name, WIRE_VERSION);
        exit(0);
    }
    if (opts.words < argc && opts.pi && !opts.pi_name) {
        say("--pi %s: write --pi=%s", argv[opts.words], argv[opts.words]);
        exit(2);
    }
    if (opts.words < argc) {
        say("%s: this program takes options only (see %s --help)", argv[opts.words], name);
        exit(2);
    }
    if (opts.engine == ENGINE_ARM) {
        say("this program is recompiled for this machine; the arm engine runs unmodified .bin "
            "files");
        exit(2);
    }
}

static void check_time(void)
{
    if (opts.time == TIME_PI && !forwarded)
        say("--time=pi: no Pi answers; use --pi, or --time=virtual or host");
    else if (opts.time == TIME_VIRTUAL && forwarded)
        say("--time=virtual: a real Pi does not wait; use --time=pi or host");
    else
        return;
    exit(2);
}

int main(int argc, char **argv)
{
    struct native_host host = {
        .bus = &bus,
        .clock = &run_clock,
        .text = console_text,
        .getc = level_getc,
        .end = end_run,
        .failed = access_failed,
    };
    const char *why;

    guard_standard_descriptors();
    native_valgrind_restart();
    setvbuf(stderr, NULL, _IOLBF, 0);
    read_options(argc, argv);
    if (native_map_ram(&why) < 0) {
        say("%s", why);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    console.limit = opts.output_limit;
    console.stop = native_stopping;
    forwarded = find_pi();
    native_install_handlers(&host, opts.timeout_s);
    check_time();
    start_clock();
    set_up_devices();
    set_up_watchers();
    native_run(&host);
}
