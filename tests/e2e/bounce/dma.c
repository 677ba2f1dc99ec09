/* dma.c - the DMA engine from memory to memory, in chains, from and to devices. */
#include "rpi.h"

enum {
    DMA = 0x20007000,
    CHANNEL = 5,
    LITE = 8,
    INT_STATUS = 0x20007FE0,
    ENABLE = 0x20007FF0,
    CS = 0,
    CONBLK_AD = 4,
    SOURCE_AD = 0xC,
    DEST_AD = 0x10,
    ACTIVE = 1,
    END = 2,
    INT = 4,
    TI_INTEN = 1 << 0,
    TI_2D = 1 << 1,
    TI_DEST_INC = 1 << 4,
    TI_SRC_INC = 1 << 8,
    TI_COPY = TI_SRC_INC | TI_DEST_INC,
    UNCACHED = 0x40000000,
    BUS_GPIO = 0x7E200000,
    N = 256,
};

struct block {
    uint32_t ti, source, dest, length, stride, next, unused[2];
};

static volatile struct block block[4] __attribute__((aligned(32)));
static volatile uint32_t a[N], b[N], c[N];
static const uint32_t constant[4] = {0x11111111, 0x22222222, 0x33333333, 0x44444444};

static uint32_t bus(const volatile void *p)
{
    return (uint32_t)(uintptr_t)p | UNCACHED;
}

static uint32_t reg(unsigned channel, unsigned r)
{
    return DMA + channel * 0x100 + r;
}

static void set(unsigned i, uint32_t ti, uint32_t source, uint32_t dest, uint32_t length)
{
    block[i].ti = ti;
    block[i].source = source;
    block[i].dest = dest;
    block[i].length = length;
    block[i].stride = block[i].next = 0;
}

static void start(unsigned channel)
{
    PUT32(reg(channel, CONBLK_AD), bus(&block[0]));
    PUT32(reg(channel, CS), ACTIVE);
}

static void wait(unsigned channel)
{
    while (GET32(reg(channel, CS)) & ACTIVE)
        ;
}

static uint32_t sum(volatile uint32_t *p)
{
    uint32_t s = 0;

    for (unsigned i = 0; i < N; i++)
        s = s * 31 + p[i];
    return s;
}

static void fill(void)
{
    for (unsigned i = 0; i < N; i++) {
        a[i] = i * 0x01010101 + 7;
        b[i] = c[i] = 0xEEEEEEEE;
    }
}

static void one_block(unsigned channel)
{
    fill();
    set(0, TI_COPY, bus(a), bus(b), sizeof a);
    start(channel);
    wait(channel);
    printk("channel %d: 1 KB: %s, END %x\n", channel, sum(a) == sum(b) ? "equal" : "differ",
           GET32(reg(channel, CS)) & END);
    printk(" read to +%x, written to +%x, block %x\n", GET32(reg(channel, SOURCE_AD)) - bus(a),
           GET32(reg(channel, DEST_AD)) - bus(b), GET32(reg(channel, CONBLK_AD)));
    PUT32(reg(channel, CS), END);
    printk(" END cleared: %x\n", GET32(reg(channel, CS)) & END);
}

/* The second reads what the first writes; they read and write parts. */
static void chained(void)
{
    fill();
    set(0, TI_COPY, bus(a), bus(b), sizeof a / 2);
    set(1, TI_COPY | TI_INTEN, bus(b), bus(c + 8), 64);
    set(2, TI_COPY, bus(constant), bus(c), sizeof constant);
    block[0].next = bus(&block[1]);
    block[1].next = bus(&block[2]);
    start(CHANNEL);
    wait(CHANNEL);
    printk("chained: %x %x %x\n", sum(a), sum(b), sum(c));
    printk(" INT %x, status %x\n", GET32(reg(CHANNEL, CS)) & INT, GET32(INT_STATUS) & 1 << CHANNEL);
    PUT32(reg(CHANNEL, CS), INT | END);
    printk(" then %x\n", GET32(INT_STATUS) & 1 << CHANNEL);
}

static void one_word_many_times(void)
{
    fill();
    set(0, TI_DEST_INC, bus(a + 3), bus(b + 1), 40);
    set(1, TI_SRC_INC, bus(a), bus(c + 5), 40);
    block[0].next = bus(&block[1]);
    start(CHANNEL);
    wait(CHANNEL);
    printk("one word: %x %x %x %x\n", sum(b), sum(c), b[1], c[5]);
}

static void rows(void)
{
    fill();
    set(0, TI_COPY | TI_2D, bus(a), bus(b + 2), 3 << 16 | 16);
    block[0].stride = 24 << 16 | 8;
    start(CHANNEL);
    wait(CHANNEL);
    printk("rows:");
    for (unsigned i = 0; i < 48; i++)
        if (b[i] != 0xEEEEEEEE)
            printk(" %d:%x", i, b[i]);
    printk("\n");
}

static void devices(void)
{
    static volatile uint32_t pins[2] = {1 << 20, 1 << 21};

    gpio_set_output(20);
    gpio_set_output(21);
    gpio_set_off(20);
    gpio_set_off(21);
    dev_barrier();
    fill();
    set(0, TI_SRC_INC, bus(pins), BUS_GPIO + 0x1C, sizeof pins);
    set(1, TI_DEST_INC, BUS_GPIO + 0x34, bus(b), 4);
    set(2, TI_SRC_INC, bus(pins + 1), BUS_GPIO + 0x28, 4);
    set(3, TI_DEST_INC, BUS_GPIO + 0x34, bus(c), 4);
    block[0].next = bus(&block[1]);
    block[1].next = bus(&block[2]);
    block[2].next = bus(&block[3]);
    start(CHANNEL);
    wait(CHANNEL);
    dev_barrier();
    printk("pins: both %x, one %x, now %x\n", b[0] & 3 << 20, c[0] & 3 << 20,
           GET32(0x20200034) & 3 << 20);
}

/* Nobody looks at its status. */
static void waits_by_the_clock(void)
{
    fill();
    set(0, TI_COPY, bus(a), bus(b), sizeof a);
    start(CHANNEL);
    delay_ms(2);
    printk("after 2 ms: %s\n", sum(a) == sum(b) ? "equal" : "differ");
}

void notmain(void)
{
    PUT32(ENABLE, GET32(ENABLE) | 1 << CHANNEL | 1 << LITE);
    one_block(CHANNEL);
    one_block(LITE);
    one_block(15 - 13);
    chained();
    one_word_many_times();
    rows();
    devices();
    waits_by_the_clock();
}
