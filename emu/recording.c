/* --record and --replay; see recording.h. */
#include "emu/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "emu/core/regs.h"
#include "emu/observe/record.h"
#include "emu/observe/replay.h"
#include "emu/observe/trace.h"
#include "emu/run.h"
#include "libunix/line.h"

enum { LOOKS_BEFORE_END = 50 }; /* a second: what is left may be the way to a fault */

static struct record record;
static struct replay replay;
static int records, replays;
static int (*input_elsewhere)(void *self);
static uintptr_t (*begins_elsewhere)(void *self, int which, uintptr_t pc, int by_signal);

/* ---- texts ---- */

/* "PUT32(0x2020001c) = 0x100000 # GPIO.SET0" */
static const char *access_text(const struct bus_access *a, char *buf, size_t nbytes)
{
    char name[REG_NAME_MAX];
    size_t n = trace_text(a, buf, nbytes);

    if (a->op == BUS_READ || a->op == BUS_WRITE)
        snprintf(buf + n, nbytes - n, " # %s", reg_name(a->addr, name, sizeof name));
    return buf;
}

static const char *record_text(const struct log_record *r, char *buf, size_t nbytes)
{
    char text[128], place[256];

    switch (r->kind) {
    case LOG_ACCESS:
        access_text(&r->a, text, sizeof text);
        log_find_places(&replay.log);
        if (log_place(&replay.log, (uint32_t)r->a.pc, place, sizeof place))
            snprintf(buf, nbytes, "%s, at %s", text, place);
        else
            snprintf(buf, nbytes, "%s", text);
        break;
    case LOG_IRQ:
        snprintf(buf, nbytes, "the interrupt handler began");
        break;
    case LOG_INPUT:
        snprintf(buf, nbytes, "input was read: 0x%02" PRIx32, r->value);
        break;
    case LOG_CYCLES:
        snprintf(buf, nbytes, "the cycle counter was read: 0x%" PRIx32, r->value);
        break;
    default:
        snprintf(buf, nbytes, "the run ended");
    }
    return buf;
}

static void say_ended(const struct log_record *end)
{
    if (end->count)
        run_say("--replay %s: the recorded run was ended here by signal %" PRIu32,
                run.options.replay, end->count);
    else
        run_say("--replay %s: the recorded run ended here, with status %" PRIu32,
                run.options.replay, end->value);
}

/* ---- what the recorded run's UARTs printed ---- */

enum { MU_IO = 0x20215040, MU_LCR = 0x2021504c, MU_LCR_DLAB = 0x80, PM_RSTC = 0x2010001c };

static struct bus uarts;

struct bus *recording_uarts(void)
{
    return replays && replay.log.clock != LOG_REAL ? &uarts : NULL;
}

/* A Pi's UART had room for every byte, at times that nobody knows. */
static void print_at_once(const struct bus_access *a)
{
    static uint32_t lcr;
    char c = (char)a->value;

    if (a->addr == MU_LCR)
        lcr = a->value;
    else if (a->addr == MU_IO && !(lcr & MU_LCR_DLAB) && console_write(&run.console, &c, 1))
        run_end(0, 0);
}

/* What the program writes reaches the models of the UARTs all the same: for its text. */
static void print(void *self, const struct bus_access *a, int result)
{
    struct bus_access copy = *a;

    (void)self, (void)result;
    if (a->op != BUS_WRITE)
        return;
    if (replay.log.clock == LOG_REAL)
        print_at_once(a);
    else if (uarts.page[(a->addr - PERIPHERAL_BASE) / BUS_PAGE])
        bus_perform(&uarts, &copy);
}

/* ---- replaying ---- */

static void say_now(const struct bus_access *a)
{
    char text[192], now[192];

    snprintf(now, sizeof now, "now:      %s", access_text(a, text, sizeof text));
    native_report(now, NULL, a->pc);
}

static void differs(void *self, const struct bus_access *a, const struct log_record *r)
{
    char text[512];

    (void)self;
    replays = 0; /* it is over */
    run_say("--replay %s: the program does something else at access %" PRIu64, run.options.replay,
            replay.log.number - (r->kind == LOG_ACCESS));
    run_say("recorded: %s", record_text(r, text, sizeof text));
    say_now(a);
    if (replay.inexact)
        run_say("interrupts came while the program computed: only if its blocks are counted do "
                "they come at the same instruction again (emu-cc --counted, --time=counted)");
    run_end(1, 0);
}

/* From outside: by a signal, or a limit. */
static int was_ended(const struct log_record *end)
{
    return end->count || end->value == 4;
}

