/* Mailboxes 0 and 1; see mailbox.h and, for what is answered, firmware.c.
 *
 * Not modelled: channels other than the property channel (8) and the frame buffer (1), whose words
 * get no answer; interrupts of mailbox 1. An answer is in memory at once, and in the mailbox 20 us
 * later.
 *
 * Registers: READ 00, PEEK 10, SENDER 14, STATUS 18, CONFIG 1C, WRITE 20, PEEK1 30, SENDER1 34,
 * STATUS1 38, CONFIG1 3C. */
#include "emu/dev/mailbox.h"

#include <string.h>

enum {
    READ = 0x00,
    PEEK = 0x10,
    SENDER = 0x14,
    STATUS = 0x18,
    CONFIG = 0x1c,
    WRITE = 0x20,
    PEEK1 = 0x30,
    SENDER1 = 0x34,
    STATUS1 = 0x38,
    CONFIG1 = 0x3c,
};

enum {
    EMPTY = 1 << 30,
    NOTHING = 0xf, /* what an empty mailbox reads as, in QEMU */
    CONFIG_IRQS = 7,
    CONFIG_DATA_IRQ = 1,
    CONFIG_CLEAR = 8,
    CONFIG_DATA_PENDING = 1 << 4,
    CONFIG_OVERFLOW = 1 << 9,
    CONFIG_UNDERFLOW = 1 << 10,
    FRAMEBUFFER = 1,
    PROPERTY = 8,
    CHANNEL_MASK = 15,
    BUS_ALIAS = 0xc0000000,
};

static const uint32_t full = 1u << 31;

/* Words that have come back. */
static unsigned arrived(struct dev_mailbox *d)
{
    uint64_t now = clock_ns(d->clock);
    unsigned n = 0;

    while (n < d->s.count && n < DEV_MAILBOX_WORDS && d->s.at_ns[n] <= now)
        n++;
    return n;
}

static unsigned on_the_way(struct dev_mailbox *d)
{
    return d->s.count - arrived(d);
}

static uint32_t status(unsigned n)
{
    return n | (n ? 0 : EMPTY) | (n >= DEV_MAILBOX_WORDS ? full : 0);
}

/* STATUS of mailbox 0: a program that waits there for an answer gets it at its second look. */
static uint32_t read_status(struct dev_mailbox *d, uint32_t addr)
{
    unsigned n = arrived(d);

    if (!n && d->s.count && dev_spin(&d->spin, d->clock, addr, d->s.at_ns[0]))
        n = arrived(d);
    return status(n);
}

/* Mailbox 1 is full until the firmware takes a word. */
static uint32_t read_status1(struct dev_mailbox *d, uint32_t addr)
{
    unsigned n = on_the_way(d), here = arrived(d);

    if (n >= DEV_MAILBOX_WORDS && here < DEV_MAILBOX_WORDS &&
        dev_spin(&d->spin, d->clock, addr, d->s.at_ns[here]))
        n = on_the_way(d);
    return status(n < DEV_MAILBOX_WORDS ? n : DEV_MAILBOX_WORDS);
}

static void drop(struct dev_mailbox *d, unsigned first, unsigned n)
{
    unsigned rest = d->s.count - first - n;

    memmove(d->s.word + first, d->s.word + first + n, rest * sizeof *d->s.word);
    memmove(d->s.at_ns + first, d->s.at_ns + first + n, rest * sizeof *d->s.at_ns);
    d->s.count -= (uint8_t)n;
}

static uint32_t take(struct dev_mailbox *d)
{
    uint32_t word = d->s.word[0];

    if (!arrived(d)) {
        d->s.config[0] |= CONFIG_UNDERFLOW;
        return NOTHING;
    }
    drop(d, 0, 1);
    return word;
}

