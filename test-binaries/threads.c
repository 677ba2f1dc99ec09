/* threads.c - three threads take turns; each counts on its own 8 KB stack. */
#include "rpi-thread.h"
#include "rpi.h"

enum { THREADS = 3, TURNS = 4 };

static unsigned total;

static void count(void *arg)
{
    unsigned step = *(unsigned *)arg;
    unsigned sum = 0;
    for (int turn = 1; turn <= TURNS; turn++) {
        sum += step;
        printk("thread %d turn %d: sum %d\n", rpi_tid(), turn, sum);
        rpi_yield();
    }
    total += sum;
    if (step == 2)
        rpi_exit(0);
}

void notmain(void)
{
    static unsigned steps[THREADS] = {1, 2, 3};

    kmalloc_init_mb(1);
    for (int i = 0; i < THREADS; i++)
        rpi_fork(count, &steps[i]);
    rpi_thread_start();
    printk("all threads done: total %d\n", total);

    rpi_fork(count, &steps[0]);
    rpi_thread_start();
    printk("one more done: total %d\n", total);
}
