/* Stacks of the program; see stacks.h. The heap is announced in the program's own frames
 * (guest/heap.c). */
#include "emu/native/stacks.h"

#include <stdlib.h>

#include "emu/native/gate.h"
#include "emu/native/valgrind-request.h"

/* AddressSanitizer's public interface; null when the program was built without it. */
__attribute__((weak)) void __sanitizer_start_switch_fiber(void **save, const void *bottom,
                                                          size_t n);
__attribute__((weak)) void __sanitizer_finish_switch_fiber(void *save, const void **bottom,
                                                           size_t *n);
const char *__asan_default_options(void);

/* Leak checking finds nothing in a program without malloc, and is fatal under gdb. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0:detect_stack_use_after_return=0:allow_user_segv_handler=1";
}

static struct stack {
    uintptr_t lo;
    size_t nbytes;
} * known, running;
static size_t count, room;

enum { QUICK_FRAMES = 512 }; /* bytes: what a quick access may need */

void stacks_made(uintptr_t lo, size_t nbytes)
{
    /* valgrind gives up unwinding less than 512 bytes below the end: the one it is told is higher.
     */
    valgrind_request(VG_STACK_REGISTER, lo, lo + nbytes + 1023, 0, 0);
    for (size_t i = 0; i < count; i++) {
        if (known[i].lo == lo) {
            known[i].nbytes = nbytes;
            return;
        }
    }
    if (count == room) {
        size_t more = room ? 2 * room : 16;
        struct stack *grown = realloc(known, more * sizeof *known);

        if (!grown)
            return; /* it stays unknown: no check, no harm */
        known = grown;
        room = more;
    }
    known[count++] = (struct stack){lo, nbytes};
}

void stacks_run(uintptr_t sp)
{
    running = (struct stack){0, 0};
    for (size_t i = 0; i < count; i++) {
        /* The innermost: thread stacks lie inside what the main stack may grow to. */
        if (sp - known[i].lo <= known[i].nbytes &&
            (!running.nbytes || known[i].nbytes < running.nbytes))
            running = known[i];
    }
    emu_quick.stack = running.lo + QUICK_FRAMES;
    if (__sanitizer_start_switch_fiber && running.nbytes) {
        void *save = NULL;

        __sanitizer_start_switch_fiber(&save, (void *)running.lo, running.nbytes);
        __sanitizer_finish_switch_fiber(save, NULL, NULL);
    }
}

uintptr_t stacks_running(size_t *nbytes)
{
    *nbytes = running.nbytes;
    return running.lo;
}

int stacks_overflowed(uintptr_t sp, size_t *nbytes)
{
    *nbytes = running.nbytes;
    return sp < running.lo;
}
