/* my-install/report.c - trace lines as the course's installer prints them, progress, the Pi's
 * words. */
#include "my-install/report.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libunix/guard.h"
#include "libunix/text.h"
#include "wire/boot.h"
#include "wire/crc32.h"

const char report_time_limit[] = "my-install: time limit reached (--timeout)\n";

void report_init(struct report *r, const struct options *o, const char *what)
{
    *r = (struct report){
        .what = what,
        .trace = o->trace,
        .progress = !o->silent && o->trace == TRACE_NONE && isatty(STDERR_FILENO),
        .percent = -1,
    };
}

void report_sending(const struct report *r, const void *code, size_t nbytes)
{
    if (r->trace != TRACE_NONE)
        fprintf(stderr, "TRACE:simple_boot: sending %zu bytes, crc32=%x\n", nbytes,
                (unsigned)wire_crc32(code, nbytes));
}

void report_end(struct report *r)
{
    if (r->percent >= 0)
        fputc('\n', stderr);
    r->percent = -1;
    guard_farewell(NULL);
}

static void progress(void *self, size_t sent, size_t total)
{
    struct report *r = self;
    int percent = (int)((unsigned long long)sent * 100 / total);
    if (!r->progress || percent == r->percent)
        return;
    guard_farewell("\n");
    fprintf(stderr, "\rmy-install: sending %s: %3d %% of %zu bytes", r->what, percent, total);
    r->percent = percent;
    if (sent == total)
        report_end(r);
}

static void waiting(void *self)
{
    const struct report *r = self;
    if (r->progress)
        fprintf(stderr, "my-install: waiting for the boot loader%s\n",
                r->heard ? "" : " (is the Pi on?)");
}

static void heard(void *self)
{
    struct report *r = self;
    r->heard = 1;
    guard_limit_message(report_time_limit);
}

static void text(void *self, const char *bytes, size_t nbytes)
{
    struct report *r = self;
    char shown[2 * BOOT_MAX_STRING];
    size_t n = nbytes < sizeof shown ? nbytes : sizeof shown;
    memcpy(shown, bytes + nbytes - n, n);
    text_harmless(shown, n);
    while (n > 0 && (shown[n - 1] == '\n' || shown[n - 1] == '\r'))
        n--;
    report_end(r);
    fprintf(stderr, "my-install: the Pi says: %.*s\n", (int)n, shown);
}

static void trace(void *self, enum boot_direction dir, unsigned width, uint32_t value,
                  const char *name)
{
    const struct report *r = self;
    const char *what = dir == BOOT_PUT ? "PUT" : "GET";
    if (width == 8 && r->trace == TRACE_ALL)
        fprintf(stderr, "TRACE:%s8:%x\n", what, (unsigned)value);
    else if (width == 32)
        fprintf(stderr, "TRACE:%s32:%x [%s]\n", what, (unsigned)value, name);
}

void report_attach(struct report *r, struct boot_options *o)
{
    o->self = r;
    guard_limit_message(
        "my-install: time limit reached (--timeout): no bytes at all from the Pi\n");
    o->progress = progress;
    o->waiting = waiting;
    o->heard = heard;
    o->text = text;
    o->trace = r->trace == TRACE_NONE ? NULL : trace;
}
