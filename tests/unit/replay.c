/* A run is recorded and replayed: the same answers at the same times, whatever else happened; the
 * replay's own log is the same, byte for byte; and the first difference is found where it is. */
#include "tests/unit/access.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "emu/observe/record.h"
#include "emu/observe/replay.h"

enum { STEPS = 5000, RAM = 0x00300000, RAM_BYTES = 1 << 16 };

static char first[] = "/tmp/replay-XXXXXX", second[] = "/tmp/replay-XXXXXX";

static struct run {
    struct bus bus;
    struct clock clock;
    struct record record;
    struct replay replay;
    struct bus_target noise; /* answers with what nobody can guess */
    struct call_counts counts;
    uint32_t seed;
    int replays, stopped;
    uint32_t sum; /* of what the program saw */
    jmp_buf over;
    char said[128];
} run;

static uint32_t random_of(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)*seed * below >> 32);
}

static int noise_read(void *self, struct bus_access *a)
{
    struct run *r = self;

    if (a->addr % 0x1000 == 0xffc)
        return BUS_UNMODELLED;
    a->value = random_of(&r->seed, 4) ? 7 : random_of(&r->seed, 0xffffffff);
    return 0;
}

static int noise_write(void *self, const struct bus_access *a)
{
    struct run *r = self;

    if (a->addr % 0x1000 == 0x500) { /* a bus master: answers in memory, and makes accesses */
        struct bus_access dma = {
            .op = BUS_READ, .width = 4, .addr = 0x20201000, .origin = ORIGIN_DMA};

        bus_perform(&r->bus, &dma);
        record_handed(&r->record, RAM + 64, 8);
        memcpy((void *)(uintptr_t)(RAM + 64), &dma.value, 4);
        *(uint32_t *)(uintptr_t)(RAM + 68) = random_of(&r->seed, 1000);
    }
    return 0;
}

static void stopped(void *self, const char *why, uint64_t accesses)
{
    (void)why, (void)accesses;
    ((struct run *)self)->stopped++;
}

static enum bus_origin origin(uintptr_t pc)
{
    return pc < 0x20100 ? ORIGIN_CONSOLE : ORIGIN_PROGRAM;
}

static void *memory(void *self, uint32_t addr, uint32_t nbytes, int write)
{
    (void)self, (void)write;
    assert_in_range(addr, RAM, RAM + RAM_BYTES - nbytes);
    return (void *)(uintptr_t)addr;
}

static void wrote(void *self, uint32_t addr, uint32_t nbytes)
{
    record_handed(&((struct run *)self)->record, addr, nbytes);
    record_settle(&((struct run *)self)->record);
}

static void differs(void *self, const struct bus_access *a, const struct log_record *r)
{
    struct run *t = self;

    snprintf(t->said, sizeof t->said, "%d of 0x%x, not %d %d of 0x%x, at %llu", (int)a->op, a->addr,
             (int)r->kind, (int)r->a.op, r->a.addr, (unsigned long long)t->replay.log.number);
    longjmp(t->over, 1);
}

static void over(void *self, const struct bus_access *a, const struct log_record *r,
                 const char *why)
{
    struct run *t = self;

    (void)a;
    snprintf(t->said, sizeof t->said, "over: %s", r ? "ended" : why ? why : "cut");
    longjmp(t->over, 1);
}

/* The clock stands still in a replay but for what its log says, and what calls take. */
static void cost(void *self)
{
    struct run *r = self;

    if (!r->replays)
        clock_pass(&r->clock, LOG_ACCESS_NS);
}

static void start(const char *log, const char *replayed)
{
    memset(&run, 0, sizeof run);
    clock_start(&run.clock, CLOCK_VIRTUAL);
    run.seed = 99;
    run.bus.timing = &run;
    run.bus.access_cost = cost;
    run.record = (struct record){.clock = &run.clock,
                                 .bus = &run.bus,
                                 .self = &run,
                                 .stopped = stopped,
                                 .origin = origin,
                                 .counts = &run.counts};
    run.noise = (struct bus_target){.self = &run, .read = noise_read, .write = noise_write};
    bus_map(&run.bus, PERIPHERAL_BASE, PERIPHERAL_END - PERIPHERAL_BASE, &run.noise);
    if (replayed) {
        run.replays = 1;
        run.replay = (struct replay){.clock = &run.clock,
                                     .self = &run,
                                     .memory = memory,
                                     .wrote = wrote,
                                     .differs = differs,
                                     .over = over,
                                     .counts = &run.counts};
        assert_int_equal(replay_open(&run.replay, replayed), 0);
        replay_map(&run.replay, &run.bus);
        replay_watch_first(&run.replay);
    }
    assert_int_equal(record_start(&run.record, log, LOG_VIRTUAL), 0);
    bus_watch(&run.bus, &run.record.watcher);
    if (replayed)
        replay_watch(&run.replay);
}

