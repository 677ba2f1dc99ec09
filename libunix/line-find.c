/* libunix/line-find.c - which serial devices there are, newest first, and the hand-off descriptors.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libunix/line-internal.h"

enum { FIND_MAX = 64 };

static const char *const patterns[] = {"ttyUSB*", "ttyACM*", "cu.SLAB_USB*", "cu.usbserial*"};

struct found {
    char path[LINE_NAME_MAX];
    struct timespec changed;
};

static int newest_first(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    if (a->changed.tv_sec != b->changed.tv_sec)
        return a->changed.tv_sec > b->changed.tv_sec ? -1 : 1;
    if (a->changed.tv_nsec != b->changed.tv_nsec)
        return a->changed.tv_nsec > b->changed.tv_nsec ? -1 : 1;
    return strverscmp(b->path, a->path); /* ttyUSB10 before ttyUSB9 */
}

static int collect(const char *dir, struct found *list)
{
    int n = 0;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        char pattern[LINE_NAME_MAX];
        glob_t g;
        struct stat st;
        snprintf(pattern, sizeof pattern, "%s/%s", dir, patterns[i]);
        if (glob(pattern, GLOB_NOSORT, NULL, &g) != 0)
            continue;
        for (size_t k = 0; k < g.gl_pathc && n < FIND_MAX; k++) {
            size_t length = strlen(g.gl_pathv[k]);
            if (length >= LINE_NAME_MAX || stat(g.gl_pathv[k], &st) != 0)
                continue;
            memcpy(list[n].path, g.gl_pathv[k], length + 1);
            list[n++].changed = st.st_ctim;
        }
        globfree(&g);
    }
    qsort(list, (size_t)n, sizeof *list, newest_first);
    return n;
}

int line_find_in(const char *dir, char (*out)[LINE_NAME_MAX], int max)
{
    struct found list[FIND_MAX];
    int n = collect(dir, list);
    for (int i = 0; i < n && i < max; i++)
        memcpy(out[i], list[i].path, LINE_NAME_MAX);
    return n < max ? n : max;
}

int line_find_all(char (*out)[LINE_NAME_MAX], int max)
{
    return line_find_in("/dev", out, max);
}

int line_find_newest(char *out, size_t nbytes)
{
    char path[1][LINE_NAME_MAX];
    if (line_find_all(path, 1) < 1)
        return LINE_NONE;
    snprintf(out, nbytes, "%s", path[0]);
    return 0;
}

static int is_stream(int fd)
{
    int type = 0;
    socklen_t size = sizeof type;
    struct sockaddr_storage peer;
    socklen_t peer_size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM &&
           getpeername(fd, (struct sockaddr *)&peer, &peer_size) == 0;
}

static int is_two_way(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && (flags & O_ACCMODE) == O_RDWR;
}

/* Someone named it, so anything that can carry bytes both ways will do. */
static int named_descriptor(void)
{
    const char *word = getenv("MY_INSTALL_FD");
    char *end;
    struct stat st;
    if (!word || !*word)
        return LINE_NONE;
    long fd = strtol(word, &end, 10);
    if (*end || fd < 0 || fd > 1 << 20 || !is_two_way((int)fd) || fstat((int)fd, &st) != 0)
        return LINE_NONE;
    return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) ? LINE_NONE : (int)fd;
}

int line_handed_down(void)
{
    static const int usual[] = {LINE_HANDOFF_FD, LINE_HANDOFF_FD_2019};
    int fd = named_descriptor();
    for (int i = 0; i < 2 && fd < 0; i++)
        if (is_two_way(usual[i]) && (isatty(usual[i]) || is_stream(usual[i])))
            fd = usual[i];
    return fd;
}

const char *line_handed_name(int fd)
{
    const char *name = getenv("MY_INSTALL_LINE");
    return name && line_is_network(name) && fd == named_descriptor() && is_stream(fd) ? name : NULL;
}

static int put_on(int from, int to)
{
    if (from == to)
        return fcntl(to, F_SETFD, 0);
    return dup2(from, to) < 0 ? -1 : 0;
}

static int set_variables(const struct line *l)
{
    if (setenv("MY_INSTALL_FD", "21", 1) != 0)
        return LINE_SYSTEM;
    int rc = line_is_network(l->name) ? setenv("MY_INSTALL_LINE", l->name, 1)
                                      : unsetenv("MY_INSTALL_LINE");
    return rc == 0 ? 0 : LINE_SYSTEM;
}

int line_hand_on(struct line *l)
{
    int rc = l->rfc2217 ? line_rfc2217_settle(l) : 0;
    if (rc != 0)
        return rc;
    line_end_notify(l);
    line_end_low_latency(l);
    /* The receiver was written for a blocking descriptor, and may open the device by name. */
    int flags = fcntl(l->fd, F_GETFL);
    if (flags < 0 || fcntl(l->fd, F_SETFL, flags & ~O_NONBLOCK) != 0)
        return LINE_SYSTEM;
    if (l->exclusive && ioctl(l->fd, TIOCNXCL) == 0)
        l->exclusive = 0;
    if (put_on(l->fd, LINE_HANDOFF_FD) != 0 || put_on(l->fd, LINE_HANDOFF_FD_2019) != 0)
        return LINE_SYSTEM;
    return set_variables(l);
}
