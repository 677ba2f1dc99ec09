/* Registers of the system: timers, interrupt controller, mailbox, power management, RNG. */
#include "emu/core/regs-tables.h"

/* "BCM2835 ARM Peripherals" ch. 12. */
static const struct reg system_timer[] = {
    {0x00, "CS", RW(0xf), 0, REG_VOLATILE | REG_W1C, 172},
    {0x04, "CLO", RO(ALL), 0, REG_VOLATILE, 173},
    {0x08, "CHI", RO(ALL), 0, REG_VOLATILE, 173},
    {0x0c, "C0", RW(ALL), 0, REG_WRITE_EFFECT, 174},
    {0x10, "C1", RW(ALL), 0, REG_WRITE_EFFECT, 174},
    {0x14, "C2", RW(ALL), 0, REG_WRITE_EFFECT, 174},
    {0x18, "C3", RW(ALL), 0, REG_WRITE_EFFECT, 174},
};

const struct reg_block reg_system_timer = {
    "SYSTIMER", REG_MANUAL, 0x20003000, 0x1c, system_timer, REG_COUNT(system_timer),
};

/* Ch. 7. Writing 1 enables or disables, 0 leaves alone; what is enabled reads back in both. Of
 * the basic enables 8 exist. */
static const struct reg interrupts[] = {
    {0x00, "BASIC_PENDING", RO(0x1fffff), 0, REG_VOLATILE, 113},
    {0x04, "PENDING1", RO(ALL), 0, REG_VOLATILE, 115},
    {0x08, "PENDING2", RO(ALL), 0, REG_VOLATILE, 115},
    {0x0c, "FIQ_CONTROL", RW(0xff), 0, 0, 116},
    {0x10, "ENABLE1", RW(ALL), 0, REG_WRITE_EFFECT, 116},
    {0x14, "ENABLE2", RW(ALL), 0, REG_WRITE_EFFECT, 117},
    {0x18, "ENABLE_BASIC", RW(0xff), 0, REG_WRITE_EFFECT, 117},
    {0x1c, "DISABLE1", RW(ALL), 0, REG_WRITE_EFFECT | REG_W1C, 117},
    {0x20, "DISABLE2", RW(ALL), 0, REG_WRITE_EFFECT | REG_W1C, 117},
    {0x24, "DISABLE_BASIC", RW(0xff), 0, REG_WRITE_EFFECT | REG_W1C, 118},
};

const struct reg_block reg_interrupts = {
    "IRQ", REG_MANUAL, 0x2000b200, 0x28, interrupts, REG_COUNT(interrupts),
};

/* Ch. 14. */
static const struct reg arm_timer[] = {
    {0x00, "LOAD", RW(ALL), 0, REG_WRITE_EFFECT, 196},
    {0x04, "VALUE", RO(ALL), 0, REG_VOLATILE, 196},
    {0x08, "CONTROL", RW(0x00ff03ae), 0x003e0020, 0, 197},
    {0x0c, "IRQ_CLEAR", WO(ALL), 0, REG_WRITE_EFFECT, 198},
    {0x10, "RAW_IRQ", RO(1), 0, REG_VOLATILE, 198},
    {0x14, "MASKED_IRQ", RO(1), 0, REG_VOLATILE, 198},
    {0x18, "RELOAD", RW(ALL), 0, 0, 198},
    {0x1c, "PREDIVIDER", RW(0x3ff), 0x7d, 0, 199},
    {0x20, "FREE_RUNNING", RO(ALL), 0, REG_VOLATILE, 199},
};

const struct reg_block reg_arm_timer = {
    "ARMTIMER", REG_MANUAL, 0x2000b400, 0x24, arm_timer, REG_COUNT(arm_timer),
};

/* Mailbox 0 is read by the ARM, mailbox 1 written. A message's upper 28 bits are an address for
 * most channels. */
static const struct reg mailbox[] = {
    {0x00, "READ", RO(ALL), 0, REG_VOLATILE | REG_READ_EFFECT, 0},
    {0x10, "PEEK", RO(ALL), 0, REG_VOLATILE, 0},
    {0x14, "SENDER", RO(3), 0, REG_VOLATILE, 0},
    {0x18, "STATUS", RO(0xc00000ff), 0x40000000, REG_VOLATILE, 0},
    {0x1c, "CONFIG", RW(0x7ff), 0, REG_VOLATILE, 0},
    {0x20, "WRITE", WO(ALL), 0, REG_ADDRESS | REG_WRITE_EFFECT, 0},
    {0x30, "PEEK1", RO(ALL), 0, REG_VOLATILE, 0},
    {0x34, "SENDER1", RO(3), 0, REG_VOLATILE, 0},
    {0x38, "STATUS1", RO(0xc00000ff), 0x40000000, REG_VOLATILE, 0},
    {0x3c, "CONFIG1", RW(0x7ff), 0, REG_VOLATILE, 0},
};

const struct reg_block reg_mailbox = {
    "MAILBOX",          "Raspberry Pi firmware wiki, Mailboxes", 0x2000b880, 0x40, mailbox,
    REG_COUNT(mailbox),
};

/* Writes need 0x5A in the top byte. */
static const struct reg pm[] = {
    {0x1c, "RSTC", 0x00333333, 0xff333333, 0x102, REG_WRITE_EFFECT, 0},
    {0x20, "RSTS", 0x00001777, 0xff001777, 0x1000, 0, 0},
    {0x24, "WDOG", 0x000fffff, 0xff0fffff, 0, REG_VOLATILE | REG_WRITE_EFFECT, 0},
};

const struct reg_block reg_pm = {
    "PM", "Linux drivers/watchdog/bcm2835_wdt.c", 0x20100000, 0x114, pm, REG_COUNT(pm),
};

static const struct reg rng[] = {
    {0x00, "CTRL", RW(0x3), 0, 0, 0},
    {0x04, "STATUS", 0xff0fffff, 0x000fffff, 0, REG_VOLATILE, 0},
    {0x08, "DATA", RO(ALL), 0, REG_VOLATILE | REG_READ_EFFECT, 0},
    {0x0c, "FF_THRESHOLD", RW(ALL), 0, 0, 0},
    {0x10, "INT_MASK", RW(0x1), 0, 0, 0},
};

const struct reg_block reg_rng = {
    "RNG", "Linux drivers/char/hw_random/bcm2835-rng.c", 0x20104000, 0x14, rng, REG_COUNT(rng),
};
