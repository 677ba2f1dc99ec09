/* --input FILE: what a file says happens to the pins, played by the run's clock. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "emu/parts/parts.h"
#include "emu/parts/timeline.h"

enum { MAX_BYTES = 256 << 20 };

struct player {
    struct parts *parts;
    struct timeline t;
    size_t next;
    int end[PINS]; /* driver of each pin that the file names; -1: none */
    struct clock_alarm alarm;
};

static void play(void *self)
{
    struct player *y = self;
    uint64_t at = y->t.event[y->next].at_ns;

    for (; y->next < y->t.events && y->t.event[y->next].at_ns == at; y->next++) {
        const struct timeline_event *e = &y->t.event[y->next];

        part_drive(y->parts, y->end[e->pin], (enum drive)e->drive);
    }
    if (y->next < y->t.events)
        clock_alarm_set(part_clock(y->parts), &y->alarm, y->t.event[y->next].at_ns);
}

static void finish(void *self)
{
    struct player *y = self;

    clock_alarm_clear(part_clock(y->parts), &y->alarm);
    free(y->t.event);
}

/* The whole file with a 0 behind it, or null and errno. */
static char *load(const char *path, size_t *nbytes)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    struct stat st;
    size_t room = 0, n = 0, got = 1;

    if (!f || fstat(fileno(f), &st) < 0)
        goto out;
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        goto out;
    }
    while (got) {
        if (n + 1 >= room) {
            char *more = room < MAX_BYTES ? realloc(text, room = 2 * room + 4096) : NULL;

            if (!more) {
                free(text);
                text = NULL;
                errno = EFBIG;
                goto out;
            }
            text = more;
        }
        n += got = fread(text + n, 1, room - n - 1, f);
    }
    text[n] = 0;
    *nbytes = n;
out:
    if (f)
        fclose(f);
    return text;
}

static int is_vcd(const char *path, const char *text)
{
    size_t n = strlen(path);

    return (n > 4 && strcasecmp(path + n - 4, ".vcd") == 0) || text[strspn(text, " \r\n\t")] == '$';
}

static int read_file(struct parts *p, struct timeline *t, const char *path)
{
    size_t nbytes;
    char *text = load(path, &nbytes);
    int r;

    if (!text)
        return part_error(p, "--input %s: %s", path, strerror(errno));
    r = is_vcd(path, text) ? timeline_read_vcd(t, path, text, nbytes)
                           : timeline_read_script(t, path, text, nbytes);
    free(text);
    if (r == 0 && t->events == 0)
        r = timeline_error(t, path, 0, "nothing happens in it");
    if (r < 0)
        return part_error(p, "%s", t->error);
    return 0;
}

int parts_input(struct parts *p, const char *path)
{
    struct player *y = part_new(p, sizeof *y);
    char label[120];

    y->parts = p;
    y->alarm = (struct clock_alarm){.self = y, .ring = play};
    part_at_end(p, y, finish);
    if (read_file(p, &y->t, path) < 0)
        return -1;
    for (unsigned i = 0; i < PINS; i++)
        y->end[i] = -1;
    snprintf(label, sizeof label, "--input %.100s", path);
    p->making = NULL;
    for (size_t i = 0; i < y->t.events; i++) {
        int *end = &y->end[y->t.event[i].pin];

        if (*end < 0)
            *end = part_end(p, y->t.event[i].pin, label);
        if (*end < 0)
            return part_error(p, "--input %s: too much is wired to the pins", path);
    }
    clock_alarm_set(p->host.clock, &y->alarm, y->t.event[0].at_ns);
    return 0;
}
