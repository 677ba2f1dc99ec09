/* What each pin can be, by its function select: "BCM2835 ARM Peripherals" p. 102-103, names without
 * the ARM's and active-low marks, at most nine characters. */
#include "emu/observe/board.h"

enum { ALTS = 6 };

static const char *const alt[SEEN_PINS][ALTS] = {
    [0] = {"SDA0", "SA5"},
    [1] = {"SCL0", "SA4"},
    [2] = {"SDA1", "SA3"},
    [3] = {"SCL1", "SA2"},
    [4] = {"GPCLK0", "SA1", NULL, NULL, NULL, "TDI"},
    [5] = {"GPCLK1", "SA0", NULL, NULL, NULL, "TDO"},
    [6] = {"GPCLK2", "SOE", NULL, NULL, NULL, "RTCK"},
    [7] = {"SPI0_CE1", "SWE"},
    [8] = {"SPI0_CE0", "SD0"},
    [9] = {"SPI0_MISO", "SD1"},
    [10] = {"SPI0_MOSI", "SD2"},
    [11] = {"SPI0_SCLK", "SD3"},
    [12] = {"PWM0", "SD4", NULL, NULL, NULL, "TMS"},
    [13] = {"PWM1", "SD5", NULL, NULL, NULL, "TCK"},
    [14] = {"TXD0", "SD6", NULL, NULL, NULL, "TXD1"},
    [15] = {"RXD0", "SD7", NULL, NULL, NULL, "RXD1"},
    [16] = {NULL, "SD8", NULL, "CTS0", "SPI1_CE2", "CTS1"},
    [17] = {NULL, "SD9", NULL, "RTS0", "SPI1_CE1", "RTS1"},
    [18] = {"PCM_CLK", "SD10", NULL, "BSL_SDA", "SPI1_CE0", "PWM0"},
    [19] = {"PCM_FS", "SD11", NULL, "BSL_SCL", "SPI1_MISO", "PWM1"},
    [20] = {"PCM_DIN", "SD12", NULL, "BSL_MISO", "SPI1_MOSI", "GPCLK0"},
    [21] = {"PCM_DOUT", "SD13", NULL, "BSL_CE", "SPI1_SCLK", "GPCLK1"},
    [22] = {NULL, "SD14", NULL, "SD1_CLK", "TRST"},
    [23] = {NULL, "SD15", NULL, "SD1_CMD", "RTCK"},
    [24] = {NULL, "SD16", NULL, "SD1_DAT0", "TDO"},
    [25] = {NULL, "SD17", NULL, "SD1_DAT1", "TCK"},
    [26] = {NULL, NULL, NULL, "SD1_DAT2", "TDI"},
    [27] = {NULL, NULL, NULL, "SD1_DAT3", "TMS"},
    [28] = {"SDA0", "SA5", "PCM_CLK"},
    [29] = {"SCL0", "SA4", "PCM_FS"},
    [30] = {NULL, "SA3", "PCM_DIN", "CTS0", NULL, "CTS1"},
    [31] = {NULL, "SA2", "PCM_DOUT", "RTS0", NULL, "RTS1"},
    [32] = {"GPCLK0", "SA1", NULL, "TXD0", NULL, "TXD1"},
    [33] = {NULL, "SA0", NULL, "RXD0", NULL, "RXD1"},
    [34] = {"GPCLK0", "SOE"},
    [35] = {"SPI0_CE1", "SWE"},
    [36] = {"SPI0_CE0", "SD0", "TXD0"},
    [37] = {"SPI0_MISO", "SD1", "RXD0"},
    [38] = {"SPI0_MOSI", "SD2", "RTS0"},
    [39] = {"SPI0_SCLK", "SD3", "CTS0"},
    [40] = {"PWM0", "SD4", NULL, NULL, "SPI2_MISO", "TXD1"},
    [41] = {"PWM1", "SD5", NULL, NULL, "SPI2_MOSI", "RXD1"},
    [42] = {"GPCLK1", "SD6", NULL, NULL, "SPI2_SCLK", "RTS1"},
    [43] = {"GPCLK2", "SD7", NULL, NULL, "SPI2_CE0", "CTS1"},
    [44] = {"GPCLK1", "SDA0", "SDA1", NULL, "SPI2_CE1"},
    [45] = {"PWM1", "SCL0", "SCL1", NULL, "SPI2_CE2"},
};

const char *board_function_name(unsigned pin, enum pins_function f)
{
    static const uint8_t number[] = {[PINS_ALT0] = 0, [PINS_ALT1] = 1, [PINS_ALT2] = 2,
                                     [PINS_ALT3] = 3, [PINS_ALT4] = 4, [PINS_ALT5] = 5};
    static const char *const plain[] = {"ALT0", "ALT1", "ALT2", "ALT3", "ALT4", "ALT5"};

    if (f == PINS_INPUT)
        return "in";
    if (f == PINS_OUTPUT)
        return "out";
    return alt[pin][number[f]] ? alt[pin][number[f]] : plain[number[f]];
}
