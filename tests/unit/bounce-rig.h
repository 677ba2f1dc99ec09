/* tests/unit/bounce-rig.h - a program's RAM here, and a Pi in virtual time whose firmware and DMA
 * engine use nothing but its bounce buffer: for the tests of what goes between. */
#ifndef TESTS_UNIT_BOUNCE_RIG_H
#define TESTS_UNIT_BOUNCE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "emu/remote/remote.h"
#include "tests/bench/line-world.h"

enum {
    RAM = 0x00200000,
    RAM_BYTES = 128 << 10,
    RAM_CONST = 4 << 10, /* the first bytes cannot be written */
    BOUNCE = 0x00400010, /* not aligned as blocks must be */
    BOUNCE_BYTES = 32 << 10,

    MBOX_READ = 0x2000B880,
    MBOX_PEEK = 0x2000B890,
    MBOX_STATUS = 0x2000B898,
    MBOX_WRITE = 0x2000B8A0,
    MBOX_EMPTY = 1 << 30,
    MBOX_NOTHING = 0x0F,

    DMA = 0x20007000,
    DMA15 = 0x20E05000,
    DMA_INT_STATUS = 0x20007FE0,
    CS = 0,
    CONBLK_AD = 4,
    SOURCE_AD = 0xC,
    DEST_AD = 0x10,
    NEXTCONBK = 0x1C,
    ACTIVE = 1,
    END = 2,
    INT = 4,
    TI_INTEN = 1 << 0,
    TI_2D = 1 << 1,
    TI_DEST_INC = 1 << 4,
    TI_DEST_WIDE = 1 << 5,
    TI_DEST_IGNORE = 1 << 7,
    TI_SRC_INC = 1 << 8,
    TI_SRC_WIDE = 1 << 9,
    TI_SRC_IGNORE = 1 << 11,
    TI_COPY = TI_SRC_INC | TI_DEST_INC,

    GPFSEL0 = 0x20200000,
    GPSET0 = 0x2020001C,
    BUS_DEVICES = 0x7E000000,
};

/* Memory as a bus master sees it: a byte of it, or null. */
typedef uint8_t *(*byte_at)(void *self, uint32_t bus);

struct engine {
    uint32_t cs, conblk, word[8];
};

struct device_write {
    uint32_t addr, value;
};

struct rig {
    struct world world;
    struct remote remote;
    uint8_t ram[RAM_BYTES], bounce[BOUNCE_BYTES];
    char remarks[4096];

    uint32_t inbox[16], outbox[16], last_word; /* the firmware's */
    unsigned nin, nout, looks, patience;       /* it answers after `patience` looks at it */
    uint32_t tags[64];                         /* that it saw */
    unsigned ntags;
    void (*meanwhile)(struct rig *r); /* at each of its answers */

    struct engine engine[16];
    uint32_t device[0x100]; /* words of the GPIO block */
    struct device_write writes[256];
    unsigned nwrites;
    unsigned accesses;
};

static struct rig rig;

static inline uint8_t *in_ram(void *self, uint32_t bus)
{
    uint32_t at = (bus & 0x3FFFFFFF) - RAM;

    return at < RAM_BYTES ? (uint8_t *)self + at : NULL;
}

static inline uint8_t *in_bounce(void *self, uint32_t bus)
{
    uint32_t at = (bus & 0x3FFFFFFF) - BOUNCE;

    if (at >= BOUNCE_BYTES)
        fail_msg("a bus master touches 0x%x, outside the bounce buffer", bus);
    return (uint8_t *)self + at;
}

static inline uint32_t peek_word(byte_at at, void *self, uint32_t bus)
{
    return *at(self, bus) | (uint32_t)*at(self, bus + 1) << 8 | (uint32_t)*at(self, bus + 2) << 16 |
           (uint32_t)*at(self, bus + 3) << 24;
}

static inline void poke_word(byte_at at, void *self, uint32_t bus, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        *at(self, bus + i) = (uint8_t)(word >> 8 * i);
}

