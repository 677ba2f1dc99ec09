/* uart-dma.c - a line of text through the PL011 by DMA, a word for each byte. */
#include "rpi.h"

enum {
    UART0 = 0x20201000,
    FR = UART0 + 0x18,
    DMA = 0x20007000,
    SRC_INC = 1 << 8,
    DEST_DREQ = 1 << 6,
    UART_TX_REQUEST = 12 << 16,
};

static volatile uint32_t block[8] __attribute__((aligned(32)));
static volatile uint32_t word[64];

void notmain(void)
{
    static const char text[] = "a line of the engine's own\n";
    unsigned n = sizeof text - 1;

    for (unsigned i = 0; i < n; i++)
        word[i] = (uint8_t)text[i];
    gpio_set_function(14, GPIO_FUNC_ALT0);
    gpio_set_function(15, GPIO_FUNC_ALT0);
    dev_barrier();
    PUT32(UART0 + 0x24, 1); /* 48 MHz or 3 MHz / 16: fast enough either way */
    PUT32(UART0 + 0x28, 40);
    PUT32(UART0 + 0x2C, 7 << 4);
    PUT32(UART0 + 0x30, 0x301);
    PUT32(UART0 + 0x48, 2);
    block[0] = SRC_INC | DEST_DREQ | UART_TX_REQUEST;
    block[1] = (uint32_t)(uintptr_t)word | 0x40000000;
    block[2] = 0x7E201000;
    block[3] = n * 4;
    block[5] = 0;
    dev_barrier();
    PUT32(DMA + 4, (uint32_t)(uintptr_t)block | 0x40000000);
    PUT32(DMA, 1);
    while (GET32(DMA) & 1)
        ;
    dev_barrier();
    while (GET32(FR) & 1 << 3)
        ;
    dev_barrier();
    gpio_set_function(14, GPIO_FUNC_ALT5);
    gpio_set_function(15, GPIO_FUNC_ALT5);
}
