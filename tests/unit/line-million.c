/* A million accesses over a line that drops, flips, repeats and inserts bytes: the far side
 * performs what the program did, once and in order. Virtual time, seeded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/line-journal.h"
#include "tests/bench/line-world.h"

#define MS ((uint64_t)1000000)

enum {
    GPIO = 0x20200000,
    SPI_CS = 0x20204000,
    SPI_FIFO = 0x20204004,
    SPI_LTOH = 0x20204010,
    BSC1_STATUS = 0x20804004,
    BSC1_FIFO = 0x20804010,
    BSC1_DEL = 0x20804018,
    PL011_DR = 0x20201000,
    PL011_FR = 0x20201018,
    PL011_IBRD = 0x20201024,
    RNG_DATA = 0x20104008,
    TIMER_LOW = 0x20003004,
    TIMER_HIGH = 0x20003008,
    PWM_RANGE1 = 0x2020C010,
    TIMER_START_S = 4290, /* the Pi's timer: its low half turns over after 5 s */
    READY = 1,
    BOTH_WAYS = 1 << LINE_TO_PI | 1 << LINE_TO_LAPTOP,
};

struct setup {
    const char *name;
    uint64_t accesses, seed;
    unsigned speed;             /* beyond 115200; 0: none */
    unsigned latency_ms, every; /* 1 in so many bytes */
    unsigned faults;            /* 1 << enum line_fault_kind */
    enum line_fault_kind burst; /* of 1 s, */
    unsigned burst_every;       /* after so many bytes */
    unsigned burst_dirs;
    int ftdi;
    int stays; /* at the speed it moves to */
    uint32_t first_seq;
    uint64_t pi_run_ns; /* what a run of the loop takes; 0: as usual */
    unsigned buffer;    /* bytes the laptop's kernel takes; 0: as usual */
    struct remote_switches off;
};

struct run {
    struct world world;
    struct remote remote;
    struct journal journal;
    uint64_t seed, drawn;
    uint64_t busy_until; /* ns: status registers stay busy */
};

static struct run run;

static uint64_t draw(struct run *r)
{
    return line_random(r->seed, 1, r->drawn++);
}

static unsigned below(struct run *r, unsigned n)
{
    return (unsigned)(draw(r) % n);
}

/* ---- the devices' values ---- */

static uint64_t timer_us(const struct run *r)
{
    return r->world.now / 1000 + TIMER_START_S * 1000000ull;
}

/* Status registers are busy for some looks, or for a while; other bits change as well. */
static uint32_t status(struct run *r, const struct world_access *a, uint64_t looks)
{
    uint64_t at = line_random(r->seed, 2, r->journal.performed ^ a->addr);
    unsigned busy_looks = at % 16 == 0 ? 400 : at % 16 < 8 ? at % 7 : 0;
    uint32_t other = at & 0xF0;

    if (at >> 8 & 1 && looks == 3)
        other ^= 0x100;
    if ((at >> 20) % 8 == 0)
        other |= (uint32_t)(at >> 16 & 0xFFFFFF00);
    return looks < busy_looks || a->ns < r->busy_until ? other : other | READY;
}

static uint32_t value(void *self, const struct world_access *a, uint64_t looks)
{
    struct run *r = self;
    uint64_t v;

    switch (a->addr) {
    case TIMER_LOW:
        return (uint32_t)timer_us(r);
    case TIMER_HIGH:
        return (uint32_t)(timer_us(r) >> 32);
    default:
        break;
    }
    if (!journal_read_acts(a->addr))
        v = status(r, a, looks);
    else
        v = line_random(r->seed, 3, r->journal.performed) >> (r->journal.performed % 3 * 12);
    return a->width == 4 ? (uint32_t)v : (uint32_t)v & ((1u << 8 * a->width) - 1);
}

static void remark(void *self, const struct bus_access *a, enum remote_remark what)
{
    (void)self;
    fail_msg("remark %d: 0x%x", what, a->addr);
}

/* ---- the program ---- */

static const uint32_t plain[] = {GPIO,     GPIO + 8, GPIO + 12,  GPIO + 16,        GPIO + 20,
                                 SPI_LTOH, BSC1_DEL, PWM_RANGE1, JOURNAL_CONTRARY, PL011_IBRD};
static const uint32_t busy[] = {SPI_CS, BSC1_STATUS, PL011_FR, GPIO + 0x34, GPIO + 0x38};
static const uint32_t fifo[] = {SPI_FIFO, BSC1_FIFO, PL011_DR, RNG_DATA};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define ANY(r, table) (table)[below(r, COUNT(table))]

