/* The line's benchmark: each workload over the naive protocol and over ours, in the same virtual
 * time; tests/bench/line-protocol.bench says what the rows mean. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/line-naive.h"
#include "tests/bench/line-tape.h"
#include "tests/bench/line-workloads.h"

#define MS ((uint64_t)1000000)

enum { SEED = 2024, EDGE_SEEN_US = 100 };

static const struct setting {
    const char *name;
    unsigned baud, latency_ms;
} settings[WORKLOAD_SETTINGS] = {
    {"115200 baud, 1 ms", 115200, 1},
    {"921600 baud, 1 ms", 921600, 1},
    {"115200 baud, 16 ms", 115200, 16},
};

struct result {
    double seconds, cpu_seconds; /* of the line's time; of the laptop's processor */
    double accesses, bytes, round_trips;
    double seen_us, known_us, trips; /* of waits for an edge: worst, mean, median */
};

struct bench {
    struct world world;
    struct journal journal;
    struct workload_devices devices;
    struct workload_needs needs;
    struct naive naive;
    struct remote remote;
    struct tape tape;
    struct result result;
};

static struct bench bench;

static void remark(void *self, const struct bus_access *a, enum remote_remark what)
{
    (void)self;
    fprintf(stderr, "line: remark %d about 0x%08x\n", what, a->addr);
}

/* ---- programs ---- */

static uint32_t checked_read(void *self, uint32_t addr, uintptr_t pc)
{
    return journal_read(self, 4, addr, pc);
}

static void checked_write(void *self, uint32_t addr, uint32_t value, uintptr_t pc)
{
    journal_write(self, 4, addr, value, pc);
}

static uint32_t bare_read(void *self, uint32_t addr, uintptr_t pc)
{
    struct bus_access a = {.op = BUS_READ, .width = 4, .addr = addr, .pc = pc};

    remote_read(self, &a);
    return a.value;
}

static void bare_write(void *self, uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct bus_access a = {.op = BUS_WRITE, .width = 4, .addr = addr, .value = value, .pc = pc};

    remote_write(self, &a);
}

/* ---- runs ---- */

static void set_up(struct bench *b, const struct setting *s, const struct workload *w)
{
    struct line_config config = {.baud = s->baud, .latency_ns = s->latency_ms * MS, .seed = SEED};
    struct world_devices devices;

    memset(b, 0, sizeof *b);
    b->devices = (struct workload_devices){.journal = &b->journal, .seed = SEED};
    b->journal = (struct journal){.world = &b->world, .self = &b->devices, .value = w->value};
    journal_preset(&b->journal, 0x20200004, 022 << 12); /* GPIO14 and 15 are the line's */
    devices = journal_devices(&b->journal);
    world_init(&b->world, &config, &devices);
}

static uint64_t bytes_sent(const struct world *w)
{
    return w->line.wire[LINE_TO_PI].counts.sent + w->line.wire[LINE_TO_LAPTOP].counts.sent;
}

