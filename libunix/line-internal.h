/* libunix/line-internal.h - what the files that implement line.h share. */
#ifndef LIBUNIX_LINE_INTERNAL_H
#define LIBUNIX_LINE_INTERNAL_H

#include "libunix/line.h"

/* The part behind "tcp:", HOST:PORT. Fills l and returns 0, or LINE_MISSING, LINE_TIMEOUT,
 * LINE_SYSTEM. Blocks at most 10 s beyond the name lookup. */
int line_open_tcp(struct line *l, const char *address);

void line_set_name(struct line *l, const char *name);

#endif
