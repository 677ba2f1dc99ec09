/* fifo-overrun: more written to a FIFO than there is known to be room for, or a status register
 * that says something was lost.
 *
 * Room is what the last look at a status register showed, less what was written since, and more by
 * what must have left in the delays and reads of the system timer meanwhile. At the start each is
 * empty. */
#include "emu/observe/check-internal.h"

enum { STATUSES = 3 };

struct fifo {
    uint32_t data;
    unsigned depth;
    unsigned us; /* for one entry to leave, at the most; 0: see us_of */
    struct {
        uint32_t addr; /* 0: none */
        uint32_t room; /* there is room for one, ... */
        int inverted;  /* ... if these bits are 0 */
        uint32_t all;  /* there is room for all */
    } status[STATUSES];
    uint32_t control, clear; /* a write of these bits empties it */
    int swaps;               /* each entry read from it was sent for one written */
};

enum { MINI_UART, PL011 }; /* places in the table */

static const struct fifo fifos[] = {
    [MINI_UART] = {.data = CHECK_MU_IO,
                   .depth = 8,
                   .status = {{CHECK_MU_LSR, 1 << 5, 0, 1 << 6},
                              {CHECK_AUX + 0x64, 1 << 1, 0, 1 << 8},
                              {CHECK_AUX + 0x48, 0, 0, 1 << 1}}, /* IIR: the interrupt, p. 13 */
                   .control = CHECK_AUX + 0x48,
                   .clear = 4},
    [PL011] = {.data = CHECK_UART0,
               .depth = 16,
               .status = {{CHECK_UART0 + 0x18, 1 << 5, 1, 1 << 7},
                          {CHECK_UART0 + 0x3c, 0, 0, 1 << 5}, /* RIS, MIS: at its mark, p. 189 */
                          {CHECK_UART0 + 0x40, 0, 0, 1 << 5}}},
    {.data = 0x20204004, /* SPI0, p. 152 */
     .depth = 64,
     .us = 1,
     .status = {{0x20204000, 1 << 18, 0, 1 << 16}},
     .control = 0x20204000,
     .clear = 1 << 4,
     .swaps = 1},
    {.data = 0x20205010, /* BSC0, p. 28 */
     .depth = 16,
     .us = 20,
     .status = {{0x20205004, 1 << 4, 0, 1 << 6}},
     .control = 0x20205000,
     .clear = 3 << 4},
    {.data = 0x20804010, /* BSC1 */
     .depth = 16,
     .us = 20,
     .status = {{0x20804004, 1 << 4, 0, 1 << 6}},
     .control = 0x20804000,
     .clear = 3 << 4},
    {.data = 0x2020c018, /* PWM, p. 141 */
     .depth = 16,
     .us = 1,
     .status = {{0x2020c004, 1 << 0, 1, 1 << 1}},
     .control = 0x2020c000,
     .clear = 1 << 6},
    {.data = 0x20203004, /* PCM, p. 125 */
     .depth = 64,
     .us = 5,
     .status = {{0x20203000, 1 << 19, 0, 1 << 21}},
     .control = 0x20203000,
     .clear = 1 << 3},
};

enum { FIFOS = sizeof fifos / sizeof fifos[0] };
_Static_assert((int)FIFOS <= (int)CHECK_FIFOS, "room in struct check");

/* What says that something was lost. */
static const struct {
    uint32_t addr, bits;
    unsigned page;
    const char *text;
} lost[] = {
    {CHECK_MU_LSR, 1 << 1, 15, "a byte was received while the FIFO was full, and lost"},
    {CHECK_AUX + 0x64, 1 << 4, 18, "a byte was received while the FIFO was full, and lost"},
    {CHECK_UART0, 1 << 11, 179, "a byte was received while the FIFO was full, and lost"},
    {CHECK_UART0 + 0x04, 1 << 3, 180, "a byte was received while the FIFO was full, and lost"},
    {0x2020c004, 1 << 2, 144, "a word was written while the FIFO was full, and lost"},
    {0x20203000, 3 << 15, 127, "a FIFO was full, or empty, when it was needed (TXERR, RXERR)"},
};

static unsigned us_of(const struct check *c, const struct fifo *f)
{
    unsigned us = f->us;

    if (f == &fifos[MINI_UART])
        us = check_uart_us(c);
    else if (f == &fifos[PL011])
        us = check_pl011_us(c);
    return us ? us : 1;
}

