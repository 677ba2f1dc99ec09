/* The loop's rules as tables (BCM2835 ARM Peripherals, 6 Feb 2012; the power management and clock
 * registers it leaves out are those of Linux's bcm2835_wdt.c and clk-bcm2835.c, the mailbox is the
 * firmware wiki's). What a bus master it does not list might do to memory is not guarded against,
 * nor what the messages and control blocks in the bounce buffer say. */
#include "wire/guard.h"

enum {
    PERIPHERALS = 0x20000000,
    PERIPHERALS_END = 0x21000000,

    PM_RSTC = 0x2010001C,
    PM_WDOG = 0x20100024,
    PM_PASSWORD_MASK = (int)0xFF000000,
    PM_PASSWORD = 0x5A000000,
    PM_WRCFG_MASK = 0x30,
    PM_WRCFG_FULL_RESET = 0x20,

    GPFSEL1 = 0x20200004,       /* p. 92 */
    FSEL_LINE_MASK = 077 << 12, /* GPIO14 and 15 */
    FSEL_LINE_ALT5 = 022 << 12, /* mini-UART, p. 102 */
    AUX_ENABLES = 0x20215004,   /* p. 9 */
    AUX_ENABLE_UART = 1 << 0,
    AUX_MU_IO = 0x20215040, /* p. 11 */
    AUX_MU_IER = 0x20215044,
    AUX_MU_END = 0x20215080,

    DMA = 0x20007000, /* p. 39: channels 0-14, 0x100 bytes each */
    DMA_END = 0x20008000,
    DMA15 = 0x20E05000,
    DMA15_END = 0x20E06000,
    DMA_CONBLK_AD = 0x04, /* p. 50: offset in a channel */
    DMA_DEBUG = 0x20,     /* behind what the engine loads from the control block */
    DMA_BLOCK_BYTES = 32,
    MAILBOX_CONFIG = 0x2000B89C,
    MAILBOX_WRITE = 0x2000B8A0,
    MAILBOX_MIN = 16, /* bytes of a message, at least */
    CHANNEL_FRAMEBUFFER = 1,
    CHANNEL_PROPERTY = 8,
    BUS_ALIAS = (int)0xC0000000, /* p. 5: how the caches are used */
};

struct range {
    uint32_t lo, hi; /* [lo, hi) */
};

static const struct range refused[] = {
    {0x20006000, 0x20007000}, /* MPHI: writes to memory */
    {0x2000A000, 0x2000B000}, /* bridges to powered-down blocks */
    {0x2000B880, 0x2000B8C0}, /* mailbox; exceptions below */
    {0x20100000, 0x20103000}, /* power, clock manager, PLLs; exceptions below */
    {0x20980000, 0x209C0000}, /* USB: bus master */
};

static const struct range allowed[] = {
    {0x20101070, 0x20101088}, /* general purpose clocks, p. 107 */
    {0x20101098, 0x201010A8}, /* PCM and PWM clocks */
    {0x201010F0, 0x201010F8}, /* PL011 clock: not the mini-UART's */
};

static int within(const struct range *r, unsigned n, uint32_t addr)
{
    for (unsigned i = 0; i < n; i++)
        if (addr >= r[i].lo && addr < r[i].hi)
            return 1;
    return 0;
}

static int is_peripheral(const struct guard_access *a)
{
    return a->addr >= PERIPHERALS && a->addr < PERIPHERALS_END && !(a->addr & (a->width - 1));
}

enum guard_verdict guard_read(const struct guard_access *a)
{
    if (!is_peripheral(a))
        return GUARD_REFUSE;
    /* Reading the data register would take a byte of the line's. */
    return (a->addr & ~3U) == AUX_MU_IO ? GUARD_DROP : GUARD_PASS;
}

/* Makes the masked bits of the word `value`. */
static enum guard_verdict keep_bits(struct guard_access *a, uint32_t mask, uint32_t value)
{
    unsigned shift = 8 * (a->addr & 3);
    uint32_t word = a->value;

    if (a->width < 4)
        word = (word & ((1U << 8 * a->width) - 1)) << shift;
    a->addr &= ~3U;
    a->width = 4;
    a->value = (word & ~mask) | value;
    return a->value == word ? GUARD_PASS : GUARD_CHANGED;
}

/* A narrow write cannot carry the password, or would carry it twice: what the bus makes of it is
 * not documented. */
static enum guard_verdict power_write(const struct guard_access *a)
{
    if (a->width != 4)
        return GUARD_REFUSE;
    if (a->addr == PM_RSTC && (a->value & (uint32_t)PM_PASSWORD_MASK) == PM_PASSWORD &&
        (a->value & PM_WRCFG_MASK) == PM_WRCFG_FULL_RESET)
        return GUARD_REBOOT;
    return GUARD_PASS;
}

/* Whether nbytes from this bus address on lie in the memory that bus masters may use. */
static int bounces(uint32_t addr, uint32_t nbytes, uint32_t lo, uint32_t size)
{
    uint32_t offset = (addr & ~(uint32_t)BUS_ALIAS) - lo;

    return offset < size && size - offset >= nbytes;
}

/* Only CS, CONBLK_AD and DEBUG are the program's to write, p. 41; and what all channels share. */
static int dma_may(const struct guard_access *a, uint32_t lo, uint32_t size)
{
    unsigned reg = a->addr & 0xFF;

    if (a->width != 4 || (reg > DMA_CONBLK_AD && reg < DMA_DEBUG))
        return 0;
    return reg != DMA_CONBLK_AD || a->value == 0 ||
           (!(a->value % DMA_BLOCK_BYTES) && bounces(a->value, DMA_BLOCK_BYTES, lo, size));
}

static int mailbox_may(const struct guard_access *a, uint32_t lo, uint32_t size)
{
    unsigned channel = a->value & 15;

    if (a->width != 4 || a->addr == MAILBOX_CONFIG)
        return a->width == 4;
    return (channel == CHANNEL_FRAMEBUFFER || channel == CHANNEL_PROPERTY) &&
           bounces(a->value - channel, MAILBOX_MIN, lo, size);
}

enum guard_verdict guard_write(struct guard_access *a, uint32_t bounce, uint32_t bounce_bytes)
{
    uint32_t word = a->addr & ~3U;

    if (!is_peripheral(a))
        return GUARD_REFUSE;
    if ((word >= DMA && word < DMA_END) || (word >= DMA15 && word < DMA15_END))
        return dma_may(a, bounce, bounce_bytes) ? GUARD_PASS : GUARD_REFUSE;
    if (word == MAILBOX_WRITE || word == MAILBOX_CONFIG)
        return mailbox_may(a, bounce, bounce_bytes) ? GUARD_PASS : GUARD_REFUSE;
    if (word == PM_RSTC || word == PM_WDOG)
        return power_write(a);
    if (within(refused, sizeof refused / sizeof *refused, a->addr) &&
        !within(allowed, sizeof allowed / sizeof *allowed, a->addr))
        return GUARD_REFUSE;
    if (word == GPFSEL1)
        return keep_bits(a, FSEL_LINE_MASK, FSEL_LINE_ALT5);
    if (word == AUX_ENABLES)
        return keep_bits(a, AUX_ENABLE_UART, AUX_ENABLE_UART);
    if (a->addr == AUX_MU_IO)
        return GUARD_TEXT;
    if (word >= AUX_MU_IO && word < AUX_MU_END)
        return GUARD_DROP;
    return GUARD_PASS;
}
