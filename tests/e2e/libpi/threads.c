/* Order of threads: fork, yield, exit, return, fork from a thread, a second start. */
#include "rpi.h"
#include "rpi-thread.h"

#if LIBPI_YEAR == 2019
#define START() rpi_thread_start(0)
#else
#define START() rpi_thread_start()
#endif

static void leaf(void *arg)
{
    printk("leaf %d runs as %d\n", *(int *)arg, rpi_cur_thread()->tid);
}

static void worker(void *arg)
{
    int me = *(int *)arg;
    char on_stack[4096];
    memset(on_stack, me, sizeof on_stack);
    printk("worker %d begins\n", me);
    rpi_yield();
    if (me == 1)
        rpi_fork(leaf, arg);
    printk("worker %d again, its stack is whole: %d\n", me,
           on_stack[0] == me && on_stack[4095] == me);
    rpi_yield();
    printk("worker %d ends\n", me);
    if (me == 2)
        rpi_exit(0);
}

#ifdef OVERFLOW
/* Down to a few bytes below the stack. */
static int deep(void)
{
    volatile char frame[32];
    for (unsigned i = 0; i < sizeof frame; i++)
        frame[i] = 1;
    return ((char *)frame > (char *)rpi_cur_thread()->stack ? deep() : 0) + frame[0];
}

static void overflow(void *arg)
{
    (void)arg;
    rpi_fork(leaf, arg);
    deep();
    rpi_yield();
}
#endif

void notmain(void)
{
    static int ids[] = {1, 2, 3};

    uart_init();
#if LIBPI_YEAR == 2025
    kmalloc_init(1);
#elif LIBPI_YEAR >= 2020
    kmalloc_init();
#endif
    START();
    printk("nothing to run\n");
#ifdef OVERFLOW
    rpi_fork(overflow, &ids[0]);
    START();
#endif
    for (int i = 0; i < 3; i++)
        rpi_fork(worker, &ids[i]);
    printk("none runs yet: %d\n", rpi_cur_thread() == 0);
    START();
    rpi_thread_t *t = rpi_fork(leaf, &ids[2]);
    printk("tid %d\n", t->tid);
    START();
    printk("back\n");
    clean_reboot();
}
