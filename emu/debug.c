/* A watcher for debuggers: the last accesses, and a place to stop at for those that are asked for;
 * see debug.h. */
#include "emu/debug.h"

#include <signal.h>
#include <stddef.h>

#include "emu/core/pin-header.h"
#include "emu/native/native.h"
#include "emu/run.h"

extern const char emu_gdb_scripts[]; /* gdb/scripts.S */

struct debug_view emu_debug = {.nfilters = -1, .scripts = emu_gdb_scripts, .peek = debug_peek};

__attribute__((noinline)) void debug_begins(void)
{
    __asm__ volatile("");
}

__attribute__((noinline)) void device_access(uint32_t addr, uint32_t value, int is_write,
                                             unsigned width)
{
    __asm__ volatile("" ::"g"(addr), "g"(value), "g"(is_write), "g"(width) : "memory");
}

static struct debug_last *last_of(uint32_t addr)
{
    size_t lo = 0, hi = emu_debug.nlast;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (emu_debug.last[mid].addr == addr)
            return &emu_debug.last[mid];
        if (emu_debug.last[mid].addr < addr)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static void list_registers(void)
{
    for (const struct reg_block *const *b = reg_blocks; *b; b++) {
        for (size_t i = 0; i < (*b)->nregs && emu_debug.nlast < DEBUG_REGISTERS; i++)
            emu_debug.last[emu_debug.nlast++].addr = (*b)->base + (*b)->regs[i].offset;
    }
}

static void keep(const struct bus_access *a, int result)
{
    enum debug_kind kind = a->origin == ORIGIN_PROGRAM ? DEBUG_PROGRAM : DEBUG_OTHERS;
    struct debug_last *last;

    emu_debug.access[kind][emu_debug.count[kind]++ % DEBUG_KEPT] = (struct debug_access){
        .number = ++emu_debug.number,
        .ns = run.clock.mode == CLOCK_VIRTUAL ? clock_ns(&run.clock) : 0,
        .pc = a->pc,
        .addr = a->addr,
        .value = a->value,
        .result = result,
        .op = (uint8_t)a->op,
        .width = a->width,
        .origin = (uint8_t)a->origin,
    };
    last = a->width == 4 && result == 0 ? last_of(a->addr) : NULL;
    if (last && a->op == BUS_READ)
        last->read = a->value, last->was_read = 1;
    else if (last && a->op == BUS_WRITE)
        last->written = a->value, last->was_written = 1;
}

static int asked_for(uint32_t addr)
{
    if (emu_debug.nfilters < 0)
        return 1;
    for (int i = 0; i < emu_debug.nfilters && i < DEBUG_FILTERS; i++) {
        if (emu_debug.filter[i] == (addr & ~3u))
            return 1;
    }
    return 0;
}

/* A signal that came while gdb steps over its breakpoint would lead it there again, for ever where
 * a Pi goes on sending. */
static void saw(void *self, const struct bus_access *a, int result)
{
    sigset_t signals, before;

    (void)self;
    keep(a, result);
    if ((a->op != BUS_READ && a->op != BUS_WRITE) || a->origin == ORIGIN_DMA || !asked_for(a->addr))
        return;
    sigfillset(&signals);
    sigprocmask(SIG_BLOCK, &signals, &before);
    emu_debug.at = a;
    device_access(a->addr, a->value, a->op == BUS_WRITE, a->width);
    emu_debug.at = NULL;
    sigprocmask(SIG_SETMASK, &before, NULL);
}

void debug_ends(void)
{
    if (!emu_debug.kept || !run.bus.performing)
        return;
    emu_debug.ends = 1;
    saw(NULL, run.bus.performing, 0);
}

void debug_watch(struct bus *b, const struct dev_board *board)
{
    static struct bus_watcher watcher = {.saw = saw};

    if (!native_debugged())
        return;
    emu_debug.kept = 1;
    emu_debug.bus = b;
    emu_debug.gpio = board ? &board->gpio.s : NULL;
    for (int i = 0; i < DEBUG_PINS; i++)
        emu_debug.place[i] = (int8_t)pin_header_place(i);
    list_registers();
    bus_watch(b, &watcher);
    debug_begins();
}
