/* pi-side/loop-internal.h - between the parts of the device loop: the line, control frames,
 * operations. */
#ifndef PI_SIDE_LOOP_INTERNAL_H
#define PI_SIDE_LOOP_INTERNAL_H

#include "pi-side/loop-protocol.h"

uint32_t loop_now(struct loop *l, const struct loop_port *port);

void loop_send(const struct loop_port *port, const uint8_t *bytes, size_t nbytes);
void loop_send_control(struct loop *l, const struct loop_port *port, enum control kind,
                       const void *body, size_t nbytes);

/* A test's returns: with *l zero. */
void loop_reboot(struct loop *l, const struct loop_port *port);

static inline struct frame_gather *loop_slot(struct loop *l, unsigned n)
{
    return &l->queue[(l->session.first + n) % (FRAME_WINDOW + 1)];
}

/* The frame that is being collected. */
static inline struct frame_gather *loop_collector(struct loop *l)
{
    return loop_slot(l, l->session.queued);
}

/* A control frame whose check holds. */
void loop_control(struct loop *l, const struct loop_port *port, const struct frame *f);

/* Something came that is no frame. */
void loop_damage(struct loop *l);

/* Goes back to an earlier speed when it is time. */
void loop_watch_speed(struct loop *l, const struct loop_port *port);

/* The next operation of the first frame of the queue, or the next read of a poll. */
void loop_execute(struct loop *l, const struct loop_port *port);
void loop_poll(struct loop *l, const struct loop_port *port);

/* Looks for a pending interrupt; repeats an event that is due. */
void loop_watch_interrupts(struct loop *l, const struct loop_port *port);

#endif
