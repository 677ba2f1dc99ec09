/* The program's side writes down what must happen, the devices compare. */
#include "tests/bench/line-journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/core/regs.h"

enum {
    TIMER_LOW = 0x20003004,
    TIMER_HIGH = 0x20003008,
    IRQ_BASIC = 0x2000B200, /* .. pending 2: the loop looks at them by itself while armed */
    IRQ_PENDING_2 = 0x2000B208,
};

static void fail(struct journal *j, const char *what, const struct journal_entry *wanted,
                 const struct world_access *got)
{
    if (j->failed[0])
        return;
    snprintf(j->failed, sizeof j->failed,
             "access %" PRIu64 ": %s: expected %s%u 0x%08x 0x%x, got %s%u 0x%08x 0x%x at %" PRIu64
             " us",
             j->performed, what, wanted->write ? "write" : "read", wanted->width * 8, wanted->addr,
             wanted->value, got->write ? "write" : "read", got->width * 8, got->addr, got->value,
             got->ns / 1000);
}

/* ---- registers that only writes change ---- */

static uint32_t *word_at(struct journal_words *w, uint32_t addr)
{
    unsigned i = (addr >> 2 ^ addr >> 11) % JOURNAL_WORDS;

    while (w->word[i].addr && w->word[i].addr != (addr & ~3u))
        i = (i + 1) % JOURNAL_WORDS;
    if (!w->word[i].addr) {
        w->word[i].addr = addr & ~3u;
        w->word[i].value = reg_at(addr)->reset;
    }
    return &w->word[i].value;
}

static int is_plain(uint32_t addr)
{
    const unsigned no =
        REG_VOLATILE | REG_READ_EFFECT | REG_W1C | REG_ADDRESS | REG_WRITE_EFFECT | REG_ROUNDS;
    const struct reg *r = reg_at(addr);

    return r && r->readable && !(r->flags & no);
}

/* Peripherals have no byte lanes: a narrow write puts zeros into the others. */
static void word_written(struct journal_words *w, unsigned width, uint32_t addr, uint32_t value)
{
    const struct reg *r = reg_at(addr);
    uint32_t *word;

    if (!is_plain(addr))
        return;
    word = word_at(w, addr);
    if (width < 4)
        value = (value & ((1u << 8 * width) - 1)) << 8 * (addr & 3);
    if ((addr & ~3u) == JOURNAL_CONTRARY)
        value ^= 0xFF;
    *word = (value & r->writable & r->readable) | (*word & ~r->writable & r->readable);
}

static uint32_t word_read(struct journal_words *w, unsigned width, uint32_t addr)
{
    uint32_t value = *word_at(w, addr) >> 8 * (addr & 3);

    return width == 4 ? value : value & ((1u << 8 * width) - 1);
}

int journal_read_acts(uint32_t addr)
{
    const struct reg *r = reg_at(addr);

    return !r || !r->readable || (r->flags & REG_READ_EFFECT);
}

/* ---- the devices ---- */

/* look_end: when the program's look ended that came before the delay; 0: an effect came before. */
static void check_gap(struct journal *j, uint64_t gap_us, uint64_t look_end,
                      const struct world_access *a)
{
    struct journal_entry wanted = {a->addr, a->value, a->width, a->write, (uint32_t)gap_us, 0};
    uint64_t end = look_end ? look_end : j->effect_end;

    /* Both ends are whole microseconds of the Pi's counter. */
    if (gap_us && a->ns + 1000 < end + gap_us * 1000)
        fail(j, "it came too early behind a delay", &wanted, a);
}

/* The next access that has an effect: it must be this one. */
static void check_next(struct journal *j, const struct world_access *a)
{
    static const struct journal_entry nothing;
    const struct journal_entry *e =
        j->performed < j->issued ? &j->entry[j->performed % j->room] : &nothing;

    if (e->addr != a->addr || e->width != a->width || e->write != a->write ||
        (a->write && e->value != a->value))
        fail(j, "not what the program did", e, a);
    check_gap(j, e->gap_us, e->look_end, a);
    j->performed++;
    j->effect_end = a->ns + WORLD_ACCESS_NS;
    j->nseen = j->taken = 0;
    j->taken_of_run = 0;
    j->looks = 0;
}

