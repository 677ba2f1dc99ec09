/* tools/line/sim-end.c - ptys, TCP ports and devices as ends of the line. As with a serial adapter,
 * what comes while nobody has the end open is lost, and a new user finds raw mode. */
#include "tools/line/sim-end.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

enum { STATUS_USAGE = 2, STATUS_DEVICE = 3 };

static int fail(int status, const char *what, char *error, size_t nbytes)
{
    snprintf(error, nbytes, "%s: %s", what, strerror(errno));
    return status;
}

/* ---- pty
 * ------------------------------------------------------------------------------------------ */

/* On Linux the master's terminal settings are those of the other side. */
static void make_raw(int master)
{
    struct termios t;

    if (tcgetattr(master, &t) == 0) {
        cfmakeraw(&t);
        tcsetattr(master, TCSANOW, &t);
    }
}

/* A pty whose other side nobody has open reports a hang-up again and again; so the file system
 * tells when that ends. */
static int open_pty(struct sim_end *e, int watch_unread, char *error, size_t nbytes)
{
    if (openpty(&e->fd, &e->slave, e->name, NULL, NULL) != 0)
        return fail(STATUS_DEVICE, "a new pty", error, nbytes);
    fcntl(e->fd, F_SETFD, FD_CLOEXEC);
    fcntl(e->slave, F_SETFD, FD_CLOEXEC);
    fcntl(e->fd, F_SETFL, fcntl(e->fd, F_GETFL) | O_NONBLOCK);
    make_raw(e->fd);
    if (watch_unread) {
        e->used = 1;
        return 0;
    }
    close(e->slave);
    e->slave = -1;
    e->news = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (e->news < 0 || inotify_add_watch(e->news, e->name, IN_OPEN) < 0)
        return fail(STATUS_DEVICE, e->name, error, nbytes);
    return 0;
}

/* The next user finds nothing of the one before. */
static void pty_closed(struct sim_end *e)
{
    e->used = e->hung = 0;
    tcflush(e->fd, TCOFLUSH);
    make_raw(e->fd);
}

static void pty_opened(struct sim_end *e)
{
    union {
        struct inotify_event event; /* for the alignment */
        char bytes[4096];
    } events;

    if (read(e->news, &events, sizeof events) > 0) {
        e->used = 1;
        e->hung = 0;
    }
}

/* ---- TCP
 * ------------------------------------------------------------------------------------------ */

static int open_port(struct sim_end *e, const char *port, char *error, size_t nbytes)
{
    char *end = NULL;
    unsigned long number = *port ? strtoul(port, &end, 10) : 0;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof a;
    int on = 1;

    if ((*port && (*port < '0' || *port > '9' || *end)) || number > 65535) {
        snprintf(error, nbytes, "listen:%s: a port is a number, 0 to 65535", port);
        return STATUS_USAGE;
    }
    a.sin_port = htons((uint16_t)number);
    snprintf(e->name, sizeof e->name, "tcp:127.0.0.1:%lu", number);
    e->news = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (e->news < 0)
        return fail(STATUS_DEVICE, e->name, error, nbytes);
    setsockopt(e->news, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(e->news, (struct sockaddr *)&a, size) != 0 || listen(e->news, 1) != 0 ||
        getsockname(e->news, (struct sockaddr *)&a, &size) != 0)
        return fail(STATUS_DEVICE, e->name, error, nbytes);
    snprintf(e->name, sizeof e->name, "tcp:127.0.0.1:%u", (unsigned)ntohs(a.sin_port));
    return 0;
}

/* One user at a time: the next one is turned away, not kept waiting. */
static void accept_user(struct sim_end *e)
{
    int on = 1, fd = accept4(e->news, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0)
        return;
    if (e->used) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    e->fd = fd;
    e->used = 1;
}

static void user_left(struct sim_end *e)
{
    close(e->fd);
    e->fd = -1;
    e->used = 0;
    e->nout = e->sent = 0;
}

/* ---- all
 * ------------------------------------------------------------------------------------------ */

