/* Lists of what happens to pins; see timeline.h. */
#include "emu/parts/timeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int timeline_add(struct timeline *t, uint64_t at_ns, unsigned pin, enum drive d)
{
    if (t->events == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        struct timeline_event *more = realloc(t->event, room * sizeof *more);

        if (!more)
            return -1;
        t->event = more;
        t->room = room;
    }
    t->event[t->events++] =
        (struct timeline_event){.at_ns = at_ns, .pin = (uint8_t)pin, .drive = (uint8_t)d};
    return 0;
}

int timeline_error(struct timeline *t, const char *name, unsigned line, const char *format, ...)
{
    va_list ap;
    int n = line ? snprintf(t->error, sizeof t->error, "%.100s:%u: ", name, line)
                 : snprintf(t->error, sizeof t->error, "%.100s: ", name);

    va_start(ap, format);
    vsnprintf(t->error + n, sizeof t->error - (size_t)n, format, ap);
    va_end(ap);
    return -1;
}
