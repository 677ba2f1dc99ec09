/* A run's board as plain data; see board.h. */
#include "emu/observe/board.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* ---- the run's side ---- */

static void put(struct board_state *s, const struct board_access *a)
{
    s->access[s->seen % BOARD_ACCESSES] = *a;
    __atomic_store_n(&s->seen, s->seen + 1, __ATOMIC_RELEASE);
}

static void copy_pins(struct board_watch *w)
{
    struct board_state *s = w->state;

    memcpy(s->fsel, w->seen.fsel, sizeof s->fsel);
    if (!w->pins.level) {
        s->level = w->seen.level;
        s->level_known = w->seen.level_known;
        return;
    }
    s->level = *w->pins.level;
    s->driven = *w->pins.driven;
    s->level_known = ~(*w->pins.alt & ~(*w->pins.wired | *w->pins.detected));
}

void board_refresh(struct board_watch *w)
{
    w->state->ns = w->ns ? *w->ns : w->now(w->self);
    w->state->accesses = w->bus->accesses;
    copy_pins(w);
}

static void saw(void *self, const struct bus_access *a, int result)
{
    struct board_watch *w = self;

    if (result >= 0 && (a->op == BUS_READ || a->op == BUS_WRITE) && a->addr - PINS_GPIO < PINS_SIZE)
        pins_saw(&w->seen, a);
    board_refresh(w);
    put(w->state, &(struct board_access){.ns = w->state->ns,
                                         .addr = a->addr,
                                         .value = a->value,
                                         .pc = (uint32_t)a->pc,
                                         .op = (uint8_t)a->op,
                                         .origin = (uint8_t)a->origin,
                                         .width = a->width,
                                         .failed = result < 0});
    if (w->saw)
        w->saw(w->self, a);
}

/* Of virtual time alone. Functions are never written so. */
static void saw_quick(void *self, enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct board_watch *w = self;
    struct board_state *s = w->state;
    struct board_access *a = &s->access[s->seen % BOARD_ACCESSES];

    s->ns = a->ns = *w->ns;
    a->addr = addr;
    a->value = value;
    a->pc = (uint32_t)pc;
    a->op = (uint8_t)op;
    a->origin = (uint8_t)w->origin(pc);
    a->width = 4;
    a->failed = 0;
    if (w->pins.level)
        s->level = *w->pins.level;
    s->accesses = w->bus->accesses;
    __atomic_store_n(&s->seen, s->seen + 1, __ATOMIC_RELEASE);
}

void board_watch_init(struct board_watch *w)
{
    w->watcher = (struct bus_watcher){.self = w, .saw = saw, .saw_quick = saw_quick};
    pins_init(&w->seen, w->pins.level != NULL);
    board_refresh(w);
}

void board_printed(struct board_state *s, const char *text, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++) {
        s->text[s->printed % BOARD_TEXT] = text[i];
        __atomic_store_n(&s->printed, s->printed + 1, __ATOMIC_RELEASE);
    }
}

/* ---- the displays' side ---- */

struct board_pin board_pin(const struct board_state *s, unsigned pin)
{
    int known = (int)(s->level_known >> pin) & 1;

    return (struct board_pin){.function = pins_function(s->fsel, pin),
                              .known = known,
                              .level = known ? (int)(s->level >> pin) & 1 : 0,
                              .driven = (int)(s->driven >> pin) & 1};
}

/* Copies [*from, end) of a ring; what the writer may have overwritten until it was copied is left
 * out. */
static size_t from_ring(const void *ring, size_t room, size_t each, const uint64_t *written,
                        uint64_t *from, void *out, size_t n, uint64_t *lost)
{
    uint64_t end = __atomic_load_n(written, __ATOMIC_ACQUIRE), begin, safe;
    char *to = out;

    if (end - *from > room) {
        *lost += end - room - *from;
        *from = end - room;
    }
    begin = *from;
    end = end - begin > n ? begin + n : end;
    for (uint64_t i = begin; i < end; i++)
        memcpy(to + (i - begin) * each, (const char *)ring + i % room * each, each);
    *from = end;
    /* The writer may be in the middle of the next one. */
    safe = __atomic_load_n(written, __ATOMIC_ACQUIRE) + 1;
    safe = safe > room ? safe - room : 0;
    if (safe <= begin)
        return (size_t)(end - begin);
    safe = safe < end ? safe : end;
    *lost += safe - begin;
    memmove(to, to + (safe - begin) * each, (size_t)(end - safe) * each);
    return (size_t)(end - safe);
}

size_t board_accesses(const struct board_state *s, uint64_t *from, struct board_access *out,
                      size_t n, uint64_t *lost)
{
    return from_ring(s->access, BOARD_ACCESSES, sizeof *out, &s->seen, from, out, n, lost);
}

size_t board_text(const struct board_state *s, uint64_t *from, char *out, size_t n, uint64_t *lost)
{
    return from_ring(s->text, BOARD_TEXT, 1, &s->printed, from, out, n, lost);
}

int board_send(int fd, struct board_state *s, const struct board_command *c)
{
    ssize_t n;

    do
        n = write(fd, c, sizeof *c);
    while (n < 0 && errno == EINTR);
    if (n != sizeof *c)
        return -1;
    __atomic_add_fetch(&s->sent, 1, __ATOMIC_RELEASE);
    return 0;
}