/* A wait that the Pi goes on with until it hears what comes next. */
static int goes_on(const struct journal *j, const struct world_access *a)
{
    const struct journal_run *r = j->nseen ? &j->seen[j->nseen - 1] : NULL;

    return r && r->addr == a->addr && r->width == a->width;
}

static void saw_free_read(struct journal *j, const struct world_access *a)
{
    struct journal_run *r = j->seen && j->nseen ? &j->seen[j->nseen - 1] : NULL;
    int asked = !j->world->loop.session.polling;

    j->far_reads++;
    if (r && !asked && r->addr == a->addr && r->width == a->width && r->value == a->value) {
        r->count++;
        return;
    }
    if (!j->seen || j->nseen == j->seen_room) {
        j->seen_room = j->seen_room ? 2 * j->seen_room : 64;
        j->seen = realloc(j->seen, j->seen_room * sizeof *j->seen);
        if (!j->seen)
            abort();
    }
    j->seen[j->nseen++] = (struct journal_run){a->addr, a->value, a->width, (uint8_t)asked, 1};
}

static int device_read(void *self, struct world_access *a)
{
    struct journal *j = self;

    if (a->addr >= IRQ_BASIC && a->addr <= IRQ_PENDING_2) {
        a->value = j->value(j->self, a, 0);
        return 0;
    }
    if (a->addr != j->look_addr)
        j->looks = 0;
    j->look_addr = a->addr;
    a->value = is_plain(a->addr) ? word_read(&j->device, a->width, a->addr)
                                 : j->value(j->self, a, j->looks);
    j->looks++;
    if (journal_read_acts(a->addr)) {
        check_next(j, a);
        j->last_value = a->value;
    } else {
        if (j->performed != j->issued && !goes_on(j, a))
            fail(j, "a read without effect out of its place", &j->entry[j->performed % j->room], a);
        if (!goes_on(j, a))
            check_gap(j, j->gap_us, j->look_end, a);
        saw_free_read(j, a);
    }
    j->last_end = a->ns + WORLD_ACCESS_NS;
    return 0;
}

static int device_write(void *self, const struct world_access *a)
{
    struct journal *j = self;

    check_next(j, a);
    word_written(&j->device, a->width, a->addr, a->value);
    j->last_end = a->ns + WORLD_ACCESS_NS;
    return 0;
}

struct world_devices journal_devices(struct journal *j)
{
    return (struct world_devices){j, device_read, device_write};
}

void journal_free(struct journal *j)
{
    free(j->entry);
    free(j->seen);
    j->entry = NULL;
    j->seen = NULL;
}

/* ---- the program ---- */

static void grow(struct journal *j)
{
    uint64_t room = j->room ? 2 * j->room : 1024;
    struct journal_entry *e = malloc(room * sizeof *e);

    if (!e)
        abort();
    for (uint64_t i = j->performed; j->room && i < j->issued; i++)
        e[i % room] = j->entry[i % j->room];
    free(j->entry);
    j->entry = e;
    j->room = room;
}

static void issue(struct journal *j, const struct bus_access *a)
{
    if (j->issued - j->performed == j->room)
        grow(j);
    j->entry[j->issued++ % j->room] = (struct journal_entry){
        a->addr, a->value, a->width, a->op == BUS_WRITE, (uint32_t)j->gap_us, j->look_end};
    j->gap_us = j->look_end = 0;
}

static int gave(const struct journal_run *r, const struct bus_access *a)
{
    return r->addr == a->addr && r->width == a->width && r->value == a->value;
}

/* What was asked for is the last read that was; what the Pi said by itself, one behind. The same
 * again without a word is of the same reads; when there were no more of these, it is stale. */
