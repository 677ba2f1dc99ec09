/* refused.c - asks firmware and DMA engine for what would end the line; goes on without. */
#include "rpi.h"

enum {
    MBOX_READ = 0x2000B880,
    MBOX_STATUS = 0x2000B898,
    MBOX_WRITE = 0x2000B8A0,
    EMPTY = 1 << 30,
    CS = 0x20007500,
    CONBLK_AD = 0x20007504,
    COPY = 1 << 8 | 1 << 4,
};

static volatile uint32_t block[8] __attribute__((aligned(32)));
static volatile uint32_t data[4];

/* The message lies on the stack, and two of its words are whatever was there. */
static void set_core_clock(void)
{
    volatile uint32_t message[10] __attribute__((aligned(16)));

    message[0] = sizeof message;
    message[1] = 0;
    message[2] = 0x00038002;
    message[3] = 12;
    message[4] = 0;
    message[5] = 4;
    message[6] = 400000000;
    message[8] = 0;
    PUT32(MBOX_WRITE, (uint32_t)(uintptr_t)message + 8);
    while (GET32(MBOX_STATUS) & EMPTY)
        ;
    GET32(MBOX_READ);
    printk("core clock: %x %x %d\n", message[1], message[4], message[6]);
}

static void dma(const char *what, uint32_t dest, uint32_t next)
{
    block[0] = COPY;
    block[1] = (uint32_t)(uintptr_t)data;
    block[2] = dest;
    block[3] = sizeof data;
    block[5] = next;
    dev_barrier();
    PUT32(CONBLK_AD, (uint32_t)(uintptr_t)block);
    PUT32(CS, 1);
    printk("%s: %x\n", what, GET32(CS) & 3);
}

void notmain(void)
{
    set_core_clock();
    PUT32(MBOX_WRITE, 0x80);
    dma("to the line's pins", 0x7E200004, 0);
    dma("for ever", (uint32_t)(uintptr_t)data, (uint32_t)(uintptr_t)block);
    dma("to address 0", 0, 0);
    printk("still here\n");
}
