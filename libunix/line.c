/* libunix/line.c - opens, reads, writes and restores the byte line to a Pi.
 * Does not know what the bytes mean; boot.c and emu/remote do. */
#include "libunix/line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "libunix/line-internal.h"
#include "libunix/line-speed.h"

/* One poll of a network line, before its peer is looked at; what telnet may say beyond a time
 * limit.
 */
enum { NETWORK_ROUND_MS = 1000, IDLE_TALK_MAX = 4096 };

unsigned long long line_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long long)t.tv_sec * 1000 + (unsigned long long)t.tv_nsec / 1000000;
}

/* Raw 8n1, no flow control; the speed changes unless baud is 0. */
static int set_raw(int fd, const struct termios *from, unsigned baud)
{
    struct termios t = *from;
    if (baud && !line_speed_is_standard(baud))
        return LINE_BAUD;
    cfmakeraw(&t);
    t.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS | PARENB);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_iflag &= ~(tcflag_t)(IXOFF | IXANY | INPCK);
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    if (tcsetattr(fd, TCSANOW, &t) != 0 || (baud && line_speed_set(fd, baud) != 0))
        return errno == EINVAL || errno == EDOM ? LINE_BAUD
               : errno == EIO                   ? LINE_GONE
                                                : LINE_SYSTEM;
    return 0;
}

static void set_nonblocking(struct line *l)
{
    int flags = fcntl(l->fd, F_GETFL);
    l->file_flags = flags < 0 ? 0 : flags;
    fcntl(l->fd, F_SETFL, l->file_flags | O_NONBLOCK);
}

void line_set_name(struct line *l, const char *name)
{
    snprintf(l->name, sizeof l->name, "%s", name);
}

static int open_error(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ENXIO:
    case ENODEV:
        return LINE_MISSING;
    case EACCES:
    case EPERM:
        return LINE_PERMISSION;
    case EBUSY:
        return LINE_BUSY;
    case EISDIR:
        return LINE_NOT_A_LINE;
    case EIO: /* a pty whose other side is closed */
        return LINE_GONE;
    default:
        return LINE_SYSTEM;
    }
}

/* TIOCEXCL stays with a pty while its master is open, after we are gone: another program that uses
 * the same pty later would find it busy for ever. So ptys get the advisory lock only. */
static int is_pty(int fd)
{
    unsigned dev; /* majors 136-143 are pty slaves: Documentation/admin-guide/devices.txt */
    return ioctl(fd, TIOCGDEV, &dev) == 0 && ((dev >> 8) & 0xff) >= 136 &&
           ((dev >> 8) & 0xff) <= 143;
}

