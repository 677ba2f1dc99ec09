/* What the device loop does outside the sequence of data frames: greetings, the line's speed,
 * counts. */
#include "pi-side/loop-internal.h"

#include "wire/boot.h"
#include "wire/words.h"

enum {
    CLOCK_HZ = 250000000 / 8, /* BCM2835 ARM Peripherals p. 11 */
    MAX_DIVISOR = 0x10000,
    BAUD_ERROR_PERCENT = 3, /* of ten bits: a third of one */
};

static void end_session(struct loop *l)
{
    l->session = (struct loop_session){0};
    loop_collector(l)->used = 0;
    loop_collector(l)->bad = 0;
    l->complaint = 0;
}

static void start_session(struct loop *l, uint32_t nonce)
{
    struct loop_session *s = &l->session;

    end_session(l);
    s->exists = 1;
    s->nonce = nonce;
    s->last = l->now;
    frame_key_init(&s->key, nonce);
    dict_init(&s->dict);
}

/* A greeting may be repeated or late: one that names the running session leaves it as it is. */
static void hello(struct loop *l, const struct loop_port *port, const struct frame *f)
{
    uint32_t nonce = wire_word(f->body + 2);
    uint8_t body[14] = {WIRE_VERSION & 0xFF, WIRE_VERSION >> 8};

    if ((f->body[0] | f->body[1] << 8) != WIRE_VERSION)
        end_session(l);
    else if (!l->session.exists || nonce != l->session.nonce)
        start_session(l, nonce);
    wire_put_word(body + 2, nonce);
    wire_put_word(body + 6, port->bounce_addr);
    wire_put_word(body + 10, port->bounce_bytes);
    loop_send_control(l, port, CTL_WELCOME, body, sizeof body);
}

static void stats(struct loop *l, const struct loop_port *port)
{
    uint8_t body[16];

    wire_put_word(body, l->session.accesses);
    wire_put_word(body + 4, l->session.repeated);
    wire_put_word(body + 8, l->lost);
    wire_put_word(body + 12, l->session.damaged);
    loop_send_control(l, port, CTL_STATS, body, sizeof body);
}

/* ---- speed ---- */

/* By adding: the Pi has no instruction that divides. */
uint32_t loop_baud_divisor(uint32_t baud)
{
    uint32_t divisor = 1, error;

    if (baud <= CLOCK_HZ / MAX_DIVISOR || baud > CLOCK_HZ)
        return 0;
    while (baud * divisor + baud / 2 <= CLOCK_HZ)
        divisor++;
    error = baud * divisor > CLOCK_HZ ? baud * divisor - CLOCK_HZ : CLOCK_HZ - baud * divisor;
    return error <= CLOCK_HZ / 100 * BAUD_ERROR_PERCENT ? divisor : 0;
}

static void change_speed(struct loop *l, const struct loop_port *port, uint32_t baud)
{
    l->trial = 0;
    l->damages = 0;
    if (port->set_baud(port->self, baud ? baud : BOOT_BAUD))
        return;
    l->baud = baud;
    loop_collector(l)->used = 0;
    loop_collector(l)->bad = 0;
}

static void answer_speed(struct loop *l, const struct loop_port *port, uint32_t baud)
{
    uint8_t body[4];

    wire_put_word(body, baud);
    loop_send_control(l, port, CTL_SPEED, body, sizeof body);
}

static void speed(struct loop *l, const struct loop_port *port, uint32_t baud)
{
    uint32_t wanted = baud == BOOT_BAUD ? 0 : baud, before = l->baud;

    if (!loop_baud_divisor(baud)) {
        answer_speed(l, port, 0);
        return;
    }
    answer_speed(l, port, baud);
    if (wanted == before) /* asked twice */
        return;
    if (l->trial)
        before = l->baud_before;
    change_speed(l, port, wanted);
    if (l->baud != wanted) {
        answer_speed(l, port, 0);
        return;
    }
    l->baud_before = before;
    l->trial = l->baud != before;
    l->trial_start = loop_now(l, port);
}

void loop_watch_speed(struct loop *l, const struct loop_port *port)
{
    if (l->trial && l->now - l->trial_start >= SPEED_TRIAL_MS * 1000)
        change_speed(l, port, l->baud_before);
    if (l->damages && l->now - l->first_damage >= LOOP_RETREAT_US) {
        if (l->baud && l->damages == 2)
            change_speed(l, port, 0);
        l->damages = 0;
    }
}

void loop_control(struct loop *l, const struct loop_port *port, const struct frame *f)
{
    switch (f->low) {
    case CTL_HELLO:
        if (f->nbytes >= 6)
            hello(l, port, f);
        break;
    case CTL_REBOOT:
        loop_send_control(l, port, CTL_REBOOT, NULL, 0);
        loop_reboot(l, port);
        break;
    case CTL_SPEED:
        if (f->nbytes == 4)
            speed(l, port, wire_word(f->body));
        break;
    case CTL_KEEP:
        l->trial = 0;
        loop_send_control(l, port, CTL_KEEP, NULL, 0);
        break;
    case CTL_PROBE:
        loop_send_control(l, port, CTL_PROBE, f->body, f->nbytes);
        break;
    case CTL_STATS:
        stats(l, port);
        break;
    default:
        break;
    }
}
