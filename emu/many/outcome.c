/* What a run did, in a few words; see many.h. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/many/many.h"
#include "emu/observe/compare.h"

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

static uint64_t mix_text(uint64_t h, int fd, size_t *total)
{
    uint8_t bytes[4096];
    ssize_t n;

    *total = 0;
    while ((n = pread(fd, bytes, sizeof bytes, (off_t)*total)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            h = mix(h, bytes[i]);
        *total += (size_t)n;
    }
    return h;
}

static int says(int fd, const char *words)
{
    char text[65537];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);

    text[n > 0 ? n : 0] = 0;
    return strstr(text, words) != NULL;
}

static uint64_t mix_event(const struct many_options *o, uint64_t h, const struct compare_event *e)
{
    int given = !o->exact && e->kind == LOG_ACCESS && e->op == BUS_READ;

    h = mix(h, (uint64_t)e->kind << 24 | (uint64_t)e->op << 16 | (uint64_t)e->width << 8 |
                   (uint8_t)e->result);
    h = mix(h, e->addr);
    h = mix(h, given ? 0 : e->value);
    return mix(h, e->kind == LOG_ACCESS ? e->origin : e->count);
}

static int mix_log(const struct many_options *o, int fd, struct outcome *out, char *why,
                   size_t nbytes)
{
    static struct compare c;
    static struct compare_input in;
    struct compare_event e;
    char path[32];
    int rc;

    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    if (compare_open(&in, path) < 0) {
        snprintf(why, nbytes, "%s", in.why);
        return -1;
    }
    c = (struct compare){.options = {.effects = !o->exact}, .shows = in.shows};
    c.in[0] = &in;
    while ((rc = compare_next(&c, 0, &e)) > 0) {
        out->digest = mix_event(o, out->digest, &e);
        out->accesses += e.kind == LOG_ACCESS;
    }
    if (rc < 0)
        snprintf(why, nbytes, "%s", in.why);
    compare_close(&in);
    return rc;
}

int outcome_of(const struct many_options *o, const struct pool_run *r, struct outcome *out,
               char *why, size_t nbytes)
{
    size_t total;

    *out = (struct outcome){.status = r->status, .sig = r->sig};
    out->no_end = r->hung || (r->status == 4 && says(r->err, "time limit of"));
    if (out->no_end)
        return 0;
    if (says(r->err, "recording stops")) {
        snprintf(why, nbytes, "no room for its log in %s",
                 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
        return -1;
    }
    out->digest = mix(mix(1, (unsigned)r->status), (unsigned)r->sig);
    out->digest = mix_text(out->digest, r->out, &total);
    if (lseek(r->log, 0, SEEK_END) == 0) /* it did not come so far as to record */
        return 0;
    return mix_log(o, r->log, out, why, nbytes);
}

const char *outcome_end(const struct many_options *o, const struct outcome *out, char *buf,
                        size_t nbytes)
{
    if (out->no_end)
        snprintf(buf, nbytes, "no end in %g s", o->timeout_s);
    else if (out->sig)
        snprintf(buf, nbytes, "signal %d", out->sig);
    else
        snprintf(buf, nbytes, "status %d", out->status);
    return buf;
}
