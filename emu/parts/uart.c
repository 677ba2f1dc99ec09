/* A serial adapter on any two pins: prints what the program sends bit by bit, and sends what is
 * typed. 8 bits, no parity, 1 stop bit. Not modelled: other frames, flow control. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "emu/parts/part.h"

enum { TX, RX, BAUD, TO, FROM };

enum { FRAME_BITS = 10 }; /* start, 8 data from the lowest, stop */

struct uart {
    struct parts *parts;
    uint64_t baud;
    FILE *to, *from;
    unsigned tx_pin;
    /* what the program sends */
    int level, receiving;
    unsigned got; /* bits of the frame so far */
    uint32_t frame;
    uint64_t start_ns;
    uint64_t bad;
    struct clock_alarm stop;
    /* what is sent to it */
    int rx, sending;
    unsigned sent;
    uint32_t out;
    uint64_t out_ns;
    struct clock_alarm next;
};

/* Half bits, so that middles are exact. */
static uint64_t half_bits(const struct uart *u, unsigned n)
{
    return (n * 500000000ull + u->baud / 2) / u->baud;
}

static void frame_done(struct uart *u)
{
    uint8_t byte = (uint8_t)(u->frame >> 1);

    u->receiving = 0;
    if (!(u->frame >> (FRAME_BITS - 1) & 1)) {
        if (u->bad++ == 0)
            part_say(u->parts,
                     "part uart: pin %u is low at %llu us, where a stop bit is due: does the "
                     "program send %llu baud?",
                     u->tx_pin,
                     (unsigned long long)((u->start_ns + half_bits(u, 2 * FRAME_BITS - 1)) / 1000),
                     (unsigned long long)u->baud);
        return;
    }
    if (u->to)
        fputc(byte, u->to), fflush(u->to);
    else
        part_print(u->parts, byte);
}

/* The bits whose middle has passed had the level that the line still has. */
static void take_bits(struct uart *u)
{
    uint64_t now = clock_ns(part_clock(u->parts));

    while (u->receiving && u->start_ns + half_bits(u, 2 * u->got + 1) <= now) {
        if (u->got == 0 && u->level) { /* too short for a start bit */
            u->receiving = 0;
            return;
        }
        u->frame |= (uint32_t)u->level << u->got;
        if (++u->got == FRAME_BITS)
            frame_done(u);
    }
}

static void stop_bit(void *self)
{
    take_bits(self);
}

static void tx_heard(void *self, unsigned pin, int level)
{
    struct uart *u = self;
    struct clock *c = part_clock(u->parts);

    (void)pin;
    take_bits(u);
    u->level = level;
    if (u->receiving || level)
        return;
    u->receiving = 1;
    u->got = 0;
    u->frame = 0;
    u->start_ns = clock_ns(c);
    clock_alarm_set(c, &u->stop, u->start_ns + half_bits(u, 2 * FRAME_BITS - 1));
}

static void send_bit(void *self)
{
    struct uart *u = self;

    if (u->sent == FRAME_BITS) {
        u->sending = 0;
        return;
    }
    part_drive(u->parts, u->rx, u->out >> u->sent & 1 ? DRIVE_HIGH : DRIVE_LOW);
    u->sent++;
    clock_alarm_set(part_clock(u->parts), &u->next, u->out_ns + half_bits(u, 2 * u->sent));
}

/* A program that takes bits itself loses what comes while it does something else, so each byte is
 * sent when it looks for one. */
static int program_waits(void *self)
{
    struct uart *u = self;
    int byte;

    if (u->sending)
        return 1;
    byte = u->from ? fgetc(u->from) : part_typed(u->parts);
    if (byte < 0)
        return 0;
    u->out = (uint32_t)byte << 1 | 1u << (FRAME_BITS - 1);
    u->out_ns = clock_ns(part_clock(u->parts));
    u->sent = 0;
    u->sending = 1;
    send_bit(u);
    return 1;
}

static void ended(void *self)
{
    struct uart *u = self;

    if (u->bad > 1)
        part_say(u->parts, "part uart: pin %u: %llu bytes without a stop bit in all", u->tx_pin,
                 (unsigned long long)u->bad);
    if (u->to)
        fclose(u->to);
    if (u->from)
        fclose(u->from);
}

static int open_files(struct parts *p, struct uart *u, const struct part_arg *args)
{
    if (args[TO].given && !(u->to = fopen(args[TO].text, "wb")))
        return part_error(p, "to=%s: %s", args[TO].text, strerror(errno));
    if (args[FROM].given && !(u->from = fopen(args[FROM].text, "rb")))
        return part_error(p, "from=%s: %s", args[FROM].text, strerror(errno));
    return 0;
}

static int make(struct parts *p, const struct part_arg *args, void *shared)
{
    struct uart *u = part_new(p, sizeof *u);

    (void)shared;
    u->parts = p;
    u->baud = args[BAUD].number;
    u->tx_pin = (unsigned)args[TX].number;
    u->stop = (struct clock_alarm){.self = u, .ring = stop_bit};
    u->next = (struct clock_alarm){.self = u, .ring = send_bit};
    if (args[RX].given && args[RX].number == args[TX].number)
        return part_error(p, "tx and rx are the same pin");
    if (args[FROM].given && !args[RX].given)
        return part_error(p, "from=%s: rx= is missing, the pin to send it to", args[FROM].text);
    part_at_end(p, u, ended);
    if (open_files(p, u, args) < 0)
        return -1;
    part_listen(p, u->tx_pin, u, tx_heard);
    if (args[RX].given) {
        u->rx = part_end(p, (unsigned)args[RX].number, "output to rx");
        part_drive(p, u->rx, DRIVE_HIGH);
        part_wait_for(p, u, program_waits);
    }
    return 0;
}

static const struct part_param params[] = {
    {"tx", PART_PIN, NULL, "the pin on which the program sends", 0, 0},
    {"rx", PART_PIN, "", "the pin on which it receives; without it nothing is typed", 0, 0},
    {"baud", PART_NUMBER, "115200", "bits a second, both ways", 50, 4000000},
    {"to", PART_TEXT, "", "a file for what the program sends; else standard output", 0, 0},
    {"from", PART_TEXT, "", "a file to send to it; else standard input", 0, 0},
    {0},
};

const struct part_kind part_uart = {
    .name = "uart",
    .what = "serial adapter: prints what the program sends on a pin, sends what is typed",
    .params = params,
    .make = make,
};
