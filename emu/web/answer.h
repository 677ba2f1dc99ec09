/* emu/web/answer.h - the bodies of what the server of --web answers. All are the caller's to free;
 * null: no memory. */
#ifndef EMU_WEB_ANSWER_H
#define EMU_WEB_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "emu/observe/board.h"
#include "emu/web/history.h"

enum { ANSWER_ACCESSES = 1 << 16, ANSWER_HEAD = 32, ANSWER_ACCESS = 24 };

struct answer {
    char *bytes;
    size_t nbytes;
};

/* The board, what was printed from byte number `text` on, and accesses from number `access` on, at
 * most ANSWER_ACCESSES. Little-endian: number of the first access (8 bytes) and of the first byte
 * (8), lengths of the JSON text, of what was printed, and the number of accesses (4 each), 4 bytes
 * 0; then the JSON text, what was printed, and for each access ns (8), address, value, pc (4 each),
 * operation, origin, width, failed (1 each). */
struct answer answer_poll(const struct board_state *s, const struct history *h, uint64_t access,
                          uint64_t text);

/* {"header": [GPIO at each place, from 1], "registers": {"address": "name"}} */
struct answer answer_registers(void);

/* {"pc": "function at file:line"} of each pc, of the program at path `executable`. Takes as long as
 * addr2line, some 10 ms. */
struct answer answer_names(const char *executable, const uintptr_t *pc, int n);

#endif
