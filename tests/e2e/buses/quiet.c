/* quiet.c - SPI, I2C and PWM with nobody on the pins, polled as programs do. */
#include "rpi.h"

enum {
    SPI0 = 0x20204000,
    BSC1 = 0x20804000,
    PWM = 0x2020C000,
    TA = 1 << 7,
    DONE = 1 << 16,
    RXD = 1 << 17,
    TXD = 1 << 18,
};

static void spi(void)
{
    uint32_t sum = 0;
    unsigned begin, us;

    for (unsigned pin = 7; pin <= 11; pin++)
        gpio_set_function(pin, GPIO_FUNC_ALT0);
    dev_barrier();
    PUT32(SPI0 + 8, 500);
    PUT32(SPI0, TA | 3 << 4);
    begin = timer_get_usec();
    for (unsigned i = 0; i < 100; i++) {
        while (!(GET32(SPI0) & TXD))
            ;
        PUT32(SPI0 + 4, i);
        while (!(GET32(SPI0) & RXD))
            ;
        sum += GET32(SPI0 + 4);
    }
    while (!(GET32(SPI0) & DONE))
        ;
    us = timer_get_usec() - begin;
    PUT32(SPI0, 0);
    printk("spi: sum %d, %s\n", sum, us >= 1600 && us < 1700 ? "16 us a byte" : "too fast or slow");
}

static unsigned i2c(unsigned address)
{
    PUT32(BSC1 + 0xC, address);
    PUT32(BSC1 + 0x8, 1);
    PUT32(BSC1 + 0x4, 0x302);
    PUT32(BSC1 + 0x10, 0);
    PUT32(BSC1, 1 << 15 | 1 << 7 | 1 << 4);
    while (!(GET32(BSC1 + 4) & 2))
        ;
    return GET32(BSC1 + 4) & 0x303;
}

void notmain(void)
{
    unsigned found = 0;

    spi();
    gpio_set_function(2, GPIO_FUNC_ALT0);
    gpio_set_function(3, GPIO_FUNC_ALT0);
    dev_barrier();
    for (unsigned address = 8; address < 120; address++)
        found += !(i2c(address) & 0x100);
    printk("i2c: %d parts\n", found);
    PUT32(PWM + 0x18, 1);
    printk("pwm: status %x, fifo reads %x\n", GET32(PWM + 4), GET32(PWM + 0x18));
}
