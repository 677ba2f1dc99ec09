/* Mailbox messages (Raspberry Pi firmware wiki, "Mailboxes", "Mailbox property interface"; tags it
 * leaves out are those of Linux's raspberrypi-firmware.h): copied to the bounce buffer when their
 * address is written, and back when the firmware returns it. */
#include <stdlib.h>
#include <string.h>

#include "emu/remote/bounce-internal.h"
#include "wire/words.h"

enum {
    MAILBOX_READ = 0x2000B880,
    MAILBOX_PEEK = 0x2000B890,
    MAILBOX_WRITE = 0x2000B8A0,
    FRAMEBUFFER = 1, /* channels */
    PROPERTY = 8,
    CHANNEL_MASK = 15,

    FRAMEBUFFER_BYTES = 40,
    MESSAGE_HEAD = 8, /* bytes: size, code */
    MESSAGE_MAX = 64 << 10,
    TAG_HEAD = 12,         /* bytes: tag, size of its value, code */
    TAG_NONE = 0x7FFFFFF0, /* what the firmware gets in place of a tag: it knows no such */
    REQUEST = 0,           /* codes of a message */
    PARTLY = 0x80000001,   /* the firmware's code when it did not know a tag */
};

/* ---- what a message may ask ---- */

enum tag_rule {
    TAG_NEVER,
    TAG_LINE_CLOCK, /* not for the core clock and those made from the same PLL */
    TAG_OFF_CLOCK,  /* the same, but may be switched on */
    TAG_OFF_UART,   /* UARTs may only be switched on */
    TAG_MEMORY,     /* sent, but the answer is an address on the Pi */
};

static const struct tag {
    uint32_t tag;
    enum tag_rule rule;
    const char *what;
} tags[] = {
    {0x00028001, TAG_OFF_UART, "switching a UART off would end the line"},
    {0x0003000C, TAG_MEMORY, NULL}, /* allocate memory */
    {0x0003000D, TAG_MEMORY, NULL}, /* lock memory */
    {0x00030010, TAG_NEVER, "code to execute would have to be in the Pi's memory"},
    {0x00030011, TAG_NEVER, "QPU programs would have to be in the Pi's memory"},
    {0x00030048, TAG_NEVER, "the firmware would prepare a reboot under the device loop"},
    {0x00038001, TAG_OFF_CLOCK, "the line's baud rate is made from that clock"},
    {0x00038002, TAG_LINE_CLOCK, "the line's baud rate is made from that clock"},
    {0x00038009, TAG_NEVER, "turbo mode changes the clock the line's baud rate is made from"},
    {0x00038045, TAG_NEVER, "a peripheral would be written behind the device loop's back"},
    {0x00040001, TAG_MEMORY, NULL}, /* allocate frame buffer */
    {0x00048010, TAG_NEVER, "the firmware would go on writing to memory of the program"},
    {0x0004801F, TAG_NEVER, "the firmware would go on writing to memory of the program"},
    {0x00048020, TAG_NEVER, "the firmware would go on writing to memory of the program"},
};

static uint32_t word_at(const uint8_t *bytes)
{
    uint32_t word;

    memcpy(&word, bytes, sizeof word);
    return word;
}

static const struct tag *find_tag(uint32_t tag)
{
    for (unsigned i = 0; i < sizeof tags / sizeof *tags; i++)
        if (tags[i].tag == tag)
            return &tags[i];
    return NULL;
}

/* id and state: the first two words of the tag's value. */
static int forbids(enum tag_rule rule, uint32_t id, uint32_t state)
{
    const int line_clock = id >= 4 && id <= 7; /* core, V3D, H264, ISP */
    const int uart = id == 1 || id == 2;

    switch (rule) {
    case TAG_NEVER:
        return 1;
    case TAG_LINE_CLOCK:
        return line_clock;
    case TAG_OFF_CLOCK:
        return line_clock && !(state & 1);
    case TAG_OFF_UART:
        return uart && !(state & 1);
    default:
        return 0;
    }
}

/* Bytes from the tag at `at` to the next; 0 at the end of the message. */
static uint32_t tag_bytes(const uint8_t *message, uint32_t nbytes, uint32_t at)
{
    uint32_t value;

    if (at + TAG_HEAD > nbytes || word_at(message + at) == 0)
        return 0;
    value = word_at(message + at + 4);
    return value > nbytes ? nbytes - at : TAG_HEAD + ((value + 3) & ~3u);
}

static const struct tag *forbidden(const uint8_t *message, uint32_t nbytes, uint32_t at)
{
    const struct tag *tag = find_tag(word_at(message + at));
    uint32_t id = 0, state = 0;

    if (at + TAG_HEAD + 4 <= nbytes)
        id = word_at(message + at + TAG_HEAD);
    if (at + TAG_HEAD + 8 <= nbytes)
        state = word_at(message + at + TAG_HEAD + 4);
    return tag && forbids(tag->rule, id, state) ? tag : NULL;
}

