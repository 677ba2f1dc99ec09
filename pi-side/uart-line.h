/* pi-side/uart-line.h - the mini-UART as a line that loses nothing while we do other things: the
 * hardware holds 8 bytes each way, so bytes are moved between it and memory during every wait, and
 * whenever uart_line_move is called. */
#ifndef PI_SIDE_UART_LINE_H
#define PI_SIDE_UART_LINE_H

#include <stdint.h>

/* Moves what can be moved now; never waits. Between two calls 8 bytes may arrive, at most. */
void uart_line_move(void);

/* The next byte received, or -1: none. */
int uart_line_take8(void);

/* The next byte received, waiting at most limit_us; -1 when none came. */
int uart_line_get8(uint32_t limit_us);

/* Sends a byte: waits only when UART_LINE_ROOM bytes wait already, for one of them. */
enum { UART_LINE_ROOM = 1024 };
void uart_line_put8(uint8_t byte);

/* Waits until the last bit has left. */
void uart_line_flush(void);

/* Flushes, then sends and receives at 250 MHz / (8 * divisor), divisor 1 to 65536. */
void uart_line_set_divisor(uint32_t divisor);

/* How often received bytes were lost since the last call, because nothing took them in time. */
uint32_t uart_line_overruns(void);

#endif
