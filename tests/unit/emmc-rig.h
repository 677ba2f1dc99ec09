/* tests/unit/emmc-rig.h - the EMMC with a card of 64 MB or an empty slot, driven by its registers.
 */
#ifndef TESTS_UNIT_EMMC_RIG_H
#define TESTS_UNIT_EMMC_RIG_H

#include "tests/unit/access.h"

#include <string.h>

#include "emu/core/regs.h"
#include "emu/dev/emmc.h"
#include "tests/unit/sd-store.h"

#define EMMC(off) (DEV_EMMC_BASE + (off))

enum {
    ARG2 = 0x00,
    BLKSIZECNT = 0x04,
    ARG1 = 0x08,
    CMDTM = 0x0c,
    RESP0 = 0x10,
    RESP3 = 0x1c,
    DATA = 0x20,
    STATUS = 0x24,
    CONTROL0 = 0x28,
    CONTROL1 = 0x2c,
    INTERRUPT = 0x30,
    IRPT_MASK = 0x34,
    IRPT_EN = 0x38,
    CONTROL2 = 0x3c,
    FORCE_IRPT = 0x50,
    SLOTISR_VER = 0xfc,

    CMD_DONE = 1,
    DATA_DONE = 2,
    WRITE_RDY = 1 << 4,
    READ_RDY = 1 << 5,
    ERR = 1 << 15,
    CTO_ERR = 1 << 16 | ERR,
    CCRC_ERR = 1 << 17 | ERR,
    CEND_ERR = 1 << 18 | ERR,
    CBAD_ERR = 1 << 19 | ERR,
    DTO_ERR = 1 << 20 | ERR,
    DCRC_ERR = 1 << 21 | ERR,
    ACMD_ERR = 1 << 24 | ERR,

    R136 = 1 << 16,
    R48 = 2 << 16,
    R48_BUSY = 3 << 16,
    CRC = 1 << 19,
    INDEX = 1 << 20,
    READ = 1 << 21 | 1 << 4 | R48,
    WRITE = 1 << 21 | R48,
    COUNTED = 1 << 5 | 1 << 1,
    UNCOUNTED = 1 << 5,
    AUTO12 = 1 << 2,
    AUTO23 = 2 << 2,
    ABORT = 3 << 22,

    CLOCK_ON = 5,
    SRST_HC = 1 << 24,
    SRST_CMD = 1 << 25,
    SRST_DATA = 1 << 26,
    LONGEST = 14 << 16, /* DATA_TOUNIT */

    RCA = 0x4567,
    BLOCK = 512,
};

static struct bus bus;
static struct clock now;
static struct dev_emmc emmc;

static inline void insert(uint64_t nbytes)
{
    struct sd_store s = store_of(nbytes, 0);

    memset(&bus, 0, sizeof bus);
    memset(&now, 0, sizeof now);
    clock_start(&now, CLOCK_VIRTUAL);
    dev_emmc_init(&emmc, &now, &s);
    dev_emmc_map(&emmc, &bus);
}

static inline uint32_t get(uint32_t off)
{
    return access_get(&bus, EMMC(off));
}

static inline void put(uint32_t off, uint32_t value)
{
    access_put(&bus, EMMC(off), value);
}

/* Until nothing happens by itself any more. */
static inline void settle(void)
{
    for (uint64_t next; (next = dev_emmc_next(&emmc)) != CLOCK_NEVER;)
        clock_pass(&now, next > now.ns ? next - now.ns : 0);
}

/* INTERRUPT after the command, which is cleared before it. */
static inline uint32_t command(unsigned index, uint32_t kind, uint32_t arg)
{
    put(INTERRUPT, 0xffffffff);
    put(ARG1, arg);
    put(CMDTM, index << 24 | kind);
    settle();
    return get(INTERRUPT);
}

static inline void clock_on(void)
{
    put(IRPT_MASK, 0xffffffff);
    put(CONTROL1, LONGEST | 0x100 | CLOCK_ON); /* 125 MHz */
}

static inline uint32_t app(unsigned index, uint32_t kind, uint32_t arg)
{
    assert_int_equal(command(55, R48, (uint32_t)emmc.card.s.rca << 16), CMD_DONE);
    return command(index, kind, arg);
}

/* A card of 64 MB, ready for blocks. */
static inline int fresh(void **state)
{
    (void)state;
    insert(64 << 20);
    clock_on();
    assert_int_equal(command(0, 0, 0), CMD_DONE);
    assert_int_equal(command(8, R48 | CRC | INDEX, 0x1aa), CMD_DONE);
    assert_int_equal(get(RESP0), 0x1aa);
    app(41, R48, 0x50ff8000);
    app(41, R48, 0x50ff8000);
    assert_int_equal(get(RESP0), 0x80ff8000);
    assert_int_equal(command(2, R136 | CRC, 0), CMD_DONE);
    assert_int_equal(command(3, R48 | CRC | INDEX, 0), CMD_DONE);
    assert_int_equal(get(RESP0) >> 16, RCA);
    assert_int_equal(command(7, R48_BUSY | CRC | INDEX, RCA << 16), CMD_DONE | DATA_DONE);
    return 0;
}

static inline int empty_slot(void **state)
{
    (void)state;
    insert(0);
    clock_on();
    return 0;
}

static inline uint32_t read_block(void)
{
    uint32_t first = get(DATA);

    for (unsigned i = 4; i < BLOCK; i += 4)
        get(DATA);
    settle();
    return first;
}

static inline void write_block(uint32_t word)
{
    for (unsigned i = 0; i < BLOCK; i += 4)
        put(DATA, word);
    settle();
}

#define WITH_CARD(test) cmocka_unit_test_setup(test, fresh)
#define WITHOUT_CARD(test) cmocka_unit_test_setup(test, empty_slot)

#endif
