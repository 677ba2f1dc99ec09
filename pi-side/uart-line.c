/* Bytes received while we send wait here. It neither knows nor reports overruns: the protocols
 * above find what is missing. */
#include "pi-side/uart-line.h"

#include "rpi.h"

enum { RING_BYTES = 512 }; /* 44 ms of the line: longer than our longest message */

static struct {
    uint8_t byte[RING_BYTES];
    unsigned head, used;
} ring;

static void receive(void)
{
    while (ring.used < RING_BYTES) {
        int byte = uart_get8_async();
        if (byte < 0)
            return;
        ring.byte[(ring.head + ring.used++) % RING_BYTES] = (uint8_t)byte;
    }
}

int uart_line_get8(uint32_t limit_us)
{
    uint32_t start = timer_get_usec();

    do {
        receive();
        if (ring.used) {
            uint8_t byte = ring.byte[ring.head];

            ring.head = (ring.head + 1) % RING_BYTES;
            ring.used--;
            return byte;
        }
    } while (timer_get_usec() - start < limit_us);
    return -1;
}

void uart_line_put8(uint8_t byte)
{
    while (!uart_can_put8())
        receive();
    uart_put8(byte);
}

void uart_line_flush(void)
{
    uart_flush_tx();
}
