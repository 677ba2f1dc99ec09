/* kmalloc.c - a heap that only grows: one pointer moves up. Freeing is not modelled, but for the
 * whole heap in 2019 and 2020. */
#include "internal.h"
#include "memmap.h"

enum { ALIGNMENT = 8 };

static char *heap_start, *heap_next, *heap_end;

static uintptr_t round_up(uintptr_t x, uintptr_t to)
{
    return (x + to - 1) & ~(to - 1);
}

/* What lies in front of the first block is not to be touched either. */
static char *first_block(void)
{
    return heap_start + libpi_heap_redzone();
}

static void set_heap(uintptr_t start, uintptr_t end)
{
    heap_start = (char *)start;
    heap_next = first_block();
    heap_end = (char *)end;
    libpi_heap_made(heap_start, heap_end - heap_start);
}

/* A program need not set the heap up. */
static void need_heap(void)
{
    if (heap_start)
        return;
#if LIBPI_YEAR <= 2020
    set_heap((uintptr_t)__heap_start__, LIBPI_HEAP_LIMIT);
#else
    set_heap((uintptr_t)LIBPI_HEAP_START, (uintptr_t)LIBPI_HEAP_START + 64 * LIBPI_MB);
#endif
}

static void *allocate(unsigned nbytes, unsigned alignment)
{
    need_heap();
    demand(alignment && (alignment & (alignment - 1)) == 0,
           "kmalloc_aligned: alignment %d is not a power of two", alignment);
    if (alignment < ALIGNMENT)
        alignment = ALIGNMENT;
    uintptr_t start = round_up((uintptr_t)heap_next, alignment);
    uintptr_t end = (uintptr_t)heap_end;
    uintptr_t need = round_up((uintptr_t)nbytes + libpi_heap_redzone(), ALIGNMENT);
    if (start > end || need < nbytes || need > end - start)
        panic("kmalloc: out of memory: %d bytes wanted, %d left of %d; start a larger heap "
              "(kmalloc_init_mb, kmalloc_init_set_start)\n",
              nbytes, (unsigned)(end - (uintptr_t)heap_next), (unsigned)(heap_end - heap_start));
    heap_next = (char *)(start + need);
    libpi_heap_block((void *)start, nbytes);
    return (void *)start;
}

LIBPI_WEAK void *kmalloc(unsigned nbytes)
{
    return kmalloc_aligned(nbytes, ALIGNMENT);
}

LIBPI_WEAK void *kmalloc_aligned(unsigned nbytes, unsigned alignment)
{
    void *p = allocate(nbytes, alignment);
    memset(p, 0, nbytes);
    return p;
}

#if LIBPI_YEAR <= 2020

LIBPI_WEAK void kfree(void *p)
{
    (void)p;
}

LIBPI_WEAK void kfree_all(void)
{
    need_heap();
    heap_next = first_block();
    libpi_heap_freed(heap_start, heap_end - heap_start);
}

#endif

#if LIBPI_YEAR == 2019

LIBPI_WEAK void kfree_after(void *p)
{
    need_heap();
    demand((char *)p >= heap_start && (char *)p <= heap_next, kfree_after : not in the heap);
    libpi_heap_freed(p, heap_next - (char *)p);
    heap_next = p;
}

/* The heap begins at addr, which must not lie before what is in use. */
LIBPI_WEAK void kmalloc_set_start(unsigned addr)
{
    need_heap();
    demand((char *)(uintptr_t)addr >= heap_next, kmalloc_set_start : would overwrite the heap);
    set_heap(round_up(addr, ALIGNMENT), LIBPI_HEAP_LIMIT);
}

LIBPI_WEAK void *kmalloc_heap_start(void)
{
    return __heap_start__;
}

LIBPI_WEAK void *kmalloc_heap_end(void)
{
    need_heap();
    return heap_next;
}

#elif LIBPI_YEAR == 2020

LIBPI_WEAK void kmalloc_init(void)
{
    set_heap((uintptr_t)__heap_start__, LIBPI_HEAP_LIMIT);
}

LIBPI_WEAK void kmalloc_init_set_start(unsigned addr)
{
    set_heap(round_up(addr, ALIGNMENT), LIBPI_HEAP_LIMIT);
}

LIBPI_WEAK void *kmalloc_heap_ptr(void)
{
    need_heap();
    return heap_next;
}

#else

LIBPI_WEAK void *kmalloc_notzero(unsigned nbytes)
{
    return allocate(nbytes, ALIGNMENT);
}

LIBPI_WEAK void kmalloc_init_set_start(void *addr, unsigned max_nbytes)
{
    uintptr_t start = (uintptr_t)addr;
    set_heap(round_up(start, ALIGNMENT), start + max_nbytes);
}

LIBPI_WEAK void *kmalloc_heap_ptr(void)
{
    need_heap();
    return heap_next;
}

LIBPI_WEAK void *kmalloc_heap_start(void)
{
    need_heap();
    return heap_start;
}

LIBPI_WEAK void *kmalloc_heap_end(void)
{
    need_heap();
    return heap_end;
}

#endif
