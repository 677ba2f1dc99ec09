/* HC-SR04 ultrasonic distance sensor: 10 us high on its trigger, and its echo goes high for as long
 * as sound takes there and back. Times from its data sheet. Not modelled: noise, temperature. */
#include <string.h>

#include "emu/parts/names.h"
#include "emu/parts/part.h"

enum { TRIGGER, ECHO, DISTANCE };

enum {
    TRIGGER_NS = 10000,     /* at least so long */
    BURST_NS = 450000,      /* from the end of the trigger to the rise of the echo */
    SOUND_NS_PER_MM = 2915, /* one way, at 343 m/s */
    NOTHING_NS = 38000000,  /* length of the echo when nothing comes back */
    FARTHEST_UM = 4000000,
    MAX_DISTANCES = 64,
    NOTHING = 0,
};

struct sonar {
    struct parts *parts;
    uint64_t um[MAX_DISTANCES]; /* one a measurement; the last one stays */
    unsigned distances, next;
    uint64_t rose_ns, echo_ns;
    int echo, busy, level, said;
    struct clock_alarm alarm;
};

static void echo_turns(void *self)
{
    struct sonar *s = self;
    struct clock *c = part_clock(s->parts);

    s->level = !s->level;
    part_drive(s->parts, s->echo, s->level ? DRIVE_HIGH : DRIVE_LOW);
    s->busy = s->level;
    if (s->level)
        clock_alarm_set(c, &s->alarm, clock_ns(c) + s->echo_ns);
}

static void measure(struct sonar *s, uint64_t now)
{
    uint64_t um = s->um[s->next];

    if (s->next + 1 < s->distances)
        s->next++;
    s->echo_ns = um == NOTHING || um > FARTHEST_UM ? NOTHING_NS : um * 2 * SOUND_NS_PER_MM / 1000;
    s->busy = 1;
    clock_alarm_set(part_clock(s->parts), &s->alarm, now + BURST_NS);
}

static void trigger_heard(void *self, unsigned pin, int level)
{
    struct sonar *s = self;
    uint64_t now = clock_ns(part_clock(s->parts));

    if (level) {
        s->rose_ns = now;
    } else if (now - s->rose_ns >= TRIGGER_NS) {
        if (!s->busy)
            measure(s, now);
    } else if (!s->said) {
        s->said = 1;
        part_say(s->parts, "part sonar: pin %u was high for %llu ns only; a trigger takes 10 us",
                 pin, (unsigned long long)(now - s->rose_ns));
    }
}

/* "300mm/20cm/nothing" */
static int read_distances(struct parts *p, struct sonar *s, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "/");
        uint64_t um = NOTHING;

        if (s->distances == MAX_DISTANCES)
            return part_error(p, "distance: more than %d of them", MAX_DISTANCES);
        if (!(n == 7 && strncmp(text, "nothing", 7) == 0) &&
            (length_named(text, n, &um) < 0 || um == 0))
            return part_error(p,
                              "distance=%.*s: such as 300mm, 20cm, 1.5m, 12in or nothing is meant, "
                              "or several for one measurement each: 300mm/20cm",
                              (int)n, text);
        s->um[s->distances++] = um;
        text += n + (text[n] == '/');
    }
    return 0;
}

static int make(struct parts *p, const struct part_arg *args, void *shared)
{
    struct sonar *s = part_new(p, sizeof *s);

    (void)shared;
    s->parts = p;
    s->alarm = (struct clock_alarm){.self = s, .ring = echo_turns};
    if (args[TRIGGER].number == args[ECHO].number)
        return part_error(p, "trigger and echo are the same pin");
    if (read_distances(p, s, args[DISTANCE].text) < 0)
        return -1;
    s->echo = part_end(p, (unsigned)args[ECHO].number, "echo");
    part_drive(p, s->echo, DRIVE_LOW);
    part_listen(p, (unsigned)args[TRIGGER].number, s, trigger_heard);
    return 0;
}

static const struct part_param params[] = {
    {"trigger", PART_PIN, NULL, "the pin that starts a measurement", 0, 0},
    {"echo", PART_PIN, NULL, "the pin that the echo comes to", 0, 0},
    {"distance", PART_TEXT, "300mm", "300mm, 20cm, 1.5m, nothing; several: 300mm/20cm/nothing", 0,
     0},
    {0},
};

const struct part_kind part_sonar = {
    .name = "sonar",
    .what = "HC-SR04 distance sensor",
    .params = params,
    .make = make,
};
