/* panic.c - a failed check ends the program and says where. */
#include "rpi.h"

void notmain(void)
{
    int answer = 41;
    printk("about to panic\n");
    if (answer != 42)
        panic("the answer is %d\n", answer);
    printk("not reached\n");
}
