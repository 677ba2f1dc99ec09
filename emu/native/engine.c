/* The native engine: the Pi's RAM at its own addresses, the program on its own stack, and the calls
 * that come through the gate. */
#include "emu/native/native.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu/native/engine.h"
#include "emu/native/fault.h"
#include "emu/native/gate.h"
#include "emu/native/irq.h"
#include "emu/native/stacks.h"
#include "emu/native/step.h"
#include "emu/native/valgrind-request.h"

/* From the linker script: where the program lies, and which part of it is libpi's console driver.
 */
extern char emu_guest_data[], emu_guest_end[], emu_console_text[], emu_console_text_end[];

/* Defined by emu-cc --counted. */
extern char emu_counted[] __attribute__((weak));

enum {
    IMAGE_START = 0x20000, /* guest.ld */
    INPUT_NS = 1000000,    /* from one look for input to the next, by a program of counted blocks */
};

void native_enter(void (*start)(void), void *guest_sp);
uintptr_t native_call(enum emu_call call, uintptr_t a, uintptr_t b, uintptr_t pc);
extern uintptr_t native_guest_sp; /* switch.S: where the program's stack stood at the gate */

static const struct native_host *host;
struct emu_quick emu_quick;
struct call_counts native_counts;

/* Blocks run before all else, too: sanitizers add constructors to the program. */
static uint64_t uncounted;
static const uint64_t never = UINT64_MAX;
struct emu_blocks emu_blocks = {&uncounted, &uncounted, &never, 0};

static uintptr_t page_up(uintptr_t p)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    return (p + page - 1) & ~(page - 1);
}

/* Whether all that lies in [lo, hi) is address space somebody reserved but put nothing into: QEMU
 * does so between the parts of the program it loads. */
static int only_reserved(uintptr_t lo, uintptr_t hi)
{
    char line[512];
    FILE *f = fopen("/proc/self/maps", "re");
    int only = f != NULL;

    while (f && fgets(line, sizeof line, f)) {
        char *end;
        unsigned long from = strtoul(line, &end, 16), to;

        if (*end != '-')
            continue;
        to = strtoul(end + 1, &end, 16);
        if (from < hi && to > lo && strncmp(end, " ---", 4) != 0)
            only = 0;
    }
    if (f)
        fclose(f);
    return only;
}

static void *map_piece(uintptr_t lo, size_t nbytes, int prot)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    int fixed = native_on_valgrind() ? MAP_FIXED : MAP_FIXED_NOREPLACE;

    for (;;) {
        void *got = mmap((void *)lo, nbytes, prot, flags | fixed, -1, 0);

        if (got == (void *)lo)
            return got;
        if (got != MAP_FAILED) {
            munmap(got, nbytes);
            errno = EEXIST;
        }
        if (errno != EEXIST || fixed == MAP_FIXED || !only_reserved(lo, lo + nbytes))
            return MAP_FAILED;
        fixed = MAP_FIXED;
    }
}

/* In pieces, because valgrind warns of ranges above 256 MB; and valgrind and QEMU take
 * MAP_FIXED_NOREPLACE for a hint, hence the check of what came back. */
static int map_at(uintptr_t lo, uintptr_t hi, int prot)
{
    const size_t piece = 128 << 20;

    for (; lo < hi; lo += piece) {
        if (map_piece(lo, hi - lo < piece ? hi - lo : piece, prot) == MAP_FAILED)
            return -1;
    }
    return 0;
}

/* Direct device accesses are the engine's business, not memcheck's; it wants to be told at the end.
 */
static void device_errors(enum valgrind_request which)
{
    valgrind_request(which, PERIPHERAL_BASE, PERIPHERAL_END - PERIPHERAL_BASE, 0, 0);
}

static void let_valgrind_see_again(void)
{
    device_errors(VG_ENABLE_ADDR_ERRORS);
}

void *native_bus_memory(uint32_t addr, uint32_t nbytes, int write)
{
    const uintptr_t lo = addr, hi = lo + nbytes;
    const uintptr_t guard = GUEST_GUARD_START, data = (uintptr_t)emu_guest_data;

    if (lo < RAM_START || hi > RAM_END || (lo < guard + GUEST_GUARD && hi > guard))
        return NULL;
    if (write && lo < data && hi > IMAGE_START)
        return NULL;
    valgrind_request(VG_MAKE_MEM_DEFINED_IF_ADDRESSABLE, lo, nbytes, 0, 0);
    return (void *)lo;
}

