/* A light at a pin: says when it goes on and off. */
#include <string.h>

#include "emu/parts/part.h"

enum { PIN, ON };

struct led {
    struct parts *parts;
    int lit; /* the level that lights it */
};

static void heard(void *self, unsigned pin, int level)
{
    struct led *l = self;
    uint64_t us = clock_us(part_clock(l->parts));

    part_say(l->parts, "led %u: %s at %llu.%06llu s", pin, level == l->lit ? "on" : "off",
             (unsigned long long)(us / 1000000), (unsigned long long)(us % 1000000));
}

static int make(struct parts *p, const struct part_arg *args, void *shared)
{
    struct led *l = part_new(p, sizeof *l);

    (void)shared;
    l->parts = p;
    if (strcmp(args[ON].text, "high") != 0 && strcmp(args[ON].text, "low") != 0)
        return part_error(p, "on=%s: high or low is meant", args[ON].text);
    l->lit = args[ON].text[0] == 'h';
    part_listen(p, (unsigned)args[PIN].number, l, heard);
    return 0;
}

static const struct part_param params[] = {
    {"pin", PART_PIN, NULL, "the pin it is at", 0, 0},
    {"on", PART_TEXT, "high", "the level that lights it: high or low", 0, 0},
    {0},
};

const struct part_kind part_led = {
    .name = "led",
    .what = "light: says on standard error when it goes on and off",
    .params = params,
    .make = make,
};
