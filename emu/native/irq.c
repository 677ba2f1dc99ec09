/* Interrupts of a recompiled program; see irq.h.
 *
 * At a call through the gate the handler is run by emu_gate itself (switch.S), on the way back: no
 * frame of the harness lives meanwhile. When a signal interrupted the program's own code, the
 * signal's frame keeps the registers until the handler is done, and the next signal gets another
 * alternate stack. So threads may be switched inside handlers, and frames end in any order. */
#include "emu/native/irq.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "emu/native/areas.h"
#include "emu/native/engine.h"
#include "emu/native/fault.h"
#include "emu/native/stacks.h"
#include "emu/native/step.h"
#include "emu/native/valgrind-request.h"

enum { /* of the status register, DDI 0100I A2-11 */
       CPSR_MODE = 0x1f,
       CPSR_F = 1 << 6,
       CPSR_I = 1 << 7,
       MODE_FIQ = 0x11,
       MODE_IRQ = 0x12,
       CPSR_A = 1 << 8,
       CPSR_START = 0x1d3, /* supervisor mode, all masked: as at reset (DDI 0100I A2.6.2) */
};

enum {
    STACK_TOP = 0x09000000, /* INT_STACK_ADDR of libpi */
    STACK_BYTES = 128 << 10,
    STACKS = 64,
    SPIN_MS = 20,           /* computing time without a call that is called spinning */
    SPIN_VALGRIND_MS = 400, /* where computing takes longer */
    STILL_CALLS = 1000,     /* calls that let no time pass */
    AGAIN_NS = 100000,
    AGAIN_REAL_NS = 1000000, /* where waiting takes real time anyway */
};

/* The rest of a delay that an interrupt cut in two. */
struct rest {
    uint64_t ns; /* 0: none. With includes_handler: when it ends, else how long it lasts */
    int includes_handler;
};

struct activation {
    int used, made, which;
    uintptr_t pc, stack; /* of what it interrupted */
    uint32_t cpsr;
    struct rest rest;
    struct call call; /* made when it has returned; not if pc is 0 */
};

/* What emu_gate runs next; sp 0: nothing. Read in switch.S. */
uintptr_t native_handler_sp, native_handler_pc, native_handler_fast;

uintptr_t native_handler_end(uintptr_t top, uintptr_t value);
void native_run_handler(uintptr_t top, uintptr_t pc, uintptr_t fast);

static const struct native_host *host;
static uint32_t cpsr = CPSR_START;
static struct activation activations[STACKS];
static struct rest rest;
static volatile sig_atomic_t kicked;
static uint64_t calls_then;

/* Since when the clock stands, and how lately the program was found to wait for it. */
static struct {
    uint64_t ns, calls;
    int lately;
} still;

static timer_t again;
static int ticking;

int irq_unmasked, irq_watching;

/* ---- the status register ---- */

static int let_through(uint32_t c)
{
    return (c & CPSR_I ? 0 : NATIVE_IRQ) | (c & CPSR_F ? 0 : NATIVE_FIQ);
}

static timer_t make_timer(clockid_t clock)
{
    struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = NATIVE_SIGNAL};
    timer_t t;

    if (timer_create(clock, &e, &t) < 0) {
        perror("emu: cannot watch for a program that spins: timer_create");
        host->end(host->self, 2, 0);
    }
    return t;
}

static void set_timer(timer_t t, long ns, int repeat)
{
    struct itimerspec when = {.it_value = {.tv_nsec = ns}};

    if (repeat)
        when.it_interval = when.it_value;
    timer_settime(t, 0, &when, NULL);
}

static long tick_ns(void)
{
    return (native_on_valgrind() ? SPIN_VALGRIND_MS : SPIN_MS) * 1000000L;
}

/* From the first time the program unmasks interrupts on. Computing time, so that a loaded machine
 * makes no difference. */
static void start_ticking(void)
{
    ticking = 1;
    again = make_timer(CLOCK_MONOTONIC);
    set_timer(make_timer(CLOCK_PROCESS_CPUTIME_ID), tick_ns(), 1);
}

uint32_t irq_cpsr(void)
{
    return cpsr;
}

void irq_set_cpsr(uint32_t c)
{
    int unmasked = let_through(c);

    cpsr = c;
    if (!host->irq_pending || unmasked == irq_unmasked)
        return;
    irq_unmasked = unmasked;
    engine_hold();
    if (unmasked && !ticking && host->irq_look)
        start_ticking();
    if (host->irq_enabled)
        host->irq_enabled(host->self, unmasked);
}

void irq_start(const struct native_host *h)
{
    host = h;
    step_start(h);
}

/* ---- activations ---- */

