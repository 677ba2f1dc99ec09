/* Signals of a recompiled program. A fault in the program is data: it is named, located and
 * reported. Ctrl-C, termination and the time limit end the run at the next safe point. */
#include "emu/native/fault.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#include "emu/core/regs.h"
#include "emu/native/areas.h"
#include "emu/native/deref.h"
#include "emu/native/irq.h"
#include "emu/native/native.h"
#include "emu/native/stacks.h"
#include "emu/native/step.h"

static const struct native_host *host;
static double time_limit_s;
static volatile sig_atomic_t in_host, pending, ending;
static volatile uintptr_t last_pc;

struct machine {
    uintptr_t pc, sp;
    int is_write; /* 1 write, 0 read, -1 unknown */
};

#if defined(__aarch64__)
/* Whether an access that faulted was a write, as the kernel says; QEMU in its place does not. */
static int written(const mcontext_t *m)
{
    const struct _aarch64_ctx *at = (const void *)m->__reserved;

    for (; at->magic && at->size; at = (const void *)((const char *)at + at->size)) {
        if (at->magic == ESR_MAGIC) /* WnR, DDI 0487 D17.2.37 */
            return (int)((const struct esr_context *)at)->esr >> 6 & 1;
    }
    return -1;
}
#endif

static struct machine machine_of(const ucontext_t *uc)
{
    const mcontext_t *m = &uc->uc_mcontext;
#if defined(__x86_64__)
    return (struct machine){(uintptr_t)m->gregs[REG_RIP], (uintptr_t)m->gregs[REG_RSP],
                            (m->gregs[REG_ERR] >> 1) & 1};
#elif defined(__i386__)
    return (struct machine){(uintptr_t)m->gregs[REG_EIP], (uintptr_t)m->gregs[REG_ESP],
                            (m->gregs[REG_ERR] >> 1) & 1};
#elif defined(__aarch64__)
    return (struct machine){m->pc, m->sp, written(m)};
#endif
}

/* Those of the laptop's processor, four a line. */
static void print_registers(const ucontext_t *uc)
{
    const mcontext_t *m = &uc->uc_mcontext;
#if defined(__x86_64__)
    static const char *const names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi",
                                        "rbp", "rsp", "r8",  "r9",  "r10", "r11",
                                        "r12", "r13", "r14", "r15", "rip"};
    static const int at[] = {REG_RAX, REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI,
                             REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
                             REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
#elif defined(__i386__)
    static const char *const names[] = {"eax", "ebx", "ecx", "edx", "esi",
                                        "edi", "ebp", "esp", "eip"};
    static const int at[] = {REG_EAX, REG_EBX, REG_ECX, REG_EDX, REG_ESI,
                             REG_EDI, REG_EBP, REG_ESP, REG_EIP};
#elif defined(__aarch64__)
    static const char *const names[] = {
        "x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",  "x8",  "x9",  "x10",
        "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",
        "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp",  "pc"};
#endif
    const size_t n = sizeof names / sizeof names[0];

    for (size_t i = 0; i < n; i++) {
#if defined(__aarch64__)
        unsigned long v = i < 31 ? m->regs[i] : i == 31 ? m->sp : m->pc;
#else
        unsigned long v = (unsigned long)m->gregs[at[i]];
#endif
        fprintf(stderr, "%s%3s 0x%-*lx%s", i % 4 ? " " : "emu:   ", names[i],
                i % 4 == 3 || i + 1 == n ? 1 : 2 * (int)sizeof v, v,
                i % 4 == 3 || i + 1 == n ? "\n" : "");
    }
}

static void finish(int status, int signal_number)
{
    host->end(host->self, status, signal_number);
}

static void end_by_signal(int sig, void *context, uintptr_t pc)
{
    ending = 1; /* the report takes a while; nothing else may end the run meanwhile */
    if (sig == SIGALRM) {
        char what[96];

        snprintf(what, sizeof what, "time limit of %g s reached", time_limit_s);
        native_report(what, context, pc);
        finish(4, 0);
    }
    finish(128 + sig, sig);
}

void fault_enter_host(uintptr_t pc)
{
    last_pc = pc;
    in_host = 1;
}

