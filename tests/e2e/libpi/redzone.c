/* What every thread test of 2025 and 2026 begins with. */
#include "rpi.h"

#include "redzone.h"

void notmain(void)
{
    redzone_init();
    redzone_check("first");
    nop();
    printk("checked %d\n", redzone_check(0));
}
