/* emu/core/regs.h - one table of the BCM2835's registers, shared by everyone who must know them:
 * the models (what bits exist), the remote backend (what may be shadowed or repeated), traces and
 * checks (names, pages).
 *
 * `make docs` writes the table of docs/devices.md from it: a register that the board answers with
 * BUS_UNMODELLED is missing, one with REG_STUB is stubbed, all others are modelled. What a device's
 * source says in its head after "Not modelled:" stands below. A test fails when the page is not as
 * `make docs` would leave it. */
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
        16,          /* a write acts even if it stores the same value (SET, CLR, FIFO, kick) */
    REG_ROUNDS = 32, /* stores another value than was written, for some */
    REG_STUB = 64, /* our model keeps what is written, or answers a fixed value, and does no more */
};

struct reg {
    uint32_t offset;   /* bytes from the block's base */
    const char *name;  /* manual's, without the block: "FSEL2" */
    uint32_t readable; /* bits that read back something; 0: write-only */
    uint32_t writable; /* bits a write can change or act on; 0: read-only */
    uint32_t reset;    /* value read after reset; of a volatile register, as far as it is fixed */
    unsigned flags;    /* enum reg_flags */
    unsigned page;     /* of the block's source: the register, or the list it is in; 0: no pages */
};

struct reg_block {
    const char *name;   /* "GPIO" */
    const char *source; /* the document that describes it */
    uint32_t base, nbytes;
    const struct reg *regs; /* by rising offset */
    size_t nregs;
};

/* Documents: what a block's page numbers are of. */
#define REG_MANUAL "BCM2835 ARM Peripherals, 6 Feb 2012"

enum { REG_NAME_MAX = 32 }; /* bytes that hold any name reg_name makes */

extern const struct reg_block *const reg_blocks[]; /* by rising base, null-terminated */

/* The block that holds addr, or null; the register at addr (its word), or null. */
const struct reg_block *reg_block_at(uint32_t addr);
const struct reg *reg_at(uint32_t addr);

/* "GPIO.FSEL2", "GPIO+0x7c" or "0x20999000" into buf; returns buf. */
const char *reg_name(uint32_t addr, char *buf, size_t nbytes);

#endif
