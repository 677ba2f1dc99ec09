/* The checker: what is said and how often, and the way of each access through the rules. */
#include "emu/observe/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/observe/check-internal.h"

/* ---- each place once ---- */

struct check_seen {
    uint64_t key; /* 0: free */
    uint64_t times;
};

enum { PLACE_LOOKS = 10000, FIRST_ROOM = 256 }; /* who called is asked no more often than that */

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ b * 0x9e3779b97f4a7c15u) + 0x2545f4914f6cdd1du;

    x = (x ^ x >> 31) * 0xbf58476d1ce4e5b9u;
    return x ^ x >> 29;
}

static struct check_seen *seen_slot(struct check_seen *in, size_t room, uint64_t key)
{
    size_t i = key % room;

    while (in[i].key && in[i].key != key)
        i = (i + 1) % room;
    return &in[i];
}

/* Twice the room. Without memory the old one stays; it is never filled. */
static void seen_grow(struct check *c)
{
    size_t room = c->seen_room ? 2 * c->seen_room : FIRST_ROOM;
    struct check_seen *more = calloc(room, sizeof *more);

    if (!more)
        return;
    for (size_t i = 0; i < c->seen_room; i++) {
        if (c->seen[i].key)
            *seen_slot(more, room, c->seen[i].key) = c->seen[i];
    }
    free(c->seen);
    c->seen = more;
    c->seen_room = room;
}

/* How often before. */
static uint64_t seen_before(struct check *c, uint64_t key)
{
    struct check_seen *s;

    key |= key == 0;
    if (2 * c->nseen >= c->seen_room)
        seen_grow(c);
    if (c->nseen + 1 >= c->seen_room)
        return 1; /* rather silent than over and over */
    s = seen_slot(c->seen, c->seen_room, key);
    c->nseen += s->key == 0;
    s->key = key;
    return s->times++;
}

static struct check_muted *muted_at(struct check *c, uint32_t addr, uintptr_t pc)
{
    return &c->muted[(pc ^ addr >> 2) % CHECK_MUTED];
}

/* Is it new? A place is where the access is made and who called; of a register no model knows,
 * the register. */
static int is_new(struct check *c, enum check_rule rule, const struct bus_access *a)
{
    uint64_t key = mix(rule + 1, a->pc), before;

    if (rule == CHECK_UNMODELLED)
        return seen_before(c, mix(rule + 1, a->addr & ~3u)) == 0;
    before = seen_before(c, mix(key, a->addr));
    if (before >= PLACE_LOOKS) {
        if (rule == CHECK_NO_BARRIER)
            *muted_at(c, a->addr, a->pc) = (struct check_muted){a->pc, a->addr | (uint32_t)a->op};
        return 0;
    }
    if (!c->place)
        return before == 0;
    return seen_before(c, mix(mix(key, a->addr), c->place(c->self, a->pc))) == 0;
}

/* ---- findings ---- */

static const char *named(uint32_t addr, char *buf, size_t nbytes)
{
    char name[REG_NAME_MAX];

    reg_name(addr, name, sizeof name);
    if (reg_block_at(addr))
        snprintf(buf, nbytes, "%s (0x%08" PRIx32 ")", name, addr);
    else
        snprintf(buf, nbytes, "%s", name);
    return buf;
}

static int what(const struct bus_access *a, char *buf, size_t nbytes)
{
    char where[REG_NAME_MAX + 16];

    named(a->addr, where, sizeof where);
    if (a->op == BUS_READ)
        return snprintf(buf, nbytes, "read of %s: ", where);
    return snprintf(buf, nbytes, "write of 0x%" PRIx32 " to %s: ", a->value, where);
}

const char *check_unmodelled_text(const struct bus_access *a, char *buf, size_t nbytes)
{
    int n = what(a, buf, nbytes);

    snprintf(buf + n, nbytes - (size_t)n, "not modelled, %s",
             a->op == BUS_READ ? "reads as 0" : "dropped");
    return buf;
}

static void tell(struct check *c, enum check_rule rule, const struct bus_access *a, int earlier,
                 const char *text)
{
    char name[REG_NAME_MAX];
    struct check_finding f = {.rule = rule,
                              .a = a,
                              .earlier = earlier,
                              .reg = reg_name(a->addr, name, sizeof name),
                              .text = text};

    if (c->report(c->self, &f))
        c->suppressed++;
    else
        c->places[rule]++;
}

