/* What every .emu carries: reads the options, puts engine, bus, backend and watchers together, runs
 * the program, and ends with the right status. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/board.h"
#include "emu/checking.h"
#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/debug.h"
#include "emu/dev/board.h"
#include "emu/display.h"
#include "emu/hookup.h"
#include "emu/native/native.h"
#include "emu/parts/parts.h"
#include "emu/pi.h"
#include "emu/recording.h"
#include "emu/run.h"
#include "emu/tool.h"
#include "emu/sd-image.h"
#include "emu/start.h"
#include "emu/watch.h"
#include "emu/web.h"
#include "libunix/guard.h"
#include "libunix/line.h"
#include "wire/ops.h"

enum {
    DELAY_TICK_NS =
        100, /* libpi's delay_cycles loop on a Pi with its caches off, about 70 cycles */
    VAIN_LOOKS_BEFORE_IDLE = 64,
    CALLS_BEFORE_INPUT = 64,
    LOOK_NS = 10000000, /* how long somebody who watches is kept waiting */
    LIMIT = 4,          /* exit status */
    BLOCK_NS = 10, /* a basic block of --time=counted: seven cycles, as many instructions at best */
};

struct run run;
static struct dev_board board;
static struct sd_store card; /* of --sd */
static int forwarded;        /* a Pi answers */

