/* A driver of a third kind: GET32 and PUT32, all flags enabled, the status register asked for what
 * is in the FIFO, SET_BLOCK_COUNT before
 * many blocks if the card's SCR has it and CMD12 behind them if not, the end of a transfer not
 * waited for. */
#include "rpi.h"

enum {
    BLKSIZECNT = 0x20300004,
    ARG1 = 0x20300008,
    CMDTM = 0x2030000c,
    RESP0 = 0x20300010,
    DATA = 0x20300020,
    STATUS = 0x20300024,
    CONTROL0 = 0x20300028,
    CONTROL1 = 0x2030002c,
    INTERRUPT = 0x20300030,
    IRPT_MASK = 0x20300034,
    IRPT_EN = 0x20300038,
    SLOTISR_VER = 0x203000fc,
};

static uint32_t buffer[4 * 128];

static void wait_flag(uint32_t flag)
{
    int n = 1000000;

    while (!(GET32(INTERRUPT) & (flag | 0x8000)) && n--)
        delay_us(1);
    if (n <= 0 || (GET32(INTERRUPT) & 0x17f8000))
        panic("waited for %x, have %x\n", flag, GET32(INTERRUPT));
    PUT32(INTERRUPT, flag);
}

static uint32_t command(uint32_t code, uint32_t arg)
{
    while (GET32(STATUS) & 1)
        ;
    PUT32(INTERRUPT, GET32(INTERRUPT));
    PUT32(ARG1, arg);
    PUT32(CMDTM, code);
    delay_us(100);
    wait_flag(1);
    return GET32(RESP0);
}

static void set_clock(uint32_t divider)
{
    while (GET32(STATUS) & 3)
        ;
    PUT32(CONTROL1, GET32(CONTROL1) & ~4u);
    delay_ms(10);
    PUT32(CONTROL1,
          (GET32(CONTROL1) & 0xffff003f) | (divider & 0xff) << 8 | (divider & 0x300) >> 2);
    delay_ms(10);
    PUT32(CONTROL1, GET32(CONTROL1) | 4);
    delay_ms(10);
    while (!(GET32(CONTROL1) & 2))
        ;
}

static void take(uint32_t *p, unsigned blocks)
{
    while (blocks--) {
        wait_flag(0x20);
        for (unsigned i = 0; i < 128; i++)
            *p++ = GET32(DATA);
    }
}

static uint32_t start(uint32_t *scr)
{
    uint32_t rca, ocr;
    unsigned n = 0;

    printk("host version %d\n", GET32(SLOTISR_VER) >> 16 & 0xff);
    PUT32(CONTROL0, 0);
    PUT32(CONTROL1, GET32(CONTROL1) | 1 << 24);
    while (GET32(CONTROL1) & 1 << 24)
        ;
    PUT32(CONTROL1, GET32(CONTROL1) | 1 | 14 << 16);
    set_clock(312);
    PUT32(IRPT_EN, 0xffffffff);
    PUT32(IRPT_MASK, 0xffffffff);
    command(0, 0);
    command(0x08020000, 0x1aa);
    do {
        command(0x37000000, 0);
        ocr = command(0x29020000, 0x51ff8000);
    } while (!(ocr >> 31));
    command(0x02010000, 0);
    rca = command(0x03020000, 0) & 0xffff0000;
    set_clock(5);
    command(0x07030000, rca);
    while (GET32(STATUS) & 2)
        ;
    PUT32(BLKSIZECNT, 1 << 16 | 8);
    command(0x37020000, rca);
    command(0x33220010, 0);
    wait_flag(0x20);
    while (n < 2)
        if (GET32(STATUS) & 0x800)
            scr[n++] = GET32(DATA);
    if (scr[0] & 0x400) {
        command(0x37020000, rca);
        command(0x06020000, 2);
        PUT32(CONTROL0, GET32(CONTROL0) | 2);
    }
    return ocr & 1 << 30 ? 1 : 512;
}

enum { SET_BLOCK_COUNT = 0x02000000 }; /* in the SCR */

/* CMD18 or CMD25 of four blocks at sector 300. */
static void many(uint32_t code, const uint32_t *scr, uint32_t unit)
{
    if (scr[0] & SET_BLOCK_COUNT)
        command(0x17020000, 4);
    PUT32(BLKSIZECNT, 4 << 16 | 512);
    command(code, 300 * unit);
}

static void stop(const uint32_t *scr)
{
    if (!(scr[0] & SET_BLOCK_COUNT))
        command(0x0c030000, 0);
}

void notmain(void)
{
    uint32_t scr[2], unit = start(scr);

    while (GET32(STATUS) & 2)
        ;
    command(0x10020000, 512);
    PUT32(BLKSIZECNT, 1 << 16 | 512);
    command(0x11220010, 0);
    take(buffer, 1);
    printk("signature %x\n", buffer[127] >> 16);
    while (GET32(STATUS) & 2)
        ;
    many(0x19220022, scr, unit);
    for (unsigned b = 0; b < 4; b++) {
        wait_flag(0x10);
        for (unsigned i = 0; i < 128; i++)
            PUT32(DATA, b << 24 | i);
    }
    wait_flag(2);
    stop(scr);
    many(0x12220032, scr, unit);
    take(buffer, 4);
    stop(scr);
    printk("read %x %x\n", buffer[0x7f], buffer[0x1ff]);
}
