/* libunix/line.h - a byte line to a Pi: a serial device, a descriptor handed down, or tcp:HOST:PORT.
 *
 * Functions return 0 or a count on success and a negative enum line_error otherwise; they print
 * nothing. Every wait has a limit. EINTR is retried, unless line_interrupted is set. */
#ifndef LIBUNIX_LINE_H
#define LIBUNIX_LINE_H

#include <stddef.h>
#include <termios.h>

enum line_error {
    LINE_TIMEOUT = -1,    /* the time limit passed */
    LINE_GONE = -2,       /* the device vanished, or the peer closed */
    LINE_NONE = -3,       /* no device found */
    LINE_PERMISSION = -4, /* may not open it (group dialout) */
    LINE_BUSY = -5,       /* another program holds it */
    LINE_NOT_A_LINE = -6, /* the path exists and is no tty; the descriptor is no tty nor socket */
    LINE_BAUD = -7,       /* not a standard baud, or the device refuses it */
    LINE_SYSTEM = -8,     /* errno says */
    LINE_MISSING = -9,    /* no such path; tcp: host or port not found, or refused */
};

struct line {
    int fd;
    int is_tty;
    int inherited; /* handed down: not locked by us, not restored, not closed */
    int saved;     /* `before` holds the settings to put back */
    struct termios before;
    char name[128];
};

/* Opens `name` (/dev/..., any tty path, tcp:HOST:PORT), takes an advisory lock (flock and TIOCEXCL), sets
 * it raw, 8n1, no flow control, at baud. Drops what was received before. */
int line_open(struct line *l, const char *name, unsigned baud);

/* Takes fd as the line (the hand-off). Sets raw 8n1 at baud when it is a tty and baud is not 0. */
int line_adopt(struct line *l, int fd, unsigned baud);

/* Restores the settings found by line_open and closes; async-signal-safe; harmless if not open. */
void line_close(struct line *l);

/* Reads 1..n bytes. Waits at most timeout_ms for the first (0: only what is there). Returns the
 * count, LINE_TIMEOUT, LINE_GONE. */
int line_read(struct line *l, void *buf, size_t n, unsigned timeout_ms);

/* Reads exactly n bytes within timeout_ms in all. 0, LINE_TIMEOUT, LINE_GONE. */
int line_read_all(struct line *l, void *buf, size_t n, unsigned timeout_ms);

/* Writes all n bytes within timeout_ms. 0, LINE_TIMEOUT, LINE_GONE. */
int line_write(struct line *l, const void *buf, size_t n, unsigned timeout_ms);

/* Text for a user: what happened and what to do next, one line without a newline. */
const char *line_error_text(int error, const char *name, char *buf, size_t nbytes);

/* The newest serial device (latest change time of its node) among /dev/ttyUSB*, ttyACM*,
 * cu.SLAB_USB*, cu.usbserial*: its path into out. 0 or LINE_NONE. */
int line_find_newest(char *out, size_t nbytes);

/* All of them, newest first, at most max; returns how many. For --list. */
int line_find_all(char (*out)[128], int max);

/* The descriptor a parent handed down: MY_INSTALL_FD if set and usable, else 21, else 12, if that
 * is a tty or a socket. Returns the descriptor or LINE_NONE. */
int line_handed_down(void);

/* Puts the line on descriptors 21 and 12 without close-on-exec and sets MY_INSTALL_FD, for exec. */
int line_hand_on(struct line *l);

#endif
