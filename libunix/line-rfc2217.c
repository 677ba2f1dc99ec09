/* libunix/line-rfc2217.c - a serial port behind telnet with COM-PORT-OPTION (RFC 2217), as ser2net
 * serves it: agrees on binary, 8n1 and a speed, changes the speed, passes data.
 * Not modelled: modem lines, breaks, line states. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>
#include <time.h>
#include <unistd.h>

#include "libunix/line-internal.h"

enum {
    AGREE_MS = 3000,
    ANSWER_MS = 1000,
    PURGE_MS = 500,
    ROUND_MS = 5,
    RAW_MAX = 1024,
    BITS_PER_BYTE = 10,
    UNKNOWN_BAUD = 115200,
    IAC = 255,      /* telnet's escape, RFC 854 */
    TOLERANCE = 33, /* 1/33: 3 % */
};

static unsigned long long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long long)t.tv_sec * 1000000 + (unsigned long long)t.tv_nsec / 1000;
}

/* Sends what telnet has to say, as far as the socket takes it. 0 or LINE_GONE. */
static int flush(struct line *l)
{
    struct telnet *t = &l->telnet;
    while (t->nout > 0) {
        ssize_t put = send(l->fd, t->out, t->nout, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errno == EAGAIN ? 0 : LINE_GONE;
        t->nout = (uint16_t)(t->nout - put);
        memmove(t->out, t->out + put, t->nout);
    }
    return 0;
}

size_t line_rfc2217_decode(struct line *l, void *buf, size_t n)
{
    size_t data = telnet_decode(&l->telnet, buf, n);
    flush(l); /* a line that is gone is found by the next read or write */
    return data;
}

/* Takes what is there, once, and sets data aside: the bytes received, 0 if there were none now, or
 * LINE_GONE. What finds no room is lost. */
static int take(struct line *l)
{
    uint8_t bytes[256];
    ssize_t got = recv(l->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (got <= 0)
        return LINE_GONE;
    size_t data = line_rfc2217_decode(l, bytes, (size_t)got), room = sizeof l->held - l->nheld;
    data = data < room ? data : room;
    memcpy(l->held + l->nheld, bytes, data);
    l->nheld += data;
    return (int)got;
}

/* Exchanges bytes until done(l, arg) is not 0. 0, LINE_TIMEOUT, LINE_GONE. */
static int converse(struct line *l, int (*done)(const struct line *l, unsigned arg), unsigned arg,
                    unsigned limit_ms)
{
    unsigned long long deadline = line_now_ms() + limit_ms;
    while (!done(l, arg)) {
        int rc = flush(l);
        if (rc == 0)
            rc = line_wait(l, (short)(POLLIN | (l->telnet.nout ? POLLOUT : 0)), deadline);
        if (rc > 0)
            rc = take(l);
        if (rc < 0)
            return rc;
        if (line_now_ms() >= deadline && !done(l, arg)) /* a peer that talks of other things */
            return LINE_TIMEOUT;
    }
    return flush(l);
}

static int is_agreed(const struct line *l, unsigned unused)
{
    (void)unused;
    return telnet_ready(&l->telnet) != 0;
}

static int is_answered(const struct line *l, unsigned commands)
{
    return (l->telnet.answered & commands) == commands;
}

static int is_between(const struct line *l, unsigned unused)
{
    (void)unused;
    return l->telnet.state == 0;
}

static unsigned bit(enum comport command)
{
    return 1U << command;
}

/* Gives one command and waits for its answer. 0, LINE_TIMEOUT, LINE_GONE. */
static int command(struct line *l, enum comport c, uint32_t value, unsigned width,
                   unsigned limit_ms)
{
    if (telnet_comport(&l->telnet, c, value, width) != 0)
        return LINE_TIMEOUT; /* the peer does not take what is queued already */
    return converse(l, is_answered, bit(c), limit_ms);
}

static int is_near(unsigned is, unsigned baud)
{
    return is >= baud - baud / TOLERANCE && is <= baud + baud / TOLERANCE;
}

/* Gives one command and wants `baud`, within 3 %, or any (0), for an answer. An answer that comes
 * too late is not taken for that to the next command. */
static int command_baud(struct line *l, unsigned baud)
{
    unsigned long long deadline = line_now_ms() + ANSWER_MS;
    int rc = command(l, COMPORT_BAUD, baud, 4, ANSWER_MS);
    while (rc == 0 && baud && !is_near(l->telnet.answer[COMPORT_BAUD], baud)) {
        unsigned long long now = line_now_ms();
        if (l->unanswered == 0)
            return LINE_BAUD;
        l->unanswered--;
        l->telnet.answered &= ~bit(COMPORT_BAUD);
        rc = converse(l, is_answered, bit(COMPORT_BAUD),
                      now < deadline ? (unsigned)(deadline - now) : 0);
    }
    if (rc == 0)
        l->unanswered = 0;
    else
        l->unanswered++;
    return rc == 0 || rc == LINE_GONE ? rc : LINE_BAUD;
}

/* The speed before ours, once. A server that does not tell will not have it put back. */
static int learn_baud(struct line *l)
{
    if (l->baud_before)
        return 0;
    int rc = command_baud(l, 0);
    if (rc == 0)
        l->baud_before = l->telnet.answer[COMPORT_BAUD];
    return rc == LINE_GONE ? rc : 0;
}

/* 8n1 without flow control or reports. A server may leave a question open, but not say no. */
static int set_framing(struct line *l)
{
    static const struct {
        enum comport command;
        uint8_t value;
        int matters;
    } wanted[] = {
        {COMPORT_DATA_SIZE, 8, 1}, {COMPORT_PARITY, 1, 1},    {COMPORT_STOP_SIZE, 1, 1},
        {COMPORT_CONTROL, 1, 1},   {COMPORT_LINE_MASK, 0, 0}, {COMPORT_MODEM_MASK, 0, 0},
    };
    enum { WANTED = sizeof wanted / sizeof *wanted };
    unsigned answers = 0;
    for (size_t i = 0; i < WANTED; i++) {
        telnet_comport(&l->telnet, wanted[i].command, wanted[i].value, 1);
        answers |= wanted[i].matters ? bit(wanted[i].command) : 0;
    }
    if (converse(l, is_answered, answers, ANSWER_MS) == LINE_GONE)
        return LINE_GONE;
    for (size_t i = 0; i < WANTED; i++)
        if (wanted[i].matters && (l->telnet.answered & bit(wanted[i].command)) &&
            l->telnet.answer[wanted[i].command] != wanted[i].value)
            return LINE_NO_RFC2217;
    return 0;
}

/* A port server that turns a second user away says so in words before it closes. */
static int is_turned_away(const struct line *l)
{
    return memmem(l->held, l->nheld, "in use", 6) || memmem(l->held, l->nheld, "busy", 4);
}

static int agree(struct line *l, unsigned baud)
{
    int rc = converse(l, is_agreed, 0, AGREE_MS);
    if (rc == LINE_GONE)
        return rc;
    if (rc < 0 || telnet_ready(&l->telnet) < 0)
        return LINE_NO_RFC2217;
    rc = set_framing(l);
    if (rc == 0)
        rc = learn_baud(l);
    if (rc == 0)
        rc = command_baud(l, baud);
    return rc;
}

int line_rfc2217_start(struct line *l, unsigned baud)
{
    l->rfc2217 = 1;
    telnet_start(&l->telnet);
    int rc = agree(l, baud);
    if (rc == 0)
        l->baud = baud;
    if (rc == LINE_GONE && is_turned_away(l))
        rc = LINE_BUSY;
    l->nheld = 0; /* as a tty's input is flushed when it is opened */
    return rc;
}

void line_rfc2217_adopt(struct line *l)
{
    l->rfc2217 = 1;
    telnet_agreed(&l->telnet);
}

/* Until TCP has delivered what was written and the port had the time to send it. */
static int wait_sent(struct line *l)
{
    unsigned long long left_us = 0, us = now_us();
    if (l->sent_us > us)
        left_us = l->sent_us - us;
    unsigned long long deadline = line_now_ms() + left_us / 1000 + LINE_SETTLE_MS;
    for (int waiting = 0;; poll(NULL, 0, ROUND_MS)) {
        int sent = ioctl(l->fd, SIOCOUTQ, &waiting) != 0 || waiting == 0;
        if (sent && now_us() >= l->sent_us)
            return 0;
        if (line_now_ms() >= deadline)
            return sent ? 0 : LINE_BAUD;
    }
}

/* After a refusal: the two sides must not be left apart. One who keeps silent is not waited for. */
static void put_back(struct line *l, unsigned baud)
{
    if (is_answered(l, bit(COMPORT_BAUD))) {
        command_baud(l, baud);
    } else if (telnet_comport(&l->telnet, COMPORT_BAUD, baud, 4) == 0) {
        l->unanswered++;
        flush(l);
    }
}

int line_rfc2217_set_baud(struct line *l, unsigned baud)
{
    unsigned was = l->baud;
    int rc = wait_sent(l);
    if (rc == 0)
        rc = learn_baud(l);
    if (rc < 0)
        return rc;
    l->baud = 0; /* whoever closes the line now puts the speed back */
    rc = command_baud(l, baud);
    if (rc == LINE_BAUD)
        put_back(l, was ? was : l->baud_before);
    l->baud = rc == 0 ? baud : was;
    return rc;
}

/* How many of n bytes of data the first `sent` bytes of their encoding carry whole; *half: the next
 * one in part. */
static size_t carried(const uint8_t *data, size_t n, size_t sent, int *half)
{
    size_t i = 0, raw = 0;
    for (; i < n && raw + 1 + (data[i] == IAC) <= sent; i++)
        raw += 1 + (data[i] == IAC);
    *half = raw < sent;
    return i;
}

/* The other half of an escaped byte goes first; then the caller, who was told that it was not
 * taken, comes with that byte again. */
static size_t resume(struct line *l, const uint8_t *data, size_t n)
{
    int again = l->half_sent && n > 0 && data[0] == IAC;
    l->half_sent = 0;
    return again;
}

int line_rfc2217_write_some(struct line *l, const void *buf, size_t n)
{
    const uint8_t *data = buf;
    size_t done = 0;
    if (flush(l) < 0)
        return LINE_GONE;
    if (l->telnet.nout == 0)
        done = resume(l, data, n);
    while (done < n && l->telnet.nout == 0) {
        uint8_t raw[RAW_MAX];
        size_t taken;
        size_t want = telnet_encode(data + done, n - done, raw, sizeof raw, &taken);
        ssize_t put = send(l->fd, raw, want, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && errno == EAGAIN)
            break;
        if (put < 0)
            return LINE_GONE;
        done += carried(data + done, taken, (size_t)put, &l->half_sent);
        if (l->half_sent)
            l->telnet.out[l->telnet.nout++] = IAC;
    }
    unsigned long long us = now_us();
    l->sent_us = (l->sent_us > us ? l->sent_us : us) +
                 done * BITS_PER_BYTE * 1000000ULL / (l->baud ? l->baud : UNKNOWN_BAUD);
    return (int)done;
}

void line_rfc2217_drop(struct line *l)
{
    command(l, COMPORT_PURGE, 3, 1, PURGE_MS);
    l->nheld = 0;
    l->sent_us = 0;
}

int line_rfc2217_settle(struct line *l)
{
    return converse(l, is_between, 0, LINE_SETTLE_MS);
}

void line_rfc2217_restore(struct line *l)
{
    if (l->baud_before && l->baud != l->baud_before && wait_sent(l) == 0)
        command(l, COMPORT_BAUD, l->baud_before, 4, LINE_SETTLE_MS);
}