static void say_memory(struct bounce *b)
{
    if (!b->said_memory)
        bounce_refuse(b, "the firmware answers with an address in the Pi's own memory, which the "
                         "program cannot reach from here (frame buffers stay unchanged)");
    b->said_memory = 1;
}

/* Takes out of the copy what may not be asked. Whether anything was. */
static int censor(struct bounce *b, uint32_t addr, uint8_t *copy, uint32_t nbytes)
{
    uint32_t n;
    int any = 0;

    for (uint32_t at = MESSAGE_HEAD; (n = tag_bytes(copy, nbytes, at)) != 0; at += n) {
        const struct tag *tag = forbidden(copy, nbytes, at), *known = find_tag(word_at(copy + at));

        if (known && known->rule == TAG_MEMORY)
            say_memory(b);
        if (!tag)
            continue;
        bounce_refuse(b, "the mailbox message at 0x%x was sent without its tag 0x%08x: %s", addr,
                      tag->tag, tag->what);
        wire_put_word(copy + at, TAG_NONE);
        any = 1;
    }
    return any;
}

/* The answer to a message that was sent with something left out is the firmware's to tags it does
 * not know, of whatever version it is: those are as they were, and so says the message's code. */
static void restore(const struct bounce_message *m, uint8_t *answer)
{
    uint32_t n;

    for (uint32_t at = MESSAGE_HEAD; (n = tag_bytes(m->original, m->nbytes, at)) != 0; at += n)
        if (forbidden(m->original, m->nbytes, at))
            memcpy(answer + at, m->original + at, at + n > m->nbytes ? m->nbytes - at : n);
    wire_put_word(answer + 4, (uint32_t)PARTLY);
}

/* ---- to the Pi ---- */

/* The message's bytes in program memory, or null with a remark. */
static uint8_t *find_message(struct bounce *b, uint32_t word, uint32_t *nbytes)
{
    uint32_t addr = word & ~(uint32_t)CHANNEL_MASK;
    uint8_t *message = bounce_memory(b, addr, MESSAGE_HEAD, 1);

    *nbytes = FRAMEBUFFER_BYTES;
    if (message && (word & CHANNEL_MASK) == PROPERTY)
        *nbytes = word_at(message);
    if (message && (*nbytes < MESSAGE_HEAD || *nbytes > MESSAGE_MAX)) {
        bounce_refuse(b, "the mailbox message at 0x%x was not sent: it says it is %u bytes long",
                      addr, *nbytes);
        return NULL;
    }
    if (message)
        message = bounce_memory(b, addr, *nbytes, 1);
    if (!message)
        bounce_refuse(b, "the mailbox message at 0x%x was not sent: no memory of the program's",
                      addr);
    return message;
}

/* Copies the message to its room; m->original is set, and the caller's, when something is left
 * out. 0, negative, or BOUNCE_REFUSED. */
static int send_message(struct bounce *b, struct bounce_message *m, const uint8_t *message)
{
    uint8_t *copy = malloc(m->nbytes), *original = malloc(m->nbytes);
    int e;

    if (!copy || !original) {
        free(copy);
        free(original);
        return bounce_refuse(b, "a mailbox message was not sent: out of memory");
    }
    memcpy(copy, message, m->nbytes);
    memcpy(original, message, m->nbytes);
    if ((m->word & CHANNEL_MASK) == FRAMEBUFFER)
        say_memory(b);
    else if (censor(b, m->word & ~(uint32_t)CHANNEL_MASK, copy, m->nbytes))
        m->original = original;
    if (!m->original)
        free(original);
    e = bounce_store(b, m->at, copy, m->nbytes);
    free(copy);
    return e;
}

int mailbox_write(struct bounce *b, struct bus_access *a)
{
    unsigned channel = a->value & CHANNEL_MASK;
    struct bounce_message m = {.word = a->value};
    const uint8_t *message;
    int e;

    if (a->addr != MAILBOX_WRITE)
        return BOUNCE_TRAVELS;
    if (channel != PROPERTY && channel != FRAMEBUFFER) {
        bounce_refuse(b, "mailbox channel %u is not supported: 0x%x was not sent", channel,
                      a->value);
        return BOUNCE_DONE;
    }
    if (!(message = find_message(b, m.word, &m.nbytes)))
        return BOUNCE_DONE;
    m.at = b->nmessages < BOUNCE_MESSAGES ? bounce_take_room(b, m.nbytes) : 0;
    if (!m.at) {
        bounce_refuse(b,
                      "the mailbox message at 0x%x was not sent: %u others are not answered yet, "
                      "and %u bytes are left for it on the Pi",
                      m.word & ~(uint32_t)CHANNEL_MASK, b->nmessages, bounce_free_bytes(b));
        return BOUNCE_DONE;
    }
    if ((e = send_message(b, &m, message)) != 0) {
        bounce_give_room(b, m.at);
        free(m.original);
        return e < 0 ? e : BOUNCE_DONE;
    }
    b->message[b->nmessages++] = m;
    shadow_forget(b->shadow);
    a->value = bus_alias(m.word) | bounce_addr(b, m.at) | channel;
    return BOUNCE_TRAVELS;
}

