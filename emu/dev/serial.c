/* Symbols on a wire; see serial.h. */
#include "emu/dev/serial.h"

/* How many symbols of symbol_ns each end from first_ns up to now; almost always it is one. */
static uint64_t ended(uint64_t first_ns, uint64_t now, uint64_t symbol_ns)
{
    return now - first_ns < symbol_ns ? 1 : (now - first_ns) / symbol_ns + 1;
}

void dev_serial_send_on(struct dev_serial_tx *t, uint64_t now, uint64_t symbol_ns)
{
    uint64_t n;

    if (!t->waiting || t->ends_ns > now)
        return;
    n = symbol_ns ? ended(t->ends_ns, now, symbol_ns) : t->waiting;
    if (n > t->waiting)
        n = t->waiting;
    t->waiting -= (unsigned)n;
    t->ends_ns += n * symbol_ns;
}

void dev_serial_send(struct dev_serial_tx *t, uint64_t now, uint64_t symbol_ns, uint8_t byte)
{
    t->byte[t->sent++ % DEV_SERIAL_KEPT] = byte;
    if (t->waiting || t->ends_ns > now)
        t->waiting++;
    else
        t->ends_ns = now + symbol_ns;
}

void dev_serial_drop(struct dev_serial_tx *t)
{
    t->sent -= t->waiting;
    t->waiting = 0;
}

uint8_t dev_serial_on_wire(const struct dev_serial_tx *t)
{
    return t->byte[(t->sent - 1 - t->waiting) % DEV_SERIAL_KEPT];
}

int dev_serial_level(const struct dev_serial_tx *t, const struct dev_serial_frame *f, uint64_t now,
                     uint64_t symbol_ns, uint64_t *edge)
{
    uint64_t start = t->ends_ns - symbol_ns;
    unsigned i;
    int level;

    *edge = CLOCK_NEVER;
    if (!symbol_ns || t->ends_ns <= now)
        return 1;
    i = now > start ? (unsigned)((now - start) * f->nbits / symbol_ns) : 0;
    level = (int)(f->bits >> i & 1);
    while (++i < f->nbits && (int)(f->bits >> i & 1) == level)
        ;
    if (i < f->nbits)
        *edge = start + (i * symbol_ns + f->nbits - 1) / f->nbits;
    else if (t->waiting || !level) /* a start bit follows; or the idle wire */
        *edge = t->ends_ns;
    return level;
}

uint64_t dev_serial_next(const struct dev_serial_tx *t, uint64_t now)
{
    return t->waiting || t->ends_ns > now ? t->ends_ns : CLOCK_NEVER;
}

uint64_t dev_serial_idle_ns(const struct dev_serial_tx *t, uint64_t now, uint64_t symbol_ns)
{
    return t->waiting || t->ends_ns > now ? t->ends_ns + t->waiting * symbol_ns : 0;
}

uint64_t dev_serial_left_ns(const struct dev_serial_tx *t, unsigned left, uint64_t symbol_ns)
{
    return t->ends_ns + (t->waiting - left - 1) * symbol_ns;
}

void dev_serial_arrive(struct dev_serial_rx *r, uint64_t now, uint64_t symbol_ns, unsigned room,
                       unsigned waiting)
{
    unsigned most = room < waiting ? room : waiting;

    if (r->arrived < most && r->next_ns <= now) {
        uint64_t n = symbol_ns ? ended(r->next_ns, now, symbol_ns) : most;

        if (n > most - r->arrived)
            n = most - r->arrived;
        r->arrived += (unsigned)n;
        r->next_ns += n * symbol_ns;
    }
    if (r->arrived >= most && r->next_ns < now)
        r->next_ns = now; /* nobody sent meanwhile */
}

void dev_serial_forget(struct dev_serial_rx *r, uint64_t now, uint64_t symbol_ns)
{
    r->arrived = 0;
    r->next_ns = now + symbol_ns;
}