/* ---- the firmware ---- */

static inline void answer_tag(struct rig *r, uint32_t at, uint32_t *code)
{
    uint32_t tag = peek_word(in_bounce, r->bounce, at), nbytes = 8;

    r->tags[r->ntags++ % 64] = tag;
    switch (tag) {
    case 0x00010002:
        poke_word(in_bounce, r->bounce, at + 12, 0xA02082);
        nbytes = 4;
        break;
    case 0x00030002:
    case 0x00038002:
        poke_word(in_bounce, r->bounce, at + 16,
                  1000 * peek_word(in_bounce, r->bounce, at + 12) + 1);
        break;
    case 0x00028001:
    case 0x00038001:
    case 0x00040001:
        poke_word(in_bounce, r->bounce, at + 12, 0x5C000000);
        break;
    default: /* a version that spoils what it does not know */
        poke_word(in_bounce, r->bounce, at + 12, 0xBAD);
        *code = 0x80000000;
        return;
    }
    poke_word(in_bounce, r->bounce, at + 8, 0x80000000 | nbytes);
}

static inline uint32_t answer_message(struct rig *r, uint32_t word)
{
    uint32_t bus = word & ~15u, code = 0x80000000;

    if ((word & 15) == 1) {
        poke_word(in_bounce, r->bounce, bus + 32, 0x5C000000);
        return 1;
    }
    for (uint32_t at = bus + 8; peek_word(in_bounce, r->bounce, at);
         at += 12 + peek_word(in_bounce, r->bounce, at + 4))
        answer_tag(r, at, &code);
    poke_word(in_bounce, r->bounce, bus + 4, code);
    return word;
}

static inline void firmware_runs(struct rig *r)
{
    if (!r->nin || r->looks++ < r->patience)
        return;
    r->looks = 0;
    r->outbox[r->nout++] = answer_message(r, r->inbox[0]);
    memmove(r->inbox, r->inbox + 1, --r->nin * sizeof *r->inbox);
    if (r->meanwhile)
        r->meanwhile(r);
}

static inline uint32_t mailbox_take(struct rig *r)
{
    if (r->nout) {
        r->last_word = r->outbox[0];
        memmove(r->outbox, r->outbox + 1, --r->nout * sizeof *r->outbox);
    }
    return r->last_word;
}

/* ---- the DMA engine ---- */

static inline void engine_word(struct rig *r, byte_at at, void *self, uint32_t source,
                               uint32_t dest)
{
    uint32_t value;

    if (source >> 24 == BUS_DEVICES >> 24)
        value = r->device[source / 4 % 0x100];
    else
        value = peek_word(at, self, source);
    if (dest >> 24 == BUS_DEVICES >> 24) {
        r->writes[r->nwrites++ % 256] =
            (struct device_write){dest - BUS_DEVICES + PERIPHERAL_BASE, value};
        r->device[dest / 4 % 0x100] = value;
    } else {
        poke_word(at, self, dest, value);
    }
}

/* One block over memory: a byte at a time, words to and from devices. Ignored sources write
 * nothing. */
static inline void engine_block(struct rig *r, struct engine *e, byte_at at, void *self, int lite)
{
    uint32_t ti = e->word[0], source = e->word[1], dest = e->word[2], length = e->word[3];
    uint32_t sunit = ti & TI_SRC_WIDE ? 16 : 4, dunit = ti & TI_DEST_WIDE ? 16 : 4, rows = 1;

    if (lite)
        length &= 0xFFFF;
    else if (ti & TI_2D) {
        rows = (length >> 16 & 0x3FFF) + 1;
        length &= 0xFFFF;
    }
    for (uint32_t row = 0; row < rows; row++) {
        for (uint32_t i = 0; i < length; i++) {
            uint32_t s = source + (ti & TI_SRC_INC ? i : i % sunit);
            uint32_t d = dest + (ti & TI_DEST_INC ? i : i % dunit);

            if (source >> 24 == BUS_DEVICES >> 24 || dest >> 24 == BUS_DEVICES >> 24) {
                if (i % 4 == 0)
                    engine_word(r, at, self, s, d);
            } else if (!(ti & (TI_SRC_IGNORE | TI_DEST_IGNORE))) {
                *at(self, d) = *at(self, s);
            }
        }
        source += ti & TI_SRC_INC ? length : 0;
        dest += ti & TI_DEST_INC ? length : 0;
        if (row + 1 < rows) {
            source += (uint32_t)(int16_t)e->word[4];
            dest += (uint32_t)(int16_t)(e->word[4] >> 16);
        }
    }
    e->word[1] = source;
    e->word[2] = dest;
}