/* "(BCM2835 ARM Peripherals p. 95)" */
static void add_source(char *text, size_t nbytes, uint32_t addr, unsigned page)
{
    const struct reg_block *b = reg_block_at(addr);
    const struct reg *r = reg_at(addr);
    const char *source = page || !b ? CHECK_MANUAL : b->source;
    const char *comma =
        strncmp(source, CHECK_MANUAL, sizeof CHECK_MANUAL - 1) == 0 ? strchr(source, ',') : NULL;
    int n = comma ? (int)(comma - source) : (int)strlen(source);
    size_t used = strlen(text);

    if (!page && r)
        page = r->page;
    if (page)
        snprintf(text + used, nbytes - used, " (%.*s p. %u)", n, source, page);
    else
        snprintf(text + used, nbytes - used, " (%.*s)", n, source);
}

static void found(struct check *c, enum check_rule rule, const struct bus_access *a, int earlier,
                  unsigned page, const char *format, va_list ap)
{
    char text[CHECK_MAX_TEXT];
    int n;

    c->times[rule]++;
    if (!is_new(c, rule, a))
        return;
    n = what(a, text, sizeof text);
    vsnprintf(text + n, sizeof text - (size_t)n, format, ap);
    add_source(text, sizeof text, a->addr, page);
    tell(c, rule, a, earlier, text);
}

void check_found(struct check *c, enum check_rule rule, const struct bus_access *a, unsigned page,
                 const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    found(c, rule, a, 0, page, format, ap);
    va_end(ap);
}

void check_found_earlier(struct check *c, enum check_rule rule, const struct bus_access *a,
                         unsigned page, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    found(c, rule, a, 1, page, format, ap);
    va_end(ap);
}

uint64_t check_found_places(const struct check *c)
{
    uint64_t n = 0;

    for (int i = 0; i < CHECK_RULES; i++)
        n += c->places[i];
    return n;
}

uint64_t check_found_times(const struct check *c)
{
    uint64_t n = 0;

    for (int i = 0; i < CHECK_RULES; i++)
        n += c->times[i];
    return n;
}

/* ---- accesses ---- */

static void unmodelled(struct check *c, const struct bus_access *a)
{
    char text[CHECK_MAX_TEXT];

    c->times[CHECK_UNMODELLED]++;
    if (is_new(c, CHECK_UNMODELLED, a))
        tell(c, CHECK_UNMODELLED, a, 0, check_unmodelled_text(a, text, sizeof text));
}

/* As the peripherals' bus carries it: a word, zeros in the lanes that a narrow write has not. */
static struct bus_access as_word(const struct bus_access *a)
{
    struct bus_access w = *a;

    w.addr &= ~3u;
    w.value <<= 8 * (a->addr & 3);
    return w;
}

static void judge(struct check *c, const struct bus_access *a)
{
    struct bus_access w = as_word(a);

    check_barrier_saw(c, a);
    check_pins_saw(c, &w); /* asks what the register's last access was */
    check_registers_saw(c, &w);
    check_uart_saw(c, &w);
    check_fifo_saw(c, &w);
    check_irq_saw(c, &w);
    if (w.addr == CHECK_SYSTIMER_CLO && w.op == BUS_READ)
        c->clo = w.value;
}

static void saw(void *self, const struct bus_access *a, int result)
{
    struct check *c = self;

    if (result == BUS_UNMODELLED)
        unmodelled(c, a);
    if (!c->all)
        return;
    switch (a->op) {
    case BUS_READ:
    case BUS_WRITE:
        if (result == 0 && a->origin != ORIGIN_DMA)
            judge(c, a);
        break;
    case BUS_BARRIER:
        check_barrier_saw(c, a);
        break;
    case BUS_DELAY_US:
        c->us += a->value;
        break;
    case BUS_DELAY_CYCLES: /* ten at least in each microsecond */
        c->us += a->value / 10 + 1;
        break;
    case BUS_DEV_VAL:
    case BUS_START:
        break;
    }
}

/* ---- quick accesses: the clean ones ---- */

/* What comes after it is judged as if there had been a barrier, as after each finding. */
static int is_muted(struct check *c, enum bus_op op, uint32_t addr, uintptr_t pc)
{
    const struct check_muted *m = muted_at(c, addr, pc);

    if (m->pc != pc || m->key != (addr | (uint32_t)op) || c->barrier.handler_begins)
        return 0;
    c->barrier.read = c->barrier.wrote = 0;
    return 1;
}

/* The access is the first of its kind since the barrier, or the like. */
static __attribute__((noinline)) int may_follow(struct check *c, enum bus_op op, uint32_t addr,
                                                uint32_t value, uintptr_t pc)
{
    struct check_barrier *b = &c->barrier;

    if (!check_barrier_clean(b, op, addr) && !is_muted(c, op, addr, pc))
        return 0;
    if (op == BUS_READ)
        b->read = addr;
    else
        b->wrote = addr;
    if (op == BUS_WRITE && b->in_handler)
        b->last_write =
            (struct bus_access){.op = op, .width = 4, .addr = addr, .value = value, .pc = pc};
    check_barrier_settle(c);
    return 1;
}

