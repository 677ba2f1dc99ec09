/* tools/line/line-fault.c - faults by rate or position, out of a hash of seed and position. */
#include "tools/line/line-fault.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const line_fault_name[LINE_FAULT_KINDS] = {
    [LINE_DROP] = "drop",       [LINE_FLIP] = "flip", [LINE_REPEAT] = "repeat",
    [LINE_INSERT] = "insert",   [LINE_CUT] = "cut",   [LINE_NOISE] = "noise",
    [LINE_SILENCE] = "silence",
};

const char *const line_dir_name[LINE_DIRS] = {
    [LINE_TO_PI] = "to-pi",
    [LINE_TO_LAPTOP] = "to-laptop",
};

/* Digits only: strtoull would take a sign and blanks. */
static int take_count(const char **text, uint64_t *out)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return -1;
    errno = 0;
    *out = strtoull(*text, &end, 10);
    *text = end;
    return errno ? -1 : 0;
}

static void take_dirs(const char **text, unsigned *dirs)
{
    *dirs = 1u << LINE_TO_PI | 1u << LINE_TO_LAPTOP;
    for (unsigned d = 0; d < LINE_DIRS; d++) {
        size_t n = strlen(line_dir_name[d]);

        if (strncmp(*text, line_dir_name[d], n) == 0 && (*text)[n] == ':') {
            *dirs = 1u << d;
            *text += n + 1;
            return;
        }
    }
}

static int take_time(const char **text, uint64_t *ns)
{
    char *end;
    double ms;

    if ((*text)[0] != '+' || !isdigit((unsigned char)(*text)[1]))
        return -1;
    ms = strtod(*text + 1, &end);
    if (strncmp(end, "ms", 2) != 0 || !(ms >= 0.001 && ms <= 1e9))
        return -1;
    *ns = (uint64_t)(ms * 1e6);
    *text = end + 2;
    return 0;
}

int line_fault_parse(enum line_fault_kind kind, const char *text, struct line_fault *out)
{
    struct line_fault f = {.kind = kind};

    take_dirs(&text, &f.dirs);
    if (strncmp(text, "1/", 2) == 0) {
        text += 2;
        if (take_count(&text, &f.every) || f.every == 0)
            return -1;
    } else if (*text == '@') {
        text++;
        if (take_count(&text, &f.at))
            return -1;
    } else {
        return -1;
    }
    if (kind == LINE_NOISE || kind == LINE_SILENCE || (kind == LINE_CUT && *text))
        if (take_time(&text, &f.lasts_ns))
            return -1;
    if (*text)
        return -1;
    *out = f;
    return 0;
}

/* The finalizer of splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators):
 * each bit of the input changes each bit of the output with probability one half. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return x ^ x >> 31;
}

uint64_t line_random(uint64_t seed, uint64_t stream, uint64_t n)
{
    const uint64_t golden = 0x9E3779B97F4A7C15;

    return mix(mix(seed + golden * (stream + 1)) + golden * (n + 1));
}

int line_fault_strikes(const struct line_fault *f, uint64_t seed, enum line_dir dir,
                       uint64_t position)
{
    if (!(f->dirs & 1u << dir))
        return 0;
    if (f->every == 0)
        return position == f->at;
    return line_random(seed, (uint64_t)f->kind * LINE_DIRS + dir, position) % f->every == 0;
}
