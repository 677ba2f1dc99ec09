/* The handler notes how far a loop has come that touches no device: SPIN times round at most.
 * QUIET: but does not tell. */
#include "part.inc"

#ifndef SPIN
#define SPIN 100000000
#endif

static volatile unsigned n, seen[5];

static void note(unsigned pc)
{
    if (count < 5)
        seen[count] = n;
    once(pc);
    in_us(C1, 1000);
}

void notmain(void)
{
    set_up();
    start_timer(note, 1000);
    while (count < 5 && n < SPIN)
        n++;
    gpio_set_output(20);
    gpio_set_on(20);
    stop_timer();
#ifndef QUIET
    for (int i = 0; i < 5; i++)
        printk("%d\n", seen[i]);
#endif
    printk("%d interrupts\n", count);
}
