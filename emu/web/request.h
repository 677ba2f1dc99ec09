/* emu/web/request.h - what the server of --web answers to whom: functions over texts, which know no
 * socket. */
#ifndef EMU_WEB_REQUEST_H
#define EMU_WEB_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "emu/observe/board.h"

enum {
    REQUEST_KEY = 32,    /* hexadecimal digits */
    REQUEST_BODY = 1024, /* bytes of a command at most */
    REQUEST_PLACES = 64, /* program locations asked for at once */
};

/* A request as it came; null: the header or argument is not there. */
struct request {
    const char *method, *path;
    const char *host, *origin, *site, *key; /* Host, Origin, Sec-Fetch-Site, X-Emu-Key */
};

enum request_for {
    REQUEST_PAGE,
    REQUEST_SCRIPT,
    REQUEST_STYLE,
    REQUEST_POLL,
    REQUEST_REGISTERS,
    REQUEST_NAMES,
    REQUEST_COMMAND,
};

/* Whether a server of this port and key answers. Returns 0 and *what, or the HTTP status of the
 * refusal: 403 another host or origin, or a key that is wrong; 404; 405. */
int request_check(const struct request *q, unsigned port, const char *key, enum request_for *what);

/* Reads the body of a command:
 *
 *     pause | continue | step | speed FACTOR | pin N low|high|release | type HEX
 *
 * 0, or -1: it is none. */
int request_command(const char *body, size_t nbytes, struct board_command *c);

/* A decimal number below 2^53 with nothing around it; -1: it is none. */
int request_number(const char *text, uint64_t *n);

/* Numbers in hexadecimal with commas between them; how many, at most REQUEST_PLACES; -1: they are
 * none. */
int request_addresses(const char *text, uintptr_t pc[REQUEST_PLACES]);

/* text as a JSON string, in quotes, into buf, shortened if it must be. What is not printable ASCII
 * is escaped, byte by byte. Returns its length. */
size_t request_quote(const char *text, char *buf, size_t nbytes);

#endif
