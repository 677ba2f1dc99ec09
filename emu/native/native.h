/* emu/native/native.h - the engine for programs recompiled for the laptop.
 *
 * One program a process. The program's text and data were linked at Pi addresses by emu-cc; this
 * module gives it the rest of the Pi's RAM at its own addresses, a stack, and the way to the bus.
 */
#ifndef EMU_NATIVE_NATIVE_H
#define EMU_NATIVE_NATIVE_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/counts.h"

enum {
    RAM_START = 0x10000, /* below lies what Linux does not let a process map */
    RAM_END = 0x20000000,
    GUEST_STACK_TOP = 0x08000000,
    GUEST_STACK_MAX = 8 << 20, /* bytes the main stack may grow before it is called an overflow */
    GUEST_GUARD = 64 << 10,
    GUEST_GUARD_START = GUEST_STACK_TOP - GUEST_STACK_MAX - GUEST_GUARD,
};

/* The ARM's two interrupts, as bits: the normal one and the fast one. */
enum native_irq { NATIVE_IRQ = 1, NATIVE_FIQ = 2 };

/* What the engine asks of whoever put it together; every pointer must be set, those of interrupts
 * excepted. All are called on a stack of the harness, never in the middle of each other. text and
 * getc carry console bytes of the levels above the registers. */
struct native_host {
    struct bus *bus;
    struct clock *clock;
    void *self;
    void (*text)(void *self, const char *text, size_t nbytes);
    int (*getc)(void *self); /* a byte, or -1: none now */
    /* Ends the run; does not return. `status` is the exit status, `signal` 0 or the signal that
     * ended the run. A report of the fault was written already. */
    void (*end)(void *self, int status, int signal);
    /* Called with the result when bus_perform failed: 0 to go on, else the exit status to end with.
     */
    int (*failed)(void *self, const struct bus_access *a, int result);

    /* Interrupts; null: there are none. They may be changed until native_run.
     *
     * Which of the two (enum native_irq) the controller asks for now. Asked after every access,
     * barrier, delay and change of the cpsr while the program has one of them unmasked, so it must
     * be quick (a flag) and make no access. */
    int (*irq_pending)(void *self);
    /* The program's cpsr now lets these through (bits of enum native_irq); at the start none. Also
     * told when its handler is entered and left. */
    void (*irq_enabled)(void *self, int unmasked);
    /* After native_kick, or when the program has computed for a while without any call while an
     * interrupt is unmasked: find out what is new (read the line, ring alarms). Also called from
     * within native_delay. May block shortly; irq_pending is asked next. */
    void (*irq_look)(void *self);
    /* For a replay, null otherwise: the next interrupt came while the program computed, between the
     * last of native_counts.calls and the one after. Where, in *pc. */
    int (*irq_computing)(void *self, uintptr_t *pc);
    /* With block_ns: called every millisecond of the program's time while an interrupt is unmasked:
     * has input come? Lets no time pass. Null: there is none. */
    void (*irq_input)(void *self);
    /* Virtual time of a basic block; 0: blocks take none. Not 0 only if native_counts_blocks, and
     * on a virtual clock. Then a program that spins is interrupted where a block begins. */
    unsigned block_ns;
    /* With native_watch_computing: the program has computed for ns without any call. Null: nobody
     * wants to know. */
    void (*computed)(void *self, uint64_t ns);
    int watch_computing; /* from the start */

    /* For who records or replays a run; may be null. The program's handler is about to run for
     * `which`, having interrupted pc; by_signal: the program was computing, else at the end of a
     * call. Returns the pc that the handler is told. */
    uintptr_t (*handler_begins)(void *self, int which, uintptr_t pc, int by_signal);
    /* It has returned. One that leaves for another thread may do so much later, or never. */
    void (*handler_ends)(void *self, int which);
    /* The cycle counter, of which the clock says by_clock. */
    uint32_t (*cycles)(void *self, uint32_t by_clock);
};

extern struct call_counts native_counts;

/* What valgrind needs for a recompiled program. */
enum { NATIVE_VALGRIND_OPTIONS = 3 };
extern const char *const native_valgrind_options[NATIVE_VALGRIND_OPTIONS];

/* Under plain valgrind, starts valgrind again with the options a recompiled program needs, and does
 * not return; otherwise does nothing. Call before anything else. */
void native_valgrind_restart(void);

