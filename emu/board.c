/* What displays see of a run and ask of it; see board.h. */
#include "emu/board.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "emu/display.h"
#include "emu/hookup.h"
#include "emu/native/native.h"
#include "emu/pi.h"
#include "emu/run.h"
#include "emu/web.h"

enum { LOOK_AGAIN_NS = 5000000 };

static const double slowest = 1e-3, fastest = 1e6; /* of --speed */

static struct board_watch watch;
static struct board_state *state;
static struct dev_board *models;
static int memory = -1; /* the state's, for a display that is a program of its own */
static int commands[2] = {-1, -1};
static uint32_t taken; /* of state->sent */
static unsigned steps; /* that are still to be made */
static uint64_t start_ns;

int control_wanted(void)
{
    return run.options.board || run.options.web;
}

struct board_state *control_state(void)
{
    return state;
}

int control_quit(void)
{
    return state && state->quit;
}

int control_memory(void)
{
    return memory;
}

int control_pipe(void)
{
    return commands[1];
}

/* ---- commands ---- */

static void refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void refuse(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(state->remark, sizeof state->remark, format, ap);
    va_end(ap);
    state->remarks++;
}

/* Paused, or about to be, no access may be quick: each is to be seen before the next. */
static void set_paused(int paused, unsigned more)
{
    int slow = state->paused || steps;

    state->paused = paused;
    steps = more;
    if (slow != (paused || more))
        run.bus.quick_off += slow ? -1 : 1;
}

static void drive(const struct board_command *c)
{
    if (c->pin >= SEEN_PINS || c->to > BOARD_HIGH)
        return;
    if (!state->can_drive)
        refuse("pins cannot be driven from here: %s",
               run.options.replay ? "a recorded run answers" : "they are a real Pi's");
    else if (dev_gpio_function(&models->gpio, c->pin) != GPIO_FSEL_INPUT)
        refuse("GPIO%u is no input", c->pin);
    else if (hookup_drive(models, c->pin, (enum hookup_level)c->to) < 0)
        refuse("GPIO%u: too much is wired to the pins", c->pin);
}

static void type(const struct board_command *c)
{
    size_t n = c->nbytes < BOARD_TYPED ? c->nbytes : BOARD_TYPED;

    if (!state->can_type)
        refuse("nothing can be typed: a recorded run answers");
    else if (console_feed(&run.console, c->text, n) < n)
        refuse("the program does not read what is typed: some of it is lost");
}

static void set_speed(double speed)
{
    if (!state->virtual_time) {
        refuse("the speed cannot be changed: time is the %s",
               run.clock.mode == CLOCK_PI ? "Pi's" : "laptop's");
    } else if (speed >= slowest && speed <= fastest) {
        state->speed = speed;
        clock_pace(&run.clock, speed);
    }
}

static void take(const struct board_command *c)
{
    double speed;

    switch ((enum board_what)c->what) {
    case BOARD_PAUSE:
        set_paused(1, 0);
        break;
    case BOARD_CONTINUE:
        set_paused(0, 0);
        break;
    case BOARD_STEP:
        set_paused(0, steps + 1);
        break;
    case BOARD_DRIVE:
        drive(c);
        break;
    case BOARD_TYPE:
        type(c);
        break;
    case BOARD_FASTER:
        speed = state->speed * c->speed;
        set_speed(speed < slowest ? slowest : speed > fastest ? fastest : speed);
        break;
    case BOARD_SPEED:
        set_speed(c->speed);
        break;
    }
}

static void take_all(void)
{
    struct board_command c;

    while (taken != __atomic_load_n(&state->sent, __ATOMIC_ACQUIRE)) {
        ssize_t n = read(commands[0], &c, sizeof c);

        if (n < 0 && errno == EINTR)
            continue;
        taken++;
        if (n == sizeof c)
            take(&c);
    }
}

void control_look(void)
{
    if (!state || state->ended)
        return;
    display_look();
    take_all();
    board_refresh(&watch);
    while (state->paused) {
        console_flush(&run.console);
        if (native_sleep(LOOK_AGAIN_NS))
            return;
        pi_serve();
        display_look();
        take_all();
        if (web_is_lost())
            set_paused(0, 0);
        board_refresh(&watch);
    }
}

/* ---- the run ---- */

static void look(void *self)
{
    (void)self;
    control_look();
}

static void saw(void *self, const struct bus_access *a)
{
    (void)self;
    if (steps && a->origin != ORIGIN_DMA && a->op != BUS_START)
        set_paused(steps == 1, steps - 1);
    if (state->paused || taken != __atomic_load_n(&state->sent, __ATOMIC_RELAXED))
        control_look();
}

static uint64_t host_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* To ask a Pi what time it is takes a round trip: the laptop's clock has to do. */
static uint64_t since_start(void *self)
{
    (void)self;
    return host_ns() - start_ns;
}

static void printed(void *self, const char *text, size_t nbytes)
{
    board_printed(self, text, nbytes);
}

static void make_state(void)
{
    memory = memfd_create("emu-board", MFD_CLOEXEC);
    if (memory >= 0 && ftruncate(memory, sizeof *state) == 0)
        state = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (!state || state == MAP_FAILED || pipe2(commands, O_NONBLOCK | O_CLOEXEC) < 0) {
        run_say("--board: %s", strerror(errno));
        run_end(2, 0);
    }
    snprintf(state->program, sizeof state->program, "%s", program_invocation_short_name);
    state->virtual_time = run.clock.mode == CLOCK_VIRTUAL;
    state->can_drive = models != NULL;
    state->can_type = !run.options.replay;
    state->speed = run.clock.pace.speed;
}

static void attach(void)
{
    watch = (struct board_watch){.state = state,
                                 .bus = &run.bus,
                                 .ns = state->virtual_time ? &run.clock.ns : NULL,
                                 .now = since_start,
                                 .origin = native_origin,
                                 .saw = saw};
    if (models) {
        const struct dev_gpio *g = &models->gpio;

        watch.pins = (struct board_pins){.level = &g->s.level,
                                         .driven = &g->s.driven,
                                         .alt = &g->s.alt,
                                         .wired = &g->wired,
                                         .detected = &g->s.detected};
    }
    board_watch_init(&watch);
    bus_watch(&run.bus, &watch.watcher);
}

void control_watch(struct dev_board *board)
{
    if (!control_wanted())
        return;
    models = board;
    start_ns = host_ns();
    make_state();
    attach();
    if (run.options.board_paused)
        set_paused(1, 0);
    run.clock.look = look;
    run.console.tap = printed;
    run.console.tap_self = state;
}

void control_waits(int waits)
{
    if (state)
        state->waits = waits;
}

void control_ended(int status, int sig)
{
    if (!state)
        return;
    board_refresh(&watch);
    state->waits = state->paused = 0;
    state->status = status;
    state->signal = sig;
    state->ended = 1;
}
