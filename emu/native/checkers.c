/* What checkers must know of stacks; the heap is announced in the program's own frames
 * (guest/heap.c). */
#include "emu/native/checkers.h"

#include <stdlib.h>

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

int checkers_valgrind(void)
{
    static int known = -1;

    if (known < 0)
        known = valgrind_request(VG_RUNNING_ON_VALGRIND, 0, 0, 0, 0) != 0;
    return known;
}

/* The stacks announced so far, to tell AddressSanitizer the bounds of the one that runs. */
static struct stack {
    uintptr_t lo;
    size_t nbytes;
} * stacks;
static size_t nstacks, room;

static void remember(uintptr_t lo, size_t nbytes)
{
    for (size_t i = 0; i < nstacks; i++) {
        if (stacks[i].lo == lo) {
            stacks[i].nbytes = nbytes;
            return;
        }
    }
    if (nstacks == room) {
        size_t more = room ? 2 * room : 16;
        struct stack *grown = realloc(stacks, more * sizeof *stacks);

        if (!grown)
            return;
        stacks = grown;
        room = more;
    }
    stacks[nstacks++] = (struct stack){lo, nbytes};
}

void checkers_stack(uintptr_t lo, size_t nbytes)
{
    /* valgrind gives up unwinding less than 512 bytes below the end: the end it is told lies
     * higher. */
    valgrind_request(VG_STACK_REGISTER, lo, lo + nbytes + 1023, 0, 0);
    if (__sanitizer_start_switch_fiber)
        remember(lo, nbytes);
}

void checkers_stack_runs(uintptr_t addr)
{
    if (!__sanitizer_start_switch_fiber)
        return;
    for (size_t i = 0; i < nstacks; i++) {
        if (addr - stacks[i].lo <= stacks[i].nbytes) {
            void *save = NULL;

            __sanitizer_start_switch_fiber(&save, (void *)stacks[i].lo, stacks[i].nbytes);
            __sanitizer_finish_switch_fiber(save, NULL, NULL);
            return;
        }
    }
}