/* RAM of the program's, all of [addr, addr + nbytes), for a bus master that reads it, or writes to
 * it, too: where it is in this process; null when it is no such RAM. What a bus master reads need
 * not have been written: to valgrind it counts as initialised. */
void *native_bus_memory(uint32_t addr, uint32_t nbytes, int write);

/* Whether the process runs under valgrind. */
int native_on_valgrind(void);

/* Whether the run began under a debugger. */
int native_debugged(void);

/* For a debugger's breakpoint: a report was written; mostly the run is about to end. */
void native_reported(const char *what);

/* Maps RAM, the guard below the stack, and the hole where the devices are. 0, or -1 with *why a
 * text that says what to do. */
int native_map_ram(const char **why);

/* After native_map_ram: all RAM that is not the program's own image gets contents that look random,
 * the same for the same seed. Takes about a millisecond and 2 MB. 0, or -1 with a text in why. */
int native_fill_ram(uint64_t seed, char *why, size_t nbytes);

/* Installs the handlers of faults, Ctrl-C, termination and the time limit (seconds, 0: none). */
void native_install_handlers(const struct native_host *h, double limit_s);

/* The signals that end a run or announce an interrupt: a handler that does the harness's work in
 * the program's time must block them meanwhile. */
void native_signals(sigset_t *set);

/* A signal waits to end the run as soon as the host's side returns: do not block any longer. */
int native_stopping(void);

/* Says that an interrupt may be pending: irq_look, irq_pending and the program's handler run at
 * once if the program's own code runs, else as soon as the harness returns to it.
 * Async-signal-safe, and safe from anywhere else. A descriptor that sends NATIVE_SIGNAL (O_ASYNC,
 * F_SETOWN) does the same without any code. */
enum { NATIVE_SIGNAL = SIGIO };
void native_kick(void);

/* Whether `computed` is called from now on: something (a watchdog) will end the run that a program
 * may wait for without touching a device. */
void native_watch_computing(int on);

/* For struct bus's delay: lets ns nanoseconds pass on the clock. An interrupt that becomes pending
 * on the way runs the program's handler at its time, and the rest of the delay after it.
 * includes_handler: the time the handler takes is part of the delay (delay_us reads a clock;
 * delay_cycles counts). */
void native_delay(uint64_t ns, int includes_handler);

/* For struct clock's wait: sleeps for ns; cut short by a signal. Nonzero: one of them is to end the
 * run. */
int native_sleep(uint64_t ns);

/* Whether the program was compiled to have its basic blocks counted (emu-cc --counted). */
int native_counts_blocks(void);

/* Whether the harness runs now, not the program, or is about to end the run: for signal handlers,
 * which may then touch nothing of it. Async-signal-safe. */
int native_in_host(void);

/* The program's place that the harness was last called from; 0: it has not begun. */
uintptr_t native_pc(void);

/* Runs the program to its end; does not return. */
void native_run(const struct native_host *h) __attribute__((noreturn));

/* Writes to stderr: "emu: WHAT", then where the program is and its backtrace, each frame with
 * function, file and line. context: the ucontext_t of a signal, or null to start at pc. */
void native_report(const char *what, void *context, uintptr_t pc);

/* Where the program is, innermost first, as native_report shows it; at most max places. Pc is where
 * it was last; only_pc: where it is now is of no interest. Returns how many. Starts addr2line. */
struct place; /* emu/native/places.h */
int native_backtrace(uintptr_t pc, int only_pc, struct place *places, int max);

/* Prints them as native_report does. */
void native_print(const struct place *places, int n);

/* A number that is another for other callers; takes microseconds. */
uint64_t native_callers(uintptr_t pc);

/* "FILE:LINE in FUNCTION" of a program address into buf. Starts addr2line; slow (ms). */
const char *native_where(uintptr_t pc, char *buf, size_t nbytes);

/* The same for each of n addresses, which it changes, in one go. */
void native_name_all(uintptr_t *pc, size_t n, void *self,
                     void (*say)(void *self, uintptr_t pc, const char *text));

/* Whose access one from pc is: the program's, or that of libpi's console driver. */
enum bus_origin native_origin(uintptr_t pc);

/* Whether the program has installed vectors, by which its interrupt handlers are reached. */
int native_has_vectors(void);

/* Whether pc lies in the program's own text. */
int native_is_guest_text(uintptr_t pc);

#endif
