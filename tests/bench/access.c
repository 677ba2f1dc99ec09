/* N reads of a device register: by GET32, or by a plain dereference when TRAPPED is defined. */
#include "rpi.h"

enum { TIMER_LOW = 0x20003004 };

void notmain(void)
{
    for (unsigned i = 0; i < N; i++) {
#ifdef TRAPPED
        (void)*(volatile unsigned *)TIMER_LOW;
#else
        (void)GET32(TIMER_LOW);
#endif
    }
}
