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

enum { CLOSE_DRAIN_MS = 500, DRAIN_STEP_MS = 5, UNKNOWN_BAUD = 115200, BITS_PER_BYTE = 10 };

static const struct {
    unsigned baud;
    speed_t code;
} speeds[] = {
    {1200, B1200},       {2400, B2400},       {4800, B4800},       {9600, B9600},
    {19200, B19200},     {38400, B38400},     {57600, B57600},     {115200, B115200},
    {230400, B230400},   {460800, B460800},   {500000, B500000},   {576000, B576000},
    {921600, B921600},   {1000000, B1000000}, {1152000, B1152000}, {1500000, B1500000},
    {2000000, B2000000}, {2500000, B2500000}, {3000000, B3000000}, {3500000, B3500000},
    {4000000, B4000000},
};

static int speed_code(unsigned baud, speed_t *code)
{
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        if (speeds[i].baud == baud) {
            *code = speeds[i].code;
            return 0;
        }
    return LINE_BAUD;
}

unsigned long long line_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (unsigned long long)t.tv_sec * 1000 + (unsigned long long)t.tv_nsec / 1000000;
}

unsigned line_wire_ms(const struct line *l, size_t nbytes)
{
    unsigned baud = l->baud ? l->baud : UNKNOWN_BAUD;
    return (unsigned)(((unsigned long long)nbytes * BITS_PER_BYTE * 1000 + baud - 1) / baud);
}

/* Raw 8n1, no flow control; the speed changes unless baud is 0. */
static int set_raw(int fd, const struct termios *from, unsigned baud)
{
    struct termios t = *from, is;
    speed_t code = 0;
    if (baud && speed_code(baud, &code) != 0)
        return LINE_BAUD;
    cfmakeraw(&t);
    t.c_cflag &= ~(tcflag_t)(CSTOPB | CRTSCTS | PARENB);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_iflag &= ~(tcflag_t)(IXOFF | IXANY | INPCK);
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    if (baud && (cfsetispeed(&t, code) != 0 || cfsetospeed(&t, code) != 0))
        return LINE_BAUD;
    if (tcsetattr(fd, TCSANOW, &t) != 0)
        return errno == EINVAL ? LINE_BAUD : errno == EIO ? LINE_GONE : LINE_SYSTEM;
    /* tcsetattr succeeds when any of the settings took, so ask what it did. */
    if (baud && (tcgetattr(fd, &is) != 0 || cfgetospeed(&is) != code))
        return LINE_BAUD;
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
    l->saved = 1;
    l->is_tty = 1;
    l->baud = baud;
    tcflush(l->fd, TCIOFLUSH);
    return set_raw(l->fd, &l->before, baud);
}

int line_open(struct line *l, const char *name, unsigned baud)
{
    speed_t code;
    memset(l, 0, sizeof *l);
    line_set_name(l, name);
    if (strncmp(name, "tcp:", 4) == 0)
        return line_open_tcp(l, name + 4);
    if (speed_code(baud, &code) != 0)
        return LINE_BAUD;
    l->fd = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (l->fd < 0)
        return open_error(errno);
    l->open = 1;
    set_nonblocking(l);
    int rc = isatty(l->fd) ? claim_tty(l, baud) : LINE_NOT_A_LINE;
    if (rc != 0) {
        int error = errno;
        line_close(l);
        errno = error;
    }
    return rc;
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
    char path[32], name[LINE_NAME_MAX];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(path, name, sizeof name - 1);
    name[n > 0 ? n : 0] = 0;
    if (name[0] == '/')
        line_set_name(l, name);
    else
        snprintf(l->name, sizeof l->name, "descriptor %d", fd);
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
    return 0;
}

void line_close(struct line *l)
{
    if (!l->open)
        return;
    l->open = 0;
    if (l->inherited) {
        fcntl(l->fd, F_SETFL, l->file_flags);
        return;
    }
    if (l->saved) {
        int waiting = 0;
        for (int ms = 0;
             ms < CLOSE_DRAIN_MS && ioctl(l->fd, TIOCOUTQ, &waiting) == 0 && waiting > 0;
             ms += DRAIN_STEP_MS)
            poll(NULL, 0, DRAIN_STEP_MS);
        /* A serial port that cannot send would hold close() for half a minute. */
        tcflush(l->fd, TCOFLUSH);
        tcsetattr(l->fd, TCSANOW, &l->before);
        if (l->exclusive)
            ioctl(l->fd, TIOCNXCL);
    }
    close(l->fd);
}

void line_drop(struct line *l)
{
    char junk[256];
    if (l->is_tty)
        tcflush(l->fd, TCIOFLUSH);
    /* Bounded: a peer that never stops sending must not hold us here. */
    for (int i = 0; i < 64 && line_read(l, junk, sizeof junk, 0) > 0; i++)
        continue;
}

/* 1: something to do on fd; LINE_TIMEOUT once the clock passes deadline. */
static int wait_until(int fd, short events, unsigned long long deadline)
{
    for (;;) {
        unsigned long long now = line_now_ms();
        unsigned long long left = deadline > now ? deadline - now : 0;
        struct pollfd p = {.fd = fd, .events = events};
        int rc = poll(&p, 1, left > 60000 ? 60000 : (int)left);
        if (rc > 0)
            return 1;
        if (rc < 0 && errno != EINTR)
            return LINE_SYSTEM;
        if (left == 0)
            return LINE_TIMEOUT;
    }
}

int line_read(struct line *l, void *buf, size_t n, unsigned timeout_ms)
{
    unsigned long long deadline = line_now_ms() + timeout_ms;
    for (;;) {
        int rc = wait_until(l->fd, POLLIN, deadline);
        if (rc < 0)
            return rc;
        ssize_t got = read(l->fd, buf, n);
        if (got > 0)
            return (int)got;
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        return LINE_GONE; /* end of file, or EIO, ENXIO, ECONNRESET: it will not come back */
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
            int rc = wait_until(l->fd, POLLOUT, deadline);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}
