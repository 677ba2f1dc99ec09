/* emu/dev/emmc-internal.h - what the two halves of the EMMC share: emmc.c is the registers,
 * emmc-transfer.c what the lines do. Pages of "BCM2835 ARM Peripherals". */
#ifndef EMU_DEV_EMMC_INTERNAL_H
#define EMU_DEV_EMMC_INTERNAL_H

#include "emu/dev/emmc.h"

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
};

/* CMDTM, p. 70 */
enum {
    TM_BLKCNT_EN = 1 << 1,
    TM_AUTO_CMD12 = 1 << 2,
    TM_AUTO_CMD23 = 2 << 2,
    TM_AUTO = 3 << 2,
    TM_FROM_CARD = 1 << 4,
    TM_MULTI_BLOCK = 1 << 5,
    CMD_RSPNS_136 = 1 << 16,
    CMD_RSPNS_48 = 2 << 16,
    CMD_RSPNS_48_BUSY = 3 << 16,
    CMD_RSPNS = 3 << 16,
    CMD_CRCCHK_EN = 1 << 19,
    CMD_IXCHK_EN = 1 << 20,
    CMD_ISDATA = 1 << 21,
    CMD_TYPE = 3 << 22,
    CMD_TYPE_ABORT = 3 << 22,
    CMD_INDEX_SHIFT = 24,
};

/* INTERRUPT, p. 77 */
enum {
    CMD_DONE = 1 << 0,
    DATA_DONE = 1 << 1,
    WRITE_RDY = 1 << 4,
    READ_RDY = 1 << 5,
    ERR = 1 << 15,
    CTO_ERR = 1 << 16,
    CCRC_ERR = 1 << 17,
    CEND_ERR = 1 << 18,
    CBAD_ERR = 1 << 19,
    DTO_ERR = 1 << 20,
    DCRC_ERR = 1 << 21,
    ACMD_ERR = 1 << 24,
    ALL_ERRORS = 0x017f0000,
};

/* STATUS, p. 72; bits 10, 11 and 16-19 as HC 2.2.9 has them */
enum {
    CMD_INHIBIT = 1 << 0,
    DAT_INHIBIT = 1 << 1,
    DAT_ACTIVE = 1 << 2,
    WRITE_TRANSFER = 1 << 8,
    READ_TRANSFER = 1 << 9,
    WRITE_ROOM = 1 << 10,
    READ_DATA = 1 << 11,
    /* All lines high, a card in the slot, not write-protected: the slot has no such switches. */
    STATUS_PULLED_UP = 0x1fff0000,
    STATUS_DAT0 = 1 << 20,
};

/* CONTROL0-2, p. 74, 75, 83 */
enum {
    HCTL_DWIDTH = 1 << 1, /* 4 data lines */
    HCTL_8BIT = 1 << 5,   /* 8 */
    CLK_INTLEN = 1 << 0,
    CLK_STABLE = 1 << 1,
    CLK_EN = 1 << 2,
    DATA_TOUNIT_SHIFT = 16,
    SRST_HC = 1 << 24,
    SRST_CMD = 1 << 25,
    SRST_DATA = 1 << 26,
    ACTO_ERR = 1 << 1,
    CONTROL2_ERRORS = 0x9f,
};

/* Of emmc-transfer.c: flags and the interrupt line; the data lines; commands. */
void emmc_drive(struct dev_emmc *d);
void emmc_flag(struct dev_emmc *d, uint32_t bits);
uint32_t emmc_interrupt_value(const struct dev_emmc *d);
void emmc_set_phase(struct dev_emmc *d, enum dev_emmc_phase phase);
uint32_t emmc_block_size(const struct dev_emmc *d);
void emmc_data_rang(void *self);
uint32_t emmc_data_read(struct dev_emmc *d);
void emmc_data_write(struct dev_emmc *d, uint32_t value);
void emmc_command_rang(void *self);
void emmc_start_command(struct dev_emmc *d);
void emmc_command_write(struct dev_emmc *d, uint32_t value);

#endif
