/* Where the program is: addresses by unwinding, names by places.h. */
#include "emu/native/native.h"

#include <stdio.h>
#include <string.h>
#include <unwind.h>

#include "emu/native/gate.h"
#include "emu/native/places.h"

enum { MAX_FRAMES = 32, MAX_INLINED = 96 };

extern char emu_guest_text[], emu_guest_text_end[];
void native_run_handler(uintptr_t top, uintptr_t pc, uintptr_t fast); /* behind it in switch.S */

struct frames {
    uintptr_t pc[MAX_FRAMES]; /* of the instruction, not of the one behind a call */
    int n, skipped;
    int from_gate; /* the frame before this one is emu_gate's */
};

/* emu_gate is a call, though it says to unwinders that it is a signal's frame. */
static int in_gate(uintptr_t pc)
{
    return pc - (uintptr_t)emu_gate < (uintptr_t)native_run_handler - (uintptr_t)emu_gate;
}

int native_is_guest_text(uintptr_t pc)
{
    return pc - (uintptr_t)emu_guest_text < (size_t)(emu_guest_text_end - emu_guest_text);
}

static _Unwind_Reason_Code collect(struct _Unwind_Context *context, void *arg)
{
    struct frames *f = arg;
    int before = 0;
    uintptr_t pc = _Unwind_GetIPInfo(context, &before);

    before = before && !f->from_gate;
    f->from_gate = in_gate(pc);
    if (!native_is_guest_text(
            pc)) /* of the harness: between a handler and what it interrupted too */
        return _URC_NO_REASON;
    if (f->n == MAX_FRAMES) {
        f->skipped++;
        return _URC_NO_REASON;
    }
    f->pc[f->n++] = before ? pc : pc - 1;
    return _URC_NO_REASON;
}

struct found {
    struct place *place;
    int n, max;
};

static void found(void *self, uintptr_t pc, const struct place *place)
{
    struct found *f = self;

    (void)pc;
    if (f->n < f->max)
        f->place[f->n++] = *place;
}

/* Fills places, outermost inlined last. Returns how many. */
static int resolve(const struct frames *f, struct place *places, int max)
{
    struct found all = {.place = places, .max = max};

    places_find(f->pc, (size_t)f->n, &all, found);
    return all.n;
}

const char *native_where(uintptr_t pc, char *buf, size_t nbytes)
{
    struct frames f = {.pc = {pc - 1}, .n = 1};
    struct place place;

    if (native_is_guest_text(pc) && resolve(&f, &place, 1) == 1 && place.location[0] != '?')
        snprintf(buf, nbytes, "%s in %s", places_shorten(place.location), place.function);
    else
        snprintf(buf, nbytes, "address 0x%lx", (unsigned long)pc);
    return buf;
}

struct named {
    void *self;
    void (*say)(void *self, uintptr_t pc, const char *text);
    uintptr_t last;
};

static void name(void *self, uintptr_t pc, const struct place *place)
{
    struct named *n = self;
    struct place p = *place;
    char text[sizeof p.function + sizeof p.location + 8];

    if (pc == n->last || p.location[0] == '?') /* inlined into */
        return;
    n->last = pc;
    snprintf(text, sizeof text, "%s in %s", places_shorten(p.location), p.function);
    n->say(n->self, pc + 1, text);
}

void native_name_all(uintptr_t *pc, size_t n, void *self,
                     void (*say)(void *self, uintptr_t pc, const char *text))
{
    struct named all = {.self = self, .say = say};

    for (size_t i = 0; i < n; i++)
        pc[i]--;
    places_find(pc, n, &all, name);
}

/* The return address a call through a bad pointer left on the stack. */
static uintptr_t caller_of_bad_jump(void *context)
{
#if defined(__x86_64__)
    const uintptr_t *sp = (const uintptr_t *)((ucontext_t *)context)->uc_mcontext.gregs[REG_RSP];
#elif defined(__i386__)
    const uintptr_t *sp = (const uintptr_t *)((ucontext_t *)context)->uc_mcontext.gregs[REG_ESP];
#else
    return ((ucontext_t *)context)->uc_mcontext.regs[30];
#endif
#if defined(__x86_64__) || defined(__i386__)
    uintptr_t p = (uintptr_t)sp;

    return p >= RAM_START && p < RAM_END - sizeof p && p % sizeof p == 0 ? *sp : 0;
#endif
}

static int same_place(const struct place *a, const struct place *b)
{
    return strcmp(a->function, b->function) == 0 && strcmp(a->location, b->location) == 0;
}

/* Leaves out the harness's own part of the program, and what called notmain: libpi's start-up. */
static int keep_programs(struct place *places, int n)
{
    int kept = 0;

    for (int i = 0; i < n; i++) {
        if (strstr(places[i].location, "emu/native/guest/") || places[i].location[0] == '?')
            continue;
        places[kept] = places[i];
        memmove(places[kept].location, places_shorten(places[i].location),
                strlen(places_shorten(places[i].location)) + 1);
        if (strcmp(places[kept++].function, "notmain") == 0)
            break;
    }
    return kept;
}

void native_print(const struct place *places, int n)
{
    for (int i = 0, same; i < n; i += same) {
        for (same = 1; i + same < n && same_place(&places[i], &places[i + same]);)
            same++;
        fprintf(stderr, "emu:   #%d %s at %s\n", i, places[i].function, places[i].location);
        if (same > 1)
            fprintf(stderr, "emu:   ... %d more calls of the same\n", same - 1);
    }
}

int native_backtrace(uintptr_t pc, int only_pc, struct place *places, int max)
{
    struct frames f = {.n = 0};

    if (!only_pc)
        _Unwind_Backtrace(collect, &f); /* from the host's side it leads through the gate */
    if (f.n == 0 && native_is_guest_text(pc))
        f.pc[f.n++] = pc - 1;
    return keep_programs(places, resolve(&f, places, max));
}

uint64_t native_callers(uintptr_t pc)
{
    struct frames f = {.n = 0};
    uint64_t h = pc;

    _Unwind_Backtrace(collect, &f);
    for (int i = 0; i < f.n; i++)
        h = (h ^ f.pc[i]) * 0x100000001b3u;
    return h;
}

static void report(const char *what, void *context, uintptr_t pc)
{
    struct frames f = {.n = 0};
    struct place places[MAX_INLINED];
    int n;

    fflush(NULL);
    fprintf(stderr, "emu: %s\n", what);
    if (!context || native_is_guest_text(pc))
        _Unwind_Backtrace(collect, &f);
    if (f.n == 0) {
        if (context && !native_is_guest_text(pc))
            pc = caller_of_bad_jump(context);
        if (!native_is_guest_text(pc))
            return;
        f.pc[f.n++] = pc - 1;
    }
    n = resolve(&f, places, MAX_INLINED);
    native_print(places, keep_programs(places, n));
    if (n == 0) {
        for (int i = 0; i < f.n; i++)
            fprintf(stderr, "emu:   #%d pc 0x%lx\n", i, (unsigned long)f.pc[i]);
        fprintf(stderr, "emu:   (install binutils: addr2line names function, file and line)\n");
    }
    if (f.skipped)
        fprintf(stderr, "emu:   ... and %d more frames\n", f.skipped);
}

__attribute__((noinline)) void native_reported(const char *what)
{
    __asm__ volatile("" ::"g"(what) : "memory");
}

void native_report(const char *what, void *context, uintptr_t pc)
{
    report(what, context, pc);
    native_reported(what);
}