/* It may still take the other way, and is then judged again, with the same result. */
static inline int is_clean(struct check *c, enum bus_op op, uint32_t addr, uint32_t value,
                           uintptr_t pc)
{
    const struct check_word *w = check_word_at(c, addr);

    return w->key == (addr | (uint32_t)op) && !(value & ~w->clean) &&
           (c->barrier.steady[op] == addr >> 12 || may_follow(c, op, addr, value, pc));
}

enum quick_page { PINS, TIMER, AUX };

static uint32_t pins_read(uint32_t addr, uintptr_t pc, quick_rest *rest, void *self)
{
    struct check *c = self;
    const struct bus_quick *q = &c->inner[PINS];

    if (!is_clean(c, BUS_READ, addr, 0, pc))
        return rest(addr, 0, pc);
    return q->read(addr, pc, rest, q->self);
}

static uint32_t pins_write(uint32_t addr, uint32_t value, uintptr_t pc, quick_rest *rest,
                           void *self)
{
    struct check *c = self;
    const struct bus_quick *q = &c->inner[PINS];

    if (!is_clean(c, BUS_WRITE, addr, value, pc))
        return rest(addr, value, pc);
    return q->write(addr, value, pc, rest, q->self);
}

static uint32_t timer_read(uint32_t addr, uintptr_t pc, quick_rest *rest, void *self)
{
    struct check *c = self;
    const struct bus_quick *q = &c->inner[TIMER];

    if (!is_clean(c, BUS_READ, addr, 0, pc))
        return rest(addr, 0, pc);
    return c->clo = q->read(addr, pc, rest, q->self);
}

/* The one of AUX that is under way; null once it has taken the other way, where it is judged. */
static quick_rest *aux_rest;

static uint32_t take_aux_rest(uint32_t addr, uint32_t value, uintptr_t pc)
{
    quick_rest *r = aux_rest;

    aux_rest = NULL;
    return r(addr, value, pc);
}

static uint32_t aux_read(uint32_t addr, uintptr_t pc, quick_rest *rest, void *self)
{
    struct check *c = self;
    const struct bus_quick *q = &c->inner[AUX];
    uint32_t value;

    if (!is_clean(c, BUS_READ, addr, 0, pc))
        return rest(addr, 0, pc);
    aux_rest = rest;
    value = q->read(addr, pc, take_aux_rest, q->self);
    if (aux_rest)
        check_fifo_saw_quick(c, BUS_READ, addr, value);
    return value;
}

static uint32_t aux_write(uint32_t addr, uint32_t value, uintptr_t pc, quick_rest *rest, void *self)
{
    struct check *c = self;
    const struct bus_quick *q = &c->inner[AUX];

    if (!is_clean(c, BUS_WRITE, addr, value, pc))
        return rest(addr, value, pc);
    aux_rest = rest;
    q->write(addr, value, pc, take_aux_rest, q->self);
    if (aux_rest)
        check_fifo_saw_quick(c, BUS_WRITE, addr, value);
    return 0;
}

static uint32_t other_read(uint32_t addr, uintptr_t pc, quick_rest *rest, void *self)
{
    (void)self;
    return rest(addr, 0, pc);
}

static uint32_t other_write(uint32_t addr, uint32_t value, uintptr_t pc, quick_rest *rest,
                            void *self)
{
    (void)self;
    return rest(addr, value, pc);
}

static struct bus_quick wrap(void *self, uint32_t addr, struct bus_quick inner)
{
    struct check *c = self;

    switch (addr) {
    case CHECK_GPIO:
        c->inner[PINS] = inner;
        return (struct bus_quick){c, pins_read, pins_write};
    case CHECK_SYSTIMER_CLO & ~(uint32_t)(BUS_PAGE - 1):
        c->inner[TIMER] = inner;
        return (struct bus_quick){c, timer_read, other_write};
    case CHECK_AUX:
        c->inner[AUX] = inner;
        return (struct bus_quick){c, aux_read, aux_write};
    default:
        return (struct bus_quick){c, other_read, other_write};
    }
}

void check_init(struct check *c)
{
    c->watcher = (struct bus_watcher){.self = c, .saw = saw, .failures_only = !c->all};
    if (!c->all)
        return;
    c->watcher.wrap = wrap;
    check_pins_init(c);
    check_uart_init(c);
    check_fifo_init(c);
    check_open(c, BUS_READ, CHECK_SYSTIMER_CLO, 0);
}

void check_free(struct check *c)
{
    free(c->seen);
    c->seen = NULL;
    c->seen_room = c->nseen = 0;
}
