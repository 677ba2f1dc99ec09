/* emu/dev/mailbox.h - the two mailboxes between the ARM and the GPU: 0 is read by the ARM, 1
 * written. "Raspberry Pi firmware wiki", Mailboxes; their interrupt bits as in Linux's
 * arm_control.h. */
#ifndef EMU_DEV_MAILBOX_H
#define EMU_DEV_MAILBOX_H

#include <stdint.h>

#include "emu/core/bus.h"
#include "emu/core/clock.h"
#include "emu/core/irq.h"
#include "emu/dev/firmware.h"
#include "emu/dev/spin.h"

enum {
    DEV_MAILBOX_BASE = 0x2000b880,
    DEV_MAILBOX_WORDS = 8,
    DEV_MAILBOX_MESSAGE_NS = 20000, /* from a write to its answer: assumed, nobody measured it */
};

/* Words on their way, the oldest first: those whose time has come are in mailbox 0, as far as it
 * has room, the others in mailbox 1. */
struct dev_mailbox_state {
    uint32_t word[2 * DEV_MAILBOX_WORDS];
    uint64_t at_ns[2 * DEV_MAILBOX_WORDS]; /* when the answer comes */
    uint8_t count;
    uint32_t config[2];
};

struct dev_mailbox {
    struct bus_target target;
    struct irq_line irq; /* line IRQ_ARM + 1 */
    struct clock *clock;
    struct clock_alarm alarm;
    struct dev_spin spin;
    struct dev_firmware firmware;
    struct dev_mailbox_state s;
};

/* Makes mailboxes on the clock (borrowed), and the firmware behind them, which reads and writes
 * memory. */
void dev_mailbox_init(struct dev_mailbox *d, struct clock *c, const struct memory *memory);

void dev_mailbox_reset(struct dev_mailbox *d);

#endif