static void write_pins(struct run *r)
{
    for (unsigned n = below(r, 40); n; n--)
        journal_write(&r->journal, 4, GPIO + (below(r, 2) ? 0x1C : 0x28), 1u << below(r, 28), n);
}

static void write_fifo(struct run *r)
{
    uint32_t addr = ANY(r, fifo);

    for (unsigned n = below(r, 30); n; n--)
        journal_write(&r->journal, 1u << below(r, 3), addr,
                      (uint32_t)(draw(r) >> below(r, 33) & 0xFF), n);
}

static void write_same(struct run *r)
{
    uint32_t addr = ANY(r, fifo), v = (uint32_t)draw(r);

    for (unsigned n = below(r, 20) ? below(r, 6) : 700; n; n--)
        journal_write(&r->journal, 4, addr, v, 5);
}

static void write_words(struct run *r)
{
    for (unsigned n = below(r, 20); n; n--)
        journal_write(&r->journal, 4, ANY(r, plain) + (below(r, 9) ? 0 : 0x1C),
                      (uint32_t)draw(r) >> below(r, 32), n);
}

static void read_fifo(struct run *r)
{
    for (unsigned n = below(r, 4); n; n--)
        journal_read(&r->journal, 1u << below(r, 3), ANY(r, fifo), n);
}

static void change_bits(struct run *r)
{
    uint32_t addr = ANY(r, plain), v = journal_read(&r->journal, 4, addr, 7);

    journal_write(&r->journal, 4, addr, v ^ (7u << below(r, 30)), 7);
}

/* Waits in loops of its own kinds; sometimes it gives up, or does something else in between. */
static void wait_ready(struct run *r)
{
    unsigned site = below(r, 12), looks = below(r, 4) ? 1000 : below(r, 5);
    uint32_t addr = busy[site % COUNT(busy)];

    if (below(r, 40) == 0)
        r->busy_until = r->world.now + below(r, 30) * MS;
    else if (below(r, 400) == 0)
        r->busy_until = r->world.now + 1200 * MS;
    while (looks-- && !(journal_read(&r->journal, 4, addr, 100 + site) & READY))
        if (site == 11)
            journal_write(&r->journal, 4, GPIO + 0x1C, 1, 8);
        else if (site == 10)
            journal_delay(&r->journal, 1);
}

static void look_around(struct run *r)
{
    for (unsigned n = below(r, 5); n; n--)
        journal_read(&r->journal, below(r, 4) ? 4 : 1u << below(r, 3), ANY(r, busy), 9);
}

static void pass_time(struct run *r)
{
    unsigned kind = below(r, 200);

    journal_delay(&r->journal, kind == 0  ? 150000
                               : kind < 4 ? 5000
                               : kind < 9 ? 1100
                                          : below(r, 50));
}

static void ask_time(struct run *r)
{
    uint64_t before = timer_us(r), t = journal_time_us(&r->journal, &r->remote);

    if (!r->remote.link.error && (t < before || t > timer_us(r)))
        fail_msg("time: %" PRIu64 ", expected %" PRIu64 " to %" PRIu64, t, before, timer_us(r));
}

static void act(struct run *r)
{
    switch (below(r, 16)) {
    case 0:
    case 1:
    case 2:
        write_pins(r);
        break;
    case 3:
        write_fifo(r);
        break;
    case 4:
        write_same(r);
        break;
    case 5:
        write_words(r);
        break;
    case 6:
    case 7:
        read_fifo(r);
        break;
    case 8:
    case 9:
        change_bits(r);
        break;
    case 10:
    case 11:
        wait_ready(r);
        break;
    case 12:
        look_around(r);
        break;
    case 13:
        pass_time(r);
        break;
    case 14:
        remote_barrier(&r->remote);
        break;
    default:
        if (below(r, 20) == 0)
            ask_time(r);
    }
}

/* ---- a run ---- */

static void add_faults(struct line_config *config, const struct setup *s)
{
    for (unsigned kind = 0; kind < LINE_FAULT_KINDS; kind++)
        if (s->faults >> kind & 1)
            config->faults[config->nfaults++] =
                (struct line_fault){.kind = kind, .dirs = BOTH_WAYS, .every = s->every};
    for (unsigned i = 1; s->burst_every && i < LINE_MAX_FAULTS; i++)
        config->faults[config->nfaults++] = (struct line_fault){.kind = s->burst,
                                                                .dirs = s->burst_dirs,
                                                                .at = (uint64_t)i * s->burst_every,
                                                                .lasts_ns = 1000 * MS};
}

