/* Registers of the serial interfaces: AUX with the mini-UART, PL011, SPI0, BSC (I2C), PCM (I2S). */
#include "emu/core/regs-tables.h"

/* "BCM2835 ARM Peripherals" ch. 2, p. 8-27, with the errata: IER's two enables, LCR's second size
 * bit, and the SPI masters' addresses. */
/* clang-format off */
#define SPI_MASTER(base, n)                                                                        \
    {(base) + 0x00, "SPI" n "_CNTL0", RW(ALL), 0x000e0000, REG_WRITE_EFFECT, 22},                  \
    {(base) + 0x04, "SPI" n "_CNTL1", RW(0x7c3), 0, 0, 24},                                        \
    {(base) + 0x08, "SPI" n "_STAT", RO(ALL), 0x280, REG_VOLATILE, 25},                            \
    {(base) + 0x0c, "SPI" n "_PEEK", RO(ALL), 0, REG_VOLATILE, 26},                                \
    {(base) + 0x20, "SPI" n "_IO", RW(ALL), 0, REG_VOLATILE | REG_READ_EFFECT | REG_WRITE_EFFECT,  \
     26},                                                                                          \
    {(base) + 0x30, "SPI" n "_TXHOLD", WO(ALL), 0, REG_WRITE_EFFECT, 27}
/* clang-format on */

static const struct reg aux[] = {
    {0x00, "IRQ", RO(7), 0, REG_VOLATILE, 9},
    {0x04, "ENABLES", RW(7), 0, 0, 9},
    {0x40, "MU_IO", RW(0xff), 0, REG_VOLATILE | REG_READ_EFFECT | REG_WRITE_EFFECT, 11},
    {0x44, "MU_IER", RW(0x0f), 0, 0, 12},
    {0x48, "MU_IIR", 0xc7, 0x06, 0xc1, REG_VOLATILE | REG_WRITE_EFFECT, 13},
    {0x4c, "MU_LCR", RW(0xc3), 0, 0, 14},
    {0x50, "MU_MCR", RW(0x02), 0, 0, 14},
    {0x54, "MU_LSR", RO(0x63), 0x60, REG_VOLATILE | REG_READ_EFFECT, 15},
    {0x58, "MU_MSR", RO(0x20), 0x20, REG_VOLATILE, 15},
    {0x5c, "MU_SCRATCH", RW(0xff), 0, 0, 16},
    {0x60, "MU_CNTL", RW(0xff), 0x03, REG_WRITE_EFFECT, 16},
    {0x64, "MU_STAT", RO(0x0f0f03ff), 0x30e, REG_VOLATILE, 18},
    {0x68, "MU_BAUD", RW(0xffff), 0, 0, 19},
    SPI_MASTER(0x80, "1"),
    SPI_MASTER(0xc0, "2"),
};

const struct reg_block reg_aux = {
    "AUX", REG_MANUAL, 0x20215000, 0x100, aux, REG_COUNT(aux),
};

/* Ch. 13. */
static const struct reg pl011[] = {
    {0x00, "DR", 0xfff, 0xff, 0, REG_VOLATILE | REG_READ_EFFECT | REG_WRITE_EFFECT, 179},
    {0x04, "RSRECR", RW(0x0f), 0, REG_VOLATILE | REG_WRITE_EFFECT, 180},
    {0x18, "FR", RO(0xf9), 0x90, REG_VOLATILE, 181},
    {0x20, "ILPR", 0, 0, 0, 0, 182}, /* IrDA is not there: reads 0 */
    {0x24, "IBRD", RW(0xffff), 0, 0, 183},
    {0x28, "FBRD", RW(0x3f), 0, 0, 183},
    {0x2c, "LCRH", RW(0xff), 0, REG_WRITE_EFFECT, 184},
    {0x30, "CR", RW(0xcb81), 0x300, 0, 185},
    {0x34, "IFLS", RW(0x3f), 0x12, 0, 187},
    {0x38, "IMSC", RW(0x7f2), 0, 0, 188},
    {0x3c, "RIS", RO(0x7f2), 0, REG_VOLATILE, 189},
    {0x40, "MIS", RO(0x7f2), 0, REG_VOLATILE, 190},
    {0x44, "ICR", WO(0x7f2), 0, REG_W1C | REG_WRITE_EFFECT, 191},
    {0x48, "DMACR", RW(0x07), 0, 0, 192},
    {0x80, "ITCR", RW(0x03), 0, 0, 193},
    {0x84, "ITIP", RW(0xff), 0, REG_VOLATILE | REG_STUB, 193},
    {0x88, "ITOP", RW(0xfff), 0, REG_VOLATILE | REG_STUB, 194},
    {0x8c, "TDR", RW(0x7ff), 0, REG_VOLATILE | REG_READ_EFFECT | REG_WRITE_EFFECT, 195},
};

