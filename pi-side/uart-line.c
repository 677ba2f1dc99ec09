/* Two rings in memory beside the FIFOs of the mini-UART (BCM2835 ARM Peripherals p. 11-19 and
 * errata). Which bytes an overrun took is not known: the protocols above find what is missing. */
#include "pi-side/uart-line.h"

#include "rpi.h"

enum {
    AUX_MU_IO = 0x20215040,
    AUX_MU_LSR = 0x20215054,
    AUX_MU_CNTL = 0x20215060,
    AUX_MU_BAUD = 0x20215068,
    LSR_HAS_DATA = 1 << 0,
    LSR_OVERRUN = 1 << 1, /* cleared by reading */
    LSR_HAS_ROOM = 1 << 5,
    LSR_IDLE = 1 << 6,
    CNTL_ENABLE_BOTH = 3,
};

struct ring {
    uint32_t first, used;
    uint8_t byte[UART_LINE_ROOM];
};

static struct ring received, waiting;
static uint32_t overruns;

static void append(struct ring *r, uint8_t byte)
{
    r->byte[(r->first + r->used++) % UART_LINE_ROOM] = byte;
}

static uint8_t take(struct ring *r)
{
    uint8_t byte = r->byte[r->first];

    r->first = (r->first + 1) % UART_LINE_ROOM;
    r->used--;
    return byte;
}

/* The status as last read. */
static uint32_t move(void)
{
    uint32_t status;

    dev_barrier();
    for (;;) {
        int moved = 0;

        status = GET32(AUX_MU_LSR);
        if (status & LSR_OVERRUN)
            overruns++;
        if ((status & LSR_HAS_DATA) && received.used < UART_LINE_ROOM) {
            append(&received, (uint8_t)GET32(AUX_MU_IO));
            moved = 1;
        }
        if ((status & LSR_HAS_ROOM) && waiting.used) {
            PUT32(AUX_MU_IO, take(&waiting));
            moved = 1;
        }
        if (!moved)
            break;
    }
    dev_barrier();
    return status;
}

void uart_line_move(void)
{
    move();
}

int uart_line_take8(void)
{
    return received.used ? take(&received) : -1;
}

int uart_line_get8(uint32_t limit_us)
{
    uint32_t start = timer_get_usec();

    do {
        move();
        if (received.used)
            return take(&received);
    } while (timer_get_usec() - start < limit_us);
    return -1;
}

void uart_line_put8(uint8_t byte)
{
    while (waiting.used == UART_LINE_ROOM)
        move();
    append(&waiting, byte);
    move();
}

void uart_line_flush(void)
{
    while (!(move() & LSR_IDLE) || waiting.used)
        continue;
}

void uart_line_set_divisor(uint32_t divisor)
{
    uart_line_flush();
    dev_barrier();
    PUT32(AUX_MU_CNTL, 0);
    PUT32(AUX_MU_BAUD, divisor - 1);
    PUT32(AUX_MU_CNTL, CNTL_ENABLE_BOTH);
    dev_barrier();
}

uint32_t uart_line_overruns(void)
{
    uint32_t n = overruns;

    overruns = 0;
    return n;
}
