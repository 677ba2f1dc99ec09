/* pl011-uart.c - UART0 (BCM2835 ARM Peripherals p. 175-194), polled. */
#include "internal.h"

#if LIBPI_YEAR > 2020

#include "pl011-uart.h"

enum {
    DR = 0x20201000,
    FR = 0x20201018,
    IBRD = 0x20201024,
    FBRD = 0x20201028,
    LCRH = 0x2020102C,
    CR = 0x20201030,
    IMSC = 0x20201038,
    ICR = 0x20201044,
    FR_BUSY = 1 << 3, /* p. 181 */
    FR_RX_EMPTY = 1 << 4,
    FR_TX_FULL = 1 << 5,
    FR_TX_EMPTY = 1 << 7,
    LCRH_FIFOS = 1 << 4, /* p. 184 */
    LCRH_8BIT = 3 << 5,
    CR_ENABLE = 1 << 0, /* p. 185 */
    CR_TX = 1 << 8,
    CR_RX = 1 << 9,
    CLOCK_HZ = 48000000,
};

static int flag(unsigned bit)
{
    dev_barrier();
    int set = (GET32(FR) & bit) != 0;
    dev_barrier();
    return set;
}

LIBPI_WEAK int pl011_tx_is_empty(void)
{
    return flag(FR_TX_EMPTY) && !flag(FR_BUSY);
}

LIBPI_WEAK void pl011_flush_tx(void)
{
    while (!pl011_tx_is_empty())
        rpi_wait();
}

LIBPI_WEAK int pl011_can_get8(void)
{
    return !flag(FR_RX_EMPTY);
}

LIBPI_WEAK int pl011_has_data(void)
{
    return pl011_can_get8();
}

LIBPI_WEAK int pl011_can_put8(void)
{
    return !flag(FR_TX_FULL);
}

LIBPI_WEAK int pl011_get8(void)
{
    while (!pl011_can_get8())
        rpi_wait();
    int c = GET32(DR) & 0xFF;
    dev_barrier();
    return c;
}

LIBPI_WEAK int pl011_put8(uint8_t c)
{
    while (!pl011_can_put8())
        rpi_wait();
    PUT32(DR, c);
    dev_barrier();
    return 1;
}

LIBPI_WEAK int pl011_putc(int c)
{
    pl011_put8(c);
    return c;
}

LIBPI_WEAK void pl011_disable(void)
{
    dev_barrier();
    if (GET32(CR) & CR_ENABLE)
        pl011_flush_tx();
    PUT32(CR, 0);
    dev_barrier();
}

LIBPI_WEAK void pl011_uart_init(uint32_t baud)
{
    uart_disable();
    pl011_disable();
    gpio_set_function(GPIO_TX, GPIO_FUNC_ALT0);
    gpio_set_function(GPIO_RX, GPIO_FUNC_ALT0);
    dev_barrier();
    /* p. 183: the divisor in 64ths, rounded; 4 * clock / baud is clock / (16 * baud) times 64. */
    uint32_t divisor = (4 * CLOCK_HZ + baud / 2) / baud;
    PUT32(IMSC, 0);
    PUT32(ICR, 0x7FF);
    PUT32(IBRD, divisor >> 6);
    PUT32(FBRD, divisor & 63);
    PUT32(LCRH, LCRH_FIFOS | LCRH_8BIT);
    PUT32(CR, CR_ENABLE | CR_TX | CR_RX);
    dev_barrier();
}

LIBPI_WEAK void pl011_console_init(void)
{
    pl011_uart_init(BAUD_115200);
    rpi_putchar_set(pl011_putc);
}

#endif
