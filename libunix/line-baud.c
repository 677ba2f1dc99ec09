/* libunix/line-baud.c - changes the speed of an open line, whatever it is, and its notification. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "libunix/line-internal.h"
#include "libunix/line-speed.h"

enum { DRAIN_STEP_MS = 5, UNKNOWN_BAUD = 115200, BITS_PER_BYTE = 10, TRIES = 8 };

unsigned line_wire_ms(const struct line *l, size_t nbytes)
{
    unsigned baud = l->baud ? l->baud : UNKNOWN_BAUD;
    return (unsigned)(((unsigned long long)nbytes * BITS_PER_BYTE * 1000 + baud - 1) / baud);
}

int line_drain(const struct line *l, unsigned limit_ms)
{
    int waiting = 0;
    for (unsigned ms = 0; ioctl(l->fd, TIOCOUTQ, &waiting) == 0 && waiting > 0;
         ms += DRAIN_STEP_MS) {
        if (ms >= limit_ms)
            return LINE_TIMEOUT;
        poll(NULL, 0, DRAIN_STEP_MS);
    }
    /* What is left is in the chip, for which the driver has a limit of its own. */
    for (int i = 0; i < TRIES && tcdrain(l->fd) != 0; i++)
        if (errno != EINTR)
            return LINE_GONE;
    return 0;
}

int line_can_change_baud(const struct line *l)
{
    return l->open && (l->is_tty || l->rfc2217);
}

static int set_tty_baud(struct line *l, unsigned baud)
{
    int waiting = 0;
    ioctl(l->fd, TIOCOUTQ, &waiting);
    int rc = line_drain(l, line_wire_ms(l, (size_t)waiting) + LINE_SETTLE_MS);
    if (rc < 0)
        return rc == LINE_TIMEOUT ? LINE_BAUD : rc;
    if (l->inherited && !l->baud_before)
        l->baud_before = line_speed_of(l->fd);
    if (line_speed_set(l->fd, baud) != 0)
        return errno == EIO ? LINE_GONE : LINE_BAUD;
    l->baud = baud;
    return 0;
}

int line_set_baud(struct line *l, unsigned baud)
{
    if (!line_can_change_baud(l) || baud == 0)
        return LINE_BAUD;
    return l->rfc2217 ? line_rfc2217_set_baud(l, baud) : set_tty_baud(l, baud);
}

int line_fd(const struct line *l)
{
    return l->fd;
}

void line_end_notify(struct line *l)
{
    if (!l->notifies)
        return;
    int flags = fcntl(l->fd, F_GETFL);
    l->notifies = 0;
    fcntl(l->fd, F_SETFL, flags & ~O_ASYNC);
    fcntl(l->fd, F_SETSIG, 0);
    fcntl(l->fd, F_SETOWN, 0);
}

int line_notify(struct line *l, int sig)
{
    if (sig == 0) {
        line_end_notify(l);
        return 0;
    }
    int flags = fcntl(l->fd, F_GETFL);
    l->notifies = 1;
    if (flags >= 0 && fcntl(l->fd, F_SETOWN, getpid()) == 0 && fcntl(l->fd, F_SETSIG, sig) == 0 &&
        fcntl(l->fd, F_SETFL, flags | O_ASYNC) == 0)
        return 0;
    int error = errno;
    line_end_notify(l);
    errno = error;
    return LINE_SYSTEM;
}
