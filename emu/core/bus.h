/* emu/core/bus.h - the seam: every device access of the program passes here, once, in order.
 *
 * An engine (emu/native, emu/arm) makes accesses, a target (a device model, the remote Pi) answers
 * them, watchers (emu/observe) see each with its result. The bus knows addresses and nothing else:
 * no file descriptor, no signal, no device. It runs on one thread and never blocks by itself; a
 * target may (the remote Pi does, with its own limits). */
#ifndef EMU_CORE_BUS_H
#define EMU_CORE_BUS_H

#include <stdint.h>

#include "emu/core/quick.h"

enum {
    PERIPHERAL_BASE = 0x20000000,
    PERIPHERAL_END = 0x21000000, /* one past */
    BUS_PAGE = 0x1000,
    BUS_PAGES = (PERIPHERAL_END - PERIPHERAL_BASE) / BUS_PAGE,
};

enum { BUS_QUICK_WATCHERS = 7 };

enum bus_op {
    BUS_READ,
    BUS_WRITE,
    BUS_BARRIER,      /* dev_barrier, dmb, dsb */
    BUS_DELAY_US,     /* value: microseconds */
    BUS_DELAY_CYCLES, /* value: iterations of libpi's delay loop */
    BUS_DEV_VAL,      /* DEV_VAL32(value): a value a test wants in the log */
    BUS_START,        /* the program is about to run */
};

enum bus_origin {
    ORIGIN_PROGRAM,
    ORIGIN_CONSOLE, /* libpi's own UART driver and reboot: left out of the course's trace format */
    ORIGIN_DMA,     /* the DMA engine: costs the program no time, and no trace but `all` shows it */
};

struct bus_access {
    enum bus_op op;
    enum bus_origin origin;
    uint8_t width; /* bytes: 1, 2 or 4 */
    uint32_t addr;
    uint32_t value; /* written, or read: filled by the target */
    uintptr_t pc;   /* program location, 0 when not known */
};

/* Who answers for a range of addresses. read and write return 0 or a negative enum bus_error; read
 * fills a->value. Both get 32-bit aligned accesses unless `narrow` is set. */
struct bus_target {
    const char *name;
    void *self;
    int narrow; /* set: 8- and 16-bit accesses are passed on as they are */
    int (*read)(void *self, struct bus_access *a);
    int (*write)(void *self, const struct bus_access *a);
    /* Of struct bus_quick; may be null: none of its accesses is quick. */
    quick_read *quick_read;
    quick_write *quick_write;
};

enum bus_error {
    BUS_UNMODELLED = -1, /* no such register here: reads give 0, writes are dropped */
    BUS_LOST = -2,       /* the Pi or the line is gone */
    BUS_MISALIGNED = -3,
    BUS_OUTSIDE = -4, /* not a peripheral address */
};

/* Sees each access after it was performed, in order. Must not make accesses itself.
 *
 * With a watcher that has saw_quick, quick accesses stay quick: it is told of them by that, on the
 * program's stack, so it must be a leaf. may_quick is asked before: 0 and the access takes the
 * other way; null: each may. Of a read that is asked before it has a value.
 *
 * A watcher that has wrap makes itself part of each quick access, at less cost: what it returns is
 * called in the place of `inner`, of the page at addr, and calls that, or rest. */
struct bus_watcher {
    void *self;
    int failures_only; /* set: sees only what got a negative result, and no quick access is missed
                        */
    void (*saw)(void *self, const struct bus_access *a, int result);
    int (*may_quick)(void *self, enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc);
    void (*saw_quick)(void *self, enum bus_op op, uint32_t addr, uint32_t value, uintptr_t pc);
    struct bus_quick (*wrap)(void *self, uint32_t addr, struct bus_quick inner);
    struct bus_watcher *next;
};

struct bus {
    const struct bus_target *page[BUS_PAGES];
    struct bus_quick quick[BUS_PAGES];  /* no null pointers after bus_quick_start */
    struct bus_quick unseen[BUS_PAGES]; /* the same, behind the watchers' back */
    int watched_quick;                  /* how many have saw_quick */
    int wrapped;                        /* one of them has wrap */
    int quick_off; /* not 0: none may be quick for now; for those watchers to count up and down */
    struct bus_watcher *quick_watchers[BUS_QUICK_WATCHERS + 1]; /* those with saw_quick; null */
    struct bus_watcher *watchers;                               /* in the order they were added */
    int watched;                         /* one of them sees every access: none may be quick */
    const struct bus_access *performing; /* null between two accesses; inside, the innermost */
    uint64_t performed;                  /* accesses, barriers and so on, the one inside included */
    uint64_t accesses; /* reads and writes performed so far, quick ones included */
    void *timing;      /* argument of the two below */
    void (*delay)(void *timing, const struct bus_access *a); /* null: delays cost nothing */
    void (*access_cost)(void *timing);                       /* null: accesses cost nothing */
};

/* Makes `t` answer for [base, base + nbytes), page-granular (both multiples of BUS_PAGE); a later
 * call overrides an earlier one. t is borrowed. */
void bus_map(struct bus *b, uint32_t base, uint32_t nbytes, const struct bus_target *t);

/* Makes b->quick complete, for an engine that uses it; no watcher may be added behind it. */
void bus_quick_start(struct bus *b);

/* Adds w (borrowed) behind the others. */
void bus_watch(struct bus *b, struct bus_watcher *w);

/* Performs *a: routes reads and writes, hands delays to the timing, and shows the result to every
 * watcher. An 8- or 16-bit access to a target that is not `narrow` becomes a 32-bit access to the
 * word: reads take their lanes from it, writes carry zeros in the other lanes (as the APB
 * peripherals see it). Returns 0 or a negative enum bus_error. */
int bus_perform(struct bus *b, struct bus_access *a);

/* Shows *a, which was performed elsewhere, to the watchers in front of `last` (null: to all). */
void bus_show(const struct bus *b, const struct bus_access *a, int result,
              const struct bus_watcher *last);

#endif
