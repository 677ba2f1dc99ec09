/* emu/web/server.h - the server of --web: HTTP by libmicrohttpd, for one run, on one thread. */
#ifndef EMU_WEB_SERVER_H
#define EMU_WEB_SERVER_H

#include <stdint.h>

#include "emu/observe/board.h"
#include "emu/web/history.h"
#include "emu/web/library.h"
#include "emu/web/request.h"

enum { SERVER_PAGES = 8, SERVER_CONNECTIONS = 64, SERVER_AWAY_MS = 6000 };

/* What is set before server_start; the rest zero. */
struct server {
    const struct library *mhd;
    struct board_state *state;
    int commands; /* descriptor for board_send */
    unsigned port;
    char key[REQUEST_KEY + 1];
    const char *executable; /* of the run, for names of its places */

    struct MHD_Daemon *daemon;
    struct history history;
    struct { /* pages that poll */
        uint64_t id, seen_ms;
        int told; /* that the run ended */
    } page[SERVER_PAGES];
    int opened; /* one has polled */
};

/* Answers on `listening`, or with -1 on connections it is given. 0, or -1. */
int server_start(struct server *s, int listening);

/* Becomes readable when there is something to do for server_run. */
int server_descriptor(const struct server *s);

/* Does what there is to do, without waiting. Returns after how many ms it wants to be called again;
 * -1: when the descriptor is readable. */
int server_run(struct server *s);

/* Whether a page is open that has yet to hear that the run ended. */
int server_is_awaited(const struct server *s);

void server_stop(struct server *s);

#endif
