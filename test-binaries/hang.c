/* hang.c - never ends. */
#include "rpi.h"

void notmain(void)
{
    printk("hanging\n");
    for (;;)
        gcc_mb();
}