static inline void engine_load(struct engine *e, byte_at at, void *self)
{
    for (unsigned i = 0; i < 8; i++)
        e->word[i] = peek_word(at, self, e->conblk + 4 * i);
}

/* One block, if there is one. */
static inline void engine_runs(struct rig *r, unsigned channel)
{
    struct engine *e = &r->engine[channel];

    if (!(e->cs & ACTIVE))
        return;
    if (e->conblk) {
        engine_load(e, in_bounce, r->bounce);
        engine_block(r, e, in_bounce, r->bounce, channel >= 7 && channel <= 14);
        e->cs |= END | (e->word[0] & TI_INTEN ? INT : 0);
        e->conblk = e->word[5];
    }
    if (!e->conblk)
        e->cs &= ~(uint32_t)ACTIVE;
}

static inline void engine_write(struct rig *r, unsigned channel, uint32_t reg, uint32_t value)
{
    struct engine *e = &r->engine[channel];

    if (reg == CONBLK_AD)
        e->conblk = value;
    if (reg == CS && value >> 31)
        *e = (struct engine){0};
    else if (reg == CS)
        e->cs = (e->cs & ~(value & (END | INT)) & ~(uint32_t)ACTIVE) | (value & ACTIVE);
}

static inline uint32_t engine_read(struct rig *r, unsigned channel, uint32_t reg)
{
    struct engine *e = &r->engine[channel];

    if (reg == CS)
        engine_runs(r, channel);
    if (reg <= CONBLK_AD)
        return reg == CS ? e->cs : e->conblk;
    return reg < 0x28 ? e->word[reg / 4 - 2] : 0;
}

static inline uint32_t engine_interrupts(struct rig *r)
{
    uint32_t bits = 0;

    for (unsigned i = 0; i < 15; i++) {
        engine_runs(r, i);
        bits |= (r->engine[i].cs & INT ? 1u : 0) << i;
    }
    return bits;
}

/* ---- the Pi's bus ---- */

static inline int pi_reads(void *self, struct world_access *a)
{
    struct rig *r = self;

    r->accesses++;
    a->value = 0;
    if (a->addr == MBOX_READ)
        a->value = mailbox_take(r);
    else if (a->addr == MBOX_PEEK)
        a->value = r->nout ? r->outbox[0] : r->last_word;
    else if (a->addr == MBOX_STATUS) {
        firmware_runs(r);
        a->value = r->nout ? 0 : MBOX_EMPTY;
    } else if (a->addr == DMA_INT_STATUS)
        a->value = engine_interrupts(r);
    else if (a->addr >= DMA && a->addr < DMA + 0xF00)
        a->value = engine_read(r, (a->addr - DMA) >> 8, a->addr & 0xFF);
    else if (a->addr >= DMA15 && a->addr < DMA15 + 0x100)
        a->value = engine_read(r, 15, a->addr & 0xFF);
    else
        a->value = r->device[a->addr / 4 % 0x100];
    return 0;
}

