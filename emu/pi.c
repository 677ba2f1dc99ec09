/* The Pi of a run; see pi.h. The mini-UART and the power management stay on this side, and so does
 * the mini-UART's interrupt. */
#include "emu/pi.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emu/native/native.h"
#include "emu/remote/port-line.h"
#include "emu/remote/remote.h"
#include "emu/recording.h"
#include "emu/run.h"
#include "libunix/boot.h"
#include "libunix/line.h"
#include "wire/boot.h"

enum {
    GREETING_MS = 3000,      /* the loop answers within milliseconds of running */
    REMARKS = 8,             /* then they are too many to help */
    CONTROLLER = 0x2000B200, /* BCM2835 ARM Peripherals p. 112 */
    CONTROLLER_FIQ = 0x2000B20C,
    CONTROLLER_END = 0x2000B228,
    LONG_DELAY_NS = 1000000,
    LOOK_MS = 500,           /* how often an idle line is looked at */
    WAKE_UP_SIGNAL = SIGURG, /* debuggers pass it on in silence */
};

enum waking { NOT_WAKING, SOON, LATER };

static struct line line;
static struct port_line port;
static struct remote remote;
static int answers;
static timer_t wake_up;
static volatile sig_atomic_t greeting,
    quit;                            /* the loop is being greeted; a signal that came then */
static volatile sig_atomic_t waking; /* when the timer rings: enum waking */

/* ---- what the backend remarks ---- */

static void remark(void *self, const struct bus_access *a, enum remote_remark what)
{
    static const char *const verbs[] = {[REMOTE_DROPPED] = "left out",
                                        [REMOTE_CHANGED] = "changed",
                                        [REMOTE_REFUSED] = "refused",
                                        [REMOTE_ABORTED] = "could not perform"};
    static int said;

    (void)self;
    if (run.options.quiet || said++ >= REMARKS)
        return;
    run_say("the device loop %s a %s of 0x%x at 0x%08x, which %s%s", verbs[what],
            a->op == BUS_READ ? "read" : "write", a->value, a->addr,
            what == REMOTE_ABORTED ? "the Pi's bus aborted" : "would have cost it the line",
            said == REMARKS ? " (no more of these remarks)" : "");
}

static void bounce_remark(void *self, const char *text)
{
    static int said;

    (void)self;
    if (!run.options.quiet && said++ < REMARKS)
        run_say("%s%s", text, said == REMARKS ? " (no more of these remarks)" : "");
}

static void *program_memory(void *self, uint32_t addr, uint32_t nbytes, int write)
{
    void *at = native_bus_memory(addr, nbytes, write);

    (void)self;
    if (at && write)
        recording_handed(addr, nbytes);
    return at;
}

/* ---- finding it ---- */

static void fail_line(int error, const char *name) __attribute__((noreturn));

static void fail_line(int error, const char *name)
{
    char text[512];

    run_say("%s", line_error_text(error, name, text, sizeof text));
    exit(error == LINE_NOT_A_LINE || error == LINE_BAUD ? 2 : 3);
}

