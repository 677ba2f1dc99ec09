/* libunix/line-telnet.c - finds the data between telnet's sequences, answers negotiation, and
 * notes the answers to COM-PORT-OPTION commands. What it does not do: see the header. */
#include "libunix/line-telnet.h"

#include <string.h>

/* RFC 854, "Telnet command structure" */
enum { SE = 240, SB = 250, WILL, WONT, DO, DONT, IAC };

enum { ANSWER = 100 };

enum state { DATA, COMMAND, OPTION, SUB, SUB_COMMAND };

/* Their numbers: RFC 856, 858, 2217. */
static const uint8_t numbers[TELNET_OPTIONS] = {
    [TELNET_BINARY] = 0, [TELNET_SGA] = 3, [TELNET_COMPORT] = 44};

static int put(struct telnet *t, const uint8_t *bytes, size_t n)
{
    if (n > sizeof t->out - t->nout)
        return -1;
    memcpy(t->out + t->nout, bytes, n);
    t->nout = (uint16_t)(t->nout + n);
    return 0;
}

static void say(struct telnet *t, uint8_t verb, uint8_t number)
{
    put(t, (const uint8_t[]){IAC, verb, number}, 3);
}

static void ask(struct telnet *t, enum telnet_side side, enum telnet_option option)
{
    t->agreed[side][option] = TELNET_ASKED;
    say(t, side == TELNET_US ? WILL : DO, numbers[option]);
}

void telnet_start(struct telnet *t)
{
    ask(t, TELNET_US, TELNET_COMPORT);
    for (enum telnet_option o = TELNET_BINARY; o <= TELNET_SGA; o++) {
        ask(t, TELNET_US, o);
        ask(t, TELNET_THEM, o);
    }
}

void telnet_agreed(struct telnet *t)
{
    memset(t->agreed, TELNET_ON, sizeof t->agreed);
}

int telnet_ready(const struct telnet *t)
{
    const uint8_t needed[] = {t->agreed[TELNET_US][TELNET_COMPORT],
                              t->agreed[TELNET_US][TELNET_BINARY],
                              t->agreed[TELNET_THEM][TELNET_BINARY]};
    int ready = 1;
    for (size_t i = 0; i < sizeof needed; i++) {
        if (needed[i] == TELNET_REFUSED)
            return -1;
        ready &= needed[i] == TELNET_ON;
    }
    return ready;
}

/* RFC 854: a change is answered, what is so already is not, or the two would never fall silent. */
static void negotiate(struct telnet *t, uint8_t verb, uint8_t number)
{
    enum telnet_side side = verb == DO || verb == DONT ? TELNET_US : TELNET_THEM;
    uint8_t yes = side == TELNET_US ? WILL : DO, no = side == TELNET_US ? WONT : DONT;
    int on = verb == DO || verb == WILL;
    size_t o = 0;
    while (o < TELNET_OPTIONS && numbers[o] != number)
        o++;
    if (o == TELNET_OPTIONS) {
        if (on)
            say(t, no, number);
        return;
    }
    uint8_t *agreed = &t->agreed[side][o];
    if (on) {
        if (*agreed == TELNET_OFF || *agreed == TELNET_REFUSED)
            say(t, yes, number);
        *agreed = TELNET_ON;
    } else {
        if (*agreed == TELNET_ON)
            say(t, no, number);
        *agreed = *agreed == TELNET_OFF ? TELNET_OFF : TELNET_REFUSED;
    }
}

static void end_of_sub(struct telnet *t)
{
    uint8_t command = (uint8_t)(t->sub[1] - ANSWER);
    if (t->nsub < 3 || t->sub[0] != numbers[TELNET_COMPORT] || command >= COMPORT_COMMANDS)
        return;
    if (t->nsub != (command == COMPORT_BAUD ? 6 : 3))
        return;
    uint32_t value = 0;
    for (size_t i = 2; i < t->nsub; i++)
        value = value << 8 | t->sub[i];
    t->answer[command] = value;
    t->answered |= 1U << command;
}

static enum state sub_byte(struct telnet *t, uint8_t byte)
{
    if (t->nsub < sizeof t->sub)
        t->sub[t->nsub] = byte;
    return ++t->nsub < TELNET_SUB_MAX ? SUB : DATA;
}

static enum state command_byte(struct telnet *t, uint8_t byte)
{
    if (byte == SB) {
        t->nsub = 0;
        return SUB;
    }
    t->verb = byte;
    return byte >= WILL && byte <= DONT ? OPTION : DATA;
}

/* One byte inside a sequence. */
static enum state sequence_byte(struct telnet *t, uint8_t byte)
{
    switch (t->state) {
    case COMMAND:
        return command_byte(t, byte);
    case OPTION:
        negotiate(t, t->verb, byte);
        return DATA;
    case SUB:
        return byte == IAC ? SUB_COMMAND : sub_byte(t, byte);
    default:
        if (byte == IAC)
            return sub_byte(t, byte);
        if (byte != SE) /* cut short: this begins the next sequence */
            return command_byte(t, byte);
        end_of_sub(t);
        return DATA;
    }
}

size_t telnet_decode(struct telnet *t, uint8_t *bytes, size_t n)
{
    size_t data = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = bytes[i];
        if (t->state == DATA && byte == IAC) {
            t->state = COMMAND;
        } else if (t->state == DATA || (t->state == COMMAND && byte == IAC)) {
            bytes[data++] = byte;
            t->state = DATA;
        } else {
            t->state = (uint8_t)sequence_byte(t, byte);
        }
    }
    return data;
}

size_t telnet_encode(const uint8_t *data, size_t n, uint8_t *raw, size_t room, size_t *taken)
{
    size_t used = 0, i = 0;
    for (; i < n && used + 1 + (data[i] == IAC) <= room; i++) {
        raw[used++] = data[i];
        if (data[i] == IAC)
            raw[used++] = IAC;
    }
    *taken = i;
    return used;
}

int telnet_comport(struct telnet *t, enum comport command, uint32_t value, unsigned width)
{
    uint8_t big_end[4], bytes[14] = {IAC, SB, numbers[TELNET_COMPORT], (uint8_t)command};
    size_t taken;
    for (unsigned i = 0; i < width; i++)
        big_end[i] = (uint8_t)(value >> 8 * (width - 1 - i));
    size_t n = 4 + telnet_encode(big_end, width, bytes + 4, 8, &taken);
    bytes[n++] = IAC;
    bytes[n++] = SE;
    t->answered &= ~(1U << command);
    return put(t, bytes, n);
}
