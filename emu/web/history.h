/* emu/web/history.h - the last accesses of a run, more of them than the run keeps itself. */
#ifndef EMU_WEB_HISTORY_H
#define EMU_WEB_HISTORY_H

#include "emu/observe/board.h"

enum { HISTORY_ACCESSES = 1 << 18 };

struct history {
    uint64_t first, next; /* numbers of those that are here: [first, next) */
    uint64_t lost;        /* accesses that nobody fetched in time, ever */
    struct board_access access[HISTORY_ACCESSES]; /* number n at n % HISTORY_ACCESSES */
};

/* Fetches what is new. What lies before a piece that was lost is forgotten. */
void history_fetch(struct history *h, const struct board_state *s);

/* Copies at most n accesses from number *from on, or from the first that is here; *from is then the
 * number of the first that was copied. Returns how many. */
size_t history_copy(const struct history *h, uint64_t *from, struct board_access *out, size_t n);

#endif