static int open_device(struct sim_end *e, const char *name, unsigned baud, char *error,
                       size_t nbytes)
{
    int rc = line_open(&e->line, name, baud);

    if (rc < 0) {
        line_error_text(rc, name, error, nbytes);
        return rc == LINE_NOT_A_LINE || rc == LINE_BAUD ? STATUS_USAGE : STATUS_DEVICE;
    }
    e->fd = e->line.fd;
    e->used = 1;
    snprintf(e->name, sizeof e->name, "%s", name);
    return 0;
}

int sim_end_open(struct sim_end *e, const char *what, unsigned baud, int watch_unread, char *error,
                 size_t nbytes)
{
    *e = (struct sim_end){.fd = -1, .news = -1, .slave = -1};
    if (strcmp(what, "pty") == 0) {
        e->kind = SIM_END_PTY;
        return open_pty(e, watch_unread, error, nbytes);
    }
    if (strcmp(what, "listen") == 0 || strncmp(what, "listen:", 7) == 0) {
        e->kind = SIM_END_LISTEN;
        return open_port(e, what[6] ? what + 7 : "", error, nbytes);
    }
    e->kind = SIM_END_DEVICE;
    if (strncmp(what, "/", 1) == 0 || strncmp(what, "tcp:", 4) == 0)
        return open_device(e, what, baud, error, nbytes);
    snprintf(error, nbytes, "%s: an end is pty, listen, listen:PORT, /dev/TTY or tcp:HOST:PORT",
             what);
    return STATUS_USAGE;
}

void sim_end_poll(const struct sim_end *e, int reading, struct pollfd p[SIM_END_POLLFDS])
{
    short events = (short)((reading ? POLLIN : 0) | (e->nout ? POLLOUT : 0));

    p[0] = (struct pollfd){e->used && !e->hung && events ? e->fd : -1, events, 0};
    p[1] = (struct pollfd){e->news, POLLIN, 0};
}

void sim_end_serve(struct sim_end *e, const struct pollfd p[SIM_END_POLLFDS])
{
    if (p[0].revents & (POLLHUP | POLLERR) && e->kind == SIM_END_PTY)
        e->hung = 1;
    if (!(p[1].revents & POLLIN))
        return;
    if (e->kind == SIM_END_LISTEN)
        accept_user(e);
    else
        pty_opened(e);
}

/* The user closed it, or the device is gone. */
static int lost(struct sim_end *e)
{
    if (e->kind == SIM_END_DEVICE)
        return -1;
    if (e->kind == SIM_END_PTY)
        pty_closed(e);
    else
        user_left(e);
    return 0;
}

static int would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int sim_end_read(struct sim_end *e, uint8_t *bytes, size_t n)
{
    if (!e->used)
        return 0;
    ssize_t got = read(e->fd, bytes, n);
    if (got > 0)
        return (int)got;
    return got < 0 && would_block() ? 0 : lost(e);
}

int sim_end_flush(struct sim_end *e)
{
    while (e->used && !e->hung && e->sent < e->nout) {
        ssize_t done = e->kind == SIM_END_LISTEN
                           ? send(e->fd, e->out + e->sent, e->nout - e->sent, MSG_NOSIGNAL)
                           : write(e->fd, e->out + e->sent, e->nout - e->sent);
        if (done > 0) {
            e->sent += (size_t)done;
        } else {
            if (done == 0 || would_block())
                return 0;
            if (lost(e))
                return -1;
        }
    }
    e->nout = e->sent = 0;
    return 0;
}

unsigned sim_end_unread(const struct sim_end *e)
{
    int unread = 0;

    if (e->slave >= 0 && ioctl(e->slave, FIONREAD, &unread) != 0)
        unread = 0;
    return (unsigned)unread + (unsigned)(e->nout - e->sent);
}

void sim_end_close(struct sim_end *e)
{
    if (e->kind == SIM_END_DEVICE)
        line_close(&e->line);
    else if (e->fd >= 0)
        close(e->fd);
    if (e->slave >= 0)
        close(e->slave);
    if (e->news >= 0)
        close(e->news);
}
