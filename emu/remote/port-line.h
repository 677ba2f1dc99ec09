/* emu/remote/port-line.h - the remote backend's port on a line of libunix: a serial device or a
 * connection, and the laptop's clock. */
#ifndef EMU_REMOTE_PORT_LINE_H
#define EMU_REMOTE_PORT_LINE_H

#include "emu/remote/link.h"
#include "libunix/line.h"

struct port_line {
    struct line *line;
    void *self;
    int (*stop)(void *self); /* looked at while waiting: nonzero gives up. May be null */
};

/* Makes *port serve p->line; both are borrowed. */
void port_line_init(struct port_line *p, struct link_port *port);

#endif