static inline int pi_writes(void *self, const struct world_access *a)
{
    struct rig *r = self;

    r->accesses++;
    if (a->addr == MBOX_WRITE)
        r->inbox[r->nin++ % 16] = a->value;
    else if (a->addr >= DMA && a->addr < DMA + 0xF00)
        engine_write(r, (a->addr - DMA) >> 8, a->addr & 0xFF, a->value);
    else if (a->addr >= DMA15 && a->addr < DMA15 + 0x100)
        engine_write(r, 15, a->addr & 0xFF, a->value);
    else {
        r->writes[r->nwrites++ % 256] = (struct device_write){a->addr, a->value};
        r->device[a->addr / 4 % 0x100] = a->value;
    }
    return 0;
}

/* ---- the laptop ---- */

static inline void *program_memory(void *self, uint32_t addr, uint32_t nbytes, int write)
{
    uint32_t at = addr - RAM;

    if (at >= RAM_BYTES || RAM_BYTES - at < nbytes || (write && at < RAM_CONST))
        return NULL;
    return ((struct rig *)self)->ram + at;
}

static inline void note_remark(void *self, const char *text)
{
    struct rig *r = self;
    size_t used = strlen(r->remarks);

    snprintf(r->remarks + used, sizeof r->remarks - used, "%s\n", text);
}

static inline void access_remark(void *self, const struct bus_access *a, enum remote_remark what)
{
    static const char *const names[] = {"dropped", "changed", "refused", "aborted"};
    char text[64];

    snprintf(text, sizeof text, "%s 0x%08x", names[what], a->addr);
    note_remark(self, text);
}

/* A fresh Pi with a buffer of `bounce_bytes`; r->remarks is empty. */
static inline struct rig *new_rig_with(struct remote_switches off, uint32_t bounce_bytes)
{
    struct rig *r = &rig;
    struct line_config config = {.baud = 115200, .latency_ns = 1000000};
    struct world_devices devices = {.self = r, .read = pi_reads, .write = pi_writes};

    memset(r, 0, sizeof *r);
    r->last_word = MBOX_NOTHING;
    world_init(&r->world, &config, &devices);
    r->world.end = LINE_NEVER;
    r->world.loop_port.bounce = r->bounce;
    r->world.loop_port.bounce_addr = BOUNCE;
    r->world.loop_port.bounce_bytes = bounce_bytes;
    r->remote.port = r->world.link_port;
    r->remote.off = off;
    r->remote.self = r->remote.bounce.self = r;
    r->remote.name = "line";
    r->remote.remark = access_remark;
    r->remote.bounce.memory = program_memory;
    r->remote.bounce.remark = note_remark;
    assert_int_equal(remote_open(&r->remote, 115200, NULL, 1, 3000), 0);
    return r;
}

static inline struct rig *new_rig(void)
{
    return new_rig_with((struct remote_switches){0}, BOUNCE_BYTES);
}

static inline uint32_t get(struct rig *r, uint32_t addr)
{
    struct bus_access a = {.op = BUS_READ, .width = 4, .addr = addr, .pc = addr};

    assert_int_equal(remote_read(&r->remote, &a), 0);
    return a.value;
}

static inline void put(struct rig *r, uint32_t addr, uint32_t value)
{
    struct bus_access a = {.op = BUS_WRITE, .width = 4, .addr = addr, .value = value};

    assert_int_equal(remote_write(&r->remote, &a), 0);
}

static inline void sync_pi(struct rig *r)
{
    assert_int_equal(remote_sync(&r->remote), 0);
}

static inline uint32_t ram_word(struct rig *r, uint32_t addr)
{
    return peek_word(in_ram, r->ram, addr);
}

static inline void set_ram(struct rig *r, uint32_t addr, uint32_t word)
{
    poke_word(in_ram, r->ram, addr, word);
}

/* The one remark made since the last look says this. */
static inline void assert_remark(struct rig *r, const char *part)
{
    if (!strstr(r->remarks, part) || strchr(r->remarks, '\n') != strrchr(r->remarks, '\n'))
        fail_msg("expected one remark with: %s\ngot: %s", part, r->remarks);
    *r->remarks = 0;
}

static inline void assert_silent(struct rig *r)
{
    assert_string_equal(r->remarks, "");
}

#endif
