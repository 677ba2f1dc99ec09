/* emmc.c - an SD card on the EMMC controller, polled, on pins 48-53 (BCM2835 ARM Peripherals ch. 5
 * and p. 102; where that is silent, SD Host Controller Simplified Specification 3.00 and Physical
 * Layer Simplified Specification 3.01). One card; no DMA, no high speed, no UHS. */
#include "internal.h"

#include "emmc.h"
#include "gpio.h"

enum {
    BLKSIZECNT = 0x20300004,
    ARG1 = 0x20300008,
    CMDTM = 0x2030000C,
    RESP0 = 0x20300010,
    RESP3 = 0x2030001C,
    DATA = 0x20300020,
    STATUS = 0x20300024,
    CONTROL0 = 0x20300028,
    CONTROL1 = 0x2030002C,
    INTERRUPT = 0x20300030,
    IRPT_MASK = 0x20300034,
    IRPT_EN = 0x20300038,
    CONTROL2 = 0x2030003C,
};

enum { /* CMDTM, p. 70 */
       TM_BLKCNT_EN = 1 << 1,
       TM_AUTO_CMD12 = 1 << 2,
       TM_FROM_CARD = 1 << 4,
       TM_MULTI_BLOCK = 1 << 5,
       RSPNS_136 = 1 << 16,
       RSPNS_48 = 2 << 16,
       RSPNS_48_BUSY = 3 << 16,
       CHECKED = 3 << 19, /* the response's CRC and index */
       ISDATA = 1 << 21,
       R1 = RSPNS_48 | CHECKED, /* what a command's answer looks like */
       R1B = RSPNS_48_BUSY | CHECKED,
       READ = R1 | ISDATA | TM_FROM_CARD,
       WRITE = R1 | ISDATA,
       SEVERAL = TM_MULTI_BLOCK | TM_BLKCNT_EN | TM_AUTO_CMD12,
};

enum {
    INHIBIT = 3,       /* STATUS, p. 72: command and data lines */
    CMD_DONE = 1 << 0, /* INTERRUPT, p. 77 */
    DATA_DONE = 1 << 1,
    WRITE_RDY = 1 << 4,
    READ_RDY = 1 << 5,
    CTO_ERR = 1 << 16,
    ERRORS = 0x017F8000,
    HCTL_DWIDTH = 1 << 1, /* CONTROL0, p. 74 */
    CLK_INTLEN = 1 << 0,  /* CONTROL1, p. 75 */
    CLK_STABLE = 1 << 1,
    CLK_EN = 1 << 2,
    CLK_DIVIDER = 0xFFC0,
    DATA_TOUNIT = 14 << 16, /* the longest timeout */
    SRST_HC = 1 << 24,
    SRST_CMD = 1 << 25,
    SRST_DATA = 1 << 26,
};

enum {
    BASE_HZ = 250000000, /* the controller's clock under current firmware; older: slower */
    IDENTIFY_HZ = 400000,
    TRANSFER_HZ = 25000000,
    WAIT_US = 1000000,   /* what the slowest card may take for anything */
    MAX_BLOCKS = 0xFFFF, /* of BLKSIZECNT */
    BLOCK = 512,
    VOLTAGES = 0x00FF8000, /* OCR: 2.7 to 3.6 V */
    OCR_CCS = 1 << 30,
    STATUS_ERRORS = 0xFD390008, /* of this command, in the card's R1 */
};

static uint32_t card_rca, card_in_blocks, card_ready;

/* Waits until one of these bits is set, or none is. */
static int wait_for(uint32_t reg, uint32_t bits, int set)
{
    uint32_t start = 0;

    dev_barrier();
    for (unsigned looks = 0; ((GET32(reg) & bits) != 0) != set; looks++) {
        uint32_t now = timer_get_usec();

        if (looks == 0)
            start = now;
        else if (now - start > WAIT_US)
            return SD_TIMEOUT;
        dev_barrier();
    }
    return SD_OK;
}

static int wait_set(uint32_t reg, uint32_t bits)
{
    return wait_for(reg, bits, 1);
}

static int wait_clear(uint32_t reg, uint32_t bits)
{
    return wait_for(reg, bits, 0);
}

/* Waits for a flag and takes it away; an error ends the wait. */
static int wait_flag(uint32_t flag)
{
    uint32_t seen;

    if (wait_set(INTERRUPT, flag | ERRORS) < 0)
        return SD_TIMEOUT;
    seen = GET32(INTERRUPT);
    if (seen & ERRORS)
        return seen & CTO_ERR ? SD_TIMEOUT : SD_ERROR;
    PUT32(INTERRUPT, flag);
    return SD_OK;
}

static void reset_line(uint32_t which)
{
    dev_barrier();
    PUT32(CONTROL1, GET32(CONTROL1) | which);
    wait_clear(CONTROL1, which);
}