static int claim_tty(struct line *l, unsigned baud)
{
    if (flock(l->fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? LINE_BUSY : LINE_SYSTEM;
    if (tcgetattr(l->fd, &l->before) != 0)
        return errno == EIO ? LINE_GONE : LINE_SYSTEM;
    l->exclusive = !is_pty(l->fd) && ioctl(l->fd, TIOCEXCL) == 0;
    l->baud_before = line_speed_of(l->fd);
    l->saved = 1;
    l->is_tty = 1;
    l->baud = baud;
    tcflush(l->fd, TCIOFLUSH);
    return set_raw(l->fd, &l->before, baud);
}

/* What has been opened so far is closed, errno kept. */
static int abandon(struct line *l, int rc)
{
    int error = errno;
    line_close(l);
    errno = error;
    return rc;
}

static int open_network(struct line *l, const char *name, unsigned baud)
{
    const char *address = line_rfc2217_address(name);
    int rc = line_open_tcp(l, address ? address : line_tcp_address(name));
    if (rc == 0 && address && (rc = line_rfc2217_start(l, baud)) != 0)
        return abandon(l, rc);
    return rc;
}

int line_open(struct line *l, const char *name, unsigned baud)
{
    memset(l, 0, sizeof *l);
    line_set_name(l, name);
    if (line_tcp_address(name))
        return open_network(l, name, baud);
    if (!line_speed_is_standard(baud))
        return LINE_BAUD;
    if (line_rfc2217_address(name))
        return open_network(l, name, baud);
    l->fd = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (l->fd < 0)
        return open_error(errno);
    l->open = 1;
    set_nonblocking(l);
    int rc = isatty(l->fd) ? claim_tty(l, baud) : LINE_NOT_A_LINE;
    return rc == 0 ? 0 : abandon(l, rc);
}

static void name_descriptor(struct line *l, int fd)
{
    char path[32], name[LINE_NAME_MAX];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(path, name, sizeof name - 1);
    name[n > 0 ? n : 0] = 0;
    if (name[0] == '/')
        line_set_name(l, name);
    else
        snprintf(l->name, sizeof l->name, "descriptor %d", fd);
}

int line_adopt(struct line *l, int fd, unsigned baud)
{
    struct termios now;
    memset(l, 0, sizeof *l);
    if (fcntl(fd, F_GETFD) < 0)
        return LINE_NOT_A_LINE;
    l->fd = fd;
    l->inherited = 1;
    l->is_tty = isatty(fd);
    name_descriptor(l, fd);
    if (l->is_tty) {
        if (tcgetattr(fd, &now) != 0)
            return LINE_GONE;
        int rc = set_raw(fd, &now, baud);
        if (rc != 0)
            return rc;
        l->baud = baud;
    }
    set_nonblocking(l);
    l->open = 1;
    const char *network = line_handed_name(fd);
    if (!network)
        return 0;
    line_set_name(l, network);
    if (!line_rfc2217_address(network))
        return 0;
    line_rfc2217_adopt(l);
    int rc = baud ? line_set_baud(l, baud) : 0;
    return rc == 0 ? 0 : abandon(l, rc);
}

/* As line_open found it. Before the bytes have left, or 500 ms have passed, nothing changes. */
static void restore_tty(struct line *l)
{
    if (l->saved || l->baud_before)
        line_drain(l, LINE_SETTLE_MS);
    if (l->saved) {
        /* A serial port that cannot send would hold close() for half a minute. */
        tcflush(l->fd, TCOFLUSH);
        tcsetattr(l->fd, TCSANOW, &l->before);
    }
    if (l->baud_before && line_speed_of(l->fd) != l->baud_before)
        line_speed_set(l->fd, l->baud_before);
    if (l->exclusive)
        ioctl(l->fd, TIOCNXCL);
}

void line_close(struct line *l)
{
    if (!l->open)
        return;
    l->open = 0;
    line_end_notify(l);
    if (l->rfc2217)
        line_rfc2217_restore(l);
    else if (l->is_tty)
        restore_tty(l);
    line_end_low_latency(l);
    if (l->inherited)
        fcntl(l->fd, F_SETFL, l->file_flags);
    else
        close(l->fd);
}

void line_drop(struct line *l)
{
    char junk[256];
    if (l->is_tty)
        tcflush(l->fd, TCIOFLUSH);
    if (l->rfc2217)
        line_rfc2217_drop(l);
    /* Bounded: a peer that never stops sending must not hold us here. */
    for (int i = 0; i < 64 && line_read(l, junk, sizeof junk, 0) > 0; i++)
        continue;
}

int line_wait(const struct line *l, short events, unsigned long long deadline)
{
    int is_network = !l->is_tty, longest = is_network ? NETWORK_ROUND_MS : 60000;
    for (;;) {
        unsigned long long now = line_now_ms();
        unsigned long long left = deadline > now ? deadline - now : 0;
        struct pollfd p = {.fd = l->fd, .events = events};
        int rc = poll(&p, 1, left > (unsigned)longest ? longest : (int)left);
        if (rc > 0)
            return 1;
        if (rc < 0 && errno != EINTR)
            return LINE_SYSTEM;
        if (rc == 0 && is_network && line_peer_lost(l->fd))
            return LINE_GONE;
        if (left == 0)
            return LINE_TIMEOUT;
    }
}

static int read_held(struct line *l, void *buf, size_t n)
{
    if (n > l->nheld)
        n = l->nheld;
    memcpy(buf, l->held, n);
    l->nheld -= n;
    memmove(l->held, l->held + n, l->nheld);
    return (int)n;
}

int line_read(struct line *l, void *buf, size_t n, unsigned timeout_ms)
{
    unsigned long long deadline = line_now_ms() + timeout_ms;
    size_t talk = 0;
    if (l->nheld)
        return read_held(l, buf, n);
    for (;;) {
        int rc = line_wait(l, POLLIN, deadline);
        if (rc < 0)
            return rc;
        ssize_t got = read(l->fd, buf, n);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return LINE_GONE; /* end of file, or EIO, ENXIO, ECONNRESET: it will not come back */
        if (!l->is_tty)
            line_acknowledge(l->fd);
        if (!l->rfc2217)
            return (int)got;
        size_t data = line_rfc2217_decode(l, buf, (size_t)got);
        if (data > 0)
            return (int)data;
        talk += (size_t)got;
        if (talk > IDLE_TALK_MAX && line_now_ms() >= deadline)
            return LINE_TIMEOUT;
    }
}

int line_read_all(struct line *l, void *buf, size_t n, unsigned timeout_ms)
{
    unsigned long long deadline = line_now_ms() + timeout_ms;
    for (size_t have = 0; have < n;) {
        unsigned long long now = line_now_ms();
        int got = line_read(l, (char *)buf + have, n - have,
                            deadline > now ? (unsigned)(deadline - now) : 0);
        if (got < 0)
            return got;
        have += (size_t)got;
    }
    return 0;
}

int line_write_some(struct line *l, const void *buf, size_t n)
{
    if (l->rfc2217)
        return line_rfc2217_write_some(l, buf, n);
    for (;;) {
        ssize_t put = l->is_tty ? -1 : send(l->fd, buf, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (l->is_tty || (put < 0 && errno == ENOTSOCK))
            put = write(l->fd, buf, n);
        if (put >= 0)
            return (int)put;
        if (errno == EAGAIN)
            return 0;
        if (errno != EINTR)
            return LINE_GONE;
    }
}

int line_write(struct line *l, const void *buf, size_t n, unsigned timeout_ms)
{
    unsigned long long deadline = line_now_ms() + timeout_ms;
    for (size_t done = 0; done < n;) {
        int put = line_write_some(l, (const char *)buf + done, n - done);
        if (put < 0)
            return put;
        done += (size_t)put;
        if (done < n) {
            int rc = line_wait(l, POLLOUT, deadline);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}
