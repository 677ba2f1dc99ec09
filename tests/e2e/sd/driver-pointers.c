/* A driver of another kind: registers behind pointers, a controller that is reset, checked
 * responses, a probe for SDIO that times out, CMD18 and CMD25 that CMD12 ends by itself. Prints
 * sector 0's signature and what it wrote to sectors 200 and 201. */
#include "rpi.h"

struct emmc {
    volatile uint32_t arg2, block, arg1, command, response[4], data, status, control[2], flags,
        mask, enable, control2;
};

#define EMMC ((struct emmc *)0x20300000)

enum {
    NONE = 0,
    LONG = 1 << 16,
    SHORT = 2 << 16,
    BUSY = 3 << 16,
    CHECK_CRC = 1 << 19,
    DATA = 1 << 21,
    TO_HOST = 1 << 4,
    MANY = 1 << 5 | 1 << 1 | 1 << 2, /* counted, CMD12 at the end */
};

static uint32_t data[2 * 128];
static unsigned per_block = 1; /* what an address counts */

static int wait(volatile uint32_t *reg, uint32_t mask, int set)
{
    for (int i = 0; i < 20000; i++) {
        if (((*reg & mask) != 0) == set)
            return 1;
        delay_us(100);
    }
    return 0;
}

static int move(int read, unsigned blocks)
{
    uint32_t *p = data, ready = read ? 0x20 : 0x10;

    for (unsigned b = 0; b < blocks; b++) {
        if (!wait(&EMMC->flags, ready | 0x8000, 1) || (EMMC->flags & 0xffff0000))
            return 0;
        EMMC->flags = 0xffff0000 | ready;
        for (unsigned i = 0; i < 128; i++) {
            if (read)
                *p++ = EMMC->data;
            else
                EMMC->data = *p++;
        }
    }
    return 1;
}

static int command(unsigned index, uint32_t kind, uint32_t arg)
{
    uint32_t flags;

    EMMC->arg1 = arg;
    EMMC->command = index << 24 | kind;
    delay_us(10);
    if (!wait(&EMMC->flags, 0x8001, 1))
        panic("CMD%d never ends\n", index);
    flags = EMMC->flags;
    EMMC->flags = 0xffff0001;
    if ((flags & 0xffff0001) != 1)
        return 0;
    if ((kind & DATA) && (EMMC->block & 0x3ff) == 512 && !move(kind & TO_HOST, EMMC->block >> 16))
        return 0;
    if ((kind & DATA) && (EMMC->block & 0x3ff) != 512)
        return 1;
    if ((kind & DATA) || (kind & BUSY) == BUSY) {
        wait(&EMMC->flags, 0x8002, 1);
        flags = EMMC->flags;
        EMMC->flags = 0xffff0002;
        return (flags & 0xffff0002) == 2;
    }
    return 1;
}

static void reset_command_line(void)
{
    EMMC->control[1] |= 1 << 25;
    wait(&EMMC->control[1], 1 << 25, 0);
}

static void set_clock(uint32_t divider)
{
    wait(&EMMC->status, 3, 0);
    EMMC->control[1] &= ~4u;
    delay_ms(3);
    EMMC->control[1] = (EMMC->control[1] & ~0xffe0u) | (divider & 0xff) << 8 | (divider >> 8) << 6;
    delay_ms(3);
    EMMC->control[1] |= 4;
    delay_ms(3);
}

static uint32_t start(void)
{
    uint32_t rca;
    int answered;

    EMMC->control[1] = 1 << 24;
    if (!wait(&EMMC->control[1], 7 << 24, 0))
        panic("no reset\n");
    EMMC->control2 = 0;
    EMMC->control[1] |= 1 | 11 << 16 | 0x38 << 8 | 1 << 6;
    if (!wait(&EMMC->control[1], 2, 1))
        panic("no clock\n");
    EMMC->control[1] |= 4;
    delay_ms(30);
    EMMC->enable = 0;
    EMMC->flags = 0xffffffff;
    EMMC->mask = 0xffffffff;
    delay_ms(203);
    if (!command(0, NONE, 0))
        panic("CMD0\n");
    answered = command(8, SHORT | CHECK_CRC, 0x1aa);
    printk("CMD8: %d %x\n", answered, EMMC->response[0]);
    printk("CMD5: %d\n", command(5, SHORT, 0));
    reset_command_line();
    command(55, SHORT | CHECK_CRC, 0);
    answered = command(41, SHORT, 0);
    printk("ACMD41: %d %x\n", answered, EMMC->response[0] & 0x00ff8000);
    do {
        delay_ms(10);
        command(55, SHORT | CHECK_CRC, 0);
        command(41, SHORT, 0x40ff8000);
    } while (!(EMMC->response[0] >> 31));
    per_block = EMMC->response[0] & 1 << 30 ? 1 : 512;
    set_clock(5);
    command(2, LONG | CHECK_CRC, 0);
    command(3, SHORT | CHECK_CRC, 0);
    rca = EMMC->response[0] & 0xffff0000;
    answered = command(7, BUSY | CHECK_CRC, rca);
    printk("CMD7: %d, state %d\n", answered, EMMC->response[0] >> 9 & 15);
    return rca;
}

static void four_lines(uint32_t rca)
{
    EMMC->block = 1 << 16 | 8;
    command(55, SHORT | CHECK_CRC, rca);
    command(51, SHORT | CHECK_CRC | DATA | TO_HOST, 0);
    wait(&EMMC->flags, 0x20, 1);
    printk("4 lines: %d\n", (EMMC->data & 0x400) != 0);
    (void)EMMC->data;
    wait(&EMMC->flags, 2, 1);
    EMMC->flags = 0xffffffff;
    command(55, SHORT | CHECK_CRC, rca);
    command(6, SHORT | CHECK_CRC, 2);
    EMMC->control[0] |= 2;
}

void notmain(void)
{
    uint32_t rca = start();

    four_lines(rca);
    command(16, SHORT | CHECK_CRC, 512);
    EMMC->block = 1 << 16 | 512;
    printk("CMD17: %d\n", command(17, SHORT | CHECK_CRC | DATA | TO_HOST, 0));
    printk("signature %x\n", data[127] >> 16);
    for (unsigned i = 0; i < 256; i++)
        data[i] = i * 0x01010101;
    EMMC->block = 2 << 16 | 512;
    printk("CMD25: %d\n", command(25, SHORT | CHECK_CRC | DATA | MANY, 200 * per_block));
    memset(data, 0, sizeof data);
    EMMC->block = 2 << 16 | 512;
    printk("CMD18: %d\n", command(18, SHORT | CHECK_CRC | DATA | TO_HOST | MANY, 200 * per_block));
    printk("read %x %x\n", data[1], data[255]);
    command(13, SHORT | CHECK_CRC, rca);
    printk("state %d\n", EMMC->response[0] >> 9 & 15);
}
