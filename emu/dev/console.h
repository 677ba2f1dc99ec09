/* emu/dev/console.h - what a UART model has at the other end of its wire. The model holds no file
 * descriptor; whoever fills this in does. Any member may be null. */
#ifndef EMU_DEV_CONSOLE_H
#define EMU_DEV_CONSOLE_H

#include <stdint.h>

struct dev_console {
    void *self;

    /* How many bytes wait to be received (any number above 8 may be reported as 8). Must not block:
     * asked at every look at a status register. The bytes stay outside, unlost, until get. */
    unsigned (*waiting)(void *self);

    /* Takes the next of them; called only after waiting said there is one. */
    uint8_t (*get)(void *self);

    /* A byte the program sent. */
    void (*put)(void *self, uint8_t byte);

    /* The program looked at a status register, or took a byte, and found nothing to receive, for
     * the `times`-th time in a row with nothing sent in between. A host that waits for its user may
     * sleep here until a byte comes - if the program looks at nothing else meanwhile (struct bus's
     * count of accesses rises by one between calls), so that a loop with a time-out of its own is
     * not held up. */
    void (*polled_in_vain)(void *self, uint32_t times);

    /* waiting and put for quick accesses (emu/core/quick.h), on the program's stack: in a few
     * instructions, without a system call. Both return -1 where more is to be done: nothing
     * happened then, and the other two have to be called. Null: always. */
    int (*quick_waiting)(void *self);
    int (*quick_put)(void *self, uint8_t byte);
};

#endif
