/* tests/unit/vcd-rig.h - a waveform of what a test says, read back by the names of its signals. */
#ifndef TESTS_UNIT_VCD_RIG_H
#define TESTS_UNIT_VCD_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "emu/observe/vcd.h"

enum { RIG_TEXT = 1 << 21, RIG_BODY = 1 << 14 };

struct vcd_rig {
    struct vcd v;
    uint64_t now;
    char path[32];
    unsigned stops;
    char why[160];
    char text[RIG_TEXT]; /* the file, after rig_end */
    char body[RIG_BODY]; /* its moments after #0, with names for codes */
};

static inline uint64_t rig_now(void *self)
{
    return ((struct vcd_rig *)self)->now;
}

static inline void rig_stopped(void *self, const char *why)
{
    struct vcd_rig *r = self;

    r->stops++;
    snprintf(r->why, sizeof r->why, "%s", why);
}

static inline void rig_start(struct vcd_rig *r, struct vcd_source source)
{
    int fd;

    r->now = 0;
    r->stops = 0;
    snprintf(r->path, sizeof r->path, "/tmp/vcd-XXXXXX");
    fd = mkstemp(r->path);
    assert_true(fd >= 0);
    close(fd);
    source.self = r;
    source.now = rig_now;
    source.stopped = rig_stopped;
    assert_int_equal(vcd_start(&r->v, r->path, &source), 0);
}

/* At a time, an access of this width. */
static inline void rig_access(struct vcd_rig *r, uint64_t at, enum bus_op op, unsigned width,
                              uint32_t addr, uint32_t value)
{
    struct bus_access a = {.op = op, .width = (uint8_t)width, .addr = addr, .value = value};

    r->now = at;
    r->v.watcher.saw(&r->v, &a, 0);
}

static inline void rig_put(struct vcd_rig *r, uint64_t at, uint32_t addr, uint32_t value)
{
    rig_access(r, at, BUS_WRITE, 4, addr, value);
}

static inline void rig_get(struct vcd_rig *r, uint64_t at, uint32_t addr, uint32_t value)
{
    rig_access(r, at, BUS_READ, 4, addr, value);
}

static inline void rig_read_file(struct vcd_rig *r)
{
    FILE *f = fopen(r->path, "r");
    size_t n;

    assert_non_null(f);
    n = fread(r->text, 1, sizeof r->text - 1, f);
    fclose(f);
    r->text[n] = 0;
}

/* The name of a signal, by the header's line " CODE NAME $end". */
static inline void rig_name(const struct vcd_rig *r, const char *code, char *name, size_t nbytes)
{
    char key[8];
    const char *at;

    snprintf(key, sizeof key, " %.2s ", code);
    at = strstr(r->text, key);
    assert_non_null(at);
    snprintf(name, nbytes, "%.*s", (int)strcspn(at + 4, " "), at + 4);
}

/* "GPIO20_pin38=1", "UART1_sent=A" of a line of the file. */
static inline void rig_line(struct vcd_rig *r, const char *line, size_t nbytes)
{
    char name[32], value[16];
    size_t at = strlen(r->body);

    assert_true(nbytes >= 3 && nbytes < sizeof value && at + 64 < sizeof r->body);
    rig_name(r, line + nbytes - 2, name, sizeof name);
    if (line[0] == 's')
        snprintf(value, sizeof value, "%.*s", (int)nbytes - 4, line + 1);
    else
        snprintf(value, sizeof value, "%.*s", (int)nbytes - 2, line);
    snprintf(r->body + at, sizeof r->body - at, " %s=%s", name, value);
}

/* Translates the moments after #0: "#100 GPIO20_pin38=1 phase=run\n". */
static inline void rig_translate(struct vcd_rig *r)
{
    const char *p = strstr(r->text, "\n#0\n");

    assert_non_null(p);
    r->body[0] = 0;
    p = strstr(p + 1, "\n#");
    for (p = p ? p + 1 : ""; *p;) {
        size_t n = strcspn(p, "\n"), at = strlen(r->body);

        assert_int_equal(p[n], '\n');
        if (*p == '#')
            snprintf(r->body + at, sizeof r->body - at, "%s%.*s", at ? "\n" : "", (int)n, p);
        else if (n) /* a page's end may have empty ones */
            rig_line(r, p, n);
        p += n + 1;
    }
}

/* Ends the run at `at`; what was drawn after #0 is this. */
static inline void rig_end(struct vcd_rig *r, uint64_t at, const char *expected)
{
    r->now = at;
    vcd_end(&r->v);
    rig_read_file(r);
    unlink(r->path);
    rig_translate(r);
    assert_string_equal(r->body, expected);
    assert_int_equal(r->stops, 0);
}

#endif