/* After an error: the lines are free again. */
static void recover(void)
{
    reset_line(SRST_CMD);
    reset_line(SRST_DATA);
    PUT32(INTERRUPT, ERRORS | CMD_DONE | DATA_DONE | WRITE_RDY | READ_RDY);
}

/* The answer is in RESP0. A transfer's data is the caller's. */
static int command(unsigned index, uint32_t kind, uint32_t arg)
{
    int data = kind & ISDATA || (kind & R1B) == R1B, r;

    if (wait_clear(STATUS, data ? INHIBIT : 1) < 0)
        return SD_TIMEOUT;
    PUT32(INTERRUPT, ERRORS | CMD_DONE | DATA_DONE | WRITE_RDY | READ_RDY);
    PUT32(ARG1, arg);
    PUT32(CMDTM, index << 24 | kind);
    r = wait_flag(CMD_DONE);
    if (r == SD_OK && (kind & R1B) == R1B)
        r = wait_flag(DATA_DONE);
    if (r != SD_OK)
        recover();
    return r;
}

static int app_command(unsigned index, uint32_t kind, uint32_t arg)
{
    int r = command(55, R1, card_rca);

    return r == SD_OK ? command(index, kind, arg) : r;
}

/* p. 76: the divider, split in two fields, counts pairs of cycles. */
static int set_clock(uint32_t hz)
{
    uint32_t divider = (BASE_HZ + 2 * hz - 1) / (2 * hz);
    uint32_t c = GET32(CONTROL1) & ~(uint32_t)(CLK_EN | CLK_DIVIDER);

    if (wait_clear(STATUS, INHIBIT) < 0)
        return SD_TIMEOUT;
    PUT32(CONTROL1, c);
    delay_us(10);
    PUT32(CONTROL1, c | (divider & 0xFF) << 8 | (divider >> 8 & 3) << 6);
    if (wait_set(CONTROL1, CLK_STABLE) < 0)
        return SD_TIMEOUT;
    dev_barrier();
    PUT32(CONTROL1, GET32(CONTROL1) | CLK_EN);
    delay_us(200); /* 74 clocks at 400 kHz */
    dev_barrier();
    return SD_OK;
}

/* ALT3 on pins 48-53, pulled up but for the clock, p. 101 and 102. */
static void connect_pins(void)
{
    enum { FIRST = 48, PINS = 6, FSEL4 = 0x20200010, FSEL5 = 0x20200014, ALT3 = 7 };
    enum { PUD = 0x20200094, PUDCLK1 = 0x2020009C, PULL_UP = 2, ALL_BUT_CLOCK = 0x3E };
    uint32_t fsel4, fsel5;

    dev_barrier();
    fsel4 = GET32(FSEL4) & 0x00FFFFFF;
    PUT32(FSEL4, fsel4 | (uint32_t)(ALT3 | ALT3 << 3) << 24);
    fsel5 = GET32(FSEL5) & ~0xFFFu;
    PUT32(FSEL5, fsel5 | ALT3 | ALT3 << 3 | ALT3 << 6 | ALT3 << 9);
    PUT32(PUD, PULL_UP);
    delay_us(1);
    dev_barrier();
    PUT32(PUDCLK1, (uint32_t)ALL_BUT_CLOCK << (FIRST - 32));
    delay_us(1);
    dev_barrier();
    PUT32(PUD, 0);
    PUT32(PUDCLK1, 0);
    dev_barrier();
}

static int reset_controller(void)
{
    dev_barrier();
    PUT32(CONTROL0, 0);
    PUT32(CONTROL1, SRST_HC);
    if (wait_clear(CONTROL1, SRST_HC) < 0)
        return SD_TIMEOUT;
    PUT32(CONTROL2, 0);
    PUT32(CONTROL1, DATA_TOUNIT | CLK_INTLEN);
    PUT32(IRPT_EN, 0);
    PUT32(IRPT_MASK, 0xFFFFFFFF);
    PUT32(INTERRUPT, 0xFFFFFFFF);
    return set_clock(IDENTIFY_HZ);
}

/* Physical Layer 4.2.2, 4.2.3: asks until the card is ready. A card that does not know CMD8 is of
 * version 1 and never counts in blocks. */
static int power_up(void)
{
    uint32_t start, ocr, want = VOLTAGES;
    int r = command(0, 0, 0);

    if (r != SD_OK)
        return r;
    r = command(8, R1, 0x1AA);
    if (r == SD_OK) {
        if ((GET32(RESP0) & 0xFFF) != 0x1AA)
            return SD_ERROR;
        want |= OCR_CCS;
    }
    start = timer_get_usec();
    do {
        if (timer_get_usec() - start > WAIT_US)
            return SD_TIMEOUT;
        r = app_command(41, RSPNS_48, want);
        if (r != SD_OK)
            return r;
        ocr = GET32(RESP0);
    } while (!(ocr >> 31));
    card_in_blocks = (ocr & OCR_CCS) != 0;
    return SD_OK;
}

