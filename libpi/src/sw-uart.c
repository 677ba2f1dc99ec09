/* sw-uart.c - a UART made of two pins and the cycle counter. Every bit is timed from the first, so
 * that errors do not add up. */
#include "sw-uart.h"
#include "cycle-util.h"
#include "internal.h"

enum { DATA_BITS = 8 };

static sw_uart_t make(unsigned tx, unsigned rx, unsigned baud, unsigned cycles)
{
    /* The line rests high, from the first moment on: the level stands before the pin drives it. */
    gpio_set_input(tx);
    gpio_set_on(tx);
    gpio_set_output(tx);
    gpio_set_input(rx);
    cycle_cnt_init();
    sw_uart_t u;
    u.tx = tx;
    u.rx = rx;
    u.baud = baud;
    u.cycle_per_bit = cycles;
    return u;
}

static void send(sw_uart_t *u, uint8_t b)
{
    /* Start bit 0, eight bits from the lowest, stop bit 1. */
    unsigned bits = (unsigned)b << 1 | 1u << (DATA_BITS + 1);
    unsigned end = u->cycle_per_bit;
    unsigned start = cycle_cnt_read();
    for (int i = 0; i < DATA_BITS + 2; i++, end += u->cycle_per_bit)
        write_cyc_until(u->tx, bits >> i & 1, start, end);
}

/* Waits for a start bit: 1 when it came. */
static int begins(sw_uart_t *u, uint32_t timeout_usec, int forever)
{
    uint32_t start = timer_get_usec();
    while (gpio_read(u->rx)) {
        rpi_wait();
        if (!forever && (uint32_t)timer_get_usec() - start >= timeout_usec)
            return 0;
    }
    return 1;
}

static int receive(sw_uart_t *u)
{
    unsigned start = cycle_cnt_read();
    unsigned middle = u->cycle_per_bit + u->cycle_per_bit / 2;
    unsigned b = 0;
    for (int i = 0; i < DATA_BITS; i++, middle += u->cycle_per_bit) {
        delay_ncycles(start, middle);
        b |= (gpio_read(u->rx) & 1u) << i;
    }
    /* To the middle of the stop bit, from where the next falling edge is a start bit. */
    delay_ncycles(start, middle);
    return b;
}

static int receive_within(sw_uart_t *u, uint32_t timeout_usec)
{
    return begins(u, timeout_usec, 0) ? receive(u) : -1;
}

struct uart_sink {
    struct libpi_sink sink;
    sw_uart_t *uart;
};

static void uart_flush(struct libpi_sink *sink)
{
    (void)sink;
}

#if LIBPI_YEAR <= 2020
#define PUT sw_uart_putc
#else
#define PUT sw_uart_put8
#endif

static void uart_put(struct libpi_sink *sink, char c)
{
    PUT(((struct uart_sink *)sink)->uart, c);
}

LIBPI_WEAK void sw_uart_putk(sw_uart_t *uart, const char *msg)
{
    while (*msg)
        PUT(uart, *msg++);
}

#if LIBPI_YEAR <= 2023 && !defined(LIBPI_YEAR_2024)
LIBPI_WEAK int sw_uart_printk(sw_uart_t *uart, const char *fmt, ...)
#else
LIBPI_WEAK void sw_uart_printk(sw_uart_t *uart, const char *fmt, ...)
#endif
{
    struct uart_sink s = {{uart_put, uart_flush}, uart};
    va_list ap;
    va_start(ap, fmt);
    int n = libpi_format(&s.sink, fmt, ap);
    va_end(ap);
#if LIBPI_YEAR <= 2023 && !defined(LIBPI_YEAR_2024)
    return n;
#else
    (void)n;
#endif
}

#if LIBPI_YEAR <= 2023 && !defined(LIBPI_YEAR_2024)
LIBPI_WEAK int sw_uart_read_timeout(sw_uart_t *u, uint8_t *buf, uint32_t nbytes,
                                    uint32_t usec_timeout)
{
    uint32_t n = 0;
    for (int c; n < nbytes && (c = receive_within(u, usec_timeout)) >= 0; n++)
        buf[n] = c;
    return n;
}
#endif

#if LIBPI_YEAR <= 2020 && !defined(LIBPI_YEAR_2022)
LIBPI_WEAK sw_uart_t sw_uart_init_helper(uint8_t tx, uint8_t rx, uint32_t baud,
                                         uint32_t cyc_per_bit)
{
    return make(tx, rx, baud, cyc_per_bit);
}
#else
#if LIBPI_YEAR <= 2023 && !defined(LIBPI_YEAR_2024)
LIBPI_WEAK sw_uart_t sw_uart_mk_helper(unsigned tx, unsigned rx, unsigned baud,
                                       unsigned cyc_per_bit, unsigned usec_per_bit)