void run_say(const char *format, ...)
{
    va_list ap;

    console_flush(&run.console);
    fputs("emu: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
}

/* Of the compiler's coverage library, in what emu-cc --coverage made. */
void __gcov_dump(void) __attribute__((weak));

/* The one exit. Lets the Pi go, restores the line, and turns what was seen into the status. */
void run_end(int status, int sig)
{
    console_flush(&run.console);
    if (control_quit())
        status = sig = 0;
    if (run.console.failed) {
        errno = run.console.failed;
        fprintf(stderr, "emu: cannot write the program's output: %s\n", strerror(errno));
        status = 2;
    } else if (run.console.over_limit) {
        fprintf(stderr, "emu: output limit of %lu bytes reached\n", run.console.limit);
        status = LIMIT;
    } else if (status == 0 && run.console.watch.failed) {
        status = 1;
    }
    status = recording_end(status, sig);
    watch_end();
    pi_close();
    hookup_close();
    control_ended(status, sig);
    display_end(sig == 0 && status != LIMIT && !control_quit());
    web_end();
    fflush(NULL);
    if (sig) {
        sigset_t set;

        if (__gcov_dump) /* exit would do so */
            __gcov_dump();
        signal(sig, SIG_DFL);
        sigemptyset(&set);
        sigaddset(&set, sig);
        raise(sig);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
    }
    exit(status);
}

static void end(void *self, int status, int sig)
{
    (void)self;
    run_end(status, sig);
}

/* ---- the console ---- */

static void console_text(void *self, const char *text, size_t nbytes)
{
    (void)self;
    if (console_write(&run.console, text, nbytes))
        run_end(0, 0);
}

static void uart_put(void *self, uint8_t byte)
{
    char c = (char)byte;

    console_text(self, &c, 1);
}

static unsigned uart_waiting(void *self)
{
    (void)self;
    return console_waiting(&run.console);
}

static uint8_t uart_get(void *self)
{
    (void)self;
    return (uint8_t)console_take(&run.console);
}

/* Waits for input a while; says once when none can come any more. */
static void idle(void)
{
    static int said;

    watch_waits(1);
    control_look();
    console_idle(&run.console);
    if (run.console.in_ended && !said && !run.options.quiet && !control_wanted()) {
        said = 1;
        run_say("the program waits for input, but standard input is at its end");
    }
}

/* Sleeps only if the program did nothing but look: its loops with a time-out of their own go on. */
static void uart_vain(void *self, uint32_t times)
{
    static uint64_t accesses;
    int nothing_else = run.bus.accesses == accesses + 1;

    (void)self;
    accesses = run.bus.accesses;
    if (nothing_else && times >= VAIN_LOOKS_BEFORE_IDLE)
        idle();
}

static int uart_quick_waiting(void *self)
{
    (void)self;
    return console_quick_waiting(&run.console);
}

static int uart_quick_put(void *self, uint8_t byte)
{
    (void)self;
    return console_quick_put(&run.console, (char)byte);
}

static int level_getc(void *self)
{
    static uint32_t vain;

    if (uart_waiting(self)) {
        vain = 0;
        watch_waits(0);
        return console_take(&run.console);
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

static void ring_alarms(void *clock)
{
    clock_ring(clock);
}

static void delay(void *clock, const struct bus_access *a)
{
    int reads_clock = a->op == BUS_DELAY_US;
    uint64_t ns = (uint64_t)a->value * (reads_clock ? 1000 : DELAY_TICK_NS);

    (void)clock;
    console_flush(&run.console);
    watch_delay(ns);
    if (forwarded && run.clock.mode == CLOCK_PI && pi_delay(ns))
        watch_posted(ns);
    else
        native_delay(ns, reads_clock);
}

/* What was printed is to be seen while nothing else happens. */
static int wait_for_time(void *self, uint64_t ns)
{
    (void)self;
    console_flush(&run.console);
    control_look();
    return native_sleep(control_wanted() && ns > LOOK_NS ? LOOK_NS : ns);
}

static void start_clock(void)
{
    enum clock_mode mode = forwarded ? CLOCK_PI : CLOCK_VIRTUAL;

    if (run.options.time == TIME_HOST)
        mode = CLOCK_HOST;
    run.clock.ask = pi_time_us;
    run.clock.wait = wait_for_time;
    clock_start(&run.clock, mode);
    if (mode == CLOCK_VIRTUAL && run.options.speed == 0 && control_wanted())
        run.options.speed = 1; /* else all would be over before anybody has looked */
    if (run.options.speed > 0)
        clock_pace(&run.clock, run.options.speed);
    run.bus.timing = &run.clock;
    run.bus.delay = delay;
    if (mode == CLOCK_VIRTUAL)
        run.bus.access_cost = access_cost;
    else if (mode == CLOCK_HOST)
        run.bus.access_cost = ring_alarms;
}

/* ---- interrupts of the models ---- */

/* Asked at every call of a program that lets interrupts in. Whether input came is a system call, so
 * it is asked now and then. */
static int models_irq_pending(void *self)
{
    static unsigned calls;

    (void)self;
    if (++calls % CALLS_BEFORE_INPUT == 0 && dev_board_wants_input(&board))
        dev_board_poll(&board);
    return start_irq(dev_board_irq(&board));
}

/* The program computes or waits for a variable: time jumps to the next interrupt. */
static void models_irq_look(void *self)
{
    uint64_t next, now;

    (void)self;
    control_look();
    next = dev_board_next_irq(&board);
    now = clock_ns(&run.clock);
    hookup_waits();
    next = hookup_next() < next ? hookup_next() : next;
    console_flush(&run.console);
    dev_board_poll(&board);
    if (start_irq(dev_board_irq(&board)))
        return;
    next = start_next() < next ? start_next() : next;
    if (run.clock.mode != CLOCK_VIRTUAL)
        clock_ring(&run.clock);
    else if (next != CLOCK_NEVER)
        clock_pass(&run.clock, next > now ? next - now : 0);
}

/* The same, when time need not jump. */
static void models_irq_input(void *self)
{
    (void)self;
    control_look();
    hookup_waits();
    console_flush(&run.console);
    dev_board_poll(&board);
}

/* Of a Pi that answers, and of the UARTs, which are on this side. */
static int both_irq_pending(void *self)
{
    return pi_irq_pending(self) | models_irq_pending(self);
}

static void both_irq_look(void *self)
{
    control_look();
    console_flush(&run.console);
    dev_board_poll(&board);
    pi_irq_look(self);
}

/* ---- backends ---- */

/* A program may wait for the watchdog without touching a device: what it computes takes time, too.
 */
static void watchdog_counts(void *self, int on)
{
    (void)self;
    native_watch_computing(on);
}

static void computed(void *self, uint64_t ns)
{
    (void)self;
    if (run.clock.mode == CLOCK_VIRTUAL)
        clock_pass(&run.clock, ns);
    else
        clock_ring(&run.clock);
}

static void chip_reset(void *self, int halt)
{
    (void)self, (void)halt;
    debug_ends();
    run_end(0, 0);
}

static void *program_memory(void *self, uint32_t addr, uint32_t nbytes, int write)
{
    void *at = native_bus_memory(addr, nbytes, write);

    (void)self;
    if (at && write)
        recording_handed(addr, nbytes);
    return at;
}

static void set_up_devices(void)
{
    struct dev_board_outside outside = {
        .clock = &run.clock,
        .console = {.waiting = uart_waiting,
                    .get = uart_get,
                    .put = uart_put,
                    .polled_in_vain = uart_vain,
                    .quick_waiting = uart_quick_waiting,
                    .quick_put = uart_quick_put},
        .sd = card,
        .pins_elsewhere = forwarded,
        .memory = {.at = program_memory},
        .reset = chip_reset,
        .counting = watchdog_counts,
    };

    dev_board_init(&board, &outside, &run.bus);
    dev_board_after_boot(&board);
    start_devices(&board);
    if (forwarded) { /* the line is the harness's: the UARTs and the reset stay on this side */
        pi_map(&board.arm);
        dev_mini_uart_map(&board.mini_uart, &run.bus);
        dev_pl011_map(&board.pl011, &run.bus);
        dev_pm_map(&board.pm, &run.bus);
    }
    if (recording_uarts()) {
        dev_mini_uart_map(&board.mini_uart, recording_uarts());
        dev_pl011_map(&board.pl011, recording_uarts());
        dev_gpio_map(&board.gpio, recording_uarts());
    }
}

static int access_failed(void *self, const struct bus_access *a, int result)
{
    char text[512];

    (void)self;
    switch (result) {
    case BUS_LOST:
        return pi_lost();
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

    if (options_read(&run.options, argc, argv) < 0) {
        run_say("%s", run.options.error);
        exit(2);
    }
    if (run.options.help) {
        printf("usage: %s [options]\n\nA Pi program recompiled for this machine by "
               "emu-cc.\n\noptions:\n%s",
               name, options_help());
        exit(0);
    }
    if (run.options.help_parts) {
        parts_help(stdout);
        exit(0);
    }
    if (run.options.version) {
        printf("%s, harness 1 (wire version %d)\n", name, WIRE_VERSION);
        exit(0);
    }
    if (run.options.words < argc && run.options.pi && !run.options.pi_name) {
        run_say("--pi %s: write --pi=%s", argv[run.options.words], argv[run.options.words]);
        exit(2);
    }
    if (run.options.words < argc) {
        run_say("%s: this program takes options only (see %s --help)", argv[run.options.words],
                name);
        exit(2);
    }
    if (run.options.engine == ENGINE_ARM) {
        run_say("this program is recompiled for this machine; the arm engine runs unmodified .bin "
                "files");
        exit(2);
    }
}

static void check_time(void)
{
    const struct options *o = &run.options;
    int pi = o->pi || line_handed_down() >= 0;

    if (o->time == TIME_PI && !pi)
        run_say("--time=pi: no Pi answers; use --pi, or --time=virtual or host");
    else if (pi && (o->time == TIME_VIRTUAL || o->time == TIME_COUNTED))
        run_say("--time=%s: a real Pi does not wait; use --time=pi or host",
                o->time == TIME_VIRTUAL ? "virtual" : "counted");
    else if (o->time == TIME_COUNTED && !native_counts_blocks())
        run_say("--time=counted: this program was not compiled for it: make it again with "
                "emu-cc --counted, or run its source: emu --time=counted PROG.c");
    else if (o->speed > 0 && pi)
        run_say("--speed=%g: a real Pi has its own speed; leave one of them out", o->speed);
    else if (o->speed > 0 && o->time == TIME_HOST)
        run_say("--speed=%g: --time=host has the speed of this machine's clock; use "
                "--time=virtual or counted",
                o->speed);
    else
        return;
    exit(2);
}

static void check_hookups(void)
{
    static const char *const option[] = {
        [HOOKUP_WIRE] = "--wire", [HOOKUP_INPUT] = "--input", [HOOKUP_PART] = "--part"};

    if (!run.options.hookups || (!run.options.pi && line_handed_down() < 0))
        return;
    run_say("%s %s: the pins are those of a real Pi: wire them there, or leave out --pi",
            option[run.options.hookup[0].kind], run.options.hookup[0].text);
    exit(2);
}

static void open_card(void)
{
    char why[4400];

    if (!run.options.sd)
        return;
    if (run.options.pi || line_handed_down() >= 0)
        run_say("--sd %s: a Pi answers, and has a card of its own; leave out --sd", run.options.sd);
    else if (sd_image_open(run.options.sd, &card, why, sizeof why) < 0)
        run_say("%s", why);
    else
        return;
    exit(2);
}

int main(int argc, char **argv)
{
    struct native_host host = {
        .bus = &run.bus,
        .clock = &run.clock,
        .text = console_text,
        .getc = level_getc,
        .end = end,
        .failed = access_failed,
        .computed = computed,
    };
    const char *why;

    guard_standard_descriptors();
    native_valgrind_restart();
    setvbuf(stderr, NULL, _IOLBF, 0);
    read_options(argc, argv);
    tool_start(argv);
    open_card();
    checking_open();
    check_hookups();
    start_check();
    check_time();
    display_check();
    web_open();
    if (native_map_ram(&why) < 0) {
        run_say("%s", why);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* files of ours that may not grow are told by their errors */
    start_ram();
    run.console.limit = run.options.output_limit;
    run.console.stop = native_stopping;
    forwarded = !recording_open() && pi_find();
    native_install_handlers(&host, run.options.timeout_s);
    start_clock();
    set_up_devices();
    hookup_open(&board, idle);
    if (forwarded) {
        host.irq_pending = both_irq_pending;
        host.irq_enabled = pi_irq_enabled;
        host.irq_look = both_irq_look;
    } else {
        host.irq_pending = models_irq_pending;
        host.irq_look = models_irq_look;
        host.irq_input = models_irq_input;
    }
    if (run.options.time == TIME_COUNTED)
        host.block_ns = BLOCK_NS;
    watch_start(&host, forwarded || run.options.replay ? NULL : &board);
    web_start();
    native_run(&host);
}
