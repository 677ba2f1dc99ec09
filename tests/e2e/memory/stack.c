/* A stack that becomes too large, by calls or by one array; with NEAR almost. */
#include "rpi.h"
#include "rpi-thread.h"

#if defined MAIN
enum { LIMIT = 8 << 20, KEPT = 256 << 10 };
#else
enum { LIMIT = 8 << 10, KEPT = 2 << 10 };
#endif

static unsigned depth;
static volatile int go_on = 1;

static int deep(volatile char *above)
{
    volatile char mine[64];
    mine[0] = above[0];
    depth++;
#ifdef NEAR
    if (depth == (LIMIT - KEPT) / 256)
        return 0;
#endif
    return go_on ? deep(mine) + mine[0] : 0; /* here */
}

static int wide(void)
{
#ifdef NEAR
    volatile char all[LIMIT - KEPT];
#else
    volatile char all[LIMIT * 2];
#endif
    all[0] = 1; /* here */
    printk("%d\n", all[0]);
    return all[0];
}

static void work(void *arg)
{
    volatile char first = 0;
    (void)arg;
#ifdef CALLS
    deep(&first);
#else
    first = wide();
#endif
    (void)deep;
    (void)wide;
    printk("end\n");
}

void notmain(void)
{
#ifdef MAIN
    work(0);
#else
    kmalloc_init_mb(1);
    rpi_fork(work, 0);
    rpi_thread_start();
#endif
}
