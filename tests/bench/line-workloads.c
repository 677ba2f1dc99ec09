/* The workloads. What looks random is drawn from the seed by position: two runs over two protocols
 * make the same accesses and read the same values. */
#include "tests/bench/line-workloads.h"

#include <stddef.h>

enum {
    GPIO_FSEL0 = 0x20200000,
    GPIO_SET0 = 0x2020001C,
    GPIO_CLR0 = 0x20200028,
    GPIO_LEV0 = 0x20200034,
    GPIO_REN0 = 0x2020004C,
    SPI_CS = 0x20204000,
    SPI_FIFO = 0x20204004,
    SPI_DC = 0x20204014,
    SPI_DLEN = 0x2020400C,
    BSC1_CONTROL = 0x20804000,
    BSC1_STATUS = 0x20804004,
    BSC1_DLEN = 0x20804008,
    BSC1_FIFO = 0x20804010,
    BSC1_DEL = 0x20804018,
    PL011_DR = 0x20201000,
    PL011_FR = 0x20201018,
    PL011_IBRD = 0x20201024,
    RNG_DATA = 0x20104008,
    PCM_STATUS = 0x20203000,
    PWM_CONTROL = 0x2020C000,
    PWM_RANGE1 = 0x2020C010,
};

static uint64_t random_of(const struct workload_devices *d, unsigned stream, uint64_t n)
{
    return line_random(d->seed, stream, n);
}

static uint32_t no_value(void *devices, const struct world_access *a, uint64_t looks)
{
    (void)devices, (void)a, (void)looks;
    return 0;
}

/* ---- posted writes: SET and CLR of eight pins in turn, in a new order each round ---- */

static void run_posted(const struct program *p, struct workload_devices *d,
                       struct workload_needs *n)
{
    unsigned pin[] = {2, 3, 4, 17, 18, 22, 23, 27};

    for (unsigned round = 0; round < 1250; round++) {
        for (unsigned i = 7; i > 0; i--) {
            unsigned j = random_of(d, 20, round * 8 + i) % (i + 1), swap = pin[i];

            pin[i] = pin[j];
            pin[j] = swap;
        }
        for (unsigned i = 0; i < 8; i++) {
            p->write(p->self, GPIO_SET0, 1u << pin[i], 1);
            p->write(p->self, GPIO_CLR0, 1u << pin[i], 2);
        }
    }
    n->writes = (uint64_t)1250 * 16;
}

/* ---- dependent reads: half random words, half status registers ---- */

static uint32_t dependent_value(void *devices, const struct world_access *a, uint64_t looks)
{
    struct workload_devices *d = devices;
    uint64_t at = random_of(d, 30, d->journal->performed ^ a->addr);

    (void)looks;
    if (a->addr == RNG_DATA)
        return (uint32_t)at;
    return 0x00010090 | (at % 4 == 0 ? 1u << (at >> 8) % 7 : 0); /* now and then a bit is set */
}

static void run_dependent(const struct program *p, struct workload_devices *d,
                          struct workload_needs *n)
{
    static const uint32_t status[] = {SPI_CS, BSC1_STATUS, PL011_FR, PCM_STATUS};

    for (unsigned i = 0; i < 4000; i++) {
        unsigned which = random_of(d, 31, i) % 8;

        if (which < 4)
            p->read(p->self, status[which], 10 + which);
        else
            p->read(p->self, RNG_DATA, 20);
        n->answers++;
        n->value_bytes += which < 4 ? 0 : 4;
    }
}

/* ---- mixed driver: of 100 accesses, 60 writes, 30 looks in 6 wait loops, 10 reads, 6 of which are
 * the first half of a read-modify-write ---- */

enum { READY = 1 << 16, LOOKS = 5 };

/* Busy for four looks. What else stands in the register differs from loop to loop, and sometimes
 * changes within one. */
static uint32_t mixed_value(void *devices, const struct world_access *a, uint64_t looks)
{
    struct workload_devices *d = devices;
    uint64_t at = random_of(d, 40, d->journal->performed);
    uint32_t other;

    if (journal_read_acts(a->addr))
        return at & 0xFF;
    other = a->addr >> 4 & 0xF0;
    if (at % 8 == 0)
        other |= 1u << (at >> 8) % 4;
    if ((at >> 16) % 10 == 0 && looks >= 2)
        other ^= 0x100;
    return looks < LOOKS - 1 ? other : other | READY;
}

