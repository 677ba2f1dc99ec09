/* emu/core/regs.h - one table of the BCM2835's registers, shared by everyone who must know them:
 * the models (what bits exist), the remote backend (what may be shadowed or repeated), traces and
 * checks (names, pages). Pages are of "BCM2835 ARM Peripherals", 6 Feb 2012, unless a block's
 * comment says otherwise. */
#ifndef EMU_CORE_REGS_H
#define EMU_CORE_REGS_H

#include <stddef.h>
#include <stdint.h>

enum reg_flags {
    REG_VOLATILE = 1,    /* the hardware changes it: two reads may differ with no write between */
    REG_READ_EFFECT = 2, /* reading changes something (a FIFO pops, a latch clears) */
    REG_W1C = 4,         /* writing 1 to a bit clears it */
    REG_ADDRESS = 8,     /* its value hands a memory address to a bus master */
    REG_WRITE_EFFECT =
        16, /* a write acts even when it stores the same value (SET, CLR, FIFO, kick) */
};

struct reg {
    uint32_t offset;   /* bytes from the block's base */
    const char *name;  /* manual's, without the block: "FSEL2" */
    uint32_t readable; /* bits that read back something; 0: write-only */
    uint32_t writable; /* bits a write can change; 0: read-only */
    uint32_t reset;    /* value after reset */
    unsigned flags;    /* enum reg_flags */
    unsigned page;     /* of the manual */
};

struct reg_block {
    const char *name; /* "GPIO" */
    uint32_t base, nbytes;
    const struct reg *regs; /* by rising offset */
    size_t nregs;
};

extern const struct reg_block *const reg_blocks[]; /* by rising base, null-terminated */

/* The block that holds addr, or null; the register at addr (its word), or null. */
const struct reg_block *reg_block_at(uint32_t addr);
const struct reg *reg_at(uint32_t addr);

/* "GPIO.FSEL2", "GPIO+0x7c" or "0x20999000" into buf; returns buf. */
const char *reg_name(uint32_t addr, char *buf, size_t nbytes);

#endif
