/* pwm-dma.c - samples for PWM in its FIFO by DMA, as audio programs do: at 19.2 MHz / 2 and 960
 * cycles a sample they take 100 us each; when the clock stops, so do they. */
#include "rpi.h"

enum {
    CM_PWMCTL = 0x201010A0,
    CM_PWMDIV = 0x201010A4,
    PASSWORD = 0x5A000000,
    OSCILLATOR = 1,
    ENABLE = 1 << 4,
    BUSY = 1 << 7,
    PWM = 0x2020C000,
    BUS_FIF1 = 0x7E20C018,
    DMA = 0x20007000,
    SRC_INC = 1 << 8,
    DEST_DREQ = 1 << 6,
    PWM_REQUEST = 5 << 16,
    N = 100,
};

static volatile uint32_t block[8] __attribute__((aligned(32)));
static volatile uint32_t sample[N + 1000];

static void clock(unsigned on)
{
    dev_barrier();
    PUT32(CM_PWMCTL, PASSWORD | OSCILLATOR | (on ? ENABLE : 0));
    while (!(GET32(CM_PWMCTL) & BUSY) != !on)
        ;
    dev_barrier();
}

static void start(unsigned n)
{
    block[0] = SRC_INC | DEST_DREQ | PWM_REQUEST;
    block[1] = (uint32_t)(uintptr_t)sample | 0x40000000;
    block[2] = BUS_FIF1;
    block[3] = n * 4;
    block[5] = 0;
    PUT32(DMA + 4, (uint32_t)(uintptr_t)block | 0x40000000);
    PUT32(DMA, 1);
}

void notmain(void)
{
    unsigned begin, us, left;

    PUT32(CM_PWMDIV, PASSWORD | 2 << 12);
    clock(1);
    PUT32(PWM + 0x10, 960);
    PUT32(PWM + 8, 0x80000000 | 7 << 8 | 7);
    PUT32(PWM, 1 << 0 | 1 << 5);
    begin = timer_get_usec();
    start(N);
    while (GET32(DMA) & 1)
        ;
    dev_barrier();
    while (!(GET32(PWM + 4) & 2))
        ;
    us = timer_get_usec() - begin;
    printk("%d samples in %d ms\n", N, (us + 150) / 1000);
    start(N + 1000);
    delay_ms(20);
    clock(0);
    delay_ms(1);
    left = GET32(DMA + 0x14);
    delay_ms(20);
    printk("stopped: %d samples gone\n", (left - GET32(DMA + 0x14)) / 4);
}
