/* tags.c - asks the firmware whatever QEMU's raspi0 has an answer to, and prints the answers. */
#include "rpi.h"

enum {
    READ = 0x2000B880,
    PEEK = 0x2000B890,
    STATUS = 0x2000B898,
    WRITE = 0x2000B8A0,
    STATUS1 = 0x2000B8B8,
    EMPTY = 1 << 30,
};

static volatile uint32_t m[64] __attribute__((aligned(16)));

static void ask(uint32_t tag, unsigned nwords, uint32_t a, uint32_t b)
{
    for (unsigned i = 0; i < 64; i++)
        m[i] = 0;
    m[0] = (6 + nwords) * 4;
    m[2] = tag;
    m[3] = nwords * 4;
    if (nwords > 0)
        m[5] = a;
    if (nwords > 1)
        m[6] = b;
    PUT32(WRITE, (uint32_t)(uintptr_t)m + 8);
    while (GET32(STATUS) & EMPTY)
        ;
    if (GET32(READ) != (uint32_t)(uintptr_t)m + 8)
        panic("another word came back\n");
    printk("%x %x: %x %x: %x %x %x %x\n", tag, a, m[1], m[4], m[5], m[6], m[7], m[8]);
}

/* What is drawn is there. */
static void draw(void)
{
    volatile uint16_t *pixel;

    ask(0x00048003, 2, 64, 32);
    ask(0x00048004, 2, 64, 32);
    ask(0x00048005, 1, 16, 0);
    ask(0x00040001, 2, 16, 0);
    pixel = (volatile uint16_t *)(uintptr_t)(m[5] & 0x3fffffff);
    for (unsigned i = 0; i < m[6] / 2; i++)
        pixel[i] = (uint16_t)(i * 7);
    printk("pixels %x %x\n", pixel[1], pixel[m[6] / 2 - 1]);
}

void notmain(void)
{
    static const uint32_t board[] = {0x00000001, 0x00010001, 0x00010002, 0x00010003, 0x00010004,
                                     0x00010005, 0x00010006, 0x00060001, 0x00050001};
    static const uint32_t clock[] = {0x00030001, 0x00030002, 0x00030004, 0x00030007};
    static const uint32_t screen[] = {0x00040003, 0x00040004, 0x00040005, 0x00040006, 0x00040007,
                                      0x00040008, 0x00040009, 0x0004000A, 0x00040013, 0x00044003,
                                      0x00044005, 0x0004800A, 0x00048009, 0x00040002, 0x00048001};

    printk("%x %x %x\n", GET32(STATUS), GET32(STATUS1), GET32(PEEK));
    for (unsigned i = 0; i < sizeof board / sizeof *board; i++)
        ask(board[i], 4, 0, 0);
    for (unsigned i = 0; i < sizeof clock / sizeof *clock; i++)
        for (unsigned id = 1; id <= 10; id++)
            ask(clock[i], 2, id, 0);
    ask(0x00030006, 2, 0, 0);
    ask(0x0003000A, 2, 0, 0);
    ask(0x00028001, 2, 3, 3);
    ask(0x00028001, 2, 3, 2);
    for (unsigned i = 0; i < sizeof screen / sizeof *screen; i++)
        ask(screen[i], 4, 0, 0);
    draw();
}