static unsigned depth_of(const struct check *c, const struct fifo *f)
{
    return f == &fifos[PL011] && !(c->uart.lcrh & 0x10) ? 1 : f->depth;
}

static void has_room(struct check *c, struct check_fifo *s, unsigned room)
{
    *s = (struct check_fifo){.room = room, .us = c->us, .clo = c->clo};
}

/* What must have left meanwhile makes room. */
static void time_passes(struct check *c, const struct fifo *f, struct check_fifo *s)
{
    uint64_t by_delays = c->us - s->us, by_timer = (uint32_t)(c->clo - s->clo);
    uint64_t left = (by_delays > by_timer ? by_delays : by_timer) / us_of(c, f);
    unsigned depth = depth_of(c, f);

    if (left)
        has_room(c, s, left < depth - s->room ? s->room + (unsigned)left : depth);
}

static void look(struct check *c, const struct fifo *f, struct check_fifo *s, int i, uint32_t value)
{
    uint32_t bits = f->status[i].room;
    int room = ((value & bits) == 0) == f->status[i].inverted;

    if (value & f->status[i].all)
        has_room(c, s, depth_of(c, f));
    else if (bits && room && s->room == 0)
        has_room(c, s, 1);
    else if (bits && !room)
        has_room(c, s, 0);
}

static void put(struct check *c, const struct fifo *f, struct check_fifo *s,
                const struct bus_access *a)
{
    char name[REG_NAME_MAX];

    if (s->room > depth_of(c, f))
        s->room = depth_of(c, f);
    if (s->room == 0)
        time_passes(c, f, s);
    if (s->room == 0) {
        check_found(c, CHECK_FIFO, a, 0, "its FIFO has room for %u, and %s has shown none since",
                    depth_of(c, f), reg_name(f->status[0].addr, name, sizeof name));
        return;
    }
    if (s->room == depth_of(c, f)) /* time counts from the first one on */
        has_room(c, s, s->room);
    s->room--;
}

static void saw_fifo(struct check *c, int n, const struct bus_access *a)
{
    const struct fifo *f = &fifos[n];
    struct check_fifo *s = &c->fifo[n];

    if (a->addr == f->data) {
        if (a->op == BUS_WRITE && !(n == MINI_UART && (c->uart.lcr & 0x80)))
            put(c, f, s, a);
        else if (f->swaps && s->room < f->depth)
            s->room++;
    }
    for (int i = 0; i < STATUSES; i++) {
        if (a->op == BUS_READ && a->addr == f->status[i].addr)
            look(c, f, s, i, a->value);
    }
    if (a->op == BUS_WRITE && a->addr == f->control && (a->value & f->clear))
        has_room(c, s, f->depth);
}

static void evidence(struct check *c, const struct bus_access *a)
{
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++) {
        if (a->op == BUS_READ && a->addr == lost[i].addr && (a->value & lost[i].bits))
            check_found(c, CHECK_FIFO, a, lost[i].page, "%s", lost[i].text);
    }
}

void check_fifo_saw(struct check *c, const struct bus_access *a)
{
    evidence(c, a);
    for (int n = 0; n < FIFOS; n++) {
        if (check_same_peripheral(a->addr, fifos[n].data))
            saw_fifo(c, n, a);
    }
    if (check_same_peripheral(a->addr, CHECK_AUX))
        check_fifo_open(c);
}

void check_fifo_saw_quick(struct check *c, enum bus_op op, uint32_t addr, uint32_t value)
{
    struct check_fifo *s = &c->fifo[MINI_UART];

    if (op == BUS_WRITE) {
        if (s->room == fifos[MINI_UART].depth)
            has_room(c, s, s->room);
        s->room--;
    } else if (addr == CHECK_MU_LSR) {
        look(c, &fifos[MINI_UART], s, 0, value);
    }
    check_fifo_open(c);
}

void check_fifo_open(struct check *c)
{
    if (check_uart_reachable(c))
        check_open(c, BUS_READ, CHECK_MU_LSR, 0);
    else
        check_close(c, BUS_READ, CHECK_MU_LSR);
    if (check_uart_sends(c) && c->fifo[MINI_UART].room)
        check_open(c, BUS_WRITE, CHECK_MU_IO, 0xff);
    else
        check_close(c, BUS_WRITE, CHECK_MU_IO);
}

void check_fifo_init(struct check *c)
{
    for (int n = 0; n < FIFOS; n++)
        c->fifo[n].room = fifos[n].depth;
    check_fifo_open(c);
}