void fault_leave_host(void)
{
    in_host = 0;
    if (pending)
        end_by_signal(pending, NULL, last_pc);
}

uintptr_t native_pc(void)
{
    return last_pc;
}

int native_in_host(void)
{
    return in_host || ending || pending;
}

int native_stopping(void)
{
    return pending != 0;
}

static void on_stop(int sig, siginfo_t *info, void *context)
{
    struct machine m = machine_of(context);

    (void)info;
    if (ending)
        return;
    if (in_host || !native_is_guest_text(m.pc)) {
        pending = sig;
        if (!in_host) /* a quick access, perhaps one of many: none goes the long way */
            clock_hold(host->clock, 1);
        return;
    }
    end_by_signal(sig, context, m.pc);
}

static const char *verb_of(const struct machine *m)
{
    int is_write = m->is_write;

    if (is_write < 0 && native_is_guest_text(m->pc))
        is_write = deref_writes(m->pc);
    return is_write < 0 ? "access to" : is_write ? "write to" : "read of";
}

/* Names what a program did when it touched addr, which it may not. */
static void describe(char *what, size_t n, const struct machine *m, uintptr_t addr)
{
    const char *verb = verb_of(m);
    unsigned long a = (unsigned long)addr;

    if (m->pc == addr)
        snprintf(what, n,
                 addr < 0x1000 ? "guest fault: call through a null pointer (pc 0x%lx)"
                               : "guest fault: jump to 0x%lx, where there is no code",
                 a);
    else if (addr < 0x1000)
        snprintf(what, n, "guest fault: null pointer dereference: %s address 0x%lx", verb, a);
    else if (addr < RAM_START)
        snprintf(what, n,
                 "guest fault: %s address 0x%lx, below 0x10000: the laptop cannot map it "
                 "(the Pi's vectors and boot area)",
                 verb, a);
    else if (native_is_guest_text(addr) || (addr < RAM_END && addr >= RAM_START))
        snprintf(what, n, "guest fault: %s address 0x%lx, the program's own code or constants",
                 verb, a);
    else
        snprintf(what, n,
                 "guest fault: wild pointer: %s address 0x%lx, which is no memory of the Pi "
                 "(RAM ends at 0x20000000)",
                 verb, a);
}

/* The guard lies where the stack may not grow to. A program that means the memory there gets it. */
static int guard_hit(const struct machine *m, uintptr_t addr, char *what, size_t n)
{
    const uintptr_t guard = GUEST_GUARD_START;

    if (addr - guard >= GUEST_GUARD)
        return 0;
    if (m->sp - (guard - GUEST_GUARD) < (uintptr_t)3 * GUEST_GUARD) {
        snprintf(what, n,
                 "guest fault: stack overflow: more than %d MB below 0x%x (endless recursion?)",
                 GUEST_STACK_MAX >> 20, GUEST_STACK_TOP);
        return 1;
    }
    mprotect((void *)guard, GUEST_GUARD, PROT_READ | PROT_WRITE);
    return -1;
}

/* A thread's stack has no guard: what lies below is overwritten until something may not be. */
static int thread_overflow(const struct machine *m, uintptr_t addr, char *what, size_t n)
{
    enum { NEAR = 64 << 10 };
    size_t nbytes;

    if (!stacks_overflowed(m->sp, &nbytes) || addr - (m->sp - NEAR) >= (uintptr_t)2 * NEAR)
        return 0;
    snprintf(what, n,
             "guest fault: stack overflow: a thread used more than the %zu bytes of its stack",
             nbytes);
    return 1;
}

/* A device reached through a pointer. 0: done, the program goes on; else *what says why not. */
static int device_hit(ucontext_t *context, const struct machine *m, uintptr_t addr, char *what,
                      size_t n)
{
    struct deref_rest rest;
    const char *why;
    char name[64];
    uintptr_t where;
    int r;

    if (irq_owed(&where)) {
        fault_enter_host(m->pc + 1);
        irq_look();
        fault_leave_host();
        irq_in_signal(m->pc, 1);
    }
    fault_enter_host(m->pc + 1);
    r = deref_perform(context, addr, &rest, &why);
    if (r == 0) {
        native_counts.calls++;
        fault_leave_host();
        if (irq_unmasked)
            irq_in_signal(machine_of(context).pc, 0);
        deref_finish(context, &rest);
        step_from_signal(context);
        return 0;
    }
    in_host = 0;
    snprintf(what, n, "guest fault: %s the device register %s (0x%lx) through a pointer: %s",
             verb_of(m), reg_name((uint32_t)addr, name, sizeof name), (unsigned long)addr, why);
    return -1;
}