/* ---- the program ---- */

static void handler(uint32_t *s)
{
    struct bus_access a = {.op = BUS_READ, .width = 4, .addr = 0x2000b200, .pc = 0x30000};

    bus_perform(&run.bus, &a);
    *s = *s * 31 + a.value;
}

/* What the engine does at the end of a call. */
static void maybe_interrupt(uint32_t *s)
{
    unsigned which = 0;

    run.counts.calls++;
    if (run.replays)
        which = (unsigned)replay_irq_pending(&run.replay);
    else if (random_of(&run.seed, 20) == 0)
        which = 1 + random_of(&run.seed, 2);
    if (!which)
        return;
    record_irq(&run.record, which, 0x20000 + *s % 100, 0);
    if (run.replays) {
        int by_signal;

        assert_int_equal(replay_irq_begins(&run.replay, &by_signal), 0x20000 + *s % 100);
        assert_int_equal(by_signal, 0);
    }
    *s = *s * 31 + which;
    handler(s);
}

static uint32_t cycles(void)
{
    uint32_t value;

    run.counts.timed_calls++;
    clock_pass(&run.clock, CLOCK_CYCLES_NS);
    if (!run.replays && random_of(&run.seed, 8) == 0) /* time passes unseen */
        clock_pass(&run.clock, 12345);
    value = (uint32_t)clock_cycles(&run.clock);
    if (run.replays)
        value = replay_cycles(&run.replay, value);
    record_cycles(&run.record, value);
    return value;
}

static int input(void)
{
    static uint32_t looks;
    int byte;

    if (run.replays)
        byte = replay_input(&run.replay);
    else
        byte = random_of(&run.seed, 4) ? -1 : (int)random_of(&run.seed, 256);
    if (byte < 0) {
        looks++;
    } else {
        record_input(&run.record, (uint8_t)byte, looks);
        looks = 0;
    }
    return byte;
}

/* What it does next hangs on all it saw, and on which program it is. */
static void program(uint32_t changed_at)
{
    uint32_t s = 1;

    for (uint32_t i = 0; i < STEPS; i++) {
        struct bus_access a = {
            .width = 4, .pc = 0x20000 + s % 64 * 8, .origin = origin(0x20000 + s % 64 * 8)};

        switch (s % 8) {
        case 0:
            s = s * 31 + cycles();
            break;
        case 1:
            while (input() < 0)
                s++;
            break;
        case 2:
            a = (struct bus_access){
                .op = s & 8 ? BUS_BARRIER : BUS_DELAY_US, .value = s & 8 ? 0 : s % 100, .pc = a.pc};
            bus_perform(&run.bus, &a);
            break;
        case 3:
            a.op = BUS_WRITE;
            a.addr = s & 8 ? 0x20200500 : 0x20200000 + s % 40 * 4;
            a.value = i == changed_at ? ~s : s;
            bus_perform(&run.bus, &a);
            s = s * 31 + *(uint32_t *)(uintptr_t)(RAM + 64) + *(uint32_t *)(uintptr_t)(RAM + 68);
            break;
        default:
            a.op = BUS_READ;
            a.width = s & 16 ? 4 : 1;
            a.addr = s & 32 ? 0x20204ffc : 0x20203000 + s % 64 * 4;
            bus_perform(&run.bus, &a);
            s = s * 31 + a.value;
        }
        maybe_interrupt(&s);
        s = s * 1103515245 + 12345;
        s ^= s >> 15;
    }
    run.sum = s;
}

static void finish(void)
{
    assert_int_equal(record_end(&run.record, 0, 0, "", 0), 0);
    assert_int_equal(run.stopped, 0);
}

static uint8_t *load(const char *name, size_t *n)
{
    uint8_t *bytes = malloc(1 << 20);
    FILE *f = fopen(name, "rb");

    *n = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    return bytes;
}

static uint32_t recorded(const char *name)
{
    memset((void *)(uintptr_t)RAM, 0, RAM_BYTES);
    start(name, NULL);
    program(UINT32_MAX);
    finish();
    return run.sum;
}

