/* Calls in the order they came: what they returned, and the time then. */
#include "tests/bench/line-tape.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void *grow(void *array, size_t *room, size_t need, size_t element)
{
    while (*room < need)
        *room = *room ? 2 * *room : 4096;
    array = realloc(array, *room * element);
    if (!array)
        abort();
    return array;
}

/* ---- recording ---- */

static int note(struct tape *t, int result)
{
    if (t->ncalls == t->room)
        t->call = grow(t->call, &t->room, t->ncalls + 1, sizeof *t->call);
    t->now = t->real->now_ns(t->real->self);
    t->call[t->ncalls++] = (struct tape_call){result, t->now};
    return result;
}

static uint64_t record_now(void *self)
{
    struct tape *t = self;

    return t->now = t->real->now_ns(t->real->self);
}

static int record_write(void *self, const uint8_t *bytes, size_t n)
{
    struct tape *t = self;

    return note(t, t->real->write(t->real->self, bytes, n));
}

static int record_read(void *self, uint8_t *bytes, size_t room, uint64_t until_ns)
{
    struct tape *t = self;
    int n = t->real->read(t->real->self, bytes, room, until_ns);

    if (n > 0) {
        t->bytes = grow(t->bytes, &t->bytes_room, t->nbytes + (size_t)n, 1);
        memcpy(t->bytes + t->nbytes, bytes, (size_t)n);
        t->nbytes += (size_t)n;
    }
    return note(t, n);
}

static int record_set_baud(void *self, unsigned baud)
{
    struct tape *t = self;

    return note(t, t->real->set_baud(t->real->self, baud));
}

void tape_record(struct tape *t, const struct link_port *real)
{
    *t = (struct tape){.real = real, .sink = -1, .source = -1};
    t->port = (struct link_port){t, record_now, record_write, record_read, record_set_baud};
}

/* ---- playing ---- */

static const struct tape_call *next(struct tape *t)
{
    static const struct tape_call stopped = {LINK_STOPPED, 0};

    if (t->at == t->ncalls) {
        t->differs = 1;
        return &stopped;
    }
    t->now = t->call[t->at].now;
    return &t->call[t->at++];
}

static uint64_t play_now(void *self)
{
    struct tape *t = self;
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return t->now;
}

static int play_write(void *self, const uint8_t *bytes, size_t n)
{
    struct tape *t = self;

    if (write(t->sink, bytes, n) != (ssize_t)n)
        t->differs = 1;
    return next(t)->result;
}

static int play_read(void *self, uint8_t *bytes, size_t room, uint64_t until_ns)
{
    struct tape *t = self;
    struct pollfd p = {.fd = t->source, .events = POLLIN};
    int n = next(t)->result;

    (void)until_ns;
    if (poll(&p, 1, 0) < 0)
        t->differs = 1;
    if (n <= 0)
        return n;
    if ((size_t)n > room || t->bytes_at + (size_t)n > t->nbytes ||
        read(t->source, bytes, (size_t)n) != n) {
        t->differs = 1;
        return LINK_STOPPED;
    }
    memcpy(bytes, t->bytes + t->bytes_at, (size_t)n);
    t->bytes_at += (size_t)n;
    return n;
}

static int play_set_baud(void *self, unsigned baud)
{
    (void)baud;
    return next(self)->result;
}

void tape_play(struct tape *t)
{
    t->at = t->bytes_at = 0;
    t->now = 0;
    if (t->sink < 0)
        t->sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (t->source < 0)
        t->source = open("/dev/zero", O_RDONLY | O_CLOEXEC);
    t->differs = t->sink < 0 || t->source < 0;
    t->port = (struct link_port){t, play_now, play_write, play_read, play_set_baud};
}

void tape_free(struct tape *t)
{
    free(t->call);
    free(t->bytes);
    if (t->sink >= 0)
        close(t->sink);
    if (t->source >= 0)
        close(t->source);
}