static void need_loop(void)
{
    if ((size_t)(loop_image_end - loop_image) == 0) {
        run_say("no device loop inside: it was built without an ARM compiler; install "
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
        run_say("%s", boot_error_text(e, &result, line.name, text, sizeof text));
        line_close(&line);
        exit(3);
    }
}

/* Opens the line that --pi names, or the newest. */
static void open_line(void)
{
    char name[LINE_NAME_MAX];
    int e;

    if (run.options.pi_name) {
        snprintf(name, sizeof name, "%s", run.options.pi_name);
    } else if ((e = line_find_newest(name, sizeof name)) < 0) {
        fail_line(e, "--pi");
    } else if (!run.options.quiet) {
        run_say("the Pi at %s answers", name);
    }
    if ((e = line_open(&line, name, run.options.baud)) < 0)
        fail_line(e, name);
}

/* Ctrl-C before the program runs: the line is put back. A loop that answered already is sent back
 * to its boot loader first, by whoever talks to it. */
static void quit_early(int sig)
{
    if (greeting) {
        quit = sig;
        return;
    }
    line_close(&line);
    signal(sig, SIG_DFL);
    raise(sig);
}

static int stopping(void *self)
{
    (void)self;
    return quit || native_stopping();
}

static uint32_t make_nonce(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return ((uint32_t)t.tv_nsec << 2) ^ (uint32_t)t.tv_sec ^ ((uint32_t)getpid() << 16);
}

/* The speeds to try on this line: what verified here before, else all that the mini-UART and common
 * adapters have in common. A speed remembered as the first one says that no other works. */
static const unsigned *speeds_of(const char *identity)
{
    static const unsigned all[] = {1000000, 921600, 460800, 230400, 0};
    static unsigned known[2];

    known[0] = *identity ? line_recall(identity) : 0;
    return known[0] ? known : all;
}

/* Greets the loop, and finds the speed of the line. 0 or a negative enum link_error. */
static int open_remote(const unsigned *speeds)
{
    int e;

    greeting = 1;
    e = remote_open(&remote, line.baud, speeds, make_nonce(), GREETING_MS);
    greeting = 0;
    if (quit) {
        port.stop = NULL;
        link_abandon(&remote.link);
        quit_early(quit);
    }
    return e;
}

static int greet(void)
{
    char identity[LINE_NAME_MAX] = "";
    const unsigned *speeds;
    unsigned before;
    int e;

    if (line_identity(&line, identity, sizeof identity) < 0)
        *identity = 0;
    line_low_latency(&line);
    port = (struct port_line){.line = &line, .stop = stopping};
    port_line_init(&port, &remote.port);
    remote.name = line.name;
    remote.remark = remark;
    remote.bounce.memory = program_memory;
    remote.bounce.remark = bounce_remark;
    remote.off = run.options.remote;
    speeds = speeds_of(identity);
    before = speeds[1] ? 0 : speeds[0];
    e = open_remote(speeds);
    if (e == 0 && *identity && remote.port.set_baud && !run.options.remote.no_speed &&
        remote.link.baud != before) {
        if (remote.link.baud == remote.link.first_baud && !run.options.quiet)
            run_say("%s: no faster speed than %u baud works; remembered in "
                    "~/.local/state/pi-emu/lines (remove its line there to try again)",
                    line.name, remote.link.baud);
        line_remember(identity, remote.link.baud);
    }
    return e;
}

int pi_find(void)
{
    int fd = line_handed_down(), e;
    char text[512];

    if (fd < 0 && !run.options.pi)
        return 0;
    signal(SIGINT, quit_early);
    signal(SIGTERM, quit_early);
    signal(SIGHUP, quit_early);
    if (run.options.pi_name || fd < 0) {
        need_loop(); /* before the line is touched */
        open_line();
        boot_loop();
    } else if ((e = line_adopt(&line, fd, 0)) < 0) {
        fail_line(e, "the line handed down");
    }
    e = greet();
    if (e == LINK_BOOT_LOADER) { /* a second run over a line handed down, as gdb's run is */
        boot_loop();
        e = greet();
    }
    if (e < 0) {
        run_say("%s", remote_error_text(&remote, e, text, sizeof text));
        line_close(&line);
        exit(3);
    }
    answers = 1;
    return 1;
}

/* ---- while the program runs ---- */

/* Sees to it that what is posted leaves, and is repeated, though the program only computes; and
 * that a Pi that is gone is noticed. */
static void schedule(void)
{
    struct itimerspec in = {.it_value = {.tv_nsec = LINK_FLUSH_US * 1000L}};
    int busy = link_next(&remote.link) != UINT64_MAX;

    if (remote.link.error || waking == (busy ? SOON : LATER))
        return;
    waking = busy ? SOON : LATER;
    if (!busy)
        in.it_value.tv_nsec = LOOK_MS * 1000000L;
    timer_settime(wake_up, 0, &in, NULL);
}

/* While the harness runs the line is its own business: asked again a little later. */
static void on_wake_up(int sig)
{
    int before = errno;

    (void)sig;
    waking = NOT_WAKING;
    if (!native_in_host() && remote_service(&remote) < 0)
        run_end(pi_lost(), 0);
    if (remote.link.event.pending)
        native_kick();
    schedule();
    errno = before;
}

static void saw(void *self, const struct bus_access *a, int result)
{
    (void)self, (void)result;
    if (a->op == BUS_BARRIER)
        remote_barrier(&remote);
    schedule();
}

/* ---- two interrupt controllers ---- */

static int is_controller(const struct bus_access *a)
{
    return a->addr >= CONTROLLER && a->addr < CONTROLLER_END && a->width == 4;
}

/* Pending is what either has pending. */
static int read_both(void *self, struct bus_access *a)
{
    const struct bus_target *here = self;
    struct bus_access own = *a;
    int e = remote_read(&remote, a);

    if (e == 0 && is_controller(a) && a->addr < CONTROLLER_FIQ && here->read(here->self, &own) == 0)
        a->value |= own.value;
    return e;
}

static int write_both(void *self, const struct bus_access *a)
{
    const struct bus_target *here = self;

    if (is_controller(a))
        here->write(here->self, a);
    return remote_write(&remote, a);
}

void pi_map(const struct bus_target *controller)
{
    static struct bus_target both = {
        .name = "remote", .narrow = 1, .read = read_both, .write = write_both};
    static struct bus_watcher watcher = {.saw = saw};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = WAKE_UP_SIGNAL};
    struct sigaction sa = {.sa_handler = on_wake_up, .sa_flags = SA_ONSTACK | SA_RESTART};

    native_signals(&sa.sa_mask); /* one that waits is served when the program runs again */
    sigaction(WAKE_UP_SIGNAL, &sa, NULL);
    if (timer_create(CLOCK_MONOTONIC, &event, &wake_up) < 0) {
        run_say("no timer: raise ulimit -i");
        exit(2);
    }
    remote_map(&remote, &run.bus);
    both.self = (void *)(uintptr_t)controller;
    bus_map(&run.bus, CONTROLLER / BUS_PAGE * BUS_PAGE, BUS_PAGE, &both);
    bus_watch(&run.bus, &watcher);
}