static int was_read(struct journal *j, const struct bus_access *a, int asked)
{
    if (!asked && j->taken < j->nseen && gave(&j->seen[j->taken], a)) {
        j->stale += ++j->taken_of_run > j->seen[j->taken].count;
        return 1;
    }
    j->taken_of_run = 1;
    if (asked) {
        for (j->taken = j->nseen; j->taken-- > 0;)
            if (j->seen[j->taken].asked)
                return gave(&j->seen[j->taken], a);
        return 0;
    }
    while (++j->taken < j->nseen)
        if (gave(&j->seen[j->taken], a))
            return 1;
    return 0;
}

/* Where the Pi went on reading until it heard of the delay, the devices cannot tell its reads from
 * the program's: the last one must be late enough. */
static void read_there(struct journal *j, const struct journal_entry *wanted,
                       const struct world_access *got)
{
    if (j->gap_us && j->look_end && j->last_end < j->look_end + j->gap_us * 1000)
        fail(j, "it came too early behind a delay", wanted, got);
    j->gap_us = 0;
    j->look_end = j->last_end;
}

static void check_value(struct journal *j, const struct bus_access *a, uint64_t far_reads,
                        uint64_t requests)
{
    struct journal_entry wanted = {a->addr, j->last_value, a->width, 0, 0, 0};
    struct world_access got = {j->world->now, a->addr, a->value, a->width, 0};

    if (journal_read_acts(a->addr)) {
        if (a->value != j->last_value)
            fail(j, "the program got another value than was read", &wanted, &got);
        return;
    }
    j->free_reads++;
    if (j->far_reads != far_reads)
        read_there(j, &wanted, &got);
    if (is_plain(a->addr)) {
        wanted.value = word_read(&j->program, a->width, a->addr);
        if (a->value != wanted.value)
            fail(j, "not what was written there", &wanted, &got);
        if (j->far_reads != far_reads)
            was_read(j, a, 1);
    } else if (!was_read(j, a, !j->requests || *j->requests != requests)) {
        fail(j, "a value that was not read there", &wanted, &got);
    }
}

uint32_t journal_read(struct journal *j, unsigned width, uint32_t addr, uintptr_t pc)
{
    struct bus_access a = {.op = BUS_READ, .width = (uint8_t)width, .addr = addr, .pc = pc};
    uint64_t far_reads = j->far_reads, requests = j->requests ? *j->requests : 0;

    j->accesses++;
    if (journal_read_acts(addr))
        issue(j, &a);
    if (j->path.read(j->path.self, &a) < 0)
        return 0;
    check_value(j, &a, far_reads, requests);
    return a.value;
}

void journal_write(struct journal *j, unsigned width, uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct bus_access a = {
        .op = BUS_WRITE, .width = (uint8_t)width, .addr = addr, .value = value, .pc = pc};

    j->accesses++;
    issue(j, &a);
    word_written(&j->program, width, addr, value);
    j->path.write(j->path.self, &a);
}

void journal_delay(struct journal *j, uint32_t us)
{
    j->gap_us += us;
    j->path.delay(j->path.self, us);
}

uint64_t journal_time_us(struct journal *j, struct remote *r)
{
    uint64_t us;

    j->gap_us = j->look_end = 0;
    j->accesses++;
    us = remote_time_us(r);
    j->look_end = 0;
    return us;
}

static int through_remote_read(void *remote, struct bus_access *a)
{
    return remote_read(remote, a);
}

static int through_remote_write(void *remote, const struct bus_access *a)
{
    return remote_write(remote, a);
}

static void through_remote_delay(void *remote, uint32_t us)
{
    remote_delay(remote, us);
}

struct journal_path journal_remote(struct remote *r)
{
    return (struct journal_path){r, through_remote_read, through_remote_write,
                                 through_remote_delay};
}

void journal_preset(struct journal *j, uint32_t addr, uint32_t value)
{
    *word_at(&j->program, addr) = *word_at(&j->device, addr) = value;
}

int journal_complete(struct journal *j)
{
    if (!j->failed[0] && j->performed != j->issued)
        snprintf(j->failed, sizeof j->failed, "%" PRIu64 " accesses issued, %" PRIu64 " performed",
                 j->issued, j->performed);
    return j->failed[0] ? -1 : 0;
}
