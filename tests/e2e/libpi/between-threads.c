/* A thread of 2022 and of 2024 has its stack pointer first and 8 KB of stack, as from 2023 on. */
#include "rpi-thread.h"

static void thread(void *arg)
{
    rpi_thread_t *t = rpi_cur_thread();
    printk("tid %d, arg %d, saved_sp first %d, stack %d\n", t->tid, *(int *)arg,
           (void *)&t->saved_sp == (void *)t, (int)sizeof t->stack);
}

void notmain(void)
{
    int n = 7;
    rpi_fork(thread, &n);
    rpi_thread_start();
}
