/* Standard output and input as the program's UART sees them; see console.h. */
#include "emu/console.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 10, LOOKS_A_POLL = 16 };

void console_flush(struct console *c)
{
    size_t done = 0;

    if (c->used)
        c->looked = 0;
    if (c->muted)
        c->used = 0;
    while (done < c->used && !c->failed) {
        ssize_t n = write(1, c->out + done, c->used - done);

        if (n > 0)
            done += (size_t)n;
        else if (errno == EAGAIN)
            poll(&(struct pollfd){.fd = 1, .events = POLLOUT}, 1, WAIT_MS);
        else if (errno != EINTR)
            c->failed = errno;
    }
    c->used = 0;
}

int console_write(struct console *c, const char *text, size_t nbytes)
{
    size_t mine = text_watch(&c->watch, text, nbytes);

    if (c->limit && mine > c->limit - c->written) {
        mine = c->limit - c->written;
        c->over_limit = 1;
    }
    for (size_t i = 0; i < mine; i++) {
        if (c->used == sizeof c->out)
            console_flush(c);
        c->out[c->used++] = text[i];
        text_harmless(c->out + c->used - 1, 1);
        if (c->tap)
            c->tap(c->tap_self, c->out + c->used - 1, 1);
        if (text[i] == '\n')
            console_flush(c);
    }
    c->written += mine;
    return c->watch.done || c->over_limit || c->failed;
}

/* A newline is written out, and the text in front of ':', '<' and '`' looked back at. */
int console_quick_put(struct console *c, char byte)
{
    if (byte == '\n' || byte == ':' || byte == '<' || byte == '`' || c->used == sizeof c->out ||
        c->limit || c->failed || c->watch.done)
        return -1;
    console_write(c, &byte, 1);
    return 0;
}

static void fill(struct console *c, int timeout_ms)
{
    struct pollfd in = {.fd = 0, .events = POLLIN};
    ssize_t n;

    if (c->in_ended) {
        if (timeout_ms)
            poll(NULL, 0, timeout_ms);
        return;
    }
    if (poll(&in, 1, timeout_ms) <= 0)
        return;
    n = read(0, c->in, sizeof c->in);
    if (n > 0) {
        c->in_used = (size_t)n;
        c->in_next = 0;
    } else if (n == 0 || errno != EINTR) {
        c->in_ended = 1;
    }
}

size_t console_feed(struct console *c, const char *text, size_t nbytes)
{
    size_t waiting = c->in_used - c->in_next;

    if (nbytes > sizeof c->in - waiting)
        nbytes = sizeof c->in - waiting;
    memmove(c->in, c->in + c->in_next, waiting);
    memcpy(c->in + waiting, text, nbytes);
    c->in_next = 0;
    c->in_used = waiting + nbytes;
    return nbytes;
}

unsigned console_waiting(struct console *c)
{
    if (c->in_next == c->in_used && c->looked++ % LOOKS_A_POLL == 0)
        fill(c, 0);
    return (unsigned)(c->in_used - c->in_next);
}

int console_quick_waiting(struct console *c)
{
    if (c->in_next == c->in_used) {
        if (!c->in_ended && c->looked % LOOKS_A_POLL == 0)
            return -1;
        c->looked++;
    }
    return (int)(c->in_used - c->in_next);
}

int console_take(struct console *c)
{
    c->looked = 0;
    return c->in_next < c->in_used ? c->in[c->in_next++] : -1;
}

void console_idle(struct console *c)
{
    console_flush(c);
    if (c->in_next == c->in_used && !(c->stop && c->stop()))
        fill(c, WAIT_MS);
}
