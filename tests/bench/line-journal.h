/* tests/bench/line-journal.h - a program's accesses through emu/remote, and the devices at the far
 * end of struct world that check each: what has an effect comes once, in the program's order and
 * with its values; what has none comes between the effects it came between in the program, and the
 * program gets values that were read there.
 *
 * The devices are those of emu/core/regs.h. A register that only writes change keeps what is
 * written; the values of the others come from the journal's user. */
#ifndef TESTS_BENCH_LINE_JOURNAL_H
#define TESTS_BENCH_LINE_JOURNAL_H

#include "emu/remote/remote.h"
#include "tests/bench/line-world.h"

enum {
    JOURNAL_WORDS = 512,
    JOURNAL_CONTRARY = 0x2080401C /* BSC1 CLKT; reads otherwise than its manual says */
};

/* How the program's accesses travel. read and write return 0, or negative: the link is lost; then
 * nothing is checked any more. */
struct journal_path {
    void *self;
    int (*read)(void *self, struct bus_access *a);
    int (*write)(void *self, const struct bus_access *a);
    void (*delay)(void *self, uint32_t us);
};

/* The words of registers that only writes change. */
struct journal_words {
    struct {
        uint32_t addr, value;
    } word[JOURNAL_WORDS];
};

struct journal_entry {
    uint32_t addr, value;
    uint8_t width, write;
    uint32_t gap_us; /* delays before it, since the access before */
    uint64_t look_end;
};

struct journal_run {
    uint32_t addr, value;
    uint8_t width, asked; /* the first of them was asked for: the Pi made the others by itself */
    uint64_t count;       /* reads in a row that gave the value */
};

struct journal {
    struct world *world;
    struct journal_path path;
    const uint64_t *requests; /* how often the path asked for a value; null: at each read */
    void *self;
    /* Value of a read of a register that hardware changes, or that has an effect; looks: reads of
     * this one in a row before it. */
    uint32_t (*value)(void *self, const struct world_access *a, uint64_t looks);

    struct journal_entry *entry; /* accesses with an effect: issued, and performed up to here */
    uint64_t issued, performed, room;
    uint32_t last_value;      /* of the last read with an effect */
    struct journal_run *seen; /* reads without effect since the last access that has one */
    size_t nseen, seen_room, taken;
    uint64_t taken_of_run;
    uint64_t stale; /* such reads, answered as the one before though the Pi had read otherwise */
    struct journal_words program, device; /* as the program knows them; as they are */
    uint32_t look_addr;
    uint64_t looks;
    uint64_t gap_us;   /* delays since the last access issued */
    uint64_t last_end; /* ns: when the last access performed ended; the last with an effect */
    uint64_t effect_end;
    uint64_t look_end; /* the same, as the last read without effect was answered; 0: others since */
    uint64_t accesses; /* of the program */
    uint64_t free_reads, far_reads; /* without effect: of the program, of the Pi */
    char failed[256];               /* the first thing that was wrong; "": nothing */
};

/* The devices of a journal whose world, path, self and value are set, and all else is zero. */
struct world_devices journal_devices(struct journal *j);
void journal_free(struct journal *j);

/* What the program does. A failed access (the link ended) returns 0 as a value. */
uint32_t journal_read(struct journal *j, unsigned width, uint32_t addr, uintptr_t pc);
void journal_write(struct journal *j, unsigned width, uint32_t addr, uint32_t value, uintptr_t pc);
void journal_delay(struct journal *j, uint32_t us);

/* r's Pi is asked for its time. */
uint64_t journal_time_us(struct journal *j, struct remote *r);

/* The path through emu/remote. */
struct journal_path journal_remote(struct remote *r);

/* A register that only writes change has this value before all writes. */
void journal_preset(struct journal *j, uint32_t addr, uint32_t value);

/* After a sync: whether all was performed. 0, or -1 with j->failed. */
int journal_complete(struct journal *j);

/* Whether reading it has an effect, or might have. */
int journal_read_acts(uint32_t addr);

#endif
