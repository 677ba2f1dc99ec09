/* Prints when pins 21 and 22 change; ends when 23 goes high. */
#include "rpi.h"

enum { MAX_CHANGES = 100, LEVELS = 0x20200034 };

static unsigned at[MAX_CHANGES], level[MAX_CHANGES];

void notmain(void)
{
    unsigned n = 0, was = 0;

    for (unsigned pin = 21; pin <= 23; pin++)
        gpio_set_input(pin);
    while (!gpio_read(23)) {
        unsigned now = GET32(LEVELS) >> 21 & 3;
        if (now != was && n < MAX_CHANGES) {
            at[n] = timer_get_usec();
            level[n++] = now;
        }
        was = now;
    }
    for (unsigned i = 0; i < n; i++)
        printk("%d us: %d%d\n", at[i], level[i] & 1, level[i] >> 1);
}