static void a_replay_of_a_replay_is_identical(void **state)
{
    uint32_t sum = recorded(first);
    size_t n, m;
    uint8_t *a = load(first, &n), *b;

    (void)state;
    assert_true(n > 1000);
    for (int again = 0; again < 2; again++) {
        const struct log_record *next;

        memset((void *)(uintptr_t)RAM, 0, RAM_BYTES);
        start(second, first);
        if (setjmp(run.over))
            fail_msg("replay: %s", run.said);
        program(UINT32_MAX);
        assert_int_equal(replay_ended(&run.replay, &next), 1);
        finish();
        log_close_reader(&run.replay.log);
        assert_int_equal(run.sum, sum);
        b = load(second, &m);
        assert_int_equal(m, n);
        assert_memory_equal(a, b, n);
        free(b);
        rename(second, first);
    }
    free(a);
}

/* The recorded run was interrupted between its calls: neither at the end of one, nor when the
 * program computes elsewhere, but there; and at the latest the next call finds that it is owed. */
static void an_interrupt_while_computing_comes_between_the_same_calls(void **state)
{
    uint32_t s = 1, pc;
    int by_signal;

    (void)state;
    start(first, NULL);
    handler(&s);
    run.counts.calls += 3;
    record_irq(&run.record, 1, 0x20044, 1);
    handler(&s);
    assert_int_equal(record_end(&run.record, 0, 0, "", 0), 0);

    s = 1;
    start(second, first);
    handler(&s);
    replay_irq_look(&run.replay);
    assert_int_equal(replay_irq_pending(&run.replay), 0);
    run.counts.calls += 3;
    assert_int_equal(replay_irq_pending(&run.replay), 0);
    assert_int_equal(replay_irq_computing(&run.replay, &pc), 1);
    assert_int_equal(pc, 0x20044);
    run.counts.calls++;
    assert_int_equal(replay_irq_computing(&run.replay, &pc), 0);
    replay_irq_look(&run.replay);
    assert_int_equal(replay_irq_pending(&run.replay), 0);
    run.counts.calls--;
    replay_irq_look(&run.replay);
    assert_int_equal(replay_irq_pending(&run.replay), 1);
    assert_int_equal(replay_irq_begins(&run.replay, &by_signal), 0x20044);
    assert_int_equal(by_signal, 1);
    assert_int_equal(run.replay.inexact, 1);
    assert_int_equal(replay_irq_computing(&run.replay, &pc), 0);
    handler(&s);
    finish();
    log_close_reader(&run.replay.log);
}

static void the_first_difference_is_found(void **state)
{
    static uint32_t changed;
    uint64_t at;

    (void)state;
    recorded(first);
    for (changed = 0; changed < 400; changed++) {
        memset((void *)(uintptr_t)RAM, 0, RAM_BYTES);
        start(second, first);
        if (setjmp(run.over) == 0) {
            program(changed);
            assert_string_equal(run.said, ""); /* nothing was written in that step */
        } else {
            at = run.replay.log.number;
            assert_non_null(strstr(run.said, "1 of 0x20200"));
            assert_true(at <= 3 * (uint64_t)changed + 8);
        }
        record_end(&run.record, 0, 0, "", 0);
        log_close_reader(&run.replay.log);
    }
}

static void a_program_that_goes_on_is_told(void **state)
{
    struct bus_access a = {.op = BUS_BARRIER};
    const struct log_record *next;

    (void)state;
    start(first, NULL);
    bus_perform(&run.bus, &a);
    finish();
    start(second, first);
    assert_int_equal(replay_ended(&run.replay, &next), 0);
    assert_int_equal(next->a.op, BUS_BARRIER);
    if (setjmp(run.over) == 0) {
        bus_perform(&run.bus, &a);
        bus_perform(&run.bus, &a);
        fail();
    }
    assert_string_equal(run.said, "over: ended");
    finish();
    log_close_reader(&run.replay.log);
}

static int map_ram(void **state)
{
    void *at = mmap((void *)(uintptr_t)RAM, RAM_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    (void)state;
    close(mkstemp(first));
    close(mkstemp(second));
    return at == (void *)(uintptr_t)RAM ? 0 : -1;
}

static int remove_files(void **state)
{
    (void)state;
    unlink(first);
    unlink(second);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replay_of_a_replay_is_identical),
        cmocka_unit_test(an_interrupt_while_computing_comes_between_the_same_calls),
        cmocka_unit_test(the_first_difference_is_found),
        cmocka_unit_test(a_program_that_goes_on_is_told),
    };

    return cmocka_run_group_tests(tests, map_ram, remove_files);
}
