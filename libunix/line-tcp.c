/* libunix/line-tcp.c - connects to a TCP port (ser2net, a Pi simulator), and finds out that its
 * peer is lost. What the bytes mean is line.c's and line-rfc2217.c's. */
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

enum {
    CONNECT_LIMIT_MS = 10000,
    HOST_MAX = 256,
    PROBE_S = 1, /* keepalive: the first after, then every */
    PROBES = 2,
    LOST_MS = 2000,
    LOST_REPEATS = 3,
};

/* Behind "NAME:" or "NAME://". */
static const char *behind(const char *name, const char *prefix)
{
    size_t n = strlen(prefix);
    if (strncmp(name, prefix, n) != 0)
        return NULL;
    return name + n + (strncmp(name + n, "//", 2) == 0 ? 2 : 0);
}

const char *line_tcp_address(const char *name)
{
    return behind(name, "tcp:");
}

const char *line_rfc2217_address(const char *name)
{
    return behind(name, "rfc2217:");
}

int line_is_network(const char *name)
{
    return line_tcp_address(name) || line_rfc2217_address(name);
}

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

/* TCP_USER_TIMEOUT would end a connection whose far end is merely slow to read: a serial port is.
 */
static void set_options(int fd)
{
    static const struct {
        int level, option, value;
    } options[] = {
        {IPPROTO_TCP, TCP_NODELAY, 1},
        {SOL_SOCKET, SO_OOBINLINE, 1}, /* telnet's urgent byte is one of its sequences */
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, PROBE_S},
        {IPPROTO_TCP, TCP_KEEPINTVL, PROBE_S},
        {IPPROTO_TCP, TCP_KEEPCNT, PROBES},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        setsockopt(fd, options[i].level, options[i].option, &options[i].value, sizeof(int));
}

void line_acknowledge(int fd)
{
    int now = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &now, sizeof now);
}

/* Keepalive probes are not sent while data is under way, and TCP itself would repeat that for a
 * quarter of an hour. */
int line_peer_lost(int fd)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           info.tcpi_retransmits >= LOST_REPEATS && info.tcpi_last_ack_recv >= LOST_MS;
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
    set_options(fd);
    l->fd = fd;
    l->open = 1;
    return 0;
}