/* ---- and back ---- */

/* The firmware returns the word it was given; the frame buffer's channel, 0 or 1. */
static int answers(const struct bounce *b, const struct bounce_message *m, uint32_t word)
{
    unsigned channel = word & CHANNEL_MASK;

    if (!m->nbytes || channel != (m->word & CHANNEL_MASK))
        return 0;
    return bounce_offset(b, word - channel) == m->at || (channel == FRAMEBUFFER && word <= 0x1F);
}

static uint32_t translate(const struct bounce *b, const struct bounce_message *m, uint32_t word)
{
    unsigned channel = word & CHANNEL_MASK;

    if (bounce_offset(b, word - channel) != m->at)
        return word;
    return bus_alias(word) | bus_address(m->word);
}

/* Copies m's answer to program memory; `here`: it came already. 0 or negative. */
static int take_back(struct bounce *b, const struct bounce_message *m, const uint8_t *here)
{
    uint8_t *to = bounce_memory(b, m->word & ~(uint32_t)CHANNEL_MASK, m->nbytes, 1);
    struct bounce_loader l = {.b = b};
    int e = 0;

    if (here)
        memcpy(to, here, m->nbytes);
    else if ((e = bounce_load(&l, m->at, to, m->nbytes)) == 0)
        e = bounce_load_rest(&l);
    return e;
}

/* Message i came back. An empty mailbox may show its last word again: then the message there still
 * is a request, and goes on waiting for its answer. */
static int answered(struct bounce *b, unsigned i, const uint8_t *here)
{
    struct bounce_message *m = &b->message[i];
    uint8_t *message = bounce_memory(b, m->word & ~(uint32_t)CHANNEL_MASK, m->nbytes, 1);
    int e = take_back(b, m, here);

    if (e < 0 || ((m->word & CHANNEL_MASK) == PROPERTY && word_at(message + 4) == REQUEST))
        return e;
    if (m->original)
        restore(m, message);
    bounce_give_room(b, m->at);
    free(m->original);
    m->original = NULL;
    b->answered = *m;
    b->nmessages--;
    memmove(m, m + 1, (b->nmessages - i) * sizeof *m);
    shadow_forget(b->shadow);
    return 0;
}

/* Reads the mailbox, and with it the message that must come next if it fits into one answer: *here
 * is where it is, or null. 0 or negative. */
static int fetch(struct bounce *b, uint32_t *word, const uint8_t **here)
{
    const struct bounce_message *m = &b->message[0];
    struct op get = {.kind = OP_GET, .width = 4, .addr = MAILBOX_READ};
    struct op load = {.kind = OP_LOAD, .addr = m->at, .nbytes = (uint8_t)m->nbytes};
    int both = m->nbytes <= OP_MAX_BLOCK && !b->alone;
    int e = link_reserve(b->link, OP_MAX_BYTES + BLOCK_HEAD);

    if (e == 0)
        e = link_op(b->link, &get);
    if (e == 0 && both)
        e = link_op(b->link, &load);
    if (e == 0)
        e = link_collect(b->link);
    if (e < 0)
        return e;
    *word = b->link->result[0].value;
    *here = both && answers(b, m, *word) ? b->link->result[1].block : NULL;
    return 0;
}

int mailbox_read(struct bounce *b, struct bus_access *a)
{
    const uint8_t *here;
    int e;

    if (a->addr != MAILBOX_READ || b->nmessages == 0)
        return BOUNCE_TRAVELS;
    if ((e = fetch(b, &a->value, &here)) < 0)
        return e;
    for (unsigned i = 0; i < b->nmessages; i++)
        if (answers(b, &b->message[i], a->value)) {
            a->value = translate(b, &b->message[i], a->value);
            e = answered(b, i, here);
            return e < 0 ? e : BOUNCE_DONE;
        }
    mailbox_saw_read(b, a);
    return BOUNCE_DONE;
}

/* PEEK shows what READ will; READ of an empty mailbox may show once more what it did. */
void mailbox_saw_read(const struct bounce *b, struct bus_access *a)
{
    if (a->addr != MAILBOX_READ && a->addr != MAILBOX_PEEK)
        return;
    for (unsigned i = 0; i < b->nmessages; i++)
        if (answers(b, &b->message[i], a->value)) {
            a->value = translate(b, &b->message[i], a->value);
            return;
        }
    if (answers(b, &b->answered, a->value))
        a->value = translate(b, &b->answered, a->value);
}
