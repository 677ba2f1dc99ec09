/* The device loop: a program at 0x8000 that performs, on this Pi's devices, the accesses a laptop
 * asks for over the mini-UART (docs/wire.md). It uses no interrupt and no memory but its own. */
#include "rpi.h"

#include "libpi-port.h"
#include "pi-side/loop-protocol.h"
#include "pi-side/uart-line.h"

extern const char loop_vectors[], loop_vectors_end[]; /* device-loop-vectors.S */
extern volatile uint32_t loop_aborted;                /* set by the data abort vector */

static void put_byte(void *self, uint8_t byte)
{
    (void)self;
    uart_line_put8(byte);
}

/* A barrier on both sides: the access before may have been to another peripheral (BCM2835 ARM
 * Peripherals p. 7), and an abort must show before it is asked for. */
static int read_device(void *self, unsigned width, uint32_t addr, uint32_t *value)
{
    (void)self;
    loop_aborted = 0;
    dev_barrier();
    if (width == 1)
        *value = *(volatile uint8_t *)addr;
    else if (width == 2)
        *value = *(volatile uint16_t *)addr;
    else
        *value = *(volatile uint32_t *)addr;
    dev_barrier();
    return loop_aborted ? -1 : 0;
}

static int write_device(void *self, unsigned width, uint32_t addr, uint32_t value)
{
    (void)self;
    loop_aborted = 0;
    dev_barrier();
    if (width == 1)
        *(volatile uint8_t *)addr = (uint8_t)value;
    else if (width == 2)
        *(volatile uint16_t *)addr = (uint16_t)value;
    else
        *(volatile uint32_t *)addr = value;
    dev_barrier();
    return loop_aborted ? -1 : 0;
}

static void reboot(void *self)
{
    (void)self;
    uart_line_flush();
    delay_ms(10); /* a USB adapter holds the last bytes for a while */
    rpi_reboot();
}

void notmain(void)
{
    static const struct loop_port port = {
        .put_byte = put_byte,
        .read = read_device,
        .write = write_device,
        .reboot = reboot,
    };
    static struct loop loop;

    uart_init();
    libpi_vectors_install(loop_vectors, loop_vectors_end);
    for (;;) {
        int byte = uart_line_get8(LOOP_SILENCE_US);

        if (byte < 0)
            loop_silence(&loop, &port);
        else
            loop_byte(&loop, &port, (uint8_t)byte);
    }
}