int pi_lost(void)
{
    char text[512];

    if (remote.link.error == LINK_STOPPED)
        return 0;
    run_say("%s", remote_error_text(&remote, remote.link.error, text, sizeof text));
    return 3;
}

uint64_t pi_time_us(void *self)
{
    (void)self;
    return remote_time_us(&remote);
}

int pi_delay(uint64_t ns)
{
    if (remote.armed && ns >= LONG_DELAY_NS) {
        remote_sync(&remote);
        return 0;
    }
    remote_delay(&remote, (uint32_t)((ns + 999) / 1000));
    return 1;
}

/* ---- interrupts ---- */

int pi_irq_pending(void *self)
{
    (void)self;
    return remote.link.event.pending ? NATIVE_IRQ : 0;
}

/* Each change asks anew: what was pending before may have been served without an interrupt. */
void pi_irq_enabled(void *self, int unmasked)
{
    static int notified;

    (void)self;
    if (!notified) {
        notified = 1;
        line_notify(&line, NATIVE_SIGNAL);
    }
    remote_watch_interrupts(&remote, (unmasked & NATIVE_IRQ) != 0);
    schedule();
}

void pi_serve(void)
{
    if (answers)
        pi_irq_look(NULL);
}

void pi_irq_look(void *self)
{
    (void)self;
    if (!remote.link.error)
        remote_service(&remote);
    schedule();
}

/* ---- the end ---- */

void pi_close(void)
{
    char text[2048];

    if (answers) {
        port.stop = NULL; /* the run is over already: only the limits count */
        remote_close(&remote);
    }
    if (answers && run.options.stats)
        fprintf(stderr, "emu: the line:\n%s", remote_stats_text(&remote, text, sizeof text));
    line_close(&line);
}
