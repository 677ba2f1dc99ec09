/* pi-side/uart-line.h - the mini-UART as a line that loses nothing while we send: the hardware
 * holds 8 bytes, so received bytes are moved to memory during every wait. */
#ifndef PI_SIDE_UART_LINE_H
#define PI_SIDE_UART_LINE_H

#include <stdint.h>

/* The next byte received, waiting at most limit_us; -1 when none came. */
int uart_line_get8(uint32_t limit_us);

/* Sends a byte: waits until the transmitter has room, at most one byte's time while it is working.
 */
void uart_line_put8(uint8_t byte);

/* Waits until the last bit has left, at most nine bytes' time. */
void uart_line_flush(void);

#endif
