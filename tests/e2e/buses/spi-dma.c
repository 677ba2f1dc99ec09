/* spi-dma.c - SPI0 fed by one DMA channel and emptied by another, the second interrupting: nobody
 * is on the wire, so zeros come back, at the programmed speed. */
#include "rpi.h"
#include "rpi-interrupts.h"

enum {
    SPI0 = 0x20204000,
    CS = SPI0 + 0x00,
    CLK = SPI0 + 0x08,
    BUS_FIFO = 0x7E204004,
    DMA = 0x20007000,
    TX = 4,
    RX = 5,
    INTEN = 1 << 0,
    DEST_INC = 1 << 4,
    DEST_DREQ = 1 << 6,
    SRC_INC = 1 << 8,
    SRC_DREQ = 1 << 10,
    TX_REQUEST = 6 << 16,
    RX_REQUEST = 7 << 16,
    UNCACHED = 0x40000000,
    N = 200,
};

struct block {
    uint32_t ti, source, dest, length, stride, next, unused[2];
};

static volatile struct block block[2] __attribute__((aligned(32)));
static volatile uint32_t out[1 + N / 4], in[N / 4];
static volatile unsigned interrupts;

void interrupt_vector(unsigned pc);

void interrupt_vector(unsigned pc)
{
    (void)pc;
    dev_barrier();
    if (GET32(0x2000B204) & 1 << (16 + RX)) {
        interrupts++;
        dev_barrier();
        PUT32(DMA + RX * 0x100, 4);
    }
    dev_barrier();
}

static uint32_t bus(const volatile void *p)
{
    return (uint32_t)(uintptr_t)p | UNCACHED;
}

static void start(unsigned channel, uint32_t ti, uint32_t source, uint32_t dest, uint32_t length)
{
    volatile struct block *b = &block[channel - TX];

    b->ti = ti;
    b->source = source;
    b->dest = dest;
    b->length = length;
    b->stride = b->next = 0;
    PUT32(DMA + channel * 0x100 + 4, bus(b));
    PUT32(DMA + channel * 0x100, 1);
}

void notmain(void)
{
    unsigned begin, us;

    interrupt_init();
    for (unsigned pin = 7; pin <= 11; pin++)
        gpio_set_function(pin, GPIO_FUNC_ALT0);
    dev_barrier();
    PUT32(CLK, 250); /* 1 MHz */
    PUT32(CS, 1 << 8 | 1 << 11 | 3 << 4);
    dev_barrier();
    PUT32(0x2000B210, 1 << (16 + RX));
    enable_interrupts();
    out[0] = N << 16 | 1 << 7;
    for (unsigned i = 0; i < N / 4; i++)
        in[i] = 0x55555555;
    begin = timer_get_usec();
    start(RX, INTEN | DEST_INC | SRC_DREQ | RX_REQUEST, BUS_FIFO, bus(in), N);
    start(TX, SRC_INC | DEST_DREQ | TX_REQUEST, bus(out), BUS_FIFO, N + 4);
    while (!interrupts)
        ;
    us = timer_get_usec() - begin;
    for (unsigned i = 0; i < N / 4; i++)
        if (in[i])
            panic("word %d is %x\n", i, in[i]);
    printk("%d interrupt, %s\n", interrupts,
           us >= 8 * N && us < 8 * N + 100 ? "8 us a byte" : "at another speed");
    printk("control %x, length %x\n", GET32(CS) & 0xfff, GET32(SPI0 + 0xC));
}