#else
LIBPI_WEAK sw_uart_t sw_uart_init_helper(unsigned tx, unsigned rx, unsigned baud,
                                         unsigned cyc_per_bit, unsigned usec_per_bit)
#endif
{
    sw_uart_t u = make(tx, rx, baud, cyc_per_bit);
    u.usec_per_bit = usec_per_bit;
    return u;
}
#endif

#if LIBPI_YEAR <= 2020

LIBPI_WEAK void sw_uart_putc(sw_uart_t *uart, unsigned char c)
{
    send(uart, c);
}

static int get(sw_uart_t *uart)
{
    begins(uart, 0, 1);
    return receive(uart);
}

#ifdef LIBPI_YEAR_2022
LIBPI_WEAK int sw_uart_getc(sw_uart_t *uart, int timeout_usec)
{
    return receive_within(uart, timeout_usec);
}
#else
LIBPI_WEAK int sw_uart_getc(sw_uart_t *uart)
{
    return get(uart);
}
#endif

LIBPI_WEAK int sw_uart_getc_timeout(sw_uart_t *uart, int timeout_usec)
{
    return receive_within(uart, timeout_usec);
}

LIBPI_WEAK int sw_uart_gets_until(sw_uart_t *u, uint8_t *buf, uint32_t nbytes, uint8_t end,
                                  uint32_t timeout_usec)
{
    int n = 0;
    demand(nbytes, sw_uart_gets_until: no room for the end);
    while ((uint32_t)n < nbytes - 1) {
        int c = sw_uart_getc_timeout(u, timeout_usec);
        if (c < 0) {
            buf[n] = 0;
            return -n;
        }
        buf[n++] = c;
        if (c == end)
            break;
    }
    buf[n] = 0;
    return n;
}

LIBPI_WEAK int sw_uart_gets_until_blk(sw_uart_t *u, uint8_t *buf, uint32_t nbytes, uint8_t end)
{
    int n = 0;
    demand(nbytes, sw_uart_gets_until_blk: no room for the end);
    while ((uint32_t)n < nbytes - 1) {
        int c = get(u);
        buf[n++] = c;
        if (c == end)
            break;
    }
    buf[n] = 0;
    return n;
}

LIBPI_WEAK int sw_uart_gets_timeout(sw_uart_t *u, uint8_t *buf, uint32_t nbytes, uint32_t timeout)
{
    demand(nbytes, sw_uart_gets_timeout: no room for the end);
    int n = sw_uart_read_timeout(u, buf, nbytes - 1, timeout);
    buf[n] = 0;
    return n;
}

#else

LIBPI_WEAK void sw_uart_put8(sw_uart_t *uart, uint8_t b)
{
    send(uart, b);
}

LIBPI_WEAK int sw_uart_get8_timeout(sw_uart_t *uart, uint32_t timeout_usec)
{
    return receive_within(uart, timeout_usec);
}

#if LIBPI_YEAR == 2023 && !defined(LIBPI_YEAR_2024)

LIBPI_WEAK int sw_uart_get8(sw_uart_t *uart)
{
    begins(uart, 0, 1);
    return receive(uart);
}

LIBPI_WEAK int sw_uart_gets(sw_uart_t *uart, char *in, unsigned nbytes)
{
    unsigned n = 0;
    demand(nbytes, sw_uart_gets: no room for the end);
    while (n < nbytes - 1) {
        int c = sw_uart_get8(uart);
        if (c == '\n')
            break;
        in[n++] = c;
    }
    in[n] = 0;
    return n;
}

LIBPI_WEAK void sw_uart_write(sw_uart_t *uart, uint8_t *input, unsigned nbytes)
{
    for (unsigned i = 0; i < nbytes; i++)
        sw_uart_put8(uart, input[i]);
}

LIBPI_WEAK void sw_uart_read(sw_uart_t *uart, uint8_t *out, unsigned nbytes)
{
    for (unsigned i = 0; i < nbytes; i++)
        out[i] = sw_uart_get8(uart);
}

#else

LIBPI_WEAK int sw_uart_get8(sw_uart_t *uart)
{
    enum { SECONDS = 5 };
    int c = sw_uart_get8_timeout(uart, SECONDS * 1000 * 1000);
    if (c < 0)
        panic("timed out in %dsec: something is wrong\n", SECONDS);
    return c;
}

#endif
#endif
