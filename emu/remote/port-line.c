/* Waiting is poll's: the processor is free while the line works. */
#include "emu/remote/port-line.h"

#include <poll.h>
#include <time.h>

#define MS 1000000ull

enum { LOOK_MS = 50 }; /* a signal may come just before a wait begins */

static uint64_t now_ns(void *self)
{
    struct timespec t;

    (void)self;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int write_some(void *self, const uint8_t *bytes, size_t n)
{
    const struct port_line *p = self;
    int took = line_write_some(p->line, bytes, n);

    return took < 0 ? LINK_GONE : took;
}

static void wait_for_bytes(struct port_line *p, size_t room, uint64_t ns)
{
    struct pollfd fd = {.fd = p->line->fd, .events = POLLIN};
    struct timespec limit = {.tv_nsec = (long)(ns < LOOK_MS * MS ? ns : LOOK_MS * MS)};

    ppoll(&fd, room != 0, &limit, NULL);
}

static int read_some(void *self, uint8_t *bytes, size_t room, uint64_t until_ns)
{
    struct port_line *p = self;

    for (;;) {
        uint64_t now;
        int n = room ? line_read(p->line, bytes, room, 0) : LINE_TIMEOUT;

        if (n != LINE_TIMEOUT)
            return n < 0 ? LINK_GONE : n;
        if (p->stop && p->stop(p->self))
            return LINK_STOPPED;
        now = now_ns(p);
        if (now >= until_ns)
            return 0;
        wait_for_bytes(p, room, until_ns - now);
    }
}

static int set_baud(void *self, unsigned baud)
{
    const struct port_line *p = self;

    return line_set_baud(p->line, baud) < 0 ? LINK_GONE : 0;
}

void port_line_init(struct port_line *p, struct link_port *port)
{
    *port = (struct link_port){.self = p, .now_ns = now_ns, .write = write_some, .read = read_some};
    if (line_can_change_baud(p->line))
        port->set_baud = set_baud;
}
