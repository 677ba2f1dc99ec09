/* A block that kfree_all has taken back; with NEAR one that was made since. */
#include "rpi.h"

void notmain(void)
{
    kmalloc_init();
    volatile char *p = 0;
    for (int i = 0; i < 3; i++) {
        p = kmalloc(100);
        p[99] = 1;
        kfree_all();
    }
#ifdef NEAR
    p = kmalloc(100);
#endif
    p[1] = 2; /* here */
    printk("end\n");
}
