/* libunix/line-internal.h - what the files that implement line.h share. */
#ifndef LIBUNIX_LINE_INTERNAL_H
#define LIBUNIX_LINE_INTERNAL_H

#include "libunix/line.h"

enum { LINE_SETTLE_MS = 500 }; /* for bytes written to leave, beyond their time on the wire */

/* The part behind "tcp:" and "rfc2217:", HOST:PORT. Fills l and returns 0, or LINE_MISSING,
 * LINE_TIMEOUT, LINE_SYSTEM. Blocks at most 10 s beyond the name lookup. */
int line_open_tcp(struct line *l, const char *address);

/* The address in a network name, behind the prefix; NULL: another kind of name. */
const char *line_tcp_address(const char *name);

/* Has TCP say at once what it received: a port server that collects small pieces (Nagle) holds the
 * next one until then, 40 ms on most systems. Lasts until the next pause, so after each read. */
void line_acknowledge(int fd);
const char *line_rfc2217_address(const char *name);

/* Has the peer acknowledged nothing for 2 s, though TCP repeated itself? Async-signal-safe. */
int line_peer_lost(int fd);

void line_set_name(struct line *l, const char *name);

/* What MY_INSTALL_LINE calls the socket fd that MY_INSTALL_FD names, or NULL. */
const char *line_handed_name(int fd);

/* Waits for events on the line: 1, LINE_TIMEOUT once the clock passes deadline, LINE_GONE if a
 * network peer is lost, LINE_SYSTEM. */
int line_wait(const struct line *l, short events, unsigned long long deadline);

/* Waits until what was written to a tty has left, at most limit_ms. Async-signal-safe. 0,
 * LINE_TIMEOUT, LINE_GONE. */
int line_drain(const struct line *l, unsigned limit_ms);

/* Undoes line_notify, line_low_latency. Async-signal-safe. */
void line_end_notify(struct line *l);
void line_end_low_latency(struct line *l);

/* A connected socket becomes an RFC 2217 line, at baud. 0, LINE_NO_RFC2217, LINE_BAUD, LINE_BUSY,
 * LINE_GONE.
 */
int line_rfc2217_start(struct line *l, unsigned baud);

/* A socket handed down on which another process agreed on RFC 2217. */
void line_rfc2217_adopt(struct line *l);

/* What line.h says, for an RFC 2217 line. */
int line_rfc2217_set_baud(struct line *l, unsigned baud);
int line_rfc2217_write_some(struct line *l, const void *buf, size_t n);
void line_rfc2217_drop(struct line *l);

/* The data among n bytes received, in place: their count, maybe 0. Answers the peer. */
size_t line_rfc2217_decode(struct line *l, void *buf, size_t n);

/* Completes a telnet sequence that is half received. 0, LINE_TIMEOUT, LINE_GONE. */
int line_rfc2217_settle(struct line *l);

/* Puts the speed back. Async-signal-safe. */
void line_rfc2217_restore(struct line *l);

/* line.h's functions on another sysfs than /sys. */
int line_low_latency_in(const char *sysfs, struct line *l);
int line_identity_in(const char *sysfs, const struct line *l, char *buf, size_t nbytes);

#endif