/* Which interrupts the program is to be interrupted by now. */
static int due(void)
{
    if (!irq_unmasked)
        return 0;
    if (kicked)
        irq_look();
    return host->irq_pending(host->self) & irq_unmasked;
}

static uintptr_t top_of(const struct activation *a)
{
    return STACK_TOP - (uintptr_t)(a - activations) * STACK_BYTES;
}

static struct activation *free_activation(uintptr_t pc)
{
    for (struct activation *a = activations; a < activations + STACKS; a++) {
        if (!a->used)
            return a;
    }
    engine_fail("guest fault: 64 runs of the interrupt handler have not returned: it lets "
                "interrupts in before it has cleared the one it handles, or leaves for another "
                "thread for ever",
                pc);
    abort();
}

/* The processor's part of an interrupt (DDI 0100I A2-16): the handler for `which` is to run. */
static struct activation *begin(int which, uintptr_t pc, int by_signal)
{
    struct activation *a = free_activation(pc);
    int fast = (which & NATIVE_FIQ) != 0;
    size_t nbytes;
    uintptr_t stack = stacks_running(&nbytes);
    uint32_t mode = CPSR_A | CPSR_I | (fast ? CPSR_F | MODE_FIQ : MODE_IRQ);

    if (host->handler_begins)
        pc = host->handler_begins(host->self, fast ? NATIVE_FIQ : NATIVE_IRQ, pc, by_signal);
    if (!a->made)
        stacks_made(top_of(a) - STACK_BYTES, STACK_BYTES);
    /* A fresh stack; valgrind marks nothing on the way from one stack to another. */
    valgrind_request(VG_MAKE_MEM_UNDEFINED, top_of(a) - STACK_BYTES, STACK_BYTES, 0, 0);
    *a = (struct activation){.used = 1,
                             .made = 1,
                             .which = fast ? NATIVE_FIQ : NATIVE_IRQ,
                             .pc = pc,
                             .stack = stack,
                             .cpsr = cpsr,
                             .rest = rest};
    rest.ns = 0;
    irq_set_cpsr((cpsr & ~(uint32_t)CPSR_MODE) | mode);
    stacks_run(top_of(a) - 64);
    native_handler_sp = top_of(a);
    native_handler_pc = pc;
    native_handler_fast = (uintptr_t)fast;
    return a;
}

