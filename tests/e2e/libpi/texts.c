/* The texts of the checks: TEXT says which. */
#include "rpi.h"

static int seven(void)
{
    printk("[seven]");
    return 7;
}

void notmain(void)
{
    uart_init();
    (void)seven;
#if TEXT == 1
    panic("value=%d", 3);
#elif TEXT == 2
    assert(1 == 1);
    assert(1 > 2);
#elif TEXT == 3
    demand(1 == 1, fine);
    demand(1 == 2, one is not two);
#elif TEXT == 4
    demand(1 == 2, "got %d", seven());
#elif TEXT == 5
    debug("value=%d\n", 3);
#elif TEXT == 6
    unimplemented()
#elif TEXT == 7
    not_reached();
#elif TEXT == 8
    todo("later %d", 1);
#elif TEXT == 9
    trace("value=%d\n", seven());
#elif TEXT == 10
    trace_nofn("value=%d\n", seven());
#elif TEXT == 11
    pi_trace("value=%d\n", seven());
#elif TEXT == 12
    trace_clean_exit("bye %d\n", 1);
#elif TEXT == 13
    trace_panic("bad %d\n", 1);
#elif TEXT == 14
    output("value=%d\n", 3);
    debug_output("value=%d\n", 3);
#endif
}
