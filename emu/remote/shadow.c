/* Shadow registers: a small hash table by address. Narrow accesses are not shadowed. */
#include "emu/remote/shadow.h"

#include <stddef.h>

#include "emu/core/regs.h"

/* Bits that can be written and not read are passwords: without them a write is not taken. */
static const struct reg *only_writes_change(uint32_t addr)
{
    const unsigned no =
        REG_VOLATILE | REG_READ_EFFECT | REG_W1C | REG_ADDRESS | REG_WRITE_EFFECT | REG_ROUNDS;
    const struct reg *r = addr & 3 ? NULL : reg_at(addr);

    return r && r->readable && !(r->writable & ~r->readable) && !(r->flags & no) ? r : NULL;
}

static unsigned place(const struct shadow *s, uint32_t addr)
{
    unsigned i = (addr >> 2 ^ addr >> 11) % SHADOW_ENTRIES;

    while (s->entry[i].addr && s->entry[i].addr != addr)
        i = (i + 1) % SHADOW_ENTRIES;
    return i;
}

int shadow_read(const struct shadow *s, uint32_t addr, uint32_t *value)
{
    const struct shadow_entry *e = &s->entry[place(s, addr)];

    if (!e->known || e->refuted || (e->written && !e->trusted))
        return 0;
    *value = e->value;
    return 1;
}

void shadow_saw_read(struct shadow *s, uint32_t addr, unsigned width, uint32_t value)
{
    struct shadow_entry *e = &s->entry[place(s, addr)];

    if (width != 4 || !only_writes_change(addr))
        return;
    if (e->known && e->written) {
        e->trusted = e->value == value;
        e->refuted |= e->value != value;
    }
    e->addr = addr;
    e->known = 1;
    e->value = value;
}

void shadow_saw_write(struct shadow *s, uint32_t addr, unsigned width, uint32_t value)
{
    const struct reg *r = only_writes_change(addr & ~3u);
    struct shadow_entry *e = &s->entry[place(s, addr & ~3u)];

    if (!r)
        return;
    e->addr = addr & ~3u;
    e->written = 1;
    if (width != 4 || (!e->known && (r->readable & ~r->writable))) {
        e->known = 0;
        return;
    }
    e->known = 1;
    e->value = (value & r->writable & r->readable) | (e->value & r->readable & ~r->writable);
}

void shadow_forget(struct shadow *s)
{
    for (unsigned i = 0; i < SHADOW_ENTRIES; i++)
        s->entry[i].known = 0;
}
