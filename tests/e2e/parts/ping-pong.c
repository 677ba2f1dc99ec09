/* Two radios driven by one program: a counter goes to and fro. SPI is bit-banged, or a master's. */
#include "rpi.h"

struct radio {
    unsigned ce, csn, irq;
};

#ifdef SPI1
static const struct radio left = {6, 18, 22}, right = {5, 17, 23};
#else
static const struct radio left = {6, 8, 22}, right = {5, 7, 23};
#endif

enum { MISO = 9, MOSI = 10, SCLK = 11 };

#ifdef SPI1
enum { ENABLES = 0x20215004, CNTL0 = 0x20215080, CNTL1 = 0x20215084, STAT = 0x20215088 };
enum { IO = 0x202150a0, TXHOLD = 0x202150b0 };
#ifndef SAMPLE
#define SAMPLE 1 << 10 /* at the rising edge: mode 0 */
#endif

static void spi_open(void)
{
    for (unsigned pin = 16; pin <= 21; pin++)
        gpio_set_function(pin, GPIO_FUNC_ALT4);
    dev_barrier();
    PUT32(ENABLES, GET32(ENABLES) | 2);
    PUT32(CNTL1, 2);
    dev_barrier();
}

static void spi(const struct radio *r, const uint8_t *out, uint8_t *in, unsigned n)
{
    unsigned selects = r->csn == 17 ? 5 : 6;

    dev_barrier();
    PUT32(CNTL0, 15 << 20 | selects << 17 | 1 << 11 | (SAMPLE) | 1 << 6 | 8);
    for (unsigned i = 0; i < n; i++) {
        PUT32(i + 1 < n ? TXHOLD : IO, (uint32_t)out[i] << 24);
        while (GET32(STAT) & 1 << 7)
            ;
        in[i] = GET32(IO);
    }
    dev_barrier();
}
#elif defined HARDWARE_SPI
enum { CS = 0x20204000, FIFO = 0x20204004, CLK = 0x20204008 };
#ifndef MODE
#define MODE 0
#endif

static void spi_open(void)
{
    for (unsigned pin = 7; pin <= 11; pin++)
        gpio_set_function(pin, GPIO_FUNC_ALT0);
    dev_barrier();
    PUT32(CLK, 64);
    PUT32(CS, 0x30);
    dev_barrier();
}

static void spi(const struct radio *r, const uint8_t *out, uint8_t *in, unsigned n)
{
    dev_barrier();
    PUT32(CS, 0xb0 | MODE << 2 | (r->csn == 7));
    for (unsigned i = 0; i < n; i++) {
        while (!(GET32(CS) & 1 << 18))
            ;
        PUT32(FIFO, out[i]);
        while (!(GET32(CS) & 1 << 17))
            ;
        in[i] = GET32(FIFO);
    }
    while (!(GET32(CS) & 1 << 16))
        ;
    PUT32(CS, 0x30);
    dev_barrier();
}
#else
static void spi_open(void)
{
    gpio_set_input(MISO);
    gpio_set_output(MOSI);
    gpio_set_output(SCLK);
    gpio_write(left.csn, 1);
    gpio_write(right.csn, 1);
    gpio_set_output(left.csn);
    gpio_set_output(right.csn);
}

static void spi(const struct radio *r, const uint8_t *out, uint8_t *in, unsigned n)
{
    gpio_write(r->csn, 0);
    for (unsigned i = 0; i < n; i++) {
        unsigned got = 0;
        for (int bit = 7; bit >= 0; bit--) {
            gpio_write(MOSI, out[i] >> bit & 1);
            gpio_write(SCLK, 1);
            got = got << 1 | gpio_read(MISO);
            gpio_write(SCLK, 0);
        }
        in[i] = got;
    }
    gpio_write(r->csn, 1);
}
#endif

static uint8_t command(const struct radio *r, uint8_t c, uint8_t *data, unsigned n)
{
    uint8_t out[33] = {c}, in[33];

    memcpy(out + 1, data, n);
    spi(r, out, in, n + 1);
    memcpy(data, in + 1, n);
    return in[0];
}

static void put(const struct radio *r, unsigned reg, uint8_t value)
{
    command(r, 0x20 | reg, &value, 1);
}

static uint8_t get(const struct radio *r, unsigned reg)
{
    uint8_t value = 0;

    command(r, reg, &value, 1);
    return value;
}

static void set_up(const struct radio *r)
{
    gpio_set_output(r->ce);
    gpio_write(r->ce, 0);
    gpio_set_input(r->irq);
    put(r, 0x00, 0x0e); /* power up, CRC of 2 bytes, transmitter */
    delay_ms(2);
    put(r, 0x04, 0x15); /* 500 us, 5 retries */
    put(r, 0x05, 40);
    put(r, 0x11, 4); /* payload of 4 bytes */
}

static void listen(const struct radio *r)
{
    gpio_write(r->ce, 0);
    put(r, 0x00, 0x0f);
    gpio_write(r->ce, 1);
    delay_us(130);
}

/* 1: acknowledged. */
static int send(const struct radio *r, uint32_t value)
{
    uint8_t data[4] = {value, value >> 8, value >> 16, value >> 24};

    gpio_write(r->ce, 0);
    put(r, 0x00, 0x0e);
    command(r, 0xa0, data, 4);
    gpio_write(r->ce, 1);
    delay_us(15);
    gpio_write(r->ce, 0);
    while (gpio_read(r->irq))
        ;
    uint8_t status = command(r, 0xff, data, 0);
    put(r, 0x07, 0x70);
    if (status & 0x10)
        command(r, 0xe1, data, 0);
    return status >> 5 & 1;
}

static uint32_t receive(const struct radio *r)
{
    uint8_t data[4] = {0};

    while (gpio_read(r->irq))
        ;
    command(r, 0x61, data, 4);
    put(r, 0x07, 0x40);
    return data[0] | data[1] << 8 | data[2] << 16 | (uint32_t)data[3] << 24;
}

void notmain(void)
{
    uint32_t ball = 1;
    unsigned sent = 0;

    spi_open();
    set_up(&left);
    set_up(&right);
    printk("status %x config %x\n", get(&left, 7), get(&right, 0));
    printk("nobody listens: %d\n", send(&left, 7));
    printk("retries %d\n", get(&left, 8) & 15);
    for (int i = 0; i < 20; i++) {
        const struct radio *from = i % 2 ? &right : &left, *to = i % 2 ? &left : &right;

        listen(to);
        sent += send(from, ball);
        ball = receive(to) * 3 + 1;
    }
    printk("sent %d, ball %u, empty %d\n", sent, ball, get(&left, 0x17) & 1);
}