int native_map_ram(const char **why)
{
    const int rw = PROT_READ | PROT_WRITE;
    const uintptr_t image = IMAGE_START;
    uintptr_t end = page_up((uintptr_t)emu_guest_end);

    if (end > GUEST_STACK_TOP - GUEST_STACK_MAX) {
        *why =
            "the program's data reaches into its stack below 0x08000000: make its arrays smaller";
        return -1;
    }
    if (map_at(RAM_START, image, rw) < 0 || map_at(end, RAM_END, rw) < 0 ||
        map_at(PERIPHERAL_BASE, PERIPHERAL_END, PROT_NONE) < 0) {
        *why = errno == ENOMEM
                   ? "no address space for 512 MB of Pi memory: raise ulimit -v, or set "
                     "vm.overcommit_memory to 0 or 1"
                   : "the Pi's addresses 0x10000-0x21000000 are taken in this process: "
                     "something was loaded there (a tool? check LD_PRELOAD, vm.legacy_va_layout)";
        return -1;
    }
    mprotect((void *)(uintptr_t)GUEST_GUARD_START, GUEST_GUARD, PROT_NONE);
    device_errors(VG_DISABLE_ADDR_ERRORS);
    atexit(let_valgrind_see_again);
    return 0;
}

/* A debugger's breakpoint on native_call or on the bus is to see every access. */
static int ask_debugged(void)
{
    static const char key[] = "TracerPid:";
    char line[64];
    FILE *f = fopen("/proc/self/status", "re");
    long tracer = 0;

    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, key, sizeof key - 1) == 0)
            tracer = strtol(line + sizeof key - 1, NULL, 10);
    }
    if (f)
        fclose(f);
    return tracer != 0;
}

int native_debugged(void)
{
    static int known = -1;

    if (known < 0)
        known = ask_debugged();
    return known;
}

void engine_hold(void)
{
    clock_hold(host->clock,
               host->bus->watched || irq_unmasked || irq_watching || native_debugged());
}

int native_has_vectors(void)
{
    return emu_vectors != NULL;
}

int native_counts_blocks(void)
{
    return emu_counted != NULL;
}

static struct {
    struct clock_alarm alarm;
    int due;
} input;

static void input_is_due(void *self)
{
    (void)self;
    input.due = 1;
    clock_alarm_set(host->clock, &input.alarm, input.alarm.at_ns + INPUT_NS);
}

static void count_blocks(void)
{
    if (!host->block_ns)
        return;
    emu_blocks = (struct emu_blocks){.ns = &host->clock->ns,
                                     .counted_ns = &host->clock->counted_ns,
                                     .until_ns = &host->clock->due_ns,
                                     .each_ns = host->block_ns};
    if (!host->irq_input)
        return;
    input.alarm.ring = input_is_due;
    clock_alarm_set(host->clock, &input.alarm, INPUT_NS);
}

static void block_begins(void)
{
    host->clock->counted_ns += host->block_ns;
    clock_pass(host->clock, host->block_ns);
    if (!input.due || !irq_unmasked)
        return;
    input.due = 0;
    host->irq_input(host->self);
}

void native_run(const struct native_host *h)
{
    struct bus_access start = {.op = BUS_START};

    host = h;
    count_blocks();
    emu_quick = (struct emu_quick){.ns = &h->clock->ns,
                                   .accesses = &h->bus->accesses,
                                   .until_ns = &h->clock->quick_ns,
                                   .pages = h->bus->quick,
                                   .barriers = h->bus->watched_quick || h->bus->wrapped};
    bus_quick_start(h->bus);
    irq_start(h);
    if (h->watch_computing)
        native_watch_computing(1);
    engine_hold();
    bus_perform(h->bus, &start);
    stacks_made(GUEST_STACK_TOP - GUEST_STACK_MAX, GUEST_STACK_MAX);
    stacks_run(GUEST_STACK_TOP - 64);
    native_enter(emu_guest_start, (void *)(uintptr_t)GUEST_STACK_TOP);
    h->end(h->self, 0, 0);
    __builtin_unreachable();
}

enum bus_origin native_origin(uintptr_t pc)
{
    const size_t nbytes = (size_t)(emu_console_text_end - emu_console_text);

    return pc - (uintptr_t)emu_console_text < nbytes ? ORIGIN_CONSOLE : ORIGIN_PROGRAM;
}

uint32_t engine_access(enum bus_op op, unsigned width, uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct bus_access a = {
        .op = op, .width = (uint8_t)width, .addr = addr, .value = value, .pc = pc};
    int r;

    a.origin = native_origin(pc);
    r = bus_perform(host->bus, &a);
    if (r < 0) {
        int status = host->failed(host->self, &a, r);

        if (status)
            host->end(host->self, status, 0);
    }
    return a.value;
}

