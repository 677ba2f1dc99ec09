/* Reads through BSC1 what eeprom.c has written. */
#include "rpi.h"

enum {
    BSC1 = 0x20804000,
    C = BSC1,
    S = BSC1 + 4,
    DLEN = BSC1 + 8,
    A = BSC1 + 12,
    FIFO = BSC1 + 16,
    DONE = 1 << 1,
    ENABLE_AND_START = 1 << 15 | 1 << 7,
    READ = 1,
    CLEAR = 1 << 4,
    BYTES = 16,
};

static void transfer(unsigned how, unsigned nbytes)
{
    PUT32(DLEN, nbytes);
    PUT32(S, 0x302);
    PUT32(C, ENABLE_AND_START | how);
    while (!(GET32(S) & DONE))
        ;
}

void notmain(void)
{
    char text[BYTES + 1];

    gpio_set_function(2, GPIO_FUNC_ALT0);
    gpio_set_function(3, GPIO_FUNC_ALT0);
    dev_barrier();
    PUT32(A, 0x50);
    PUT32(C, 1 << 15 | CLEAR);
    PUT32(FIFO, 0x12);
    PUT32(FIFO, 0x40);
    transfer(0, 2);
    transfer(READ, BYTES);
    for (unsigned i = 0; i < BYTES; i++)
        text[i] = GET32(FIFO);
    text[BYTES] = 0;
    dev_barrier();
    printk("%s\n", text);
}
