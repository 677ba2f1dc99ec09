/* A push button from a pin to ground or to 3.3 V, pressed at given times. Open, it lets the pin
 * follow its pull. Its contacts may bounce. */
#include <string.h>

#include "emu/parts/names.h"
#include "emu/parts/part.h"

enum { PIN, PRESS, HOLD, BOUNCE, TO };

enum { MAX_PRESSES = 64, BOUNCES = 5 };

struct button {
    struct parts *parts;
    int end;
    enum drive closed;
    uint64_t press_ns[MAX_PRESSES], hold_ns, bounce_ns;
    unsigned presses, next; /* next change: even, it closes; odd, it opens */
    unsigned bounced;
    int is_closed;
    struct clock_alarm alarm;
};

static uint64_t turn_ns(const struct button *b, unsigned n)
{
    return b->press_ns[n / 2] + (n % 2 ? b->hold_ns : 0);
}

/* With bounces the contacts move an odd number of times, evenly spread over the time they take. */
static void turn(void *self)
{
    struct button *b = self;
    struct clock *c = part_clock(b->parts);
    unsigned last = b->bounce_ns ? BOUNCES - 1 : 0;

    b->is_closed = !b->is_closed;
    part_drive(b->parts, b->end, b->is_closed ? b->closed : DRIVE_NONE);
    if (b->bounced < last) {
        b->bounced++;
        clock_alarm_set(c, &b->alarm,
                        turn_ns(b, b->next) + b->bounce_ns * b->bounced / (BOUNCES - 1));
        return;
    }
    b->bounced = 0;
    if (++b->next < 2 * b->presses)
        clock_alarm_set(c, &b->alarm, turn_ns(b, b->next));
}

static int read_presses(struct parts *p, struct button *b, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "/");
        uint64_t *at = &b->press_ns[b->presses];

        if (b->presses == MAX_PRESSES)
            return part_error(p, "press: more than %d of them", MAX_PRESSES);
        if (time_named(text, n, at) < 0)
            return part_error(p, "press=%.*s: times such as 100ms/1.5s are meant", (int)n, text);
        if (b->presses && *at < at[-1] + b->hold_ns + b->bounce_ns)
            return part_error(p, "press=%.*s: still held from the time before", (int)n, text);
        b->presses++;
        text += n + (text[n] == '/');
    }
    return 0;
}

static int make(struct parts *p, const struct part_arg *args, void *shared)
{
    struct button *b = part_new(p, sizeof *b);

    (void)shared;
    b->parts = p;
    b->alarm = (struct clock_alarm){.self = b, .ring = turn};
    b->hold_ns = args[HOLD].number;
    b->bounce_ns = args[BOUNCE].number;
    if (strcmp(args[TO].text, "low") != 0 && strcmp(args[TO].text, "high") != 0)
        return part_error(p, "to=%s: low (ground) or high (3.3 V) is meant", args[TO].text);
    if (b->hold_ns <= b->bounce_ns)
        return part_error(p, "hold= must be longer than bounce=");
    b->closed = args[TO].text[0] == 'l' ? DRIVE_LOW : DRIVE_HIGH;
    if (read_presses(p, b, args[PRESS].text) < 0)
        return -1;
    b->end = part_end(p, (unsigned)args[PIN].number, "contact");
    clock_alarm_set(part_clock(p), &b->alarm, turn_ns(b, 0));
    return 0;
}

static const struct part_param params[] = {
    {"pin", PART_PIN, NULL, "the pin it is at", 0, 0},
    {"press", PART_TEXT, NULL, "when it is pressed: 100ms, or several times: 100ms/1.5s", 0, 0},
    {"hold", PART_TIME, "100ms", "for how long", 0, 0},
    {"bounce", PART_TIME, "0", "for how long its contacts bounce, five edges each time", 0, 0},
    {"to", PART_TEXT, "low", "what it connects the pin to: low or high", 0, 0},
    {0},
};

const struct part_kind part_button = {
    .name = "button",
    .what = "push button, pressed at given times",
    .params = params,
    .make = make,
};
