/* uart.c - the console: mini-UART on GPIO14/15 (BCM2835 ARM Peripherals p. 8-19 and errata). It
 * does not know parity, other frame sizes or interrupts (uart-int.c).
 *
 * On a laptop every access made here counts as libpi's own and not the program's, so this file
 * makes them all, the pins' too. */
#include "internal.h"

enum {
    GPFSEL1 = 0x20200004, /* p. 92 */
    AUX_ENABLES = 0x20215004,
    AUX_MU_IO = 0x20215040,
    AUX_MU_IER = 0x20215044,
    AUX_MU_IIR = 0x20215048,
    AUX_MU_LCR = 0x2021504C,
    AUX_MU_MCR = 0x20215050,
    AUX_MU_LSR = 0x20215054,
    AUX_MU_CNTL = 0x20215060,
    AUX_MU_BAUD = 0x20215068,
};

enum {
    ENABLE_UART = 1 << 0,     /* p. 9: while 0, no other register of it can be accessed */
    IIR_CLEAR_FIFOS = 3 << 1, /* p. 13 */
    LCR_8BIT = 3,             /* p. 14; errata: both bits */
    LSR_HAS_DATA = 1 << 0,    /* p. 15 */
    LSR_HAS_ROOM = 1 << 5,    /* errata: room for a byte, not empty */
    LSR_TX_IDLE = 1 << 6,     /* FIFO empty and the last bit sent */
    CNTL_RX_ENABLE = 1 << 0,  /* p. 16 */
    CNTL_TX_ENABLE = 1 << 1,
    CNTL_TX_NEEDS_CTS = 1 << 3,
    FSEL1_UART_MASK = 077 << 12, /* pins 14 and 15 */
    FSEL1_UART_ALT5 = 022 << 12, /* p. 102 */
    BAUD_115200 = 270,           /* p. 11: 250 MHz / (8 * (270 + 1)) */
};

#if LIBPI_YEAR < 2025
void hw_uart_disable(void);
#endif
#if LIBPI_YEAR < 2026
void uart_div(uint32_t baud_reg);
#endif
#if LIBPI_YEAR < 2023 && !defined(LIBPI_YEAR_2022)
void uart_disable(void);
#endif
#if LIBPI_YEAR > 2020
int uart_getc(void);
void uart_putc(unsigned c);
#endif
#if LIBPI_YEAR != 2020
int uart_getc_async(void);
#endif
#if LIBPI_YEAR == 2019 || (LIBPI_YEAR == 2023 && !defined(LIBPI_YEAR_2024))
int uart_can_putc(void);
#endif

/* A transmitter that is off, or that waits for a clear-to-send signal, may never become idle. */
static int transmits(void)
{
    if (!(GET32(AUX_ENABLES) & ENABLE_UART))
        return 0;
    return (GET32(AUX_MU_CNTL) & (CNTL_TX_ENABLE | CNTL_TX_NEEDS_CTS)) == CNTL_TX_ENABLE;
}

LIBPI_WEAK void uart_flush_tx(void)
{
    dev_barrier();
    if (transmits())
        while (!(GET32(AUX_MU_LSR) & LSR_TX_IDLE))
            rpi_wait();
    dev_barrier();
}

LIBPI_WEAK void uart_div(uint32_t baud_reg)
{
    /* The boot loader's last bytes may still be on their way. */
    uart_flush_tx();

    /* p. 10: pins before the UART, or a low line is taken for a start bit. */
    uint32_t fsel = GET32(GPFSEL1);
    PUT32(GPFSEL1, (fsel & ~(uint32_t)FSEL1_UART_MASK) | FSEL1_UART_ALT5);
    dev_barrier();

    PUT32(AUX_ENABLES, GET32(AUX_ENABLES) | ENABLE_UART);
    PUT32(AUX_MU_CNTL, 0);
    PUT32(AUX_MU_IER, 0);
    PUT32(AUX_MU_IIR, IIR_CLEAR_FIFOS);
    PUT32(AUX_MU_LCR, LCR_8BIT);
    PUT32(AUX_MU_MCR, 0);
    PUT32(AUX_MU_BAUD, baud_reg);
    PUT32(AUX_MU_CNTL, CNTL_RX_ENABLE | CNTL_TX_ENABLE);
    dev_barrier();
}

LIBPI_WEAK void uart_init(void)
{
    uart_div(BAUD_115200);
}

LIBPI_WEAK void uart_disable(void)
{
    uart_flush_tx();
    PUT32(AUX_ENABLES, GET32(AUX_ENABLES) & ~(uint32_t)ENABLE_UART);
    dev_barrier();
}

LIBPI_WEAK void hw_uart_disable(void)
{
    uart_disable();
}

LIBPI_WEAK int uart_has_data(void)
{
    dev_barrier();
    int has = (GET32(AUX_MU_LSR) & LSR_HAS_DATA) != 0;
    dev_barrier();
    return has;
}

LIBPI_WEAK int uart_get8(void)
{
    while (!uart_has_data())
        rpi_wait();
    dev_barrier();
    int c = GET32(AUX_MU_IO) & 0xFF;
    dev_barrier();
    return c;
}

LIBPI_WEAK int uart_get8_async(void)
{
    return uart_has_data() ? uart_get8() : -1;
}

LIBPI_WEAK int uart_can_put8(void)
{
    dev_barrier();
    int can = (GET32(AUX_MU_LSR) & LSR_HAS_ROOM) != 0;
    dev_barrier();
    return can;
}

LIBPI_WEAK int uart_put8(uint8_t c)
{
    while (!uart_can_put8())
        rpi_wait();
    dev_barrier();
    PUT32(AUX_MU_IO, c);
    dev_barrier();
    return 1;
}

/* The names of 2019 and 2020. */

LIBPI_WEAK int uart_getc(void)
{
    return uart_get8();
}

LIBPI_WEAK void uart_putc(unsigned c)
{
    uart_put8((uint8_t)c);
}

LIBPI_WEAK int uart_getc_async(void)
{
    return uart_get8_async();
}

LIBPI_WEAK int uart_can_putc(void)
{
    return uart_can_put8();
}
