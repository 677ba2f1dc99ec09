/* Waiting for a variable that the handler sets, with calls in the loop that let no time pass. */
#include "part.inc"
#include "rpi-thread.h"

static volatile unsigned turns;

static void by_barrier(void)
{
    start_timer(once, 10);
    while (!count)
        dev_barrier();
    printk("barriers: %d\n", count);
    stop_timer();
}

static void by_handler(unsigned pc)
{
    once(pc);
    if (count < 20)
        in_us(C1, 1000);
}

static void often(void)
{
    start_timer(by_handler, 1000);
    while (count < 20)
        dmb();
    printk("often: %d\n", count);
    stop_timer();
}

static void other(void *arg)
{
    (void)arg;
    while (!count) {
        turns++;
        rpi_yield();
    }
}

static void yields(void)
{
    start_timer(once, 10);
    rpi_fork(other, 0);
    rpi_fork(other, 0);
    rpi_thread_start();
    printk("yields: %d\n", count);
    stop_timer();
}

void notmain(void)
{
    set_up();
    cpsr_int_enable();
    by_barrier();
    often();
    yields();
    clean_reboot();
}
