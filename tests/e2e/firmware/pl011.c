/* pl011.c - moves the console to the PL011, measures it, loops it back, and reads from it. */
#include "pl011-uart.h"
#include "rpi.h"

enum {
    DR = 0x20201000,
    FR = 0x20201018,
    CR = 0x20201030,
    RXFE = 1 << 4,
    LOOP = 1 << 7,
};

static void loopback(void)
{
    unsigned cr = GET32(CR), sum = 0;

    pl011_flush_tx();
    PUT32(CR, cr | LOOP);
    for (unsigned i = 0; i < 10; i++)
        PUT32(DR, '0' + i);
    for (unsigned i = 0; i < 10; i++) {
        while (GET32(FR) & RXFE)
            ;
        sum += GET32(DR);
    }
    PUT32(CR, cr);
    printk("ten came around: %d\n", sum);
}

void notmain(void)
{
    unsigned start;

    pl011_putc('A'); /* off, and the pins are another's */
    printk("on the mini-UART\n");
    pl011_console_init();
    printk("on the PL011\n");
    pl011_flush_tx();
    start = timer_get_usec();
    for (unsigned i = 0; i < 10; i++)
        printk("123456789\n");
    pl011_flush_tx();
    start = timer_get_usec() - start;
    printk("100 bytes: %s\n", start > 8640 && start < 8720 ? "8.7 ms" : "another time");
    loopback();
    gpio_set_function(14, GPIO_FUNC_INPUT);
    pl011_putc('B');
    pl011_flush_tx();
    gpio_set_function(14, GPIO_FUNC_ALT0);
    for (int c; (c = pl011_get8()) != '.';)
        printk("<%x>", c);
    printk("\n");
}