void engine_fail(const char *what, uintptr_t pc)
{
    native_report(what, NULL, pc);
    host->end(host->self, 1, 0);
}

static void unsupported(const char *name, uintptr_t pc)
{
    char what[160];

    snprintf(what, sizeof what,
             "%s needs ARM instructions, which a recompiled program has none of: use "
             "the arm engine (--engine=arm)",
             name);
    engine_fail(what, pc);
}

/* Reading the counter, or the status register, takes time too: a program that waits and does
 * nothing else would wait for ever. */
static void a_call_takes_time(void)
{
    native_counts.timed_calls++;
    if (host->clock->mode == CLOCK_VIRTUAL)
        clock_pass(host->clock, CLOCK_CYCLES_NS);
}

static uint32_t cycles(void)
{
    uint32_t value;

    a_call_takes_time();
    value = (uint32_t)clock_cycles(host->clock);
    return host->cycles ? host->cycles(host->self, value) : value;
}

static uintptr_t dispatch(enum emu_call call, uintptr_t a, uintptr_t b, uintptr_t pc)
{
    switch (call) {
    case CALL_READ8:
        return engine_access(BUS_READ, 1, (uint32_t)a, 0, pc);
    case CALL_READ16:
        return engine_access(BUS_READ, 2, (uint32_t)a, 0, pc);
    case CALL_READ32:
        return engine_access(BUS_READ, 4, (uint32_t)a, 0, pc);
    case CALL_WRITE8:
        return engine_access(BUS_WRITE, 1, (uint32_t)a, (uint32_t)b, pc);
    case CALL_WRITE16:
        return engine_access(BUS_WRITE, 2, (uint32_t)a, (uint32_t)b, pc);
    case CALL_WRITE32:
        return engine_access(BUS_WRITE, 4, (uint32_t)a, (uint32_t)b, pc);
    case CALL_BARRIER:
        return engine_access(BUS_BARRIER, 0, 0, 0, pc);
    case CALL_DELAY_US:
        return engine_access(BUS_DELAY_US, 0, 0, (uint32_t)a, pc);
    case CALL_DELAY_CYCLES:
        return engine_access(BUS_DELAY_CYCLES, 0, 0, (uint32_t)a, pc);
    case CALL_DEV_VAL:
        return engine_access(BUS_DEV_VAL, 0, 0, (uint32_t)a, pc);
    case CALL_CYCLES:
        return cycles();
    case CALL_STACK_MADE:
        stacks_made(a, b);
        return 0;
    case CALL_STACK_RUNS:
        stacks_run(a);
        return 0;
    case CALL_TEXT:
        host->text(host->self, (const char *)a, b);
        return 0;
    case CALL_GETC:
        return (uintptr_t)(intptr_t)host->getc(host->self);
    case CALL_CPSR:
        a_call_takes_time();
        return irq_cpsr();
    case CALL_CPSR_SET:
        irq_set_cpsr((uint32_t)a);
        return 0;
    case CALL_BLOCK:
        block_begins();
        return 0;
    case CALL_NO_HANDLER:
        engine_fail("guest fault: an interrupt came, but the program installed no vectors "
                    "(int_init, interrupt_init)",
                    pc);
        return 0;
    case CALL_UNSUPPORTED:
        unsupported((const char *)a, pc);
        return 0;
    }
    return 0;
}

/* A thread's stack has no guard below it: an overflow shows at the next call. */
static void check_stack(uintptr_t pc)
{
    size_t nbytes;
    char what[128];

    if (!stacks_overflowed(native_guest_sp, &nbytes))
        return;
    snprintf(what, sizeof what,
             "guest fault: stack overflow: a thread used more than the %zu bytes of its "
             "stack",
             nbytes);
    engine_fail(what, pc);
}

/* Blocks are no calls: where one goes through the gate hangs on who waits for what. */
uintptr_t native_call(enum emu_call call, uintptr_t a, uintptr_t b, uintptr_t pc)
{
    uintptr_t value = 0, where;
    int counts = call != CALL_BLOCK;

    fault_enter_host(pc);
    if (irq_unmasked && counts && irq_owed(&where) &&
        irq_before(&(struct call){call, a, b, pc, native_guest_sp})) {
        fault_leave_host();
        return 0;
    }
    native_counts.calls += (unsigned)counts;
    check_stack(pc);
    value = dispatch(call, a, b, pc);
    if (irq_unmasked)
        irq_at_gate(pc, !counts);
    fault_leave_host();
    if (irq_unmasked)
        step_from_call();
    return value;
}

uintptr_t engine_call(const struct call *c)
{
    native_guest_sp = c->guest_sp;
    return native_call(c->call, c->a, c->b, c->pc);
}
