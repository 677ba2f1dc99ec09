/* libunix/line-tcp.c - a line behind a TCP port (ser2net, a Pi simulator): plain bytes.
 * Not modelled: RFC 2217; the far end sets the baud rate. */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libunix/line-internal.h"

enum { CONNECT_LIMIT_MS = 10000, HOST_MAX = 256 };

/* Splits HOST:PORT or [V6]:PORT. */
static int split(const char *address, char host[HOST_MAX], const char **port)
{
    const char *colon = strrchr(address, ':');
    if (!colon || colon == address || !colon[1])
        return LINE_MISSING;
    const char *from = address, *to = colon;
    if (*from == '[' && to[-1] == ']') {
        from++;
        to--;
    }
    if (to <= from || to - from >= HOST_MAX)
        return LINE_MISSING;
    memcpy(host, from, (size_t)(to - from));
    host[to - from] = 0;
    *port = colon + 1;
    return 0;
}

static int connect_one(const struct addrinfo *a, unsigned long long deadline)
{
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0)
        return LINE_SYSTEM;
    int rc = connect(fd, a->ai_addr, a->ai_addrlen);
    while (rc != 0 && (errno == EINPROGRESS || errno == EINTR)) {
        unsigned long long now = line_now_ms();
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        int ready = now >= deadline ? 0 : poll(&p, 1, (int)(deadline - now));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0) {
            close(fd);
            return LINE_TIMEOUT;
        }
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
        errno = error;
        rc = error ? -1 : 0;
        break;
    }
    if (rc == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return LINE_MISSING;
}

int line_open_tcp(struct line *l, const char *address)
{
    char host[HOST_MAX];
    const char *port;
    if (split(address, host, &port) != 0)
        return LINE_MISSING;
    struct addrinfo want = {.ai_socktype = SOCK_STREAM}, *list;
    if (getaddrinfo(host, port, &want, &list) != 0)
        return LINE_MISSING;
    unsigned long long deadline = line_now_ms() + CONNECT_LIMIT_MS;
    int fd = LINE_MISSING;
    for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
        fd = connect_one(a, deadline);
    freeaddrinfo(list);
    if (fd < 0)
        return fd;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    l->fd = fd;
    l->open = 1;
    return 0;
}
