/* The device loop: a program at 0x8000 that performs, on this Pi's devices, the accesses a laptop
 * asks for over the mini-UART (docs/wire.md). It uses no interrupt, and no memory but its own and
 * the bounce buffer. */
#include "rpi.h"

#include "libpi-port.h"
#include "pi-side/device-loop-bus.h"
#include "pi-side/loop-protocol.h"
#include "pi-side/uart-line.h"

extern const char loop_vectors[], loop_vectors_end[]; /* device-loop-vectors.S */

static uint32_t now_us(void *self)
{
    (void)self;
    return timer_get_usec();
}

static void put_byte(void *self, uint8_t byte)
{
    (void)self;
    uart_line_put8(byte);
}

static int set_baud(void *self, uint32_t baud)
{
    (void)self;
    uart_line_set_divisor(loop_baud_divisor(baud));
    return 0;
}

static void reboot(void *self)
{
    (void)self;
    uart_line_flush();
    delay_us(10 * 1000); /* a USB adapter holds the last bytes for a while */
    rpi_reboot();
}

/* In place of libpi's: this program neither ends nor prints. */
void libpi_run(void)
{
    static const struct loop_port port = {
        .now_us = now_us,
        .put_byte = put_byte,
        .read = device_bus_read,
        .write = device_bus_write,
        .set_baud = set_baud,
        .reboot = reboot,
        .bounce = (uint8_t *)BOUNCE,
        .bounce_addr = BOUNCE,
        .bounce_bytes = BOUNCE_BYTES,
    };
    static struct loop loop;

    libpi_vectors_install(loop_vectors, loop_vectors_end); /* in memory, before writes are cached */
    caches_enable();
    device_bus_cache();
    uart_init();
    for (;;) {
        int byte;

        uart_line_move();
        while ((byte = uart_line_take8()) >= 0)
            loop_byte(&loop, &port, (uint8_t)byte);
        loop.lost += uart_line_overruns();
        loop_run(&loop, &port);
    }
}