static void transfer(const struct program *p, const struct workload_devices *d, unsigned which,
                     unsigned round)
{
    static const struct {
        uint32_t control, length, fifo, config, status;
    } device[] = {
        {SPI_CS, SPI_DLEN, SPI_FIFO, SPI_DC, SPI_CS},
        {BSC1_CONTROL, BSC1_DLEN, BSC1_FIFO, BSC1_DEL, BSC1_STATUS},
        {PWM_CONTROL, PWM_RANGE1, PL011_DR, PL011_IBRD, PL011_FR},
    };
    unsigned kind = which % 3, at = round * 6 + which, pc = 100 * which;
    uint32_t config = p->read(p->self, device[kind].config, pc);

    p->write(p->self, device[kind].config, config ^ 7u << random_of(d, 41, at) % 10, pc + 1);
    p->write(p->self, GPIO_CLR0, 1u << (7 + which % 2), pc + 2);
    p->write(p->self, device[kind].control, 0x30, pc + 3);
    p->write(p->self, device[kind].length, 4 + random_of(d, 42, at) % 12, pc + 4);
    for (unsigned i = 0; i < 4; i++)
        p->write(p->self, device[kind].fifo, random_of(d, 43, at * 4 + i) & 0xFF, pc + 5);
    p->write(p->self, device[kind].control, which % 2 ? 0x8080 : 0x80B0, pc + 6);
    while (!(p->read(p->self, device[kind].status, pc + 7) & READY))
        continue;
    if (which < 4)
        p->read(p->self, device[kind].fifo, pc + 8);
    p->write(p->self, GPIO_SET0, 1u << (7 + which % 2), pc + 9);
}

static void run_mixed(const struct program *p, struct workload_devices *d, struct workload_needs *n)
{
    for (unsigned round = 0; round < 100; round++)
        for (unsigned which = 0; which < 6; which++)
            transfer(p, d, which, round);
    n->writes = (uint64_t)100 * 60;
    n->answers = (uint64_t)100 * 10;
    n->value_bytes = (uint64_t)100 * 4;
}

/* ---- GPIO set-function over all pins ---- */

static void run_functions(const struct program *p, struct workload_devices *d,
                          struct workload_needs *n)
{
    for (unsigned i = 0; i < 54 * 40; i++) {
        unsigned pin = i % 54, shift = pin % 10 * 3;
        uint32_t fsel = GPIO_FSEL0 + pin / 10 * 4;
        uint32_t function = pin == 14 || pin == 15 ? 2 : random_of(d, 50, i) % 8;
        uint32_t v = p->read(p->self, fsel, 1);

        p->write(p->self, fsel, (v & ~(7u << shift)) | function << shift, 2);
    }
    n->writes = (uint64_t)54 * 40;
    n->answers = 6; /* what the registers held before */
    n->value_bytes = (uint64_t)6 * 4;
}

/* ---- 1 KB through a bit-banged SPI ---- */

enum { MOSI = 10, MISO = 9, CLOCK = 11 };

static uint32_t bits_value(void *devices, const struct world_access *a, uint64_t looks)
{
    struct workload_devices *d = devices;

    (void)a, (void)looks;
    return 0xC000 | (uint32_t)(random_of(d, 60, d->journal->performed) & 1) << MISO;
}

static void run_bits(const struct program *p, struct workload_devices *d, struct workload_needs *n)
{
    for (unsigned i = 0; i < 1024 * 8; i++) {
        int bit = random_of(d, 61, i) & 1;

        p->write(p->self, bit ? GPIO_SET0 : GPIO_CLR0, 1u << MOSI, bit ? 1 : 2);
        p->write(p->self, GPIO_SET0, 1u << CLOCK, 3);
        p->read(p->self, GPIO_LEV0, 4);
        p->write(p->self, GPIO_CLR0, 1u << CLOCK, 5);
    }
    n->writes = (uint64_t)1024 * 8 * 3;
    n->answers = (uint64_t)1024 * 8;
}

/* ---- 100 ms until an input rises ---- */

enum { TRIGGER = 5, INPUT = 6 };

static uint32_t edge_value(void *devices, const struct world_access *a, uint64_t looks)
{
    struct workload_devices *d = devices;

    (void)looks;
    if (a->ns < d->rises)
        return 0xC000;
    if (!d->seen && a->ns - d->rises > d->seen_after)
        d->seen_after = a->ns - d->rises;
    d->seen = 1;
    return 0xC000 | 1u << INPUT;
}

static void run_edges(const struct program *p, struct workload_devices *d, struct workload_needs *n)
{
    for (unsigned i = 0; i < EDGE_WAITS; i++) {
        uint64_t before = *d->round_trips;

        d->rises = d->journal->world->now + 80000000 + random_of(d, 70, i) % 40000000;
        d->seen = 0;
        p->write(p->self, GPIO_SET0, 1u << TRIGGER, 1);
        p->write(p->self, GPIO_CLR0, 1u << TRIGGER, 2);
        while (!(p->read(p->self, GPIO_LEV0, 3) & 1u << INPUT))
            continue;
        d->known_after += d->journal->world->now - d->rises;
        d->trips_of[i] = *d->round_trips - before;
    }
    n->writes = (uint64_t)2 * EDGE_WAITS;
    n->answers = EDGE_WAITS;
}

const struct workload workloads[] = {
    {"posted writes", {"4.2", "4", "4.2"}, 0, run_posted, no_value},
    {"mixed driver", {"3.3", "3.5", "3.5"}, 0, run_mixed, mixed_value},
    {"dependent reads", {"0.95", "0.95", "0.98"}, 0, run_dependent, dependent_value},
    {"set-function, all pins", {"", "", ""}, 0, run_functions, no_value},
    {"bit-banged SPI, 1 KB", {"", "", ""}, 0, run_bits, bits_value},
    {"poll for an edge", {"", "", ""}, 1, run_edges, edge_value},
    {NULL, {NULL}, 0, NULL, NULL},
};
