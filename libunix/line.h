/* libunix/line.h - a byte line to a Pi: a serial device, a descriptor handed down, a TCP port of
 * plain bytes (tcp:HOST:PORT) or one that speaks RFC 2217 (rfc2217:HOST:PORT).
 *
 * Functions return 0 or a count on success and a negative enum line_error otherwise; they print
 * nothing. Every wait has a limit; EINTR is retried. Not modelled: RTS/CTS, parity, breaks. */
#ifndef LIBUNIX_LINE_H
#define LIBUNIX_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "libunix/line-telnet.h"

enum line_error {
    LINE_TIMEOUT = -1,     /* the time limit passed */
    LINE_GONE = -2,        /* the device vanished, or the peer closed */
    LINE_NONE = -3,        /* no device found */
    LINE_PERMISSION = -4,  /* may not open it (its group, often dialout, may) */
    LINE_BUSY = -5,        /* another program holds it */
    LINE_NOT_A_LINE = -6,  /* the path exists and is no tty; the descriptor is no tty nor socket */
    LINE_BAUD = -7,        /* not a standard baud, or the device refuses it */
    LINE_SYSTEM = -8,      /* errno says */
    LINE_MISSING = -9,     /* no such path; host or port not found, or refused */
    LINE_NO_RFC2217 = -10, /* the port does not speak RFC 2217, or will not carry 8n1 */
};

enum { LINE_NAME_MAX = 128, LINE_HELD_MAX = 2048 };

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
    unsigned baud_before; /* its speed before ours, to put back; 0: unknown or unchanged */
    int notifies;         /* line_notify is on */
    int latency_fd;       /* where latency_before goes back to, if that is not 0 */
    unsigned latency_before;
    int low_latency; /* ASYNC_LOW_LATENCY is ours to take back */
    int rfc2217;     /* the fields below count */
    struct telnet telnet;
    unsigned unanswered;         /* SET-BAUDRATE commands whose answer may come yet */
    int half_sent;               /* of an escaped byte, the rest is in telnet.out */
    unsigned long long sent_us;  /* when all that was written has left the far end's port */
    uint8_t held[LINE_HELD_MAX]; /* data that came while an answer was awaited */
    size_t nheld;
    char name[LINE_NAME_MAX];
};

/* Opens `name`: a path of a tty, tcp:HOST:PORT or rfc2217:HOST:PORT (also with // before HOST, and
 * HOST as [V6]). A tty: takes an advisory lock (flock, and TIOCEXCL where it is no pty). Sets it
 * raw, 8n1, no flow control, at baud (any standard rate); behind tcp: the far end's settings stay.
 * Drops what was received before. Blocks at most 10 s to connect, 7 s to agree on RFC 2217. */
int line_open(struct line *l, const char *name, unsigned baud);

/* Is `name` one of a TCP port: does it begin with tcp: or rfc2217: ? */
int line_is_network(const char *name);

/* Takes fd as the line (the hand-off). A tty becomes raw 8n1; its speed, or that of an RFC 2217
 * port, changes unless baud is 0. A connected socket that MY_INSTALL_FD names is what
 * MY_INSTALL_LINE says: rfc2217:HOST:PORT or tcp:HOST:PORT. What was received and not read yet
 * stays. LINE_NOT_A_LINE if fd is not open. */
int line_adopt(struct line *l, int fd, unsigned baud);

/* Lets written bytes leave (at most 500 ms), restores the settings found by line_open, the speed
 * before line_set_baud and the latency before line_low_latency, and closes; a line handed down
 * stays open, in the blocking mode it came in. Async-signal-safe; harmless if not open. */
void line_close(struct line *l);

/* Drops what was received and not read, and what was written and not yet sent; on RFC 2217 waits at
 * most 500 ms for the far end to have done so. */
void line_drop(struct line *l);

/* The descriptor, for poll(). After POLLIN line_read may still return LINE_TIMEOUT (only telnet's
 * own bytes came); line_set_baud and line_drop may leave data that poll() does not see: read with
 * timeout 0 before waiting. */
int line_fd(const struct line *l);

/* From now on `sig` is sent to this process when bytes come or the line goes away (SA_SIGINFO
 * handlers find the descriptor in si_fd); 0: no more. What is there already sends none. line_close
 * and line_hand_on end it. 0 or LINE_SYSTEM. Source: fcntl(2), F_SETSIG. */
int line_notify(struct line *l, int sig);

/* Can line_set_baud work: a tty, also handed down or a pty (which obeys and has no rate), and RFC
 * 2217: 1; else 0. */
int line_can_change_baud(const struct line *l);

/* Waits until what was written has left (its time on the wire and 500 ms at most), then changes the
 * speed of both directions; any rate that the device can do within 3 %, standard or not. RFC 2217:
 * waits at most 2 s for answers. What was received before is kept (on RFC 2217 at most
 * LINE_HELD_MAX bytes). 0, LINE_BAUD (not possible here, refused, no answer; the speed is the old
 * one, as far as the far end says), LINE_GONE. */
int line_set_baud(struct line *l, unsigned baud);

/* Has a USB adapter hand over what it received after 1 ms instead of collecting for longer (FTDI:
 * up to 16 ms), by its latency_timer or by ASYNC_LOW_LATENCY; until line_close. The milliseconds
 * now in force; 0: unknown, or no such thing here. Does not block. */
int line_low_latency(struct line *l);

/* A name for this device that survives replugging, without blanks: usb:VENDOR:PRODUCT:SERIAL (of an
 * adapter with several ports also the port's), tty:NAME of a built-in port, tcp:HOST:PORT,
 * rfc2217:HOST:PORT. 0; LINE_NONE: a pty, or what is behind a handed-down socket is not known. */
int line_identity(const struct line *l, char *buf, size_t nbytes);

/* Notes in the user's state folder (${XDG_STATE_HOME:-$HOME/.local/state}/pi-emu/lines, a text line
 * a device, the newest 64) the best baud that worked on it. 0, or LINE_NONE without a home or with
 * an identity that is none, LINE_SYSTEM: harmless. */
int line_remember(const char *identity, unsigned baud);

/* What was noted, or 0. */
unsigned line_recall(const char *identity);

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
 * to 21, for exec; MY_INSTALL_LINE names a TCP port and is unset otherwise. The advisory lock stays
 * with the descriptors. 0; LINE_SYSTEM; on RFC 2217 LINE_TIMEOUT if the line is in the middle of a
 * telnet sequence and the rest does not come within 500 ms. What line_set_baud or line_drop kept
 * aside is lost: read it before. */
int line_hand_on(struct line *l);

#endif
