/* Input scripts: a line is a time and what pins do then. See timeline.h; docs/devices.md has the
 * format. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "emu/parts/names.h"
#include "emu/parts/timeline.h"

struct script {
    struct timeline *t;
    const char *name;
    unsigned line;
    uint64_t now; /* time of the line before */
};

struct word {
    const char *text;
    size_t nbytes;
};

/* The next word of [*at, end), up to a comment; its size is 0 when there is none. */
static struct word next_word(const char **at, const char *end)
{
    struct word w;

    while (*at < end && isspace((unsigned char)**at))
        ++*at;
    w.text = *at;
    while (*at < end && !isspace((unsigned char)**at) && **at != '#')
        ++*at;
    w.nbytes = (size_t)(*at - w.text);
    return w;
}

static int level_named(const char *text, size_t nbytes, enum drive *out)
{
    static const struct {
        const char *name;
        enum drive drive;
    } levels[] = {
        {"high", DRIVE_HIGH}, {"1", DRIVE_HIGH}, {"low", DRIVE_LOW},
        {"0", DRIVE_LOW},     {"z", DRIVE_NONE},
    };

    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        if (strlen(levels[i].name) == nbytes && strncasecmp(levels[i].name, text, nbytes) == 0)
            return *out = levels[i].drive, 0;
    }
    return -1;
}

static int read_change(struct script *s, const struct word *w)
{
    const char *equals = memchr(w->text, '=', w->nbytes);
    size_t n = equals ? (size_t)(equals - w->text) : w->nbytes, rest;
    enum drive d;
    int pin;

    if (!equals)
        return timeline_error(s->t, s->name, s->line, "%.*s: PIN=LEVEL is meant, such as 21=high",
                              (int)w->nbytes, w->text);
    pin = pin_named(w->text, n);
    if (pin < 0)
        return timeline_error(s->t, s->name, s->line, "%.*s: no such pin (0 to 53, gpio20, p1-38)",
                              (int)n, w->text);
    rest = w->nbytes - n - 1;
    if (level_named(equals + 1, rest, &d) < 0)
        return timeline_error(s->t, s->name, s->line, "%.*s: a level is high, low or z", (int)rest,
                              equals + 1);
    if (timeline_add(s->t, s->now, (unsigned)pin, d) < 0)
        return timeline_error(s->t, s->name, s->line, "out of memory");
    return 0;
}

static int read_time(struct script *s, const struct word *w)
{
    int relative = w->text[0] == '+';
    uint64_t ns;

    if (time_named(w->text + relative, w->nbytes - (size_t)relative, &ns) < 0)
        return timeline_error(s->t, s->name, s->line,
                              "%.*s: a line begins with a time, such as 10us, 1.5ms, 2s, or +10us "
                              "after the line before",
                              (int)w->nbytes, w->text);
    if (!relative && ns < s->now)
        return timeline_error(s->t, s->name, s->line,
                              "%.*s: earlier than the line before (%llu ns); +%.*s is a time after "
                              "it",
                              (int)w->nbytes, w->text, (unsigned long long)s->now, (int)w->nbytes,
                              w->text);
    s->now = relative ? s->now + ns : ns;
    return 0;
}

static int read_line(struct script *s, const char *at, const char *end)
{
    struct word w = next_word(&at, end);
    unsigned changes = 0;

    if (w.nbytes == 0)
        return 0;
    if (read_time(s, &w) < 0)
        return -1;
    for (w = next_word(&at, end); w.nbytes; w = next_word(&at, end), changes++) {
        if (read_change(s, &w) < 0)
            return -1;
    }
    if (changes == 0)
        return timeline_error(s->t, s->name, s->line,
                              "nothing happens at that time: PIN=LEVEL is missing");
    return 0;
}

int timeline_read_script(struct timeline *t, const char *name, const char *text, size_t nbytes)
{
    struct script s = {.t = t, .name = name, .line = 1};
    const char *end = text + nbytes;

    if (memchr(text, 0, nbytes))
        return timeline_error(t, name, 0, "not a text");
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;

        if (read_line(&s, text, stop) < 0)
            return -1;
        text = stop + 1;
        s.line++;
    }
    return 0;
}
