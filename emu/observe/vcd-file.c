/* VCD files; see vcd-file.h. */
#include "emu/observe/vcd-file.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OPEN_MODE = 0666, WAIT_MS = 10, FLUSH_NS = 500000000, PAGE = 4096 };

static uint64_t host_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int failed(struct vcd_file *f, int error)
{
    snprintf(f->why, sizeof f->why, "%s", strerror(error));
    return -1;
}

/* Whether it is a regular file of something else than a waveform: a typing error is not to cost
 * anybody his source. */
static int holds_something_else(const char *path)
{
    char start[64];
    struct stat s;
    ssize_t n, i = 0;
    int fd;

    if (stat(path, &s) < 0 || !S_ISREG(s.st_mode) || s.st_size == 0)
        return 0;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0; /* open for writing will say why */
    n = read(fd, start, sizeof start);
    close(fd);
    while (i < n && isspace((unsigned char)start[i]))
        i++;
    return n >= 0 && (i == n || start[i] != '$');
}

int vcd_file_open(struct vcd_file *f, const char *path)
{
    f->fd = -1;
    f->written = f->used = 0;
    f->flushed = host_ns();
    if (holds_something_else(path)) {
        snprintf(f->why, sizeof f->why,
                 "exists and is no VCD file: remove it, or name another file");
        return -1;
    }
    f->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, OPEN_MODE);
    if (f->fd >= 0)
        return 0;
    if (errno != ENXIO)
        return failed(f, errno);
    snprintf(f->why, sizeof f->why, "a pipe that nobody reads: start its reader first");
    return -1;
}

/* No line goes over a page's end: of a process that is killed while it writes, the system may leave
 * out the pages that were not yet there. */
void vcd_file_add(struct vcd_file *f, const char *format, ...)
{
    char line[VCD_FILE_LINES];
    va_list ap;
    int n;

    if (f->fd < 0)
        return;
    va_start(ap, format);
    n = vsnprintf(line, sizeof line, format, ap);
    va_end(ap);
    assert(n > 0 && (size_t)n < sizeof line);
    while ((f->written + f->used) % PAGE + (unsigned)n > PAGE)
        f->buffer[f->used++] = '\n';
    assert(f->used + (unsigned)n <= sizeof f->buffer);
    memcpy(f->buffer + f->used, line, (size_t)n);
    f->used += (size_t)n;
}

/* `done` bytes of the buffer were written, and no more can be. */
static int cut(struct vcd_file *f, size_t done, int error)
{
    while (done && f->buffer[done - 1] != '\n')
        done--;
    f->written += done;
    /* A pipe or a device cannot be cut; what is behind the last line is lost on its reader. */
    if (ftruncate(f->fd, (off_t)f->written) < 0)
        errno = 0;
    close(f->fd);
    f->fd = -1;
    f->used = 0;
    return failed(f, error);
}

int vcd_file_flush(struct vcd_file *f)
{
    size_t done = 0;

    while (f->fd >= 0 && done < f->used) {
        size_t page = PAGE - (f->written + done) % PAGE, left = f->used - done;
        ssize_t n = write(f->fd, f->buffer + done, left < page ? left : page);

        if (n > 0)
            done += (size_t)n;
        else if (n < 0 && errno == EAGAIN)
            poll(&(struct pollfd){.fd = f->fd, .events = POLLOUT}, 1, WAIT_MS);
        else if (n == 0 || errno != EINTR)
            return cut(f, done, n == 0 ? ENOSPC : errno);
    }
    f->written += done;
    f->used = 0;
    f->flushed = host_ns();
    return 0;
}

int vcd_file_moment(struct vcd_file *f)
{
    if (f->fd < 0 ||
        (f->used + VCD_FILE_MOMENT < sizeof f->buffer && host_ns() - f->flushed < FLUSH_NS))
        return 0;
    return vcd_file_flush(f);
}

int vcd_file_close(struct vcd_file *f)
{
    int fd;

    if (vcd_file_flush(f) < 0)
        return -1;
    fd = f->fd;
    f->fd = -1;
    return fd >= 0 && close(fd) < 0 ? failed(f, errno) : 0;
}