static void look_from_signal(ucontext_t *context, uintptr_t pc)
{
    fault_enter_host(pc + 1);
    irq_look();
    fault_leave_host();
    irq_looked(irq_in_signal(pc, 1));
    step_from_signal(context);
}

/* An interrupt may be pending, or the timer of irq.c asks whether the program spins. */
static void on_kick(int sig, siginfo_t *info, void *context)
{
    struct machine m = machine_of(context);
    int before = errno;

    (void)sig;
    if (info->si_code != SI_TIMER || (in_host && irq_waits()))
        irq_note_kick();
    else if (in_host || step_is_on() || !irq_tick(m.pc))
        return;
    if (ending || in_host)
        return;
    if (native_is_guest_text(m.pc)) {
        look_from_signal(context, m.pc);
    } else { /* on the way in or out, or in a sanitizer */
        irq_again();
    }
    errno = before;
}

void fault_handler(int sig, siginfo_t *info, void *context)
{
    struct machine m = machine_of(context);
    uintptr_t addr = (uintptr_t)info->si_addr;
    char what[240];

    if (ending) {
        signal(sig, SIG_DFL);
        return;
    }
    if (sig == SIGTRAP && info->si_code == TRAP_TRACE && step_is_on()) {
        if (step_reached(context, m.pc))
            look_from_signal(context, m.pc);
        return;
    }
    if (sig == SIGSEGV || sig == SIGBUS) {
        int hit = guard_hit(&m, addr, what, sizeof what);

        if (hit < 0)
            return;
        if (hit == 0 && addr - PERIPHERAL_BASE < PERIPHERAL_END - PERIPHERAL_BASE &&
            native_is_guest_text(m.pc)) {
            if (device_hit(context, &m, addr, what, sizeof what) == 0)
                return;
        } else if (hit == 0 && !thread_overflow(&m, addr, what, sizeof what)) {
            describe(what, sizeof what, &m, addr);
        }
    } else if (sig == SIGFPE) {
        snprintf(what, sizeof what,
                 "guest fault: integer division by zero (the Pi would go on with 0)");
    } else {
        snprintf(what, sizeof what,
                 "guest fault: illegal instruction at 0x%lx (__builtin_trap, or "
                 "code that was overwritten)",
                 (unsigned long)m.pc);
    }
    ending = 1;
    if (in_host && !native_is_guest_text(m.pc))
        native_report(what, NULL, last_pc);
    else
        native_report(what, context, m.pc);
    if (!in_host || native_is_guest_text(m.pc))
        print_registers(context);
    finish(1, 0);
}

static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};

void native_signals(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        sigaddset(set, stops[i]);
    sigaddset(set, NATIVE_SIGNAL);
}

static void handle(int sig, void (*fn)(int, siginfo_t *, void *), int flags)
{
    struct sigaction sa = {.sa_sigaction = fn, .sa_flags = SA_SIGINFO | SA_ONSTACK | flags};

    sigemptyset(&sa.sa_mask);
    if (fn == on_kick)
        native_signals(&sa.sa_mask);
    sigaction(sig, &sa, NULL);
}

void native_install_handlers(const struct native_host *h, double limit_s)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};

    host = h;
    time_limit_s = limit_s;
    areas_start();
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        handle(faults[i], native_on_valgrind() ? deref_entry : fault_handler, SA_NODEFER);
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        handle(stops[i], on_stop, 0);
    handle(NATIVE_SIGNAL, on_kick, SA_RESTART);
    if (limit_s > 0) {
        struct itimerval t = {
            .it_value = {.tv_sec = (time_t)limit_s,
                         .tv_usec = (suseconds_t)((limit_s - (double)(time_t)limit_s) * 1e6)}};

        setitimer(ITIMER_REAL, &t, NULL);
    }
}
