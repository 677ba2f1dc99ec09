/* i2c.c - BSC1 (BCM2835 ARM Peripherals p. 28-37), polled. */
#include "i2c.h"
#include "internal.h"

enum {
    C = 0x20804000, /* p. 29 */
    S = 0x20804004, /* p. 31 */
    DLEN = 0x20804008,
    A = 0x2080400C,
    FIFO = 0x20804010,
    DIV = 0x20804014, /* p. 34 */
    C_READ = 1 << 0,
    C_CLEAR = 1 << 4,
    C_START = 1 << 7,
    C_ENABLE = 1 << 15,
    S_DONE = 1 << 1,
    S_ROOM = 1 << 4,
    S_RECEIVED = 1 << 5,
    S_NOBODY = 1 << 8,
    S_STRETCHED = 1 << 9,
    PIN_SDA = 2,
    PIN_SCL = 3,
    DIV_100_KHZ = 2500,
    MAX_NBYTES = 65535,
};

static int is_set_up;

LIBPI_WEAK void i2c_init_clk_div(unsigned clk_div)
{
    if (clk_div < 2 || clk_div > 65534)
        panic("i2c: illegal clock divider %d: 2 to 65534\n", clk_div);
    gpio_set_function(PIN_SDA, GPIO_FUNC_ALT0);
    gpio_set_function(PIN_SCL, GPIO_FUNC_ALT0);
    dev_barrier();
    PUT32(C, 0);
    PUT32(DIV, clk_div);
    PUT32(C, C_ENABLE | C_CLEAR);
    dev_barrier();
    is_set_up = 1;
}

LIBPI_WEAK void i2c_init(void)
{
    i2c_init_clk_div(DIV_100_KHZ);
}

LIBPI_WEAK void i2c_init_once(void)
{
    if (!is_set_up)
        i2c_init();
}

static int move(unsigned addr, uint8_t *data, unsigned nbytes, unsigned read)
{
    if (!is_set_up)
        panic("i2c: call i2c_init before\n");
    if (addr > 0x7F || nbytes == 0 || nbytes > MAX_NBYTES)
        panic("i2c: illegal address %x or size %d\n", addr, nbytes);
    dev_barrier();
    PUT32(A, addr);
    PUT32(DLEN, nbytes);
    PUT32(C, C_ENABLE | C_CLEAR | read);
    PUT32(S, S_DONE | S_NOBODY | S_STRETCHED);
    PUT32(C, C_ENABLE | C_START | read);
    unsigned moved = 0, status;
    do {
        status = GET32(S);
        if (read && moved < nbytes && (status & S_RECEIVED))
            data[moved++] = GET32(FIFO);
        else if (!read && moved < nbytes && (status & S_ROOM))
            PUT32(FIFO, data[moved++]);
    } while (!(status & S_DONE));
    /* What arrived between the last look and the end. */
    while (read && moved < nbytes && (GET32(S) & S_RECEIVED))
        data[moved++] = GET32(FIFO);
    int failed = (status & (S_NOBODY | S_STRETCHED)) != 0 || moved < nbytes;
    PUT32(S, S_DONE | S_NOBODY | S_STRETCHED);
    PUT32(C, C_ENABLE | C_CLEAR);
    dev_barrier();
    return failed ? -1 : 1;
}

LIBPI_WEAK int i2c_write(unsigned addr, uint8_t data[], unsigned nbytes)
{
    return move(addr, data, nbytes, 0);
}

LIBPI_WEAK int i2c_read(unsigned addr, uint8_t data[], unsigned nbytes)
{
    return move(addr, data, nbytes, C_READ);
}