static uint64_t delay_clock(void)
{
    struct timespec t;

    if (host->clock->mode == CLOCK_VIRTUAL)
        return clock_ns(host->clock);
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void resume(const struct rest *r)
{
    uint64_t now = r->includes_handler ? delay_clock() : 0;

    if (r->ns > now)
        native_delay(r->ns - now, r->includes_handler);
}

int irq_owed(uintptr_t *where)
{
    return irq_unmasked && host->irq_computing && host->irq_computing(host->self, where);
}

int irq_before(const struct call *c)
{
    int which;

    irq_look();
    which = due();
    if (which)
        begin(which, c->pc, 1)->call = *c;
    return which;
}

/* The other half: back to what was interrupted, and on with its delay. */
static void end(struct activation *a)
{
    a->used = 0;
    stacks_run(a->stack);
    irq_set_cpsr(a->cpsr);
    if (host->handler_ends)
        host->handler_ends(host->self, a->which);
    resume(&a->rest);
}

static struct activation *activation_at(uintptr_t top)
{
    return &activations[(STACK_TOP - top) / STACK_BYTES];
}

void irq_at_gate(uintptr_t pc, int computing)
{
    int which = due();

    while (!which && rest.ns) { /* what asked for the delay's end has gone */
        struct rest r = rest;

        rest.ns = 0;
        resume(&r);
        which = due();
    }
    if (which)
        begin(which, pc, computing);
}

/* value: of the call at whose end it ran. */
uintptr_t native_handler_end(uintptr_t top, uintptr_t value)
{
    struct activation *a = activation_at(top);
    const struct call c = a->call;

    fault_enter_host(a->pc);
    end(a);
    if (c.pc)
        return engine_call(&c);
    irq_at_gate(a->pc, 0);
    fault_leave_host();
    step_from_call();
    return value;
}

int irq_in_signal(uintptr_t pc, int computing)
{
    int which, ran = 0;

    areas_block();
    for (; (which = due()); ran++) {
        uintptr_t top = top_of(begin(which, pc, computing));

        native_handler_sp = 0;
        native_run_handler(top, native_handler_pc, native_handler_fast);
        fault_enter_host(pc);
        end(activation_at(top));
        fault_leave_host();
    }
    if (ran)
        areas_return();
    return ran;
}

/* ---- news ---- */

void irq_note_kick(void)
{
    kicked = 1;
}

void native_kick(void)
{
    irq_note_kick();
    raise(NATIVE_SIGNAL);
}

/* `while (1);` as compilers write it: one instruction, so it does not matter when it is found. */
static int jumps_to_itself(uintptr_t pc)
{
#if defined(__aarch64__)
    return native_is_guest_text(pc) && *(const uint32_t *)pc == 0x14000000;
#else
    const uint8_t *code = (const uint8_t *)pc;

    return native_is_guest_text(pc) && code[0] == 0xeb && code[1] == 0xfe;
#endif
}

int irq_waits(void)
{
    uint64_t calls = native_counts.calls, ns = host->clock->ns;
    int waits;

    if (!irq_unmasked || host->clock->mode != CLOCK_VIRTUAL)
        return irq_unmasked && host->clock->mode == CLOCK_HOST;
    if (ns != still.ns) {
        still.ns = ns;
        still.calls = calls;
        if (still.lately > 0 && --still.lately > 0)
            irq_again();
        return 0;
    }
    waits = calls - still.calls > STILL_CALLS;
    if (waits) {
        still.calls = calls;
        still.lately = 3;
    }
    if (still.lately > 0)
        irq_again();
    return waits;
}

int irq_tick(uintptr_t pc)
{
    int spins = host->block_ns ? jumps_to_itself(pc) : native_counts.calls == calls_then;

    calls_then = native_counts.calls;
    return spins || kicked || irq_waits();
}

void irq_again(void)
{
    int virtual_time = host->clock->mode == CLOCK_VIRTUAL;

    if (ticking)
        set_timer(again, virtual_time ? AGAIN_NS : AGAIN_REAL_NS, 0);
}

void irq_look(void)
{
    if (irq_unmasked) {
        kicked = 0;
        if (host->irq_look)
            host->irq_look(host->self);
    } else if (irq_watching && host->computed) {
        host->computed(host->self, (uint64_t)tick_ns());
    }
}

void native_watch_computing(int on)
{
    irq_watching = on;
    if (on && !ticking)
        start_ticking();
    engine_hold();
}

/* A program that spins is shown one interrupt after the other, without waiting for a tick each. In
 * real time nobody knows when the next is due. */
void irq_looked(int ran)
{
    calls_then = native_counts.calls;
    if (ran || host->block_ns || host->clock->mode != CLOCK_VIRTUAL)
        irq_again();
}

/* ---- delays ---- */

/* Not when `unless`, or the end of the run, is set by a signal: none comes between the look at it
 * and the sleep. */
static int sleep_unless(const volatile sig_atomic_t *unless, uint64_t ns)
{
    struct timespec t = {.tv_sec = (time_t)(ns / 1000000000u), .tv_nsec = (long)(ns % 1000000000u)};
    sigset_t ours, before, meanwhile;

    native_signals(&ours);
    sigprocmask(SIG_BLOCK, &ours, &before);
    meanwhile = before;
    for (int sig = 1; sig < NSIG; sig++) {
        if (sigismember(&ours, sig) == 1)
            sigdelset(&meanwhile, sig);
    }
    if (!native_stopping() && !(unless && *unless))
        ppoll(NULL, 0, &t, &meanwhile);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return native_stopping();
}

int native_sleep(uint64_t ns)
{
    return sleep_unless(NULL, ns);
}

/* Sleeps until `stop` of delay_clock, or a kick. */
static void sleep_until(uint64_t stop)
{
    uint64_t now = delay_clock();

    sleep_unless(&kicked, stop > now ? stop - now : 0);
}

/* Lets time pass until stop, or the next thing that happens by itself. */
static void pass_some(uint64_t stop)
{
    struct clock *c = host->clock;
    uint64_t next = clock_next(c), now = delay_clock();

    if (c->mode == CLOCK_VIRTUAL) {
        uint64_t to = next < stop ? next : stop, piece = clock_piece(c);

        if (to > now && to - now > piece)
            to = now + piece;
        clock_pass(c, to > now ? to - now : 0);
        return;
    }
    if (c->mode == CLOCK_HOST && next != CLOCK_NEVER) {
        uint64_t ns = clock_ns(c), left = next > ns ? next - ns : 0;

        if (now + left < stop)
            stop = now + left;
    }
    sleep_until(stop);
    clock_ring(c);
}

void native_delay(uint64_t ns, int includes_handler)
{
    uint64_t now, stop;

    if (!irq_unmasked) {
        clock_pass(host->clock, ns);
        return;
    }
    stop = delay_clock() + ns;
    while ((now = delay_clock()) < stop && !native_stopping()) {
        if (due()) {
            rest = (struct rest){includes_handler ? stop : stop - now, includes_handler};
            return;
        }
        pass_some(stop);
    }
}