/* The SCR, 5.6: whether the card has four data lines. */
static int read_scr(uint32_t scr[2])
{
    int r;

    PUT32(BLKSIZECNT, 1 << 16 | 8);
    r = app_command(51, READ, 0);
    if (r == SD_OK)
        r = wait_flag(READ_RDY);
    if (r == SD_OK) {
        scr[0] = GET32(DATA);
        scr[1] = GET32(DATA);
        r = wait_flag(DATA_DONE);
    }
    if (r != SD_OK)
        recover();
    return r;
}

static int widen(void)
{
    enum { FOUR_LINES = 4 << 8, WIDE = 2 };
    uint32_t scr[2];
    int r = read_scr(scr);

    if (r != SD_OK || !(scr[0] & FOUR_LINES))
        return r;
    r = app_command(6, R1, WIDE);
    if (r == SD_OK)
        PUT32(CONTROL0, GET32(CONTROL0) | HCTL_DWIDTH);
    return r;
}

/* Names the card and selects it. */
static int identify(void)
{
    int r = command(2, RSPNS_136 | 1 << 19, 0);

    if (r == SD_OK)
        r = command(3, R1, 0);
    if (r != SD_OK)
        return r;
    card_rca = GET32(RESP0) & 0xFFFF0000;
    r = set_clock(TRANSFER_HZ);
    if (r == SD_OK)
        r = command(7, R1B, card_rca);
    if (r == SD_OK && !card_in_blocks)
        r = command(16, R1, BLOCK);
    return r == SD_OK ? widen() : r;
}

LIBPI_WEAK int sd_init(void)
{
    int r;

    card_rca = card_ready = 0;
    connect_pins();
    r = reset_controller();
    if (r == SD_OK)
        r = power_up();
    if (r == SD_OK)
        r = identify();
    card_ready = r == SD_OK;
    dev_barrier();
    return r;
}

/* One block between the buffer, of any alignment, and the FIFO. */
static void take_block(uint8_t *p)
{
    for (unsigned i = 0; i < BLOCK; i += 4) {
        uint32_t word = GET32(DATA);

        memcpy(p + i, &word, 4);
    }
}

static void give_block(const uint8_t *p)
{
    for (unsigned i = 0; i < BLOCK; i += 4) {
        uint32_t word;

        memcpy(&word, p + i, 4);
        PUT32(DATA, word);
    }
}

static int transfer(int write, uint8_t *p, uint32_t lba, uint32_t n)
{
    unsigned index = (write ? 24 : 17) + (n > 1);
    uint32_t kind = (uint32_t)(write ? WRITE : READ) | (n > 1 ? SEVERAL : 0);
    int r;

    dev_barrier();
    PUT32(BLKSIZECNT, n << 16 | BLOCK);
    r = command(index, kind, card_in_blocks ? lba : lba * BLOCK);
    if (r != SD_OK)
        return r;
    if (GET32(RESP0) & STATUS_ERRORS)
        r = SD_ERROR;
    for (; r == SD_OK && n; n--, p += BLOCK) {
        r = wait_flag(write ? WRITE_RDY : READ_RDY);
        if (r == SD_OK && write)
            give_block(p);
        else if (r == SD_OK)
            take_block(p);
    }
    if (r == SD_OK)
        r = wait_flag(DATA_DONE);
    if (r == SD_OK && (kind & SEVERAL) && (GET32(RESP3) & STATUS_ERRORS))
        r = SD_ERROR; /* as the answer to the automatic CMD12 says */
    if (r != SD_OK) {
        recover();
        command(12, R1B, 0); /* whatever the card was doing, it stops */
    }
    return r;
}

static int move_blocks(int write, uint8_t *p, uint32_t lba, uint32_t num)
{
    uint32_t left = num;

    if (!card_ready || num == 0 || (!card_in_blocks && lba + num > 1u << 23))
        return 0;
    while (left) {
        uint32_t n = left < MAX_BLOCKS ? left : MAX_BLOCKS;

        if (transfer(write, p, lba, n) != SD_OK)
            return 0;
        p += n * BLOCK;
        lba += n;
        left -= n;
    }
    dev_barrier();
    return (int)(num * BLOCK);
}

LIBPI_WEAK int sd_readblock(uint32_t lba, uint8_t *buffer, uint32_t num)
{
    return move_blocks(0, buffer, lba, num);
}

LIBPI_WEAK int sd_writeblock(uint8_t *buffer, uint32_t lba, uint32_t num)
{
    return move_blocks(1, buffer, lba, num);
}
