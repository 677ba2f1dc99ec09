/* tools/line/sim-end.h - one end of the simulated line: a pty, a TCP port that somebody may connect
 * to, or a device that is there already. Nothing here blocks, but opening a tcp: device (10 s). */
#ifndef TOOLS_LINE_SIM_END_H
#define TOOLS_LINE_SIM_END_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "libunix/line.h"

enum { SIM_END_OUT = 4096, SIM_END_POLLFDS = 2 };

enum sim_end_kind { SIM_END_PTY, SIM_END_LISTEN, SIM_END_DEVICE };

struct sim_end {
    enum sim_end_kind kind;
    char name[LINE_NAME_MAX]; /* for the user: a path, or tcp:HOST:PORT */
    int fd;                   /* the bytes; -1: nobody is connected */
    int used;                 /* somebody has the other side open: what is sent is not lost */
    int hung;                 /* a pty's user closed it; what it wrote may still be there */
    int news;                 /* tells of a new user: the listening socket, or inotify; or -1 */
    int slave;                /* the pty's other side, kept open to see what is unread; or -1 */
    struct line line;         /* SIM_END_DEVICE */
    uint8_t out[SIM_END_OUT]; /* bytes on their way to the user: out[sent] to out[nout - 1] */
    size_t nout, sent;
};

/* Opens what `what` names: pty, listen, listen:PORT, or a device as line_open takes it, at `baud`.
 * With watch_unread, a pty's unread bytes can be counted, and it counts as used for ever. 0, or the
 * exit status, with a line for the user in error. */
int sim_end_open(struct sim_end *e, const char *what, unsigned baud, int watch_unread, char *error,
                 size_t nbytes);

/* Fills what to wait for; `reading`: whether bytes are wanted. Descriptors may be -1. */
void sim_end_poll(const struct sim_end *e, int reading, struct pollfd p[SIM_END_POLLFDS]);

/* Takes note of who came. */
void sim_end_serve(struct sim_end *e, const struct pollfd p[SIM_END_POLLFDS]);

/* Reads at most n bytes the user wrote: the count, 0 when there are none, or -1 when the device
 * went away. */
int sim_end_read(struct sim_end *e, uint8_t *bytes, size_t n);

/* Gives as much of e->out to the user as it takes now; drops it when there is none. 0, or -1 when
 * the device went away. */
int sim_end_flush(struct sim_end *e);

/* Bytes given to the pty's user and not read. */
unsigned sim_end_unread(const struct sim_end *e);

void sim_end_close(struct sim_end *e);

#endif