static void start(struct run *r, const struct setup *s)
{
    struct line_config config = {
        .baud = 115200, .latency_ns = s->latency_ms * MS, .ftdi = s->ftdi, .seed = s->seed};
    unsigned speeds[] = {s->speed, 0};
    struct world_devices devices;

    memset(r, 0, sizeof *r);
    r->seed = s->seed;
    add_faults(&config, s);
    r->journal = (struct journal){.world = &r->world,
                                  .path = journal_remote(&r->remote),
                                  .requests = &r->remote.link.stats.round_trips,
                                  .self = r,
                                  .value = value};
    devices = journal_devices(&r->journal);
    world_init(&r->world, &config, &devices);
    r->world.end = 100000000 * MS;
    r->world.run_ns = s->pi_run_ns ? s->pi_run_ns : r->world.run_ns;
    r->world.buffer = s->buffer ? s->buffer : r->world.buffer;
    r->remote.port = r->world.link_port;
    r->remote.off = s->off;
    r->remote.self = r;
    r->remote.name = "line";
    r->remote.remark = remark;
    assert_int_equal(
        remote_open(&r->remote, 115200, s->speed ? speeds : NULL, 0x1234 ^ (uint32_t)s->seed, 3000),
        0);
    if (s->first_seq) {
        struct link *l = &r->remote.link;

        l->acked = l->made = l->sent = l->sent_once = s->first_seq;
        r->world.loop.session.executed = s->first_seq;
    }
}

static void report(const struct run *r, const struct setup *s)
{
    const struct link_stats *l = &r->remote.link.stats;
    const struct line_counts *down = &r->world.line.wire[LINE_TO_PI].counts,
                             *up = &r->world.line.wire[LINE_TO_LAPTOP].counts;

    printf("# %s: %" PRIu64 " accesses, %" PRIu64 " ms, %u baud; frames %" PRIu64 ", again %" PRIu64
           ", round trips %" PRIu64 ", damage here %" PRIu64 " there %u; bytes down %" PRIu64
           " up %" PRIu64 "; faults",
           s->name, r->journal.accesses, r->world.now / MS, r->remote.link.baud, l->frames,
           l->repeats, l->round_trips, l->damage, r->world.loop.session.damaged, down->sent,
           up->sent);
    for (unsigned kind = 0; kind < LINE_FAULT_KINDS; kind++)
        if (s->faults >> kind & 1)
            printf(" %s %" PRIu64, line_fault_name[kind], down->faults[kind] + up->faults[kind]);
    printf("; polled %" PRIu64 ", shadowed %" PRIu64 ", fused %" PRIu64 "; overruns %" PRIu64
           ", stale %" PRIu64 "\n",
           r->remote.stats.polls, r->remote.stats.shadowed, r->remote.stats.fused, down->overrun,
           r->journal.stale);
}

/* Greets, does what the setup says, and checks. */
static void run_it(const struct setup *s)
{
    struct run *r = &run;
    char text[512];
    int e;

    start(r, s);
    while (r->journal.accesses < s->accesses && !r->remote.link.error && !r->journal.failed[0])
        act(r);
    e = remote_sync(&r->remote);
    report(r, s);
    if (journal_complete(&r->journal))
        fail_msg("%s: seed %" PRIu64 ": %s", s->name, s->seed, r->journal.failed);
    if (e)
        fail_msg("%s: seed %" PRIu64 ": after %" PRIu64 " accesses, at %" PRIu64 " ms: %s", s->name,
                 s->seed, r->journal.accesses, r->world.now / MS,
                 remote_error_text(&r->remote, e, text, sizeof text));
    if (r->world.line.wire[LINE_TO_PI].counts.overrun)
        fail_msg("%s: seed %" PRIu64 ": expected no overrun of the Pi's FIFO, got %" PRIu64,
                 s->name, s->seed, r->world.line.wire[LINE_TO_PI].counts.overrun);
    if (r->journal.stale > r->journal.accesses / 1000)
        fail_msg("%s: seed %" PRIu64 ": expected at most one stale value in 1000, got %" PRIu64,
                 s->name, s->seed, r->journal.stale);
    assert_int_equal(r->remote.link.baud, s->stays ? s->speed : r->remote.link.baud);
    journal_free(&r->journal);
}

static void run_all(const struct setup *setups, size_t n)
{
    uint64_t accesses = 0;

    for (size_t i = 0; i < n; i++) {
        run_it(&setups[i]);
        accesses += run.journal.accesses;
    }
    printf("# together %" PRIu64 " accesses\n", accesses);
}