static int compare_counts(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static double median(uint64_t *counts, size_t n)
{
    qsort(counts, n, sizeof *counts, compare_counts);
    n /= 2;
    return (double)counts[n];
}

/* Runs the workload and counts. 0, or -1 when something was not as it must be. */
static int measure(struct bench *b, const struct workload *w, const char *how)
{
    const struct program p = {&b->journal, checked_read, checked_write};
    uint64_t start = b->world.now, bytes = bytes_sent(&b->world);

    w->run(&p, &b->devices, &b->needs);
    if (b->remote.port.self)
        remote_sync(&b->remote);
    while (b->journal.performed < b->journal.issued && b->world.now < b->world.end)
        world_pass(&b->world, b->world.now + 10000);
    b->result.seconds = (double)(b->world.now - start) / 1e9;
    b->result.accesses = (double)b->journal.accesses;
    b->result.bytes = (double)(bytes_sent(&b->world) - bytes);
    b->result.seen_us = (double)b->devices.seen_after / 1e3;
    b->result.known_us = (double)b->devices.known_after / 1e3 / EDGE_WAITS;
    b->result.trips = median(b->devices.trips_of, EDGE_WAITS);
    if (journal_complete(&b->journal) == 0 && b->world.line.wire[LINE_TO_PI].counts.overrun == 0)
        return 0;
    fprintf(stderr, "line: %s, %s: %s; %" PRIu64 " bytes overran the Pi\n", w->name, how,
            b->journal.failed, b->world.line.wire[LINE_TO_PI].counts.overrun);
    return -1;
}

static int run_naive(struct bench *b, const struct setting *s, const struct workload *w)
{
    set_up(b, s, w);
    b->world.end = 1000000 * MS;
    naive_init(&b->naive, &b->world);
    b->devices.round_trips = &b->naive.round_trips;
    line_model_set_baud(&b->world.line, LINE_TO_LAPTOP, s->baud);
    b->journal.path = naive_path(&b->naive);
    if (measure(b, w, "naive") < 0)
        return -1;
    b->result.round_trips = (double)b->naive.round_trips;
    journal_free(&b->journal);
    return 0;
}

static int open_remote(struct bench *b, const struct link_port *port, const struct setting *s)
{
    memset(&b->remote, 0, sizeof b->remote);
    b->remote.port = *port;
    b->remote.remark = remark;
    b->remote.name = "line";
    return remote_open(&b->remote, s->baud, NULL, 1, 1000);
}

static double cpu_seconds(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The same again without the simulation. */
static int measure_processor(struct bench *b, const struct setting *s, const struct workload *w)
{
    const struct program p = {&b->remote, bare_read, bare_write};
    struct workload_needs needs = {0};
    double start;
    int e;

    tape_play(&b->tape);
    e = open_remote(b, &b->tape.port, s);
    start = cpu_seconds();
    w->run(&p, &b->devices, &needs);
    if (e == 0)
        e = remote_sync(&b->remote);
    b->result.cpu_seconds = cpu_seconds() - start;
    if (e == 0 && !b->tape.differs && b->tape.at == b->tape.ncalls)
        return 0;
    fprintf(stderr, "line: %s: the recording was not met again\n", w->name);
    return -1;
}

static int run_ours(struct bench *b, const struct setting *s, const struct workload *w)
{
    int e;

    set_up(b, s, w);
    b->world.end = 1000000 * MS;
    tape_record(&b->tape, &b->world.link_port);
    b->journal.path = journal_remote(&b->remote);
    b->journal.requests = &b->remote.link.stats.round_trips;
    b->devices.round_trips = &b->remote.link.stats.round_trips;
    b->world.loop.baud = s->baud;
    line_model_set_baud(&b->world.line, LINE_TO_LAPTOP, s->baud);
    e = open_remote(b, &b->tape.port, s);
    if (e < 0) {
        fprintf(stderr, "line: the device loop does not answer: %d\n", e);
        return -1;
    }
    if (measure(b, w, "ours") < 0)
        return -1;
    b->result.round_trips = (double)b->remote.link.stats.round_trips;
    e = measure_processor(b, s, w);
    tape_free(&b->tape);
    journal_free(&b->journal);
    return e;
}

/* ---- rows ---- */

static void row(const char *workload, const char *setting, const char *unit, int more, double ours,
                double reference, double limit, const char *required)
{
    char text[32] = "";

    if (limit > 0)
        snprintf(text, sizeof text, "%.3g", limit);
    printf("%s\t%s\t%s\t%s\t%.6g\t%.6g\t%s\t%s\n", workload, setting, unit, more ? "more" : "less",
           ours, reference, text, required);
}

/* The time that no protocol can do without that guesses no value: line-protocol.bench explains. */
static double least_seconds(const struct setting *s, const struct workload_needs *n)
{
    uint64_t bytes = n->writes + n->answers * 8 + n->value_bytes;

    return (double)bytes * LINE_BITS_PER_BYTE / s->baud + (double)n->answers * s->latency_ms / 1000;
}

static void speed_rows(const struct setting *s, const struct workload *w, const char *required,
                       const struct result *naive, const struct result *ours,
                       const struct workload_needs *needs)
{
    char name[64];

    row(w->name, s->name, "accesses/s", 1, naive->accesses / ours->seconds,
        naive->accesses / naive->seconds, naive->seconds / least_seconds(s, needs), required);
    snprintf(name, sizeof name, "%s: bytes", w->name);
    row(name, s->name, "bytes/access", 0, ours->bytes / naive->accesses,
        naive->bytes / naive->accesses, 0, "");
    if (naive->round_trips > 0) {
        snprintf(name, sizeof name, "%s: round trips", w->name);
        row(name, s->name, "round trips/access", 0, ours->round_trips / naive->accesses,
            naive->round_trips / naive->accesses, 0, "");
    }
    snprintf(name, sizeof name, "%s: own processing", w->name);
    row(name, s->name, "us/access with it", 0,
        (ours->seconds + ours->cpu_seconds) / naive->accesses * 1e6,
        ours->seconds / naive->accesses * 1e6, 1, "0.9524");
}

static void edge_rows(const struct setting *s, const struct workload *w, const struct result *naive,
                      const struct result *ours)
{
    const double look_us = (WORLD_ACCESS_NS + WORLD_RUN_NS) / 1e3;
    const double answer_us = 4.0 * LINE_BITS_PER_BYTE * 1e6 / s->baud + s->latency_ms * 1e3;
    char name[64];

    snprintf(name, sizeof name, "%s: until the Pi sees it", w->name);
    row(name, s->name, "us", 0, ours->seen_us, EDGE_SEEN_US, EDGE_SEEN_US / look_us, "1");
    snprintf(name, sizeof name, "%s: until the program knows", w->name);
    row(name, s->name, "us", 0, ours->known_us, naive->known_us, naive->known_us / answer_us, "");
    snprintf(name, sizeof name, "%s: round trips of a wait", w->name);
    row(name, s->name, "round trips", 0, ours->trips, 1, 1, "1");
    snprintf(name, sizeof name, "%s: processor", w->name);
    row(name, s->name, "% busy", 0, ours->cpu_seconds / ours->seconds * 100, 5, 0, "1");
}

static int compare(const struct setting *s, const struct workload *w, unsigned setting)
{
    struct bench *b = &bench;
    struct result naive;

    if (run_naive(b, s, w) < 0)
        return -1;
    naive = b->result;
    if (run_ours(b, s, w) < 0)
        return -1;
    if (w->edge)
        edge_rows(s, w, &naive, &b->result);
    else
        speed_rows(s, w, w->required[setting], &naive, &b->result, &b->needs);
    return 0;
}

int main(void)
{
    for (const struct workload *w = workloads; w->name; w++)
        for (unsigned i = 0; i < WORKLOAD_SETTINGS; i++)
            if (compare(&settings[i], w, i) < 0)
                return 1;
    return 0;
}
