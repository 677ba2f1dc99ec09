/* wait-until.c - wait_until_usec in 2020, where no header declares it: programs of that year call
 * it under a declaration of their own, or define it. Later years have it in cycle-util.h. */
#include "cycle-util.h"
#include "internal.h"

#if LIBPI_YEAR == 2020

int wait_until_usec(int pin, int v, unsigned timeout_usec);

LIBPI_WEAK int wait_until_usec(int pin, int v, unsigned timeout_usec)
{
    unsigned start = timer_get_usec();
    while (GPIO_READ_RAW(pin) != (unsigned)v)
        if (timer_get_usec() - start > timeout_usec)
            return 0;
    return 1;
}

#endif
