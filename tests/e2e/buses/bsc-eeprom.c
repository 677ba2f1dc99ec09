/* bsc-eeprom.c - a 24LC256 behind BSC1: a page written, polled until it answers, and read back
 * after a repeated start. */
#include "rpi.h"

enum {
    BSC1 = 0x20804000,
    C = BSC1 + 0x00,
    S = BSC1 + 0x04,
    DLEN = BSC1 + 0x08,
    A = BSC1 + 0x0C,
    FIFO = BSC1 + 0x10,
    DIV = BSC1 + 0x14,
    EN = 1 << 15,
    ST = 1 << 7,
    CLEAR = 1 << 4,
    READ = 1 << 0,
    TA = 1 << 0,
    DONE = 1 << 1,
    TXD = 1 << 4,
    RXD = 1 << 5,
    ERR = 1 << 8,
    N = 40, /* more than the FIFO */
};

static unsigned wait(void)
{
    unsigned status;

    while (!((status = GET32(S)) & DONE))
        ;
    PUT32(S, 0x302);
    return status;
}

static void at(unsigned addr)
{
    PUT32(FIFO, addr >> 8);
    PUT32(FIFO, addr & 0xff);
}

static unsigned write(unsigned addr)
{
    PUT32(DLEN, N + 2);
    PUT32(C, EN | CLEAR);
    at(addr);
    PUT32(C, EN | ST);
    for (unsigned i = 0; i < N; i++) {
        while (!(GET32(S) & TXD))
            ;
        PUT32(FIFO, i * 5 + 1);
    }
    return wait() & ERR;
}

static unsigned poll(void)
{
    unsigned begin = timer_get_usec();

    do {
        PUT32(DLEN, 0);
        PUT32(C, EN | ST | CLEAR);
    } while (wait() & ERR);
    return timer_get_usec() - begin;
}

static void read(unsigned addr)
{
    unsigned wrong = 0;

    PUT32(DLEN, 2);
    PUT32(C, EN | CLEAR);
    at(addr);
    PUT32(C, EN | ST);
    while (!(GET32(S) & TA))
        ;
    PUT32(DLEN, N);
    PUT32(C, EN | ST | READ);
    for (unsigned i = 0; i < N; i++) {
        while (!(GET32(S) & RXD))
            ;
        wrong += GET32(FIFO) != (i * 5 + 1) % 256;
    }
    printk("read: %d wrong, %s\n", wrong, wait() & ERR ? "error" : "done");
}

void notmain(void)
{
    unsigned refused, us;

    gpio_set_function(2, GPIO_FUNC_ALT0);
    gpio_set_function(3, GPIO_FUNC_ALT0);
    dev_barrier();
    PUT32(DIV, 2500);
    PUT32(A, 0x50);
    refused = write(0x1240);
    us = poll(); /* to the end of an address of 100 us */
    printk("written: %s\n", refused ? "not acknowledged" : "acknowledged");
    printk("busy: %s\n", us >= 5000 && us < 5300 ? "5 ms" : "another time");
    read(0x1240);
}