static void end_as_recorded(const struct log_record *end)
{
    replays = 0;
    run.clock.ns = end->ns;
    say_ended(end);
    run_end(end->count ? 128 + (int)end->count : (int)end->value, 0);
}

static void over(void *self, const struct bus_access *a, const struct log_record *r,
                 const char *why)
{
    (void)self;
    replays = 0;
    if (!r) {
        run_say("--replay %s: %s, after %" PRIu64 " accesses that the program repeated",
                run.options.replay, why ? why : "the log ends without the end of its run",
                replay.log.number);
        run_end(why ? 2 : 0, 0);
    }
    if (was_ended(r))
        end_as_recorded(r);
    say_ended(r);
    say_now(a);
    run_end(1, 0);
}

static void *memory(void *self, uint32_t addr, uint32_t nbytes, int write)
{
    (void)self;
    return native_bus_memory(addr, nbytes, write);
}

static void wrote(void *self, uint32_t addr, uint32_t nbytes)
{
    (void)self;
    recording_handed(addr, nbytes);
    recording_settle();
}

static void refuse(const char *option)
{
    run_say("--replay %s: %s: the devices are those of the recorded run; leave out one of the two",
            run.options.replay, option);
    exit(2);
}

int recording_open(void)
{
    const struct options *o = &run.options;

    if (!o->replay)
        return 0;
    if (o->pi || line_handed_down() >= 0)
        refuse("a Pi answers");
    if (o->sd)
        refuse("--sd");
    if (o->hookups)
        refuse("--wire, --input and --part");
    if (o->time != TIME_DEFAULT)
        refuse("--time");
    replay = (struct replay){.clock = &run.clock,
                             .memory = memory,
                             .wrote = wrote,
                             .differs = differs,
                             .over = over,
                             .counts = &native_counts};
    if (replay_open(&replay, o->replay) < 0) {
        run_say("--replay %s: %s", o->replay, replay.log.why);
        exit(2);
    }
    if (replay.log.clock == LOG_COUNTED && native_counts_blocks())
        run.options.time = TIME_COUNTED;
    return replays = 1;
}

/* ---- what the engine asks and tells ---- */

static int irq_pending(void *self)
{
    (void)self;
    return replay_irq_pending(&replay);
}

static int irq_computing(void *self, uintptr_t *pc)
{
    uint32_t where;

    (void)self;
    if (!replay_irq_computing(&replay, &where))
        return 0;
    *pc = where;
    return 1;
}

/* The program computes. If nothing else came in the recorded run but a limit, a signal, or the
 * watchdog, this is where. */
static void irq_look(void *self)
{
    static uint64_t calls;
    static unsigned looks;
    const struct log_record *next;

    (void)self;
    looks = calls == native_counts.calls ? looks + 1 : 0;
    calls = native_counts.calls;
    replay_irq_look(&replay);
    if (replay.state > 0 && replay_ended(&replay, &next) &&
        (was_ended(next) || looks > LOOKS_BEFORE_END))
        end_as_recorded(next);
}

static void computed(void *self, uint64_t ns)
{
    (void)ns;
    irq_look(self);
}

static uintptr_t handler_begins(void *self, int which, uintptr_t pc, int by_signal)
{
    if (replays)
        pc = replay_irq_begins(&replay, &by_signal);
    if (records)
        record_irq(&record, (unsigned)which, (uint32_t)pc, by_signal);
    return begins_elsewhere ? begins_elsewhere(self, which, pc, by_signal) : pc;
}

static uint32_t cycles(void *self, uint32_t by_clock)
{
    uint32_t value = replays ? replay_cycles(&replay, by_clock) : by_clock;

    (void)self;
    if (records)
        record_cycles(&record, value);
    return value;
}

static int input(void *self)
{
    static uint32_t looks;
    int byte = replays ? replay_input(&replay) : input_elsewhere(self);

    if (byte < 0) {
        looks++;
        return byte;
    }
    if (records)
        record_input(&record, (uint8_t)byte, looks);
    looks = 0;
    return byte;
}

void recording_hook(struct native_host *h)
{
    if (!run.options.record && !replays)
        return;
    input_elsewhere = h->getc;
    h->getc = input;
    h->cycles = cycles;
    begins_elsewhere = h->handler_begins;
    h->handler_begins = handler_begins;
    if (!replays)
        return;
    h->irq_pending = irq_pending;
    h->irq_look = irq_look;
    h->irq_computing = irq_computing;
    h->irq_input = NULL;
    h->irq_enabled = NULL;
    h->computed = computed;
    h->watch_computing = 1;
}

