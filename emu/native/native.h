/* emu/native/native.h - the engine for programs recompiled for the laptop.
 *
 * One program a process. The program's text and data were linked at Pi addresses by emu-cc; this
 * module gives it the rest of the Pi's RAM at its own addresses, a stack, and the way to the bus.
 */
#ifndef EMU_NATIVE_NATIVE_H
#define EMU_NATIVE_NATIVE_H

#include <stddef.h>
#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"

enum {
    RAM_START = 0x10000, /* below lies what Linux does not let a process map */
    RAM_END = 0x20000000,
    GUEST_STACK_TOP = 0x08000000,
    GUEST_STACK_MAX = 8 << 20, /* bytes the main stack may grow before it is called an overflow */
    GUEST_GUARD = 64 << 10,
    GUEST_GUARD_START = GUEST_STACK_TOP - GUEST_STACK_MAX - GUEST_GUARD,
};

/* What the engine asks of whoever put it together; every pointer must be set. All are called on the
 * host stack. text and getc carry console bytes of the levels above the registers. */
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
};

/* Under plain valgrind, starts valgrind again with the options a recompiled program needs, and does
 * not return; otherwise does nothing. Call before anything else. */
void native_valgrind_restart(void);

/* Whether the process runs under valgrind. */
int native_on_valgrind(void);

/* Maps RAM, the guard below the stack, and the hole where the devices are. 0, or -1 with *why a
 * text that says what to do. */
int native_map_ram(const char **why);

/* Installs the handlers of faults, Ctrl-C, termination and the time limit (seconds, 0: none). */
void native_install_handlers(const struct native_host *h, double limit_s);

/* A signal waits to end the run as soon as the host's side returns: do not block any longer. */
int native_stopping(void);

/* Runs the program to its end; does not return. */
void native_run(const struct native_host *h) __attribute__((noreturn));

/* Writes to stderr: "emu: WHAT", then where the program is and its backtrace, each frame with
 * function, file and line. context: the ucontext_t of a signal, or null to start at pc. */
void native_report(const char *what, void *context, uintptr_t pc);

/* "FILE:LINE in FUNCTION" of a program address into buf. Starts addr2line; slow (ms). */
const char *native_where(uintptr_t pc, char *buf, size_t nbytes);

/* Whether pc lies in the program's own text. */
int native_is_guest_text(uintptr_t pc);

#endif