enum { BYTE_FAULTS = 1 << LINE_DROP | 1 << LINE_FLIP | 1 << LINE_REPEAT | 1 << LINE_INSERT };

static void a_line_without_faults(void **state)
{
    static const struct setup setups[] = {
        {.name = "first speed", .accesses = 100000, .latency_ms = 1},
        {.name = "adapter of 16 ms", .accesses = 100000, .latency_ms = 16, .ftdi = 1},
        {.name = "460800", .accesses = 100000, .latency_ms = 1, .speed = 460800, .stays = 1},
        {.name = "921600", .accesses = 100000, .latency_ms = 1, .speed = 921600, .stays = 1},
        {.name = "1000000", .accesses = 100000, .latency_ms = 1, .speed = 1000000, .stays = 1},
        {.name = "921600, a slow Pi",
         .accesses = 100000,
         .latency_ms = 1,
         .speed = 921600,
         .stays = 1,
         .pi_run_ns = 20000},
        {.name = "a small buffer", .accesses = 100000, .latency_ms = 1, .buffer = 16},
    };

    (void)state;
    run_all(setups, COUNT(setups));
}

/* One byte in a thousand, each kind alone, and of each kind. */
static void a_million_accesses(void **state)
{
    struct setup setups[8] = {{0}};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        setups[i] = (struct setup){.name = line_fault_name[i],
                                   .accesses = 250000,
                                   .seed = i,
                                   .latency_ms = 1,
                                   .every = 1000,
                                   .faults = 1u << i};
        setups[4 + i] = setups[i];
        setups[4 + i].name = "all kinds";
        setups[4 + i].seed = 4 + i;
        setups[4 + i].faults = BYTE_FAULTS;
    }
    run_all(setups, COUNT(setups));
}

static void bad_lines_of_other_kinds(void **state)
{
    static const struct setup setups[] = {
        {.name = "adapter of 16 ms",
         .accesses = 100000,
         .seed = 1,
         .latency_ms = 16,
         .ftdi = 1,
         .every = 1000,
         .faults = BYTE_FAULTS},
        {.name = "921600",
         .accesses = 100000,
         .seed = 2,
         .latency_ms = 1,
         .speed = 921600,
         .every = 5000,
         .faults = BYTE_FAULTS},
        {.name = "numbers turn over",
         .accesses = 50000,
         .seed = 3,
         .latency_ms = 1,
         .first_seq = 0xFFFFFF00,
         .every = 1000,
         .faults = BYTE_FAULTS},
        {.name = "a slow Pi, a small buffer",
         .accesses = 50000,
         .seed = 4,
         .latency_ms = 1,
         .pi_run_ns = 20000,
         .buffer = 16,
         .every = 1000,
         .faults = BYTE_FAULTS},
    };

    (void)state;
    run_all(setups, COUNT(setups));
}

/* Of 1 s, in one direction or (a cut) both. */
static void bursts(void **state)
{
    struct setup setups[12] = {{0}};

    (void)state;
    for (unsigned i = 0; i < COUNT(setups); i++) {
        enum line_fault_kind kind = LINE_CUT + i / 4;
        unsigned dir = i / 2 % 2, fast = i % 2;

        setups[i] = (struct setup){.name = line_fault_name[kind],
                                   .accesses = 100000,
                                   .seed = i,
                                   .latency_ms = 1,
                                   .speed = fast ? 921600 : 0,
                                   .stays = fast && kind != LINE_NOISE,
                                   .burst = kind,
                                   .burst_every = dir == LINE_TO_PI ? 20001 : 5001,
                                   .burst_dirs = 1u << dir};
    }
    run_all(setups, COUNT(setups));
}

static void all_switches(void **state)
{
    struct setup setups[64] = {{0}};

    (void)state;
    for (unsigned set = 0; set < 64; set++)
        setups[set] = (struct setup){.name = "switches",
                                     .accesses = 3000,
                                     .seed = set,
                                     .latency_ms = 1,
                                     .every = 1000,
                                     .faults = BYTE_FAULTS,
                                     .speed = 921600,
                                     .off = {.no_batch = set & 1,
                                             .no_compact = set >> 1 & 1,
                                             .no_shadow = set >> 2 & 1,
                                             .no_fuse = set >> 3 & 1,
                                             .no_delay = set >> 4 & 1,
                                             .no_speed = set >> 5 & 1}};
    run_all(setups, COUNT(setups));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_without_faults),
        cmocka_unit_test(a_million_accesses),
        cmocka_unit_test(bad_lines_of_other_kinds),
        cmocka_unit_test(bursts),
        cmocka_unit_test(all_switches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
