/* Pins, times and lengths as people write them; see names.h. */
#include "emu/parts/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "emu/core/pin-header.h"
#include "emu/parts/wiring.h"

static const struct {
    const char *name;
    int pin;
} functions[] = {
    {"sda", 2},   {"sda1", 2}, {"scl", 3},   {"scl1", 3},  {"txd", 14},
    {"txd0", 14}, {"rxd", 15}, {"rxd0", 15}, {"mosi", 10}, {"miso", 9},
    {"sclk", 11}, {"ce0", 8},  {"ce1", 7},   {"sda0", 0},  {"scl0", 1},
};

/* A decimal number that is the whole text, below `end`; -1: none such. */
static int small_number(const char *text, int end)
{
    char *rest;
    long v;

    if (*text < '0' || *text > '9')
        return -1;
    v = strtol(text, &rest, 10);
    return *rest || v >= end ? -1 : (int)v;
}

int pin_named(const char *name, size_t nbytes)
{
    char text[16];

    if (nbytes == 0 || nbytes >= sizeof text)
        return -1;
    memcpy(text, name, nbytes);
    text[nbytes] = 0;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        if (strcasecmp(functions[i].name, text) == 0)
            return functions[i].pin;
    }
    if (strncasecmp(text, "p1-", 3) == 0 || strncasecmp(text, "j8-", 3) == 0) {
        return pin_header_gpio(small_number(text + 3, PIN_HEADER_PLACES + 1));
    }
    return small_number(strncasecmp(text, "gpio", 4) == 0 ? text + 4 : text, PINS);
}

struct unit {
    const char *name;
    double scale;
};

static int quantity(const char *text, size_t nbytes, const struct unit *units, double max,
                    uint64_t *out)
{
    char copy[32], *rest;
    double v;

    if (nbytes == 0 || nbytes >= sizeof copy)
        return -1;
    memcpy(copy, text, nbytes);
    copy[nbytes] = 0;
    if (!strchr("0123456789.", copy[0]))
        return -1;
    v = strtod(copy, &rest);
    if (rest == copy || strpbrk(copy, "xXpP"))
        return -1;
    while (*rest == ' ')
        rest++;
    for (; units->name; units++) {
        if (strcmp(units->name, rest) == 0)
            break;
    }
    if (!units->name && !(*rest == 0 && v == 0))
        return -1;
    v *= units->name ? units->scale : 0;
    if (!(v >= 0 && v <= max))
        return -1;
    *out = (uint64_t)(v + 0.5);
    return 0;
}

int time_named(const char *text, size_t nbytes, uint64_t *ns)
{
    static const struct unit units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {0}};

    return quantity(text, nbytes, units, 2.6e15, ns);
}

int length_named(const char *text, size_t nbytes, uint64_t *um)
{
    static const struct unit units[] = {{"mm", 1e3}, {"cm", 1e4}, {"m", 1e6}, {"in", 25400}, {0}};

    return quantity(text, nbytes, units, 1e9, um);
}
