/* Wires, and who wins on them; see wiring.h. Not modelled: resistance, capacitance, the time a
 * level takes, what a peripheral of the chip drives onto a pin. */
#include "emu/parts/wiring.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS_BEFORE_UNSTEADY = 1000 };

/* Everything that acts on a net, with one who does. */
struct forces {
    int high, low; /* 0: nobody; -1 - pin: the chip's pin; n: end n - 1 */
    int up, down;  /* resistors outside */
    int in_up, in_down;
};

void wiring_init(struct wiring *w, const struct pins *chip, struct clock *clock)
{
    memset(w, 0, sizeof *w);
    w->chip = *chip;
    w->clock = clock;
    for (unsigned i = 0; i < PINS; i++) {
        w->net[i] = (uint8_t)i;
        w->members[i] = 1ull << i;
    }
}

void wiring_join(struct wiring *w, unsigned a, unsigned b)
{
    unsigned keep = w->net[a] < w->net[b] ? w->net[a] : w->net[b];
    unsigned lose = w->net[a] < w->net[b] ? w->net[b] : w->net[a];

    w->wired |= 1ull << a | 1ull << b;
    if (keep == lose)
        return;
    w->members[keep] |= w->members[lose];
    for (unsigned i = 0; i < PINS; i++) {
        if (w->net[i] == lose)
            w->net[i] = (uint8_t)keep;
    }
}

int wiring_add_end(struct wiring *w, unsigned pin, const char *label)
{
    if (w->ends == WIRING_ENDS)
        return -1;
    w->end[w->ends] = (struct wiring_end){.label = label, .pin = (uint8_t)pin};
    w->wired |= 1ull << pin;
    return (int)w->ends++;
}

int wiring_listen(struct wiring *w, unsigned pin, void *self,
                  void (*heard)(void *self, unsigned pin, int level))
{
    if (w->listeners == WIRING_LISTENERS)
        return -1;
    w->listener[w->listeners++] =
        (struct wiring_listener){.self = self, .heard = heard, .pin = (uint8_t)pin};
    w->wired |= 1ull << pin;
    return 0;
}

/* All forces on a net but those of the chip's own pin `except` (PINS: none is left out). */
static struct forces gather(const struct wiring *w, const struct pins_state *s, unsigned net,
                            unsigned except)
{
    uint64_t m = w->members[net] & ~(except < PINS ? 1ull << except : 0);
    uint64_t high = m & s->output & s->latch, low = m & s->output & ~s->latch;
    struct forces f = {
        .high = high ? -1 - __builtin_ctzll(high) : 0,
        .low = low ? -1 - __builtin_ctzll(low) : 0,
        .in_up = (m & ~s->output & s->pull_up) != 0,
        .in_down = (m & ~s->output & s->pull_down) != 0,
    };

    for (unsigned i = 0; i < w->ends; i++) {
        const struct wiring_end *e = &w->end[i];

        if (w->net[e->pin] != net)
            continue;
        f.high = e->drive == DRIVE_HIGH ? (int)i + 1 : f.high;
        f.low = e->drive == DRIVE_LOW ? (int)i + 1 : f.low;
        f.up |= e->drive == DRIVE_PULL_UP;
        f.down |= e->drive == DRIVE_PULL_DOWN;
    }
    return f;
}

/* Where forces meet equals, low wins: ground is the stronger of the two rails. */
static enum pin_outside result(const struct forces *f)
{
    if (f->high || f->low)
        return f->low ? OUTSIDE_LOW : OUTSIDE_HIGH;
    if (f->up || f->down)
        return f->down ? OUTSIDE_LOW : OUTSIDE_HIGH;
    if (f->in_up || f->in_down)
        return f->in_down ? OUTSIDE_LOW : OUTSIDE_HIGH;
    return OUTSIDE_NOTHING;
}

static void name_force(const struct wiring *w, int who, char *out, size_t nbytes)
{
    if (who < 0)
        snprintf(out, nbytes, "the program's pin %d", -1 - who);
    else if (who > 0)
        snprintf(out, nbytes, "%s", w->end[who - 1].label);
}

static void report_short(struct wiring *w, unsigned net, const struct forces *f)
{
    char high[80] = "", low[80] = "", text[256];
    uint64_t us = clock_us(w->clock);

    w->shorted |= 1ull << net;
    name_force(w, f->high, high, sizeof high);
    name_force(w, f->low, low, sizeof low);
    snprintf(text, sizeof text,
             "short circuit at %llu us: %s drives high what %s drives low; on a real Pi this "
             "destroys pins",
             (unsigned long long)us, high, low);
    if (w->program_did)
        w->program_did(w->self, text);
}

/* Without the pin itself: what it drives and pulls counts inside the chip, and is gone at once when
 * the program turns it round. */
static void drive_pin(struct wiring *w, const struct pins_state *s, unsigned pin)
{
    struct forces f = gather(w, s, w->net[pin], pin);
    enum pin_outside to;

    /* Two pulls of the chip are as strong as each other. */
    f.in_down |= f.in_up && ((s->pull_down >> pin) & 1);
    to = result(&f);
    if (w->outside[pin] == to)
        return;
    w->outside[pin] = (uint8_t)to;
    w->chip.drive(w->chip.self, pin, to);
}

static void update_net(struct wiring *w, const struct pins_state *s, unsigned net)
{
    struct forces f = gather(w, s, net, PINS);

    if (f.high && f.low && !((w->shorted >> net) & 1))
        report_short(w, net, &f);
    if (result(&f) == OUTSIDE_HIGH)
        w->level |= w->members[net];
    else
        w->level &= ~w->members[net];
    for (uint64_t m = w->members[net]; m; m &= m - 1)
        drive_pin(w, s, (unsigned)__builtin_ctzll(m));
}

static void tell(struct wiring *w)
{
    for (unsigned i = 0; i < w->listeners; i++) {
        struct wiring_listener *l = &w->listener[i];
        int now = wiring_level(w, l->pin);

        if (now == l->level)
            continue;
        l->level = now;
        if (l->heard)
            l->heard(l->self, l->pin, now);
    }
}

/* Changes made on the way (a part that answers, a pin that follows) take effect in another round,
 * not inside this one. */
static void settle(struct wiring *w)
{
    unsigned rounds = 0;

    w->again = 1;
    if (w->busy || !w->started || !w->wired)
        return;
    w->busy = 1;
    while (w->again && rounds++ < ROUNDS_BEFORE_UNSTEADY) {
        struct pins_state s;

        w->again = 0;
        w->chip.state(w->chip.self, &s);
        for (uint64_t m = w->wired; m; m &= m - 1) {
            unsigned pin = (unsigned)__builtin_ctzll(m);

            if (w->net[pin] == pin)
                update_net(w, &s, pin);
        }
        tell(w);
    }
    if (w->again && !w->unsteady && w->say) {
        w->unsteady = 1;
        w->say(w->self, "the parts and wires on the pins never come to rest: each change causes "
                        "another at the same moment");
    }
    w->busy = 0;
}

void wiring_start(struct wiring *w)
{
    w->started = 1;
    settle(w);
}

void wiring_drive(struct wiring *w, int end, enum drive d)
{
    if (w->end[end].drive == d)
        return;
    w->end[end].drive = d;
    settle(w);
}

void wiring_changed(struct wiring *w)
{
    settle(w);
}
