/* Registers of what reads and writes memory on its own, or moves blocks: DMA and EMMC. */
#include "emu/core/regs-tables.h"

/* "BCM2835 ARM Peripherals" ch. 4. Only CS, CONBLK_AD and DEBUG can be written; the engine loads
 * the others from the control block. Channels 7 to 14 are lite: no STRIDE, shorter TXFR_LEN. */
/* clang-format off */
#define HEAD(base, n, length)                                                                      \
    {(base) + 0x00, n "_CS", 0x30ff017f, 0xf0ff0007, 0,                                            \
     REG_VOLATILE | REG_W1C | REG_WRITE_EFFECT, 47},                                               \
    {(base) + 0x04, n "_CONBLK_AD", RW(0xffffffe0), 0, REG_VOLATILE | REG_ADDRESS, 50},            \
    {(base) + 0x08, n "_TI", RO(0x07fffffb), 0, REG_VOLATILE, 50},                                 \
    {(base) + 0x0c, n "_SOURCE_AD", RO(ALL), 0, REG_VOLATILE, 53},                                 \
    {(base) + 0x10, n "_DEST_AD", RO(ALL), 0, REG_VOLATILE, 53},                                   \
    {(base) + 0x14, n "_TXFR_LEN", RO(length), 0, REG_VOLATILE, 53}
#define STRIDE(base, n)                                                                            \
    {(base) + 0x18, n "_STRIDE", RO(ALL), 0, REG_VOLATILE, 54}
#define TAIL(base, n)                                                                              \
    {(base) + 0x1c, n "_NEXTCONBK", RO(0xffffffe0), 0, REG_VOLATILE, 54},                          \
    {(base) + 0x20, n "_DEBUG", 0x1ffffff7, 0x7, 0, REG_VOLATILE | REG_W1C, 55}
/* clang-format on */
#define FULL(n, base) HEAD(base, n, 0x3fffffff), STRIDE(base, n), TAIL(base, n)
#define LITE(n, base) HEAD(base, n, 0xffff), TAIL(base, n)

static const struct reg dma[] = {
    FULL("0", 0x000),
    FULL("1", 0x100),
    FULL("2", 0x200),
    FULL("3", 0x300),
    FULL("4", 0x400),
    FULL("5", 0x500),
    FULL("6", 0x600),
    LITE("7", 0x700),
    LITE("8", 0x800),
    LITE("9", 0x900),
    LITE("10", 0xa00),
    LITE("11", 0xb00),
    LITE("12", 0xc00),
    LITE("13", 0xd00),
    LITE("14", 0xe00),
    {0xfe0, "INT_STATUS", RO(0xffff), 0, REG_VOLATILE, 41},
    {0xff0, "ENABLE", RW(0x7fff), 0x7fff, 0, 41},
};

const struct reg_block reg_dma = {
    "DMA", REG_MANUAL, 0x20007000, 0x1000, dma, REG_COUNT(dma),
};

/* Channel 15 stands apart, p. 39. */
static const struct reg dma15[] = {
    FULL("15", 0),
};

const struct reg_block reg_dma15 = {
    "DMA15", REG_MANUAL, 0x20e05000, 0x24, dma15, REG_COUNT(dma15),
};

/* Ch. 5, p. 65-88; pages are of the list of registers. STATUS has four bits more than p. 72 lists,
 * as the SD host specification has them: 10, 11 room and data, 16-19 the slot. */
static const struct reg emmc[] = {
    {0x00, "ARG2", RW(ALL), 0, 0, 67},
    {0x04, "BLKSIZECNT", RW(0xffff03ff), 0, REG_VOLATILE, 67},
    {0x08, "ARG1", RW(ALL), 0, 0, 67},
    {0x0c, "CMDTM", RW(0x3ffb003e), 0, REG_WRITE_EFFECT, 67},
    {0x10, "RESP0", RW(ALL), 0, REG_VOLATILE, 67},
    {0x14, "RESP1", RW(ALL), 0, REG_VOLATILE, 67},
    {0x18, "RESP2", RW(ALL), 0, REG_VOLATILE, 67},
    {0x1c, "RESP3", RW(ALL), 0, REG_VOLATILE, 67},
    {0x20, "DATA", RW(ALL), 0, REG_VOLATILE | REG_READ_EFFECT | REG_WRITE_EFFECT, 67},
    {0x24, "STATUS", RO(0x1fff0f07), 0x1fff0000, REG_VOLATILE, 67},
    {0x28, "CONTROL0", RW(0x007f0026), 0, REG_VOLATILE, 67},
    {0x2c, "CONTROL1", 0x070fffe7, 0x070fffe5, 0, REG_VOLATILE | REG_WRITE_EFFECT, 67},
    {0x30, "INTERRUPT", 0x017ff137, 0x017f7037, 0, REG_VOLATILE | REG_W1C, 67},
    {0x34, "IRPT_MASK", RW(0x017f7137), 0, 0, 67},
    {0x38, "IRPT_EN", RW(0x017f7137), 0, 0, 67},
    {0x3c, "CONTROL2", 0x00c7009f, 0x00c70000, 0, REG_VOLATILE, 67},
    {0x50, "FORCE_IRPT", RW(0x017f7137), 0, REG_WRITE_EFFECT, 67},
    {0x70, "BOOT_TIMEOUT", RW(ALL), 0, REG_STUB, 67},
    {0x74, "DBG_SEL", RW(0x1), 0, REG_STUB, 67},
    {0x80, "EXRDFIFO_CFG", RW(0x7), 0, REG_STUB, 67},
    {0x84, "EXRDFIFO_EN", RW(0x1), 0, REG_STUB, 67},
    {0x88, "TUNE_STEP", RW(0x7), 0, REG_STUB, 67},
    {0x8c, "TUNE_STEPS_STD", RW(0x3f), 0, REG_STUB, 67},
    {0x90, "TUNE_STEPS_DDR", RW(0x3f), 0, REG_STUB, 67},
    {0xf0, "SPI_INT_SPT", RW(0xff), 0, REG_STUB, 67},
    {0xfc, "SLOTISR_VER", RO(0xffff00ff), 0x99020000, REG_VOLATILE, 67},
};

const struct reg_block reg_emmc = {
    "EMMC", REG_MANUAL, 0x20300000, 0x100, emmc, REG_COUNT(emmc),
};
