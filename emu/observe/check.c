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

/* Is it new? A place is where the access is made and who called; of a register no model knows,
 * the register. */
static int is_new(struct check *c, enum check_rule rule, const struct bus_access *a)
{
    uint64_t key = mix(rule + 1, a->pc), before;

    if (rule == CHECK_UNMODELLED)
        return seen_before(c, mix(rule + 1, a->addr & ~3u)) == 0;
    before = seen_before(c, mix(key, a->addr));
    if (before >= PLACE_LOOKS)
        return 0;
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

static int may_quick(void *self, enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct check *c = self;
    const struct check_word *w = check_word_at(c, addr);

    (void)pc;
    return w->key == (addr | (uint32_t)op) && !(value & ~w->clean) &&
           check_barrier_clean(&c->barrier, op, addr);
}

static void saw_quick(void *self, enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc)
{
    struct check *c = self;

    if (op == BUS_READ) {
        c->barrier.read = addr;
        if (addr == CHECK_SYSTIMER_CLO)
            c->clo = value;
    } else {
        c->barrier.wrote = addr;
        if (c->barrier.in_handler)
            c->barrier.last_write = (struct bus_access){
                .op = BUS_WRITE, .width = 4, .addr = addr, .value = value, .pc = pc};
    }
    if (check_same_peripheral(addr, CHECK_AUX))
        check_fifo_saw_quick(c, op, addr, value);
}

void check_init(struct check *c)
{
    c->watcher = (struct bus_watcher){.self = c, .saw = saw, .failures_only = !c->all};
    if (!c->all)
        return;
    c->watcher.may_quick = may_quick;
    c->watcher.saw_quick = saw_quick;
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
