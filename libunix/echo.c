/* libunix/echo.c - the console loop between a Pi's line and this process.
 * Not modelled: terminal modes; input stays line-buffered by the terminal, so Ctrl-C and Ctrl-Z
 * work. */
#include "libunix/echo.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libunix/text.h"
#include "wire/boot.h"

enum {
    GREETING_MAX = 8,
    HELD_A_MS = 100,       /* longest pause inside a greeting of protocol A */
    HELD_C_MS = 500,       /* C's is two ACK words, a greeting period apart */
    INPUT_AFTER_MS = 1000, /* see echo_run */
    FOREGROUND_CHECK_MS = 500,
};

static const unsigned char greeting_a[] = {0x22, 0x22, 0x11, 0x11};
static const unsigned char greeting_c[] = {OLD_ACK, 0, 0, 0, OLD_ACK, 0, 0, 0};

struct echo {
    struct line *line;
    int in, out;
    int in_ended;
    int printed; /* the program has */
    unsigned long long started;
    struct text_watch watch;

    char held[GREETING_MAX]; /* may be the start of a greeting */
    size_t nheld;
    unsigned long long held_since;

    char input[256]; /* read from in, not yet on the line */
    size_t input_at, input_end;
};

static int write_out(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t put = write(fd, text, n);
        if (put < 0 && errno == EAGAIN) {
            struct pollfd p = {.fd = fd, .events = POLLOUT};
            poll(&p, 1, -1);
        } else if (put < 0 && errno != EINTR) {
            return -1;
        } else if (put > 0) {
            text += put;
            n -= (size_t)put;
        }
    }
    return 0;
}

static int is_prefix(const struct echo *e, const unsigned char *greeting, size_t n)
{
    return e->nheld <= n && memcmp(e->held, greeting, e->nheld) == 0;
}

static int is_greeting(const struct echo *e)
{
    return (e->nheld == sizeof greeting_a && is_prefix(e, greeting_a, sizeof greeting_a)) ||
           (e->nheld == sizeof greeting_c && is_prefix(e, greeting_c, sizeof greeting_c));
}

/* Prints text that is no greeting. -1: go on; else how it ended. */
static int show(struct echo *e, char *text, size_t n)
{
    n = text_watch(&e->watch, text, n);
    text_harmless(text, n);
    e->printed |= n > 0;
    if (write_out(e->out, text, n) != 0)
        return ECHO_OUT_GONE;
    if (!e->watch.done)
        return -1;
    return e->watch.failed ? ECHO_FAILED : ECHO_DONE;
}

static int show_held(struct echo *e)
{
    size_t n = e->nheld;
    e->nheld = 0;
    return show(e, e->held, n);
}

/* Bytes from the Pi: holds back what may become a greeting, shows the rest. */
static int take(struct echo *e, const char *bytes, size_t n)
{
    char text[4096 + GREETING_MAX];
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        e->held[e->nheld++] = bytes[i];
        while (e->nheld && !is_prefix(e, greeting_a, sizeof greeting_a) &&
               !is_prefix(e, greeting_c, sizeof greeting_c)) {
            text[used++] = e->held[0];
            memmove(e->held, e->held + 1, --e->nheld);
        }
        if (is_greeting(e)) {
            int end = show(e, text, used);
            return end >= 0 ? end : e->watch.failed ? ECHO_FAILED : ECHO_REBOOT;
        }
    }
    e->held_since = line_now_ms();
    return show(e, text, used);
}

static int from_pi(struct echo *e)
{
    char bytes[4096];
    int n = line_read(e->line, bytes, sizeof bytes, 0);
    if (n == LINE_TIMEOUT)
        return -1;
    if (n > 0)
        return take(e, bytes, (size_t)n);
    int end = show_held(e);
    return end >= 0 ? end : ECHO_LINE_GONE;
}

static void from_input(struct echo *e)
{
    ssize_t n = read(e->in, e->input, sizeof e->input);
    if (n > 0) {
        e->input_at = 0;
        e->input_end = (size_t)n;
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
        e->in_ended = 1;
    }
}

static int to_pi(struct echo *e)
{
    int n = line_write_some(e->line, e->input + e->input_at, e->input_end - e->input_at);
    if (n < 0)
        return ECHO_LINE_GONE;
    e->input_at += (size_t)n;
    return -1;
}

/* A process in the background would be stopped for reading its terminal. */
static int in_foreground(int fd)
{
    pid_t owner = tcgetpgrp(fd);
    return owner < 0 || owner == getpgrp();
}

static int wants_input(const struct echo *e)
{
    if (e->in_ended || e->input_at < e->input_end)
        return 0;
    return (e->printed || line_now_ms() - e->started >= INPUT_AFTER_MS) && in_foreground(e->in);
}

static int wait_ms(const struct echo *e, int listening)
{
    int ms = e->in_ended || listening ? -1 : FOREGROUND_CHECK_MS;
    if (e->nheld) {
        unsigned limit = e->held[0] == OLD_ACK ? HELD_C_MS : HELD_A_MS;
        unsigned long long now = line_now_ms(), until = e->held_since + limit;
        int left = now < until ? (int)(until - now) : 0;
        ms = ms < 0 || left < ms ? left : ms;
    }
    return ms;
}

/* One wait and what it brought. -1: go on; else how it ended. */
static int step(struct echo *e)
{
    int listening = wants_input(e), sending = e->input_at < e->input_end;
    struct pollfd p[] = {
        {.fd = e->line->fd, .events = (short)(POLLIN | (sending ? POLLOUT : 0))},
        {.fd = listening ? e->in : -1, .events = POLLIN},
    };
    int n = poll(p, 2, wait_ms(e, listening || sending));
    if (n < 0)
        return -1;
    int end = -1;
    if (n == 0 && e->nheld && wait_ms(e, 1) == 0)
        end = show_held(e);
    if (p[0].revents & ~POLLOUT)
        end = from_pi(e);
    if (end < 0 && (p[0].revents & POLLOUT))
        end = to_pi(e);
    if (end < 0 && p[1].revents)
        from_input(e);
    return end;
}

enum echo_end echo_run(struct line *l, int in, int out)
{
    struct echo e = {.line = l, .in = in, .out = out, .started = line_now_ms()};
    int end;
    do
        end = step(&e);
    while (end < 0);
    return (enum echo_end)end;
}

int echo_exit_status(enum echo_end end)
{
    static const int status[] = {
        [ECHO_DONE] = 0,      [ECHO_REBOOT] = 0,   [ECHO_FAILED] = 1,
        [ECHO_LINE_GONE] = 3, [ECHO_OUT_GONE] = 2,
    };
    return status[end];
}

const char *echo_end_text(enum echo_end end, const char *line_name, char *buf, size_t nbytes)
{
    int system_error = errno;
    switch (end) {
    case ECHO_FAILED:
        snprintf(buf, nbytes, "the program failed: its panic or assertion is printed above");
        return buf;
    case ECHO_LINE_GONE:
        snprintf(
            buf, nbytes,
            "%s: the line went away before the program ended (unplugged, or its other side closed)",
            line_name);
        return buf;
    case ECHO_OUT_GONE:
        snprintf(buf, nbytes, "cannot write the program's output: %s", strerror(system_error));
        return buf;
    case ECHO_DONE:
    case ECHO_REBOOT:
        break;
    }
    return NULL;
}
