/* What is said outside the sequence: greeting, speed, questions. */
#include <string.h>

#include "emu/remote/link-internal.h"
#include "wire/words.h"

#define MS 1000000ull

enum { PROBES = 4, PROBE_BYTES = 192, PROBE_MS = 350, ASK_MS = 300 };

static int control_came(const struct link *l)
{
    return l->control_kind == 0;
}

/* When to ask again: there and back takes that long, and a margin. */
static uint64_t next_try(const struct link *l, size_t nbytes, uint64_t limit)
{
    uint64_t again =
        link_now(l) + LINK_REPEAT_MS * MS + 2 * (nbytes + 6) * 10000000000ull / l->baud;

    return again < limit ? again : limit;
}

/* One try: 1 answered, 0 not by `until`, or negative. */
static int ask_once(struct link *l, const struct frame_key *key, enum control kind,
                    enum control answer, const void *body, size_t nbytes, uint64_t until)
{
    uint8_t bytes[FRAME_MAX_BYTES];

    l->control_kind = (uint8_t)answer;
    if (link_write_all(l, bytes, frame_make_control(key, FRAME_DOWN, kind, body, nbytes, bytes)) <
        0)
        return l->error;
    if (link_pump(l, until, control_came) < 0)
        return l->error;
    if (!control_came(l)) { /* what comes next may be whole again */
        l->in.used = l->in.bad = 0;
        return 0;
    }
    return 1;
}

int link_control(struct link *l, enum control kind, const void *body, size_t nbytes,
                 unsigned timeout_ms)
{
    uint64_t until = link_now(l) + timeout_ms * MS;
    int e = 0;

    while (e == 0 && link_now(l) < until)
        e = ask_once(l, &l->key, kind, kind, body, nbytes, next_try(l, nbytes, until));
    l->control_kind = 0;
    return e > 0 ? l->control_bytes : e < 0 ? e : LINK_LOST;
}

int link_greet(struct link *l, uint32_t nonce, unsigned timeout_ms)
{
    uint64_t until = link_now(l) + timeout_ms * MS;
    uint8_t hello[6] = {WIRE_VERSION & 0xff, WIRE_VERSION >> 8};

    wire_put_word(hello + 2, nonce);
    while (link_now(l) < until) {
        int e = ask_once(l, &frame_no_session, CTL_HELLO, CTL_WELCOME, hello, sizeof hello,
                         next_try(l, sizeof hello, until));

        if (e < 0)
            return e;
        if (e == 0 || l->control_bytes < 6)
            continue;
        l->version = (uint16_t)(l->control[0] | l->control[1] << 8);
        if (l->version != WIRE_VERSION)
            return l->error = LINK_VERSION;
        if (l->control_bytes != 14 || wire_word(l->control + 2) != nonce)
            continue;
        l->bounce_addr = wire_word(l->control + 6);
        l->bounce_bytes = wire_word(l->control + 10);
        frame_key_init(&l->key, nonce);
        return 0;
    }
    return l->error = l->heard ? LINK_GARBAGE : LINK_SILENT;
}

/* Bytes of all kinds there and back: changing ones, runs of zeros and ones, single bits. */
static void fill_probe(uint8_t *body, unsigned n)
{
    for (unsigned i = 0; i < PROBE_BYTES; i++)
        body[i] = (uint8_t)(n % 2        ? i * 167 + n
                            : i % 4 == 0 ? 0x00
                            : i % 4 == 1 ? 0xFF
                                         : 1u << i % 8);
}

/* One probe may be lost to a busy machine, not two. */
static int verifies(struct link *l)
{
    uint8_t body[PROBE_BYTES];
    unsigned lost = 0;

    for (unsigned n = 0; n < PROBES; n++) {
        int e;

        fill_probe(body, n);
        e = ask_once(l, &l->key, CTL_PROBE, CTL_PROBE, body, sizeof body,
                     link_now(l) + PROBE_MS * MS);
        if (e < 0)
            return e;
        if (e == 0 && ++lost > 1)
            return 0;
        if (e && (l->control_bytes != sizeof body || memcmp(l->control, body, sizeof body) != 0))
            return 0;
    }
    return 1;
}

/* 1: both ends work at this speed now; 0: both are back; or negative. */
static int try_speed(struct link *l, unsigned baud)
{
    unsigned before = l->baud;
    uint8_t body[4];
    int e;

    wire_put_word(body, baud);
    e = link_control(l, CTL_SPEED, body, sizeof body, ASK_MS);
    if (e < 0 && e != LINK_LOST)
        return e;
    if (e == 4 && wire_word(l->control) == 0)
        return 0;
    if (e == 4 && link_set_baud(l, baud) == 0) {
        e = verifies(l);
        if (e > 0)
            e = ask_once(l, &l->key, CTL_KEEP, CTL_KEEP, NULL, 0, link_now(l) + PROBE_MS * MS);
        if (e)
            return e;
        if (link_set_baud(l, before) < 0)
            return l->error = LINK_GONE;
    }
    /* The Pi goes back by itself when its trial is over. */
    e = link_wait(l, link_now(l) + (SPEED_TRIAL_MS + 50) * MS);
    l->in.used = l->in.bad = 0;
    return e;
}

int link_speed_up(struct link *l, const unsigned *speeds)
{
    for (; *speeds; speeds++) {
        int e;

        if (*speeds <= l->baud || !l->port->set_baud)
            continue;
        e = try_speed(l, *speeds);
        if (e < 0)
            return e;
        if (e > 0) {
            l->high_baud = l->baud;
            break;
        }
    }
    return (int)l->baud;
}

/* In the middle of a change of speed the two ends may differ: the Pi's trial ends by itself. */
void link_abandon(struct link *l)
{
    if (l->version != WIRE_VERSION || (l->error && l->error != LINK_STOPPED))
        return;
    l->error = 0;
    if (link_control(l, CTL_REBOOT, NULL, 0, ASK_MS) != LINK_LOST)
        return;
    if (l->baud == l->first_baud || link_set_baud(l, l->first_baud) == 0)
        link_control(l, CTL_REBOOT, NULL, 0, SPEED_TRIAL_MS + ASK_MS);
}
