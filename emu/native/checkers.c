/* Requests to valgrind (the magic instruction sequence of its client interface, "Valgrind User
 * Manual" 3.1) and to AddressSanitizer (its public interface, taken when linked in). */
#include "emu/native/checkers.h"

#include <stdlib.h>

#include "emu/native/native.h"

enum {
    VG_RUNNING_ON_VALGRIND = 0x1001,
    VG_MALLOCLIKE_BLOCK = 0x1301,
    VG_FREELIKE_BLOCK = 0x1302,
    VG_STACK_REGISTER = 0x1501,
    VG_MEMCHECK = ('M' << 24) | ('C' << 16),
    VG_MAKE_MEM_NOACCESS = VG_MEMCHECK,
    VG_MAKE_MEM_UNDEFINED,
    VG_MAKE_MEM_DEFINED,
};

static uintptr_t request(uintptr_t which, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d)
{
    volatile uintptr_t args[6] = {which, a, b, c, d, 0};
    uintptr_t result = 0;

#if defined(__x86_64__)
    __asm__ volatile("rolq $3, %%rdi; rolq $13, %%rdi; rolq $61, %%rdi; rolq $51, %%rdi\n\t"
                     "xchgq %%rbx, %%rbx"
                     : "=d"(result)
                     : "a"(args), "0"(result)
                     : "cc", "memory");
#elif defined(__i386__)
    __asm__ volatile("roll $3, %%edi; roll $13, %%edi; roll $29, %%edi; roll $19, %%edi\n\t"
                     "xchgl %%ebx, %%ebx"
                     : "=d"(result)
                     : "a"(args), "0"(result)
                     : "cc", "memory");
#elif defined(__aarch64__)
    register volatile uintptr_t *x4 __asm__("x4") = args;
    register uintptr_t x3 __asm__("x3") = result;
    __asm__ volatile("ror x12, x12, #3; ror x12, x12, #13; ror x12, x12, #51; ror x12, x12, #61\n\t"
                     "orr x10, x10, x10"
                     : "+r"(x3)
                     : "r"(x4)
                     : "cc", "memory", "x12", "x10");
    result = x3;
#endif
    return result;
}

/* AddressSanitizer's public interface; null when the program was built without it. */
__attribute__((weak)) void __asan_poison_memory_region(void const volatile *p, size_t n);
__attribute__((weak)) void __asan_unpoison_memory_region(void const volatile *p, size_t n);
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
        known = request(VG_RUNNING_ON_VALGRIND, 0, 0, 0, 0) != 0;
    return known;
}

int checkers_any(void)
{
    return checkers_valgrind() || __asan_poison_memory_region != NULL;
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
    request(VG_STACK_REGISTER, lo, lo + nbytes + 1023, 0, 0);
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

void checkers_heap(uintptr_t lo, size_t nbytes)
{
    request(VG_MAKE_MEM_NOACCESS, lo, nbytes, 0, 0);
    if (__asan_poison_memory_region)
        __asan_poison_memory_region((void *)lo, nbytes);
}

void checkers_block(uintptr_t p, size_t nbytes)
{
    /* Announced before kmalloc clears it: writable at once, and defined once cleared. */
    request(VG_MALLOCLIKE_BLOCK, p, nbytes, 0, 0);
    if (__asan_unpoison_memory_region)
        __asan_unpoison_memory_region((void *)p, nbytes);
}

void checkers_freed(uintptr_t lo, size_t nbytes)
{
    checkers_heap(lo, nbytes);
}
