/* Wait loops: places of the program by pc and address. */
#include "emu/remote/poll.h"

#include <stddef.h>

#include "emu/core/regs.h"

/* A loop that is over at its first look costs a point, one that looks again brings some. */
enum { LEARNT = 3, SCORE_MAX = 8 };

int poll_may(const struct bus_access *a)
{
    const struct reg *r = reg_at(a->addr);

    return r && r->readable && !(r->flags & REG_READ_EFFECT);
}

static int same_place(const struct bus_access *a, const struct bus_access *b)
{
    return a->pc == b->pc && a->addr == b->addr && a->width == b->width;
}

static struct poll_site *site_of(struct poll *p, const struct bus_access *a)
{
    return &p->site[(a->pc ^ a->pc >> 6 ^ a->addr >> 2) % POLL_SITES];
}

int poll_continues(const struct poll *p, const struct bus_access *a)
{
    return p->same && same_place(&p->last, a);
}

int poll_wanted(struct poll *p, const struct bus_access *a)
{
    struct poll_site *s = site_of(p, a);

    if (!poll_may(a)) {
        poll_broken(p);
        return 0;
    }
    if (poll_continues(p, a))
        return 1;
    poll_broken(p);
    if (s->pc != a->pc || s->addr != a->addr || s->score <= 0)
        return 0;
    p->guess = s;
    return 1;
}

static void learn(struct poll *p, const struct bus_access *a)
{
    struct poll_site *s = site_of(p, a);

    if (s->pc != a->pc || s->addr != a->addr) {
        if (--s->score > 0) /* another's: let it fade first */
            return;
        *s = (struct poll_site){.pc = a->pc, .addr = a->addr};
    }
    s->score = (int8_t)(s->score + LEARNT < SCORE_MAX ? s->score + LEARNT : SCORE_MAX);
}

void poll_saw_read(struct poll *p, const struct bus_access *a)
{
    int again = poll_continues(p, a);

    if (again)
        p->guess = NULL;
    p->same = again && a->value == p->last.value ? p->same + 1 : 1;
    p->last = *a;
    if (p->same == 2)
        learn(p, a);
}

void poll_broken(struct poll *p)
{
    if (p->guess && p->guess->score > 0)
        p->guess->score--; /* the program did not look again */
    p->guess = NULL;
    p->same = 0;
}
