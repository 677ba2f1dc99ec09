/* mailbox.c - asks the firmware by messages of every kind: short and long, several tags, several
 * messages at once, again from the same place. */
#include "rpi.h"

enum {
    MBOX_READ = 0x2000B880,
    MBOX_PEEK = 0x2000B890,
    MBOX_STATUS = 0x2000B898,
    MBOX_WRITE = 0x2000B8A0,
    FULL = 1u << 31,
    EMPTY = 1 << 30,
    PROPERTY = 8,
    UNCACHED = 0x40000000,
};

static volatile uint32_t message[8] __attribute__((aligned(16)));
static volatile uint32_t many[32] __attribute__((aligned(16)));
static volatile uint32_t large[512] __attribute__((aligned(16)));
static volatile uint32_t burst[3][8] __attribute__((aligned(16)));

static uint32_t address_of(volatile uint32_t *m)
{
    return (uint32_t)(uintptr_t)m;
}

static void send(uint32_t word)
{
    while (GET32(MBOX_STATUS) & FULL)
        ;
    PUT32(MBOX_WRITE, word);
}

static uint32_t receive(void)
{
    while (GET32(MBOX_STATUS) & EMPTY)
        ;
    return GET32(MBOX_READ);
}

static void call(volatile uint32_t *m, uint32_t alias)
{
    uint32_t word = (address_of(m) | alias) + PROPERTY, got;

    send(word);
    got = receive();
    if (got != word)
        panic("sent %x, got %x\n", word, got);
}

static void ask(const char *what, uint32_t tag, uint32_t id)
{
    volatile uint32_t *m = message;

    m[0] = 8 * 4;
    m[1] = 0;
    m[2] = tag;
    m[3] = 8;
    m[4] = 0;
    m[5] = id;
    m[6] = 0;
    m[7] = 0;
    call(m, UNCACHED);
    printk("%s: %x: %x %x %x\n", what, m[1], m[4], m[5], m[6]);
}

static void several_tags(void)
{
    static const uint32_t tags[] = {0x00010002, 0x00030006, 0x00010005};
    unsigned n = 2;

    for (unsigned i = 0; i < 3; i++, n += 5) {
        many[n] = tags[i];
        many[n + 1] = 8;
        many[n + 2] = many[n + 3] = many[n + 4] = 0;
    }
    many[n++] = 0;
    many[0] = n * 4;
    many[1] = 0;
    call(many, 0);
    for (unsigned i = 1; i < n; i++)
        printk(" %x", many[i]);
    printk("\n");
}

/* One tag at the end of what one answer of the line cannot hold. */
static void long_message(void)
{
    large[0] = sizeof large;
    large[1] = 0;
    large[2] = 0x00030002;
    large[3] = sizeof large - 4 * 11;
    large[5] = 1;
    large[506] = 0x00010002;
    large[507] = 8;
    large[508] = large[509] = large[510] = large[511] = 0;
    call(large, 0xC0000000);
    printk("long: %x: %x %x, %x %x\n", large[1], large[4], large[6], large[508], large[509]);
}

static void three_at_once(void)
{
    uint32_t sum = 0, want = 0;

    for (unsigned i = 0; i < 3; i++) {
        static const uint32_t clocks[] = {1, 2, 3};
        volatile uint32_t *m = burst[i];

        m[0] = 8 * 4;
        m[1] = 0;
        m[2] = 0x00030002;
        m[3] = 8;
        m[4] = 0;
        m[5] = clocks[i];
        m[6] = m[7] = 0;
        send(address_of(m) + PROPERTY);
        want += address_of(m) + PROPERTY;
    }
    for (unsigned i = 0; i < 3; i++)
        sum += receive();
    printk("three at once: %s\n", sum == want ? "all came back" : "other words came back");
    for (unsigned i = 0; i < 3; i++)
        printk(" clock %d: %x: %d\n", burst[i][5], burst[i][1], burst[i][6]);
}

void notmain(void)
{
    printk("empty: %x\n", GET32(MBOX_STATUS) & EMPTY);
    ask("board revision", 0x00010002, 0);
    ask("ARM memory", 0x00010005, 0);
    ask("VC memory", 0x00010006, 0);
    ask("EMMC clock", 0x00030002, 1);
    ask("UART clock", 0x00030002, 2);
    ask("ARM clock", 0x00030002, 3);
    ask("temperature", 0x00030006, 0);
    ask("no such tag", 0x000F0F0F, 7);
    several_tags();
    long_message();
    three_at_once();
    message[0] = 9 * 4;
    ask("ARM clock, set", 0x00038002, 3);
    for (unsigned i = 0; i < 5; i++)
        ask("again", 0x00030007, 1);
    printk("empty again: %x\n", GET32(MBOX_STATUS) & EMPTY);
}
