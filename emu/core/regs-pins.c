/* Registers of the pins and their clocks: GPIO, PWM, clock manager. */
#include "emu/core/regs-tables.h"

/* "BCM2835 ARM Peripherals" ch. 6. Bank 0 is pins 0-31, bank 1 pins 32-53. */
#define BANK1 0x003fffffu
#define FSEL 0x3fffffffu

static const struct reg gpio[] = {
    {0x00, "FSEL0", RW(FSEL), 0, 0, 91},
    {0x04, "FSEL1", RW(FSEL), 0, 0, 92},
    {0x08, "FSEL2", RW(FSEL), 0, 0, 93},
    {0x0c, "FSEL3", RW(FSEL), 0, 0, 93},
    {0x10, "FSEL4", RW(FSEL), 0, 0, 94},
    {0x14, "FSEL5", RW(0xfffu), 0, 0, 94},
    {0x1c, "SET0", WO(ALL), 0, REG_WRITE_EFFECT, 95},
    {0x20, "SET1", WO(BANK1), 0, REG_WRITE_EFFECT, 95},
    {0x28, "CLR0", WO(ALL), 0, REG_WRITE_EFFECT, 95},
    {0x2c, "CLR1", WO(BANK1), 0, REG_WRITE_EFFECT, 96},
    {0x34, "LEV0", RO(ALL), 0, REG_VOLATILE, 96},
    {0x38, "LEV1", RO(BANK1), 0, REG_VOLATILE, 96},
    {0x40, "EDS0", RW(ALL), 0, REG_VOLATILE | REG_W1C, 96},
    {0x44, "EDS1", RW(BANK1), 0, REG_VOLATILE | REG_W1C, 97},
    {0x4c, "REN0", RW(ALL), 0, 0, 97},
    {0x50, "REN1", RW(BANK1), 0, 0, 97},
    {0x58, "FEN0", RW(ALL), 0, 0, 98},
    {0x5c, "FEN1", RW(BANK1), 0, 0, 98},
    {0x64, "HEN0", RW(ALL), 0, 0, 98},
    {0x68, "HEN1", RW(BANK1), 0, 0, 99},
    {0x70, "LEN0", RW(ALL), 0, 0, 99},
    {0x74, "LEN1", RW(BANK1), 0, 0, 99},
    {0x7c, "AREN0", RW(ALL), 0, 0, 99},
    {0x80, "AREN1", RW(BANK1), 0, 0, 100},
    {0x88, "AFEN0", RW(ALL), 0, 0, 100},
    {0x8c, "AFEN1", RW(BANK1), 0, 0, 100},
    {0x94, "PUD", RW(3), 0, 0, 101},
    {0x98, "PUDCLK0", RW(ALL), 0, REG_WRITE_EFFECT, 101},
    {0x9c, "PUDCLK1", RW(BANK1), 0, REG_WRITE_EFFECT, 101},
};

const struct reg_block reg_gpio = {
    "GPIO", REG_MANUAL, 0x20200000, 0xb4, gpio, REG_COUNT(gpio),
};

/* Ch. 9. */
static const struct reg pwm[] = {
    {0x00, "CTL", 0xbfbf, 0xbfff, 0, REG_WRITE_EFFECT, 142}, /* bit 6 clears the FIFO */
    {0x04, "STA", 0x1fff, 0x1fc, 0x2, REG_VOLATILE | REG_W1C, 144},
    {0x08, "DMAC", RW(0x8000ffffu), 0x707, 0, 145},
    {0x10, "RNG1", RW(ALL), 0x20, 0, 145},
    {0x14, "DAT1", RW(ALL), 0, 0, 146},
    {0x18, "FIF1", 0x70776d30, ALL, 0x70776d30, REG_VOLATILE | REG_WRITE_EFFECT, 146}, /* "pwm0" */
    {0x20, "RNG2", RW(ALL), 0x20, 0, 146},
    {0x24, "DAT2", RW(ALL), 0, 0, 147},
};

const struct reg_block reg_pwm = {
    "PWM", REG_MANUAL, 0x2020c000, 0x28, pwm, REG_COUNT(pwm),
};

/* Ch. 6.3; writes need 0x5A in the top byte. PCM's and PWM's are left out of the manual and laid
 * out like the others (errata p. 105). */
#define CTL 0x7bfu
#define CTL_W (0xff000000u | 0x73fu)

static const struct reg clocks[] = {
    {0x70, "GP0CTL", CTL, CTL_W, 0, REG_VOLATILE, 107}, {0x74, "GP0DIV", 0xffffffu, ALL, 0, 0, 108},
    {0x78, "GP1CTL", CTL, CTL_W, 0, REG_VOLATILE, 107}, {0x7c, "GP1DIV", 0xffffffu, ALL, 0, 0, 108},
    {0x80, "GP2CTL", CTL, CTL_W, 0, REG_VOLATILE, 107}, {0x84, "GP2DIV", 0xffffffu, ALL, 0, 0, 108},
    {0x98, "PCMCTL", CTL, CTL_W, 0, REG_VOLATILE, 107}, {0x9c, "PCMDIV", 0xffffffu, ALL, 0, 0, 108},
    {0xa0, "PWMCTL", CTL, CTL_W, 0, REG_VOLATILE, 107}, {0xa4, "PWMDIV", 0xffffffu, ALL, 0, 0, 108},
};

const struct reg_block reg_clocks = {
    "CM", REG_MANUAL, 0x20101000, 0x1000, clocks, REG_COUNT(clocks),
};