const struct reg_block reg_pl011 = {
    "UART0", REG_MANUAL, 0x20201000, 0x90, pl011, REG_COUNT(pl011),
};

/* Ch. 10. In CS bits 5:4 clear the FIFOs and read 0. */
static const struct reg spi0[] = {
    {0x00, "CS", 0x03ffffcf, 0x03e0ffff, 0x00041000, REG_VOLATILE | REG_WRITE_EFFECT, 153},
    {0x04, "FIFO", RW(ALL), 0, REG_VOLATILE | REG_READ_EFFECT | REG_WRITE_EFFECT, 155},
    {0x08, "CLK", RW(0xffff), 0, REG_ROUNDS, 156},
    {0x0c, "DLEN", RW(0xffff), 0, REG_VOLATILE, 156},
    {0x10, "LTOH", RW(0x0f), 0x1, REG_STUB, 156},
    {0x14, "DC", RW(ALL), 0x30201020, 0, 157},
};

const struct reg_block reg_spi0 = {
    "SPI0", REG_MANUAL, 0x20204000, 0x18, spi0, REG_COUNT(spi0),
};

/* Ch. 3; BSC0 and BSC1 are alike. In C bit 7 starts, bits 5:4 clear the FIFO; they read 0. */
static const struct reg bsc[] = {
    {0x00, "C", 0x8701, 0x87b1, 0, REG_WRITE_EFFECT, 29},
    {0x04, "S", 0x3ff, 0x302, 0x50, REG_VOLATILE | REG_W1C, 31},
    {0x08, "DLEN", RW(0xffff), 0, REG_VOLATILE, 33},
    {0x0c, "A", RW(0x7f), 0, 0, 33},
    {0x10, "FIFO", RW(0xff), 0, REG_VOLATILE | REG_READ_EFFECT | REG_WRITE_EFFECT, 33},
    {0x14, "DIV", RW(0xffff), 0x5dc, REG_ROUNDS, 34},
    {0x18, "DEL", RW(ALL), 0x00300030, REG_STUB, 34},
    {0x1c, "CLKT", RW(0xffff), 0x40, 0, 35},
};

const struct reg_block reg_bsc0 = {
    "BSC0", REG_MANUAL, 0x20205000, 0x20, bsc, REG_COUNT(bsc),
};
const struct reg_block reg_bsc1 = {
    "BSC1", REG_MANUAL, 0x20804000, 0x20, bsc, REG_COUNT(bsc),
};

/* Ch. 8. In CS_A bits 4:3 clear the FIFOs and read 0. */
static const struct reg pcm[] = {
    {0x00, "CS_A", 0x03ffe3e7, 0x038183ff, 0, REG_VOLATILE | REG_W1C | REG_WRITE_EFFECT, 126},
    {0x04, "FIFO_A", RW(ALL), 0, REG_VOLATILE | REG_READ_EFFECT | REG_WRITE_EFFECT, 128},
    {0x08, "MODE_A", RW(0x1fffffff), 0, 0, 129},
    {0x0c, "RXC_A", RW(ALL), 0, 0, 131},
    {0x10, "TXC_A", RW(ALL), 0, 0, 132},
    {0x14, "DREQ_A", RW(0x7f7f7f7f), 0x10303020, 0, 134},
    {0x18, "INTEN_A", RW(0x0f), 0, 0, 135},
    {0x1c, "INTSTC_A", RW(0x0f), 0, REG_VOLATILE | REG_W1C, 135},
    {0x20, "GRAY", 0x003ffff7, 0x7, 0, REG_VOLATILE | REG_WRITE_EFFECT | REG_STUB, 136},
};

const struct reg_block reg_pcm = {
    "PCM", REG_MANUAL, 0x20203000, 0x24, pcm, REG_COUNT(pcm),
};