/* What would have ended the run if there were devices. */
static void ended(void *self, const struct bus_access *a, int result)
{
    const struct log_record *next;

    (void)self, (void)result;
    if (a->op == BUS_WRITE && a->addr == PM_RSTC && replay.state > 0 &&
        replay_ended(&replay, &next)) {
        replays = 0;
        run_end((int)next->value, 0);
    }
}

void recording_first(void)
{
    static struct bus_watcher printer = {.saw = print};

    if (!replays)
        return;
    replay_map(&replay, &run.bus);
    replay_watch_first(&replay);
    bus_watch(&run.bus, &printer);
}

/* ---- recording ---- */

static void stopped(void *self, const char *why, uint64_t accesses)
{
    (void)self;
    run_say("--record %s: %s; recording stops after %" PRIu64
            " accesses, which can be read; the program goes on",
            run.options.record, why, accesses);
}

static enum log_clock whose_time(void)
{
    if (replays)
        return replay.log.clock;
    if (run.clock.mode != CLOCK_VIRTUAL)
        return LOG_REAL;
    return run.options.time == TIME_COUNTED ? LOG_COUNTED : LOG_VIRTUAL;
}

/* Recording empties its file first: what is replayed from it, or drawn into it, would be lost. */
static void refuse_same(const char *option, const char *path)
{
    struct stat log, other;

    if (!path || stat(run.options.record, &log) < 0 || stat(path, &other) < 0)
        return;
    if (!S_ISREG(log.st_mode) || log.st_dev != other.st_dev || log.st_ino != other.st_ino)
        return;
    run_say("--record %s: it is the file of %s %s: name another one", run.options.record, option,
            path);
    exit(2);
}

void recording_last(void)
{
    if (run.options.record) {
        refuse_same("--replay", run.options.replay);
        refuse_same("--vcd", run.options.vcd);
        record = (struct record){.clock = &run.clock,
                                 .bus = &run.bus,
                                 .stopped = stopped,
                                 .origin = native_origin,
                                 .counts = &native_counts};
        if (record_start(&record, run.options.record, whose_time()) < 0) {
            run_say("--record %s: %s", run.options.record, record.log.why);
            exit(2);
        }
        records = 1;
        bus_watch(&run.bus, &record.watcher);
    }
    if (replays) {
        static struct bus_watcher end = {.saw = ended};

        replay_watch(&replay);
        bus_watch(&run.bus, &end);
    }
}

void recording_handed(uint32_t addr, uint32_t nbytes)
{
    if (records)
        record_handed(&record, addr, nbytes);
}

void recording_settle(void)
{
    if (records)
        record_settle(&record);
}

static void add_place(void *self, uintptr_t pc, const char *text)
{
    fprintf(self, "%" PRIxPTR " %s\n", pc, text);
}

static int by_value(const void *a, const void *b)
{
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;

    return (x > y) - (x < y);
}

/* The names of all locations, so that they are known when the program has changed. */
static void write_places(FILE *f)
{
    const struct record_places *p = &record.places;
    uintptr_t *pc = calloc(p->n + 1, sizeof *pc);
    size_t n = 0;

    fprintf(f, "program %s\n", program_invocation_short_name);
    for (uint32_t i = 0; pc && i < p->room; i++) {
        if (p->pc[i])
            pc[n++] = p->pc[i];
    }
    if (pc) {
        qsort(pc, n, sizeof *pc, by_value);
        native_name_all(pc, n, f, add_place);
    }
    free(pc);
}

static void end_recording(int status, int sig)
{
    char *text = NULL;
    size_t nbytes = 0;
    FILE *f = record.on && !run.options.no_places ? open_memstream(&text, &nbytes) : NULL;
    int on = record.on;

    records = 0;
    if (f) {
        write_places(f);
        fclose(f);
    }
    if (record_end(&record, status, sig, text ? text : "", nbytes) < 0 && on)
        run_say("--record %s: %s; the log is not whole", run.options.record, record.log.why);
    free(text);
}

int recording_end(int status, int sig)
{
    const struct log_record *next;
    char text[512];

    if (records)
        record_ending(&record);
    if (replays && replay_ended(&replay, &next)) {
        if (replay.state > 0)
            run.clock.ns = next->ns;
    } else if (replays && !sig && (status == 0 || status == 1)) {
        run_say("--replay %s: the program ended; the recorded run went on after access %" PRIu64
                ": %s",
                run.options.replay, replay.log.number - 1, record_text(next, text, sizeof text));
        status = 1;
    }
    replays = 0;
    if (records)
        end_recording(status, sig);
    return status;
}
