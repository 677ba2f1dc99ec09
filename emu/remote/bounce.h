/* emu/remote/bounce.h - the memory that bus masters of the Pi use in the program's name.
 *
 * The program's RAM is on the laptop, but mailbox messages and DMA control blocks name addresses
 * that the Pi's firmware and DMA engine read and write. Messages, control blocks and the data they
 * name are copied to the bounce buffer of the device loop, the addresses changed, and what the Pi
 * wrote there is copied back when the program sees that it is done. The rules are in docs/wire.md,
 * what a program can tell in docs/laptop.md. */
#ifndef EMU_REMOTE_BOUNCE_H
#define EMU_REMOTE_BOUNCE_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/remote/link.h"
#include "emu/remote/shadow.h"

enum bounce_result {
    BOUNCE_TRAVELS = 0, /* the access is made as *a says now */
    BOUNCE_DONE = 1,    /* it was made, or left out: nothing travels; of a read, a->value is set */
};

enum {
    BOUNCE_MESSAGES = 16, /* two mailboxes of 8 words */
    BOUNCE_CHANNELS = 16, /* of the DMA engine */
    BOUNCE_ROOMS = BOUNCE_MESSAGES + BOUNCE_CHANNELS,
};

struct bounce_room {
    uint32_t at, nbytes; /* at: offset in the bounce buffer */
};

struct bounce_message {
    uint32_t word; /* as the program wrote it: address and channel */
    uint32_t at, nbytes;
    uint8_t *original; /* as the program sent it, if something was left out; else null */
};

struct bounce_transfer; /* bounce-internal.h */

struct bounce_channel {
    uint32_t conblk;  /* as the program wrote it last */
    uint8_t armed;    /* it was written and not started yet */
    uint8_t asked;    /* since the start the program looked whether it is over */
    uint8_t paused;   /* by the program */
    uint8_t live;     /* started, and something is still to be copied back or to end */
    uint8_t outwards; /* it writes to peripherals */
    struct bounce_transfer *transfer; /* the last one, or null */
};

struct bounce {
    void *self; /* argument of the two below; all three are the owner's to set */
    /* Program RAM, nbytes from addr on (an address of the ARM's), to be read, or written, too:
     * where that is in this process; null: it is not all such RAM. */
    void *(*memory)(void *self, uint32_t addr, uint32_t nbytes, int write);
    /* Something that was asked of a bus master was left out or cannot work; one line. */
    void (*remark)(void *self, const char *text);

    struct link *link;
    struct shadow *shadow;
    int alone; /* each operation is waited for */
    unsigned nrooms;
    struct bounce_room room[BOUNCE_ROOMS]; /* by rising offset */
    unsigned nmessages;
    struct bounce_message message[BOUNCE_MESSAGES]; /* not answered yet, oldest first */
    struct bounce_message answered;                 /* the last one that was */
    struct bounce_channel channel[BOUNCE_CHANNELS];
    unsigned live; /* channels that are */
    uint8_t said_memory;
};

/* For a link that greeted; link and shadow are borrowed. alone: see above. */
void bounce_init(struct bounce *b, struct link *link, struct shadow *shadow, int alone);

/* Before a write: may change a->value to what the Pi shall get. enum bounce_result, or a negative
 * enum link_error. Waits for the Pi only when a DMA channel is written that has not ended. */
int bounce_write(struct bounce *b, struct bus_access *a);

/* Before a read: enum bounce_result, or a negative enum link_error. Waits for the answer of what it
 * takes care of. */
int bounce_read(struct bounce *b, struct bus_access *a);

/* After a read that travelled: copies back what its value says is done, and changes addresses in
 * a->value to the program's. Whether anything was asked of the Pi (1) or not (0), or a negative
 * enum link_error. Waits. */
int bounce_saw_read(struct bounce *b, struct bus_access *a);

/* The program let time pass: looks whether transfers are over that it does not ask about. As
 * bounce_saw_read. */
int bounce_time_passed(struct bounce *b);

#endif