static void send(struct dev_mailbox *d, uint32_t word)
{
    const unsigned channel = word & CHANNEL_MASK;
    const uint32_t addr = word & ~(uint32_t)(BUS_ALIAS | CHANNEL_MASK);
    uint64_t start = clock_ns(d->clock);

    if (on_the_way(d) >= DEV_MAILBOX_WORDS) {
        d->s.config[1] |= CONFIG_OVERFLOW;
        return;
    }
    if (channel == PROPERTY)
        dev_firmware_property(&d->firmware, addr);
    else if (channel == FRAMEBUFFER)
        dev_firmware_framebuffer(&d->firmware, addr);
    else
        return;
    if (d->s.count && d->s.at_ns[d->s.count - 1] > start)
        start = d->s.at_ns[d->s.count - 1]; /* one after the other */
    d->s.word[d->s.count] = channel == FRAMEBUFFER ? FRAMEBUFFER : word;
    d->s.at_ns[d->s.count++] = start + DEV_MAILBOX_MESSAGE_NS;
}

static uint32_t read_config(struct dev_mailbox *d)
{
    int pending = (d->s.config[0] & CONFIG_DATA_IRQ) && arrived(d);

    return d->s.config[0] | (pending ? CONFIG_DATA_PENDING : 0);
}

/* Errors go with a write, and with bit 3 the words of the mailbox. */
static void write_config(struct dev_mailbox *d, unsigned which, uint32_t value)
{
    unsigned here = arrived(d);

    d->s.config[which] = value & CONFIG_IRQS;
    if (!(value & CONFIG_CLEAR))
        return;
    if (which == 0)
        drop(d, 0, here);
    else
        drop(d, here, d->s.count - here);
}

static void drive(struct dev_mailbox *d)
{
    unsigned here = arrived(d);
    int wanted = d->s.config[0] & CONFIG_DATA_IRQ;

    irq_drive(&d->irq, wanted && here);
    if (wanted && !here && d->s.count)
        clock_alarm_set(d->clock, &d->alarm, d->s.at_ns[0]);
    else
        clock_alarm_clear(d->clock, &d->alarm);
}

static void alarm_rang(void *self)
{
    drive(self);
}

static int mailbox_mmio_read(void *self, struct bus_access *a)
{
    struct dev_mailbox *d = self;

    switch (a->addr - DEV_MAILBOX_BASE) {
    case READ:
        a->value = take(d);
        break;
    case PEEK:
        a->value = arrived(d) ? d->s.word[0] : NOTHING;
        break;
    case PEEK1:
        a->value = on_the_way(d) ? d->s.word[arrived(d)] : NOTHING;
        break;
    case STATUS:
        a->value = read_status(d, a->addr);
        break;
    case STATUS1:
        a->value = read_status1(d, a->addr);
        break;
    case CONFIG:
        a->value = read_config(d);
        break;
    case CONFIG1:
        a->value = d->s.config[1];
        break;
    case SENDER: /* the GPU */
    case SENDER1:
    case WRITE:
        break;
    default:
        return BUS_UNMODELLED;
    }
    drive(d);
    return 0;
}

static int mailbox_mmio_write(void *self, const struct bus_access *a)
{
    struct dev_mailbox *d = self;

    switch (a->addr - DEV_MAILBOX_BASE) {
    case WRITE:
        send(d, a->value);
        break;
    case CONFIG:
        write_config(d, 0, a->value);
        break;
    case CONFIG1:
        write_config(d, 1, a->value);
        break;
    case READ:
    case PEEK:
    case SENDER:
    case STATUS:
    case PEEK1:
    case SENDER1:
    case STATUS1:
        return 0;
    default:
        return BUS_UNMODELLED;
    }
    drive(d);
    return 0;
}

void dev_mailbox_reset(struct dev_mailbox *d)
{
    memset(&d->s, 0, sizeof d->s);
    dev_firmware_reset(&d->firmware);
    drive(d);
}

void dev_mailbox_init(struct dev_mailbox *d, struct clock *c, const struct memory *memory)
{
    memset(d, 0, sizeof *d);
    d->target = (struct bus_target){
        .name = "mailbox", .self = d, .read = mailbox_mmio_read, .write = mailbox_mmio_write};
    d->irq.number = IRQ_ARM_MAILBOX;
    d->clock = c;
    d->alarm = (struct clock_alarm){.self = d, .ring = alarm_rang};
    dev_firmware_init(&d->firmware, memory);
    dev_mailbox_reset(d);
}
