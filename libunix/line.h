/* libunix/line.h - a byte line to a Pi: a serial device, a descriptor handed down, or
 * tcp:HOST:PORT.
 *
 * Functions return 0 or a count on success and a negative enum line_error otherwise; they print
 * nothing. Every wait has a limit; EINTR is retried. Not modelled: RTS/CTS, parity, breaks. */
#ifndef LIBUNIX_LINE_H
#define LIBUNIX_LINE_H

#include <stddef.h>
#include <termios.h>

enum line_error {
    LINE_TIMEOUT = -1,    /* the time limit passed */
    LINE_GONE = -2,       /* the device vanished, or the peer closed */
    LINE_NONE = -3,       /* no device found */
    LINE_PERMISSION = -4, /* may not open it (its group, often dialout, may) */
    LINE_BUSY = -5,       /* another program holds it */
    LINE_NOT_A_LINE = -6, /* the path exists and is no tty; the descriptor is no tty nor socket */
    LINE_BAUD = -7,       /* not a standard baud, or the device refuses it */
    LINE_SYSTEM = -8,     /* errno says */
    LINE_MISSING = -9,    /* no such path; tcp: host or port not found, or refused */
};

enum { LINE_NAME_MAX = 128 };

struct line {
    int open; /* the fields below count; a zeroed struct is a closed line */
    int fd;
    int is_tty;
    int inherited;  /* handed down: not locked by us, settings not restored, not closed */
    int saved;      /* `before` holds the settings to put back */
    int exclusive;  /* TIOCEXCL is set */
    int file_flags; /* of fcntl(F_GETFL) before the line became non-blocking */
    unsigned baud;  /* what its speed is known to be; 0: unknown (tcp, handed down) */
    struct termios before;
    char name[LINE_NAME_MAX];
};

/* Opens `name` (/dev/..., any tty path, tcp:HOST:PORT, tcp:[V6]:PORT), takes an advisory lock
 * (flock, and TIOCEXCL where it is no pty), sets it raw, 8n1, no flow control, at baud (any
 * standard rate). Drops what was received before. Blocks at most 10 s (tcp). */
int line_open(struct line *l, const char *name, unsigned baud);

/* Takes fd as the line (the hand-off). A tty becomes raw 8n1; its speed changes unless baud is 0.
 * What was received and not read yet stays. LINE_NOT_A_LINE if fd is not open. */
int line_adopt(struct line *l, int fd, unsigned baud);

/* Lets written bytes leave (at most 500 ms), restores the settings found by line_open and closes;
 * for a line handed down restores only the blocking mode. Async-signal-safe; harmless if not open.
 */
void line_close(struct line *l);

/* Drops what was received and not read, and what was written and not yet sent. */
void line_drop(struct line *l);

/* Reads 1..n bytes. Waits at most timeout_ms for the first (0: only what is there). Returns the
 * count, LINE_TIMEOUT, LINE_GONE. */
int line_read(struct line *l, void *buf, size_t n, unsigned timeout_ms);

/* Reads exactly n bytes within timeout_ms in all. 0, LINE_TIMEOUT, LINE_GONE. */
int line_read_all(struct line *l, void *buf, size_t n, unsigned timeout_ms);

/* Writes all n bytes within timeout_ms. 0, LINE_TIMEOUT, LINE_GONE. */
int line_write(struct line *l, const void *buf, size_t n, unsigned timeout_ms);

/* Writes as many of n bytes as the line takes now, without waiting: the count, maybe 0, or
 * LINE_GONE. */
int line_write_some(struct line *l, const void *buf, size_t n);

/* Milliseconds that nbytes take on the wire, 10 bits a byte, rounded up; at 115200 if the speed is
 * unknown. */
unsigned line_wire_ms(const struct line *l, size_t nbytes);

/* Milliseconds of a clock that never jumps, for limits. */
unsigned long long line_now_ms(void);

/* Text for a user: what happened and what to do next, one line without a newline. */
const char *line_error_text(int error, const char *name, char *buf, size_t nbytes);

/* The newest serial device (latest change time of its node) among /dev/ttyUSB*, ttyACM*,
 * cu.SLAB_USB*, cu.usbserial*: its path into out. 0 or LINE_NONE. */
int line_find_newest(char *out, size_t nbytes);

/* All of them, newest first, at most max; returns how many. For --list. */
int line_find_all(char (*out)[LINE_NAME_MAX], int max);

/* The same among the nodes of another directory than /dev. */
int line_find_in(const char *dir, char (*out)[LINE_NAME_MAX], int max);

enum { LINE_HANDOFF_FD = 21, LINE_HANDOFF_FD_2019 = 12 };

/* The descriptor a parent handed down: the one MY_INSTALL_FD names if it is open for reading and
 * writing and is no regular file, else 21, else 12, if that is a tty or a connected stream socket.
 * Returns the descriptor or LINE_NONE. */
int line_handed_down(void);

/* Puts the line on descriptors 21 and 12, blocking, without close-on-exec, and sets MY_INSTALL_FD
 * to 21, for exec. The advisory lock stays with the descriptors. 0 or LINE_SYSTEM. */
int line_hand_on(struct line *l);

#endif
