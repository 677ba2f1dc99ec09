/* A longer memory of accesses; see history.h. */
#include "emu/web/history.h"

#include <string.h>

enum { PIECE = 4096 };

void history_fetch(struct history *h, const struct board_state *s)
{
    struct board_access piece[PIECE];
    size_t n;

    do {
        uint64_t lost = 0;

        n = board_accesses(s, &h->next, piece, PIECE, &lost);
        if (lost)
            h->first = h->next - n;
        h->lost += lost;
        for (size_t i = 0; i < n; i++)
            h->access[(h->next - n + i) % HISTORY_ACCESSES] = piece[i];
        if (h->next - h->first > HISTORY_ACCESSES)
            h->first = h->next - HISTORY_ACCESSES;
    } while (n == PIECE);
}

size_t history_copy(const struct history *h, uint64_t *from, struct board_access *out, size_t n)
{
    uint64_t end = h->next;

    if (*from < h->first)
        *from = h->first;
    if (*from > end)
        *from = end;
    if (end - *from > n)
        end = *from + n;
    for (uint64_t i = *from; i < end; i++)
        out[i - *from] = h->access[i % HISTORY_ACCESSES];
    return (size_t)(end - *from);
}
