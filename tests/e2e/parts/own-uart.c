/* What the mini-UART sends is read at its pin, and at the pin wired to it, bit by bit. */
#include "rpi.h"
#include "cycle-count.h"

enum { MU_IO = 0x20215040, GPLEV0 = 0x20200034, BIT_CYCLES = 6070 /* of 1.43 ns: 8.67 us */ };

static unsigned frame(unsigned pin, unsigned start)
{
    unsigned bits = 0;

    for (int i = 0; i < 10; i++) {
        while (cycle_cnt_read() - start < BIT_CYCLES * i + BIT_CYCLES / 2)
            ;
        bits |= ((GET32(GPLEV0) >> pin) & 1) << i;
    }
    return bits;
}

void notmain(void)
{
    static const char text[] = "Pi?";
    unsigned heard[2][3];

    gpio_set_input(21);
    uart_flush_tx();
    cycle_cnt_init();
    for (int at = 0; at < 2; at++) {
        for (int i = 0; i < 3; i++) {
            PUT32(MU_IO, text[i]);
            heard[at][i] = frame(at ? 21 : 14, cycle_cnt_read());
            uart_flush_tx();
        }
    }
    for (int at = 0; at < 2; at++)
        printk("\npin %d: %x %x %x", at ? 21 : 14, heard[at][0], heard[at][1], heard[at][2]);
    printk("\n");
}
