/* spi.c - SPI0 polled (BCM2835 ARM Peripherals p. 148-158), and the same on any pins by gpio. */
#include "spi.h"
#include "cycle-util.h"
#include "internal.h"

enum {
    CS = 0x20204000, /* p. 152 */
    FIFO = 0x20204004,
    CLK = 0x20204008,
    CS_CLEAR = 3 << 4,
    CS_ACTIVE = 1 << 7,
    CS_DONE = 1 << 16,
    CS_RECEIVED = 1 << 17,
    CS_ROOM = 1 << 18,
    FIFO_NBYTES = 16, /* no more than that under way, and none is lost */
    PIN_CE1 = 7,
    PIN_CE0,
    PIN_MISO,
    PIN_MOSI,
    PIN_SCLK,
    TICKS_PER_USEC = 250,
};

static void check_divider(unsigned div)
{
    if (div < 2 || div > 65536)
        panic("spi: illegal clock divider %d: 2 to 65536\n", div);
}

LIBPI_WEAK spi_t spi_n_init(unsigned chip_select, unsigned clk_div)
{
    unsigned chip = chip_select == SPI_CE0 ? 0 : chip_select == SPI_CE1 ? 1 : chip_select;
    if (chip > 1)
        panic("spi: illegal chip %d: 0 or 1\n", chip_select);
    check_divider(clk_div);
    spi_t s = {.chip = chip,
               .div = clk_div,
               .mosi = PIN_MOSI,
               .miso = PIN_MISO,
               .clk = PIN_SCLK,
               .ce = chip ? PIN_CE1 : PIN_CE0};
    for (unsigned pin = PIN_CE1; pin <= PIN_SCLK; pin++)
        gpio_set_function(pin, GPIO_FUNC_ALT0);
    return s;
}

static void by_controller(const spi_t *s, uint8_t *rx, const uint8_t *tx, unsigned nbytes)
{
    unsigned sent = 0, got = 0;
    dev_barrier();
    PUT32(CLK, s->div);
    PUT32(CS, CS_CLEAR | s->chip);
    PUT32(CS, CS_ACTIVE | s->chip);
    while (got < nbytes) {
        unsigned status = GET32(CS);
        if (status & CS_RECEIVED) {
            uint8_t b = GET32(FIFO);
            if (rx)
                rx[got] = b;
            got++;
        } else if (sent < nbytes && sent - got < FIFO_NBYTES && (status & CS_ROOM)) {
            PUT32(FIFO, tx ? tx[sent] : 0);
            sent++;
        }
    }
    while (nbytes && !(GET32(CS) & CS_DONE))
        ;
    PUT32(CS, s->chip);
    dev_barrier();
}

LIBPI_WEAK spi_t sw_spi_init(spi_t s)
{
    check_divider(s.div);
    s.chip = SPI_BY_PINS;
    gpio_set_on(s.ce);
    gpio_set_output(s.ce);
    gpio_set_off(s.clk);
    gpio_set_output(s.clk);
    gpio_set_output(s.mosi);
    gpio_set_input(s.miso);
    cycle_cnt_init();
    return s;
}

/* Mode 0: both sides put a bit out while the clock is low and take one when it rises. */
static uint8_t exchange(const spi_t *s, uint8_t out, unsigned half, unsigned *at)
{
    unsigned in = 0;
    for (unsigned bit = 0; bit < 8; bit++, out <<= 1) {
        gpio_write(s->mosi, out >> 7);
        delay_ncycles(*at, half);
        *at += half;
        in = in << 1 | (gpio_read(s->miso) & 1u);
        write_cyc_until(s->clk, 1, *at, half);
        *at += half;
        gpio_set_off(s->clk);
    }
    return in;
}

static void by_pins(const spi_t *s, uint8_t *rx, const uint8_t *tx, unsigned nbytes)
{
    unsigned half = s->div * CYC_PER_USEC / TICKS_PER_USEC / 2;
    gpio_set_off(s->ce);
    unsigned at = cycle_cnt_read();
    for (unsigned i = 0; i < nbytes; i++) {
        uint8_t b = exchange(s, tx ? tx[i] : 0, half, &at);
        if (rx)
            rx[i] = b;
    }
    gpio_set_on(s->ce);
}

LIBPI_WEAK int spi_n_transfer(spi_t s, uint8_t rx[], const uint8_t tx[], unsigned nbytes)
{
    if (s.chip == SPI_BY_PINS)
        by_pins(&s, rx, tx, nbytes);
    else
        by_controller(&s, rx, tx, nbytes);
    return 0;
}

static spi_t the_chip;

LIBPI_WEAK void spi_init(unsigned chip_select, unsigned clock_divider)
{
    the_chip = spi_n_init(chip_select, clock_divider);
}

LIBPI_WEAK int spi_transfer(uint8_t rx[], const uint8_t tx[], unsigned nbytes)
{
    if (!the_chip.div)
        panic("spi_transfer: call spi_init before\n");
    return spi_n_transfer(the_chip, rx, tx, nbytes);
}
