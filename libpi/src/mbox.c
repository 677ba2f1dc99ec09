/* mbox.c - the property channel of the mailbox to the firmware (raspberrypi/firmware wiki,
 * "Mailboxes" and "Mailbox property interface"). */
#include "mbox.h"
#include "internal.h"

enum {
    MBOX_READ = 0x2000B880,
    MBOX_STATUS = 0x2000B898,
    MBOX_WRITE = 0x2000B8A0,
    STATUS_EMPTY = 1 << 30,
    CHANNEL_BITS = 15,
    UNCACHED = 0x40000000, /* as the firmware sees memory, past its cache */
    MAX_WORDS = 3,
};
#define STATUS_FULL (1u << 31)
#define ANSWERED (1u << 31)

LIBPI_WEAK void mbox_write(unsigned channel, volatile void *data)
{
    uint32_t addr = (uint32_t)(uintptr_t)data;
    demand(channel <= CHANNEL_BITS && addr % 16 == 0,
           "mbox_write: channel %d, message at %x: 0 to 15, a multiple of 16", channel, addr);
    dev_barrier();
    while (GET32(MBOX_STATUS) & STATUS_FULL)
        rpi_wait();
    PUT32(MBOX_WRITE, addr | UNCACHED | channel);
    dev_barrier();
}

LIBPI_WEAK unsigned mbox_read(unsigned channel)
{
    dev_barrier();
    while (GET32(MBOX_STATUS) & STATUS_EMPTY)
        rpi_wait();
    unsigned word = GET32(MBOX_READ);
    dev_barrier();
    if ((word & CHANNEL_BITS) != channel)
        panic("mbox_read: an answer for channel %d, not %d\n", word & CHANNEL_BITS, channel);
    return word;
}

LIBPI_WEAK uint32_t mbox_send(unsigned channel, volatile void *data)
{
    volatile uint32_t *message = data;
    gcc_mb();
    mbox_write(channel, data);
    mbox_read(channel);
    gcc_mb();
    if (message[1] != ANSWERED)
        panic("mbox_send: the firmware refused tag %x: answer %x\n", message[2], message[1]);
    return 0;
}

/* One tag with nwords words, which are replaced by the answer's. */
static void property(uint32_t tag, uint32_t *words, unsigned nwords)
{
    volatile uint32_t m[6 + MAX_WORDS] __attribute__((aligned(16)));
    m[0] = sizeof m;
    m[1] = 0;
    m[2] = tag;
    m[3] = MAX_WORDS * 4;
    m[4] = 0;
    for (unsigned i = 0; i < MAX_WORDS; i++)
        m[5 + i] = i < nwords ? words[i] : 0;
    m[5 + MAX_WORDS] = 0;
    mbox_send(MBOX_CH, m);
    if (!(m[4] & ANSWERED))
        panic("mbox: the firmware does not know tag %x\n", tag);
    for (unsigned i = 0; i < nwords; i++)
        words[i] = m[5 + i];
}

static uint32_t first_word(uint32_t tag)
{
    uint32_t word = 0;
    property(tag, &word, 1);
    return word;
}

/* What the firmware says about a numbered thing comes behind the number. */
static uint32_t second_word(uint32_t tag, uint32_t first)
{
    uint32_t words[2] = {first, 0};
    property(tag, words, 2);
    return words[1];
}

LIBPI_WEAK uint32_t rpi_get_model(void)
{
    return first_word(0x00010001);
}

LIBPI_WEAK uint32_t rpi_get_revision(void)
{
    return first_word(0x00010002);
}

LIBPI_WEAK uint64_t rpi_get_serialnum(void)
{
    uint32_t words[2] = {0, 0};
    property(0x00010004, words, 2);
    return (uint64_t)words[1] << 32 | words[0];
}

LIBPI_WEAK uint32_t rpi_get_memsize(void)
{
    return second_word(0x00010005, 0);
}

LIBPI_WEAK uint32_t rpi_temp_get(void)
{
    return second_word(0x00030006, 0);
}

LIBPI_WEAK uint32_t rpi_clock_curhz_get(uint32_t clock)
{
    return second_word(0x00030002, clock);
}

LIBPI_WEAK uint32_t rpi_clock_realhz_get(uint32_t clock)
{
    return second_word(0x00030047, clock);
}

LIBPI_WEAK uint32_t rpi_clock_maxhz_get(uint32_t clock)
{
    return second_word(0x00030004, clock);
}

LIBPI_WEAK uint32_t rpi_clock_minhz_get(uint32_t clock)
{
    return second_word(0x00030007, clock);
}

LIBPI_WEAK uint32_t rpi_clock_hz_set(uint32_t clock, uint32_t hz)
{
    /* The third word: turbo settings stay as they are. */
    uint32_t words[3] = {clock, hz, 1};
    property(0x00038002, words, 3);
    return words[1];
}
