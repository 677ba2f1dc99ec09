/* Reports registers nobody models; see unmodelled.h. */
#include "emu/observe/unmodelled.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "emu/core/regs.h"

enum { WORDS = (PERIPHERAL_END - PERIPHERAL_BASE) / 4 };

const char *unmodelled_text(const struct bus_access *a, char *buf, size_t nbytes)
{
    char name[REG_NAME_MAX], where[REG_NAME_MAX + 16];

    reg_name(a->addr, name, sizeof name);
    if (reg_block_at(a->addr))
        snprintf(where, sizeof where, "%s (0x%08" PRIx32 ")", name, a->addr);
    else
        snprintf(where, sizeof where, "%s", name);
    if (a->op == BUS_READ)
        snprintf(buf, nbytes, "read of %s: not modelled, reads as 0", where);
    else
        snprintf(buf, nbytes, "write of 0x%" PRIx32 " to %s: not modelled, dropped", a->value,
                 where);
    return buf;
}

static void unmodelled_saw(void *self, const struct bus_access *a, int result)
{
    struct unmodelled *u = self;
    uint32_t word = (a->addr - PERIPHERAL_BASE) / 4;
    char text[UNMODELLED_MAX_TEXT];

    if (result != BUS_UNMODELLED || (u->seen[word / 32] >> (word % 32) & 1))
        return;
    u->seen[word / 32] |= 1u << (word % 32);
    u->report(u->self, a, unmodelled_text(a, text, sizeof text));
    if (u->stop)
        u->stop(u->self, a);
}

int unmodelled_init(struct unmodelled *u, void *self,
                    void (*report)(void *self, const struct bus_access *a, const char *text),
                    void (*stop)(void *self, const struct bus_access *a))
{
    *u = (struct unmodelled){.watcher = {.self = u, .failures_only = 1, .saw = unmodelled_saw},
                             .self = self,
                             .report = report,
                             .stop = stop,
                             .seen = calloc(WORDS / 32, sizeof *u->seen)};
    return u->seen ? 0 : -1;
}

void unmodelled_free(struct unmodelled *u)
{
    free(u->seen);
    u->seen = NULL;
}
