/* The heap's announcements, made in the program's own frames so that a checker's report shows which
 * kmalloc a block came from. */
#include "emu/native/gate.h"
#include "emu/native/valgrind-request.h"
#include "libpi-port.h"

#define WEAK __attribute__((weak))

/* A red zone makes an overflow of one block miss the next; without a checker addresses are the
 * Pi's. */
enum { RED_ZONE = 16 };

/* AddressSanitizer's public interface; null when the program was built without it. */
WEAK void __asan_poison_memory_region(void const volatile *p, unsigned long n);
WEAK void __asan_unpoison_memory_region(void const volatile *p, unsigned long n);

WEAK uint32_t libpi_heap_redzone(void)
{
    return __asan_poison_memory_region || valgrind_request(VG_RUNNING_ON_VALGRIND, 0, 0, 0, 0)
               ? RED_ZONE
               : 0;
}

/* The pool valgrind knows the heap by; its blocks are freed all at once, as kfree_all does. */
static uintptr_t pool;

WEAK void libpi_heap_made(void *lo, uint32_t nbytes)
{
    if (pool)
        valgrind_request(VG_DESTROY_MEMPOOL, pool, 0, 0, 0);
    pool = (uintptr_t)lo;
    valgrind_request(VG_MAKE_MEM_NOACCESS, pool, nbytes, 0, 0);
    valgrind_request(VG_CREATE_MEMPOOL, pool, RED_ZONE, 0, 0);
    if (__asan_poison_memory_region)
        __asan_poison_memory_region(lo, nbytes);
}

/* Called before kmalloc clears the block: writable at once, defined once cleared. */
WEAK void libpi_heap_block(void *p, uint32_t nbytes)
{
    valgrind_request(VG_MEMPOOL_ALLOC, pool, (uintptr_t)p, nbytes, 0);
    if (__asan_unpoison_memory_region)
        __asan_unpoison_memory_region(p, nbytes);
}

WEAK void libpi_heap_freed(void *lo, uint32_t nbytes)
{
    libpi_heap_made(lo, nbytes);
}
