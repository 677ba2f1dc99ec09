/* Variables of a function; with NEAR as they should be. */
#include "rpi.h"

void notmain(void)
{
    volatile int values[4], at = 4, by = 31;
    for (int i = 0; i < 4; i++)
        values[i] = i;
#ifdef NEAR
    at = 3;
    values[2] = 1;
#elif defined SHIFT
    by = 32;
#endif
#if defined UNDEFINED
    volatile int other[4];
#ifdef NEAR
    other[2] = 1;
#endif
    if (other[2] == 77) /* here */
        printk("seventy-seven\n");
#elif defined SHIFT
    printk("%d\n", 1u << by); /* here */
#else
    values[at] = 1; /* here */
#endif
    printk("end\n");
}
