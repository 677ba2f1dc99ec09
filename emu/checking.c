/* Between the run and the checker (emu/observe/check.h); see checking.h. */
#include "emu/checking.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/native/places.h"
#include "emu/observe/check-suppress.h"
#include "emu/observe/check.h"
#include "emu/run.h"

enum { MAX_PLACES = 96, MAX_BLOCK = 4096 };

static struct check check;
static struct suppressions suppressions;

/* Who wanted to know before. */
static struct {
    void (*irq_enabled)(void *self, int unmasked);
    uintptr_t (*handler_begins)(void *self, int which, uintptr_t pc, int by_signal);
    void (*handler_ends)(void *self, int which);
} others;

struct backtrace {
    struct place place[MAX_PLACES];
    struct check_frame frame[MAX_PLACES]; /* the same */
    int n;
};

static void take_backtrace(struct backtrace *b, const struct check_finding *f)
{
    b->n = native_backtrace(f->a->pc, f->earlier, b->place, MAX_PLACES);
    for (int i = 0; i < b->n; i++) {
        static char file[MAX_PLACES][sizeof b->place[0].location];
        char *colon;

        memcpy(file[i], b->place[i].location, sizeof file[i]);
        colon = strrchr(file[i], ':');
        b->frame[i] = (struct check_frame){.function = b->place[i].function, .file = file[i]};
        if (!colon)
            continue;
        *colon = 0;
        b->frame[i].line = (unsigned)strtoul(colon + 1, NULL, 10);
    }
}

static void say_in_full(const struct check_finding *f, const struct backtrace *b)
{
    run_say("check: %s: %s", check_rule_name[f->rule], f->text);
    native_print(b->place, b->n);
    if (b->n == 0)
        fprintf(stderr, "emu:   at address 0x%lx\n", (unsigned long)f->a->pc);
}

static void say_in_short(const struct check_finding *f, const struct backtrace *b)
{
    char where[sizeof b->place[0] + 8];

    if (b->n > 0)
        snprintf(where, sizeof where, "%s in %s", b->place[0].location, b->place[0].function);
    else
        snprintf(where, sizeof where, "address 0x%lx", (unsigned long)f->a->pc);
    run_say("%s: %s", where, f->text);
}

static void print_block(const struct check_finding *f, const struct backtrace *b)
{
    char text[MAX_BLOCK];

    suppress_text(check_rule_name[f->rule], f->reg, b->frame, (size_t)b->n, text, sizeof text);
    fputs(text, stderr);
}

static int report(void *self, const struct check_finding *f)
{
    static struct backtrace b;

    (void)self;
    if (run.options.quiet && !run.options.strict && !run.options.check)
        return 0;
    take_backtrace(&b, f);
    if (suppress_match(&suppressions, check_rule_name[f->rule], f->reg, b.frame, (size_t)b.n))
        return 1;
    if (run.options.check)
        say_in_full(f, &b);
    else
        say_in_short(f, &b);
    if (run.options.gen_suppressions)
        print_block(f, &b);
    if (!run.options.strict)
        return 0;
    run_say(run.options.check ? "--strict: the run ends at the first finding"
                              : "--strict: the run ends at the first register no model knows");
    run_end(1, 0);
    return 0;
}

static uint64_t place(void *self, uintptr_t pc)
{
    (void)self;
    return native_callers(pc);
}

static int has_handler(void *self)
{
    (void)self;
    return native_has_vectors();
}

static void unmasked(void *self, int which)
{
    check_unmasked(&check, (unsigned)which, native_pc());
    if (others.irq_enabled)
        others.irq_enabled(self, which);
}

static uintptr_t handler_begins(void *self, int which, uintptr_t pc, int by_signal)
{
    check_handler_begins(&check);
    return others.handler_begins ? others.handler_begins(self, which, pc, by_signal) : pc;
}

static void handler_ends(void *self, int which)
{
    check_handler_ends(&check);
    if (others.handler_ends)
        others.handler_ends(self, which);
}

void checking_open(void)
{
    for (unsigned i = 0; i < run.options.nsuppressions; i++) {
        if (suppress_read(&suppressions, run.options.suppressions[i]) < 0) {
            run_say("--suppressions: %s", suppressions.why);
            exit(2);
        }
    }
}

void checking_watch(struct native_host *h)
{
    check = (struct check){
        .report = report, .place = place, .has_handler = has_handler, .all = run.options.check};
    check_init(&check);
    bus_watch(&run.bus, &check.watcher);
    if (!run.options.check)
        return;
    others.irq_enabled = h->irq_enabled;
    others.handler_begins = h->handler_begins;
    others.handler_ends = h->handler_ends;
    h->irq_enabled = unmasked;
    h->handler_begins = handler_begins;
    h->handler_ends = handler_ends;
}

static void print_sum(void)
{
    char text[512];
    int n = 0;

    for (int i = 0; i < CHECK_RULES; i++) {
        if (check.places[i])
            n += snprintf(text + n, sizeof text - (size_t)n, "%s %s %" PRIu64, n ? "," : "",
                          check_rule_name[i], check.places[i]);
    }
    if (check_found_places(&check) > 1 || (run.options.stats && n))
        run_say("check: %" PRIu64 " findings:%s", check_found_places(&check), text);
    else if (run.options.stats && !n)
        run_say("check: nothing found");
}

void checking_end(void)
{
    if (run.options.check)
        print_sum();
    for (const struct suppression *p = suppressions.first; p && run.options.stats; p = p->next) {
        if (p->used)
            run_say("suppression %s:%u, %s: used %" PRIu64 " times", p->path, p->at, p->name,
                    p->used);
        else
            run_say("suppression %s:%u, %s: not used", p->path, p->at, p->name);
    }
    check_free(&check);
    suppress_free(&suppressions);
}
