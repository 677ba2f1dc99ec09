/* sw-uart.h - a UART made of two pins and the cycle counter, 8n1. It cannot receive while it sends,
 * and hears only what arrives while it listens. */
#ifndef SW_UART_H
#define SW_UART_H

#include <stdint.h>

#include "rpi.h"

typedef struct {
    uint8_t tx, rx; /* pins */
    uint32_t baud;
    uint32_t cycle_per_bit;
#if LIBPI_YEAR >= 2023 || defined(LIBPI_YEAR_2022)
    uint32_t usec_per_bit;
#endif
} sw_uart_t;

#define BAUD_TO_CYCLES(baud) ((700 * 1000 * 1000UL) / (baud))
#define BAUD_TO_USEC(baud) ((1000 * 1000UL) / (baud))

/* Makes tx an output at rest (1) and rx an input. */
#if LIBPI_YEAR <= 2020 && !defined(LIBPI_YEAR_2022)
sw_uart_t sw_uart_init_helper(uint8_t tx, uint8_t rx, uint32_t baud, uint32_t cyc_per_bit);
#define sw_uart_init(_tx, _rx, _baud)                                                              \
    sw_uart_init_helper(_tx, _rx, _baud, (700 * 1000 * 1000UL) / (_baud))
#elif LIBPI_YEAR <= 2023 && !defined(LIBPI_YEAR_2024)
sw_uart_t sw_uart_mk_helper(unsigned tx, unsigned rx, unsigned baud, unsigned cyc_per_bit,
                            unsigned usec_per_bit);
#define sw_uart_init(_tx, _rx, _baud)                                                              \
    sw_uart_mk_helper(_tx, _rx, _baud, (700 * 1000 * 1000UL) / (_baud), (1000 * 1000) / (_baud))
#define sw_uart_mk sw_uart_init
#else
sw_uart_t sw_uart_init_helper(unsigned tx, unsigned rx, unsigned baud, unsigned cyc_per_bit,
                              unsigned usec_per_bit);
#define sw_uart_init(tx, rx, baud)                                                                 \
    sw_uart_init_helper(tx, rx, baud, BAUD_TO_CYCLES(baud), BAUD_TO_USEC(baud))
/* On the mini-UART's pins: disable that first. */
static inline sw_uart_t sw_uart_default(void)
{
    return sw_uart_init(14, 15, 115200);
}
#endif

/* Sending takes ten bit times a byte. */
void sw_uart_putk(sw_uart_t *uart, const char *msg);
#if LIBPI_YEAR <= 2023 && !defined(LIBPI_YEAR_2024)
int sw_uart_printk(sw_uart_t *uart, const char *fmt, ...);
#else
void sw_uart_printk(sw_uart_t *uart, const char *fmt, ...);
#endif

#if LIBPI_YEAR <= 2020

void sw_uart_putc(sw_uart_t *uart, unsigned char c);
#ifdef LIBPI_YEAR_2022
int sw_uart_getc(sw_uart_t *uart, int timeout_usec); /* a byte, or -1 */
#else
int sw_uart_getc(sw_uart_t *uart); /* waits for a byte */
#endif
int sw_uart_getc_timeout(sw_uart_t *uart, int timeout_usec); /* a byte, or -1 */

/* Reads into buf until it is full but for the end, which these append: */
/* up to and with the byte `end`; returns how many, or their negative number after a silence. */
int sw_uart_gets_until(sw_uart_t *u, uint8_t *buf, uint32_t nbytes, uint8_t end,
                       uint32_t timeout_usec);
int sw_uart_gets_until_blk(sw_uart_t *u, uint8_t *buf, uint32_t nbytes, uint8_t end);
/* until nothing comes for timeout microseconds; returns how many. */
int sw_uart_gets_timeout(sw_uart_t *u, uint8_t *buf, uint32_t nbytes, uint32_t timeout);
/* The same without an end. */
int sw_uart_read_timeout(sw_uart_t *u, uint8_t *buf, uint32_t nbytes, uint32_t usec_timeout);

#else

void sw_uart_put8(sw_uart_t *uart, uint8_t b);
/* A byte, or -1 when none begins within timeout_usec; 0: only one that has begun. */
int sw_uart_get8_timeout(sw_uart_t *uart, uint32_t timeout_usec);
/* Waits for a byte; from 2024 on panics after 5 s. */
int sw_uart_get8(sw_uart_t *uart);

#if LIBPI_YEAR == 2023 && !defined(LIBPI_YEAR_2024)
/* Until nbytes - 1 bytes or a newline, which is dropped; appends the end, returns how many. */
int sw_uart_gets(sw_uart_t *uart, char *in, unsigned nbytes);
void sw_uart_write(sw_uart_t *uart, uint8_t *input, unsigned nbytes);
void sw_uart_read(sw_uart_t *uart, uint8_t *out, unsigned nbytes);
/* Until nbytes bytes or a silence of usec_timeout; returns how many. */
int sw_uart_read_timeout(sw_uart_t *u, uint8_t *out, uint32_t nbytes, uint32_t usec_timeout);
#endif

#endif

#endif
