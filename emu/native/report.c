/* Where the program is: addresses by unwinding, names by addr2line, which binutils brings along and
 * every compiler needs anyway. */
#include "emu/native/native.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unwind.h>

enum { MAX_FRAMES = 32, MAX_INLINED = 96 };

extern char emu_guest_text[], emu_guest_text_end[];

struct frames {
    uintptr_t pc[MAX_FRAMES]; /* of the instruction, not of the one behind a call */
    int n, skipped;
};

struct place {
    char function[80], location[176];
};

int native_is_guest_text(uintptr_t pc)
{
    return pc - (uintptr_t)emu_guest_text < (size_t)(emu_guest_text_end - emu_guest_text);
}

static _Unwind_Reason_Code collect(struct _Unwind_Context *context, void *arg)
{
    struct frames *f = arg;
    int before = 0;
    uintptr_t pc = _Unwind_GetIPInfo(context, &before);

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

static void keep(char *to, size_t room, const char *line)
{
    size_t n = strcspn(line, "\n");

    if (n >= room)
        n = room - 1;
    memcpy(to, line, n);
    to[n] = 0;
}

/* Starts addr2line with the frames' addresses; *out reads what it prints. */
static pid_t start_addr2line(const struct frames *f, FILE **out)
{
    char exe[512], pcs[MAX_FRAMES][20];
    const char *argv[8 + MAX_FRAMES] = {"addr2line", "-f", "-i", "-e", exe};
    ssize_t len = readlink("/proc/self/exe", exe, sizeof exe - 1);
    int fds[2], argc = 5;
    pid_t child;

    if (len < 0 || pipe(fds) < 0)
        return -1;
    exe[len] = 0;
    for (int i = 0; i < f->n; i++) {
        snprintf(pcs[i], sizeof pcs[i], "0x%lx", (unsigned long)f->pc[i]);
        argv[argc++] = pcs[i];
    }
    child = fork();
    if (child == 0) {
        dup2(fds[1], 1);
        close(fds[0]);
        close(fds[1]);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(fds[1]);
    *out = fdopen(fds[0], "r");
    return child;
}

/* Runs addr2line on the frames; fills places, outermost inlined last. Returns how many. */
static int resolve(const struct frames *f, struct place *places, int max)
{
    char line[512];
    FILE *out = NULL;
    pid_t child = start_addr2line(f, &out);
    int n = 0, odd = 0;

    while (out && n < max && fgets(line, sizeof line, out)) {
        if (odd)
            keep(places[n++].location, sizeof places[0].location, line);
        else
            keep(places[n].function, sizeof places[0].function, line);
        odd = !odd;
    }
    if (out)
        fclose(out);
    if (child > 0)
        waitpid(child, NULL, 0);
    return n;
}

/* Paths below the working directory are shown from there, without addr2line's discriminators. */
static const char *shorten(char *location)
{
    char cwd[512];
    char *extra = strstr(location, " (discriminator");

    if (extra)
        *extra = 0;
    if (getcwd(cwd, sizeof cwd)) {
        size_t n = strlen(cwd);

        if (strncmp(location, cwd, n) == 0 && location[n] == '/')
            return location + n + 1;
    }
    return location;
}

const char *native_where(uintptr_t pc, char *buf, size_t nbytes)
{
    struct frames f = {.pc = {pc - 1}, .n = 1};
    struct place place;

    if (native_is_guest_text(pc) && resolve(&f, &place, 1) == 1 && place.location[0] != '?')
        snprintf(buf, nbytes, "%s in %s", shorten(place.location), place.function);
    else
        snprintf(buf, nbytes, "address 0x%lx", (unsigned long)pc);
    return buf;
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

/* A line a frame, runs of the same place (recursion) in two; ends with notmain, because what called
 * it is libpi's start-up. */
static void print_places(struct place *places, int n)
{
    for (int i = 0, number = 0; i < n; i++) {
        int same = 1;

        if (strstr(places[i].location, "emu/native/guest/") || places[i].location[0] == '?')
            continue; /* the harness's own part of the program */
        while (i + same < n && same_place(&places[i], &places[i + same]))
            same++;
        fprintf(stderr, "emu:   #%d %s at %s\n", number, places[i].function,
                shorten(places[i].location));
        if (same > 1)
            fprintf(stderr, "emu:   ... %d more calls of the same\n", same - 1);
        number += same;
        if (strcmp(places[i].function, "notmain") == 0)
            break;
        i += same - 1;
    }
}

void native_report(const char *what, void *context, uintptr_t pc)
{
    struct frames f = {.n = 0};
    struct place places[MAX_INLINED];
    int n;

    fflush(NULL);
    fprintf(stderr, "emu: %s\n", what);
    if (!context || native_is_guest_text(pc))
        _Unwind_Backtrace(collect, &f); /* from the host's side it leads through the gate */
    if (f.n == 0) {
        if (context && !native_is_guest_text(pc))
            pc = caller_of_bad_jump(context);
        if (!native_is_guest_text(pc))
            return;
        f.pc[f.n++] = pc - 1;
    }
    n = resolve(&f, places, MAX_INLINED);
    print_places(places, n);
    if (n == 0) {
        for (int i = 0; i < f.n; i++)
            fprintf(stderr, "emu:   #%d pc 0x%lx\n", i, (unsigned long)f.pc[i]);
        fprintf(stderr, "emu:   (install binutils: addr2line names function, file and line)\n");
    }
    if (f.skipped)
        fprintf(stderr, "emu:   ... and %d more frames\n", f.skipped);
}
