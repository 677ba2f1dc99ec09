/* A mistake with one of kmalloc's blocks, named by -D; with NEAR what only looks like it. */
#include "rpi.h"

enum { COUNT = 10 };

#if defined ALIGNED
#define MAKE(n) kmalloc_aligned(n, 64)
#elif defined NOTZERO || defined UNDEFINED
#define MAKE(n) kmalloc_notzero(n)
#else
#define MAKE(n) kmalloc(n)
#endif

#if defined UNDERFLOW || defined FIRST
enum { NEAREST = 0, BEYOND = -1 };
#elif defined UNDEFINED
enum { NEAREST = 3, BEYOND = 4 };
#else
enum { NEAREST = COUNT - 1, BEYOND = COUNT };
#endif

#ifdef NEAR
enum { AT = NEAREST };
#else
enum { AT = BEYOND };
#endif

static void start_heap(void)
{
#ifdef ARENA
    static char arena[4096] __attribute__((aligned(8)));
    kmalloc_init_set_start(arena, sizeof arena);
#else
    kmalloc_init_mb(1);
#endif
}

void notmain(void)
{
    start_heap();
#ifndef FIRST
    volatile int *before = kmalloc(COUNT * sizeof *before);
    before[COUNT - 1] = 1;
#endif
    volatile int *a = MAKE(COUNT * sizeof *a); /* made */
    volatile int *after = kmalloc(sizeof *after);
    after[0] = 1;
#if defined READ || defined UNDEFINED
    a[3] = 2;
    if (a[AT] == 1) /* here */
        printk("one\n");
#else
    a[AT] = 5; /* here */
#endif
    printk("end\n");
}
