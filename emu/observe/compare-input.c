/* Reading a log or a text; see compare-input.h. */
#include "emu/observe/compare-input.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- a log ---- */

static int log_input(struct compare_input *in, struct log_record *r)
{
    int rc = log_next(&in->log, r);

    in->at = in->log.number - (rc > 0 && r->kind == LOG_ACCESS);
    in->accesses = in->log.number;
    if (rc < 0)
        snprintf(in->why, sizeof in->why, "%s: %s", in->path, in->log.why);
    return rc;
}

static int open_log(struct compare_input *in, const char *path)
{
    in->next = log_input;
    in->shows = SHOWS_ALL;
    if (log_open(&in->log, path) == 0)
        return 0;
    snprintf(in->why, sizeof in->why, "%s: %s", path, in->log.why);
    return -1;
}

/* ---- a text ---- */

/* The next line that is one of the trace. */
static int read_line(struct compare_input *in, struct log_record *r)
{
    for (;;) {
        ssize_t n = getline(&in->line, &in->room, in->file);
        int rc;

        if (n < 0) {
            if (!ferror(in->file))
                return 0;
            snprintf(in->why, sizeof in->why, "%s: %s", in->path, strerror(errno));
            return -1;
        }
        n -= n > 0 && in->line[n - 1] == '\n';
        rc = log_text_line(&in->lines, in->line, (size_t)n, r);
        if (rc < 0)
            snprintf(in->why, sizeof in->why, "%s:%" PRIu64 ": %s", in->path, in->lines.line,
                     in->lines.why);
        if (rc)
            return rc;
    }
}

static int text_input(struct compare_input *in, struct log_record *r)
{
    if (in->at_first < in->nfirst) {
        *r = in->first[in->at_first].r;
        in->at = in->first[in->at_first++].line;
    } else {
        if (in->state > 0)
            in->state = read_line(in, r);
        if (in->state <= 0)
            return in->state;
        in->at = in->lines.line;
    }
    in->ns = log_text_time(r, in->ns);
    r->ns = in->ns;
    in->accesses++;
    return 1;
}

static int keep_first(struct compare_input *in, const struct log_record *r)
{
    if (in->nfirst == in->first_room) {
        size_t room = 2 * in->first_room + 16;
        struct compare_first *more = realloc(in->first, room * sizeof *more);

        if (!more)
            return -1;
        in->first = more;
        in->first_room = room;
    }
    in->first[in->nfirst].r = *r;
    in->first[in->nfirst++].line = in->lines.line;
    return 0;
}

/* Reads on until the form is known. */
static int open_text(struct compare_input *in, const char *path)
{
    struct log_record r;

    in->next = text_input;
    in->text = 1;
    in->lines.format = LOG_TEXT_UNKNOWN;
    do {
        in->state = read_line(in, &r);
        if (in->state > 0 && keep_first(in, &r) < 0) {
            snprintf(in->why, sizeof in->why, "%s: no memory for it", path);
            return -1;
        }
    } while (in->state > 0 && in->lines.undecided);
    if (in->lines.format == LOG_TEXT_UNKNOWN && in->state == 0)
        snprintf(in->why, sizeof in->why,
                 "%s: neither a log nor a trace: no line of it is one of a trace "
                 "(TRACE:1: PUT32(0x20200008) = 0x1)",
                 path);
    in->shows = log_text_shows(in->lines.format);
    return in->nfirst == 0 ? -1 : 0;
}

int compare_open(struct compare_input *in, const char *path)
{
    int c, rc;

    *in = (struct compare_input){.path = path, .log.fd = -1};
    in->file = fopen(path, "re");
    c = in->file ? getc(in->file) : EOF;
    if (!in->file || ferror(in->file)) {
        snprintf(in->why, sizeof in->why, "%s: %s", path, strerror(errno));
        compare_close(in);
        return -1;
    }
    ungetc(c, in->file);
    rc = c == 0x89 ? open_log(in, path) : open_text(in, path);
    if (rc < 0)
        compare_close(in);
    return rc;
}

const char *compare_place(struct compare_input *in, uint32_t pc, char *buf, size_t nbytes)
{
    *buf = 0;
    if (in->text || pc == 0)
        return buf;
    if (!in->looked) /* reads the whole log */
        log_find_places(&in->log);
    in->looked = 1;
    if (!log_place(&in->log, pc, buf, nbytes))
        snprintf(buf, nbytes, "at 0x%" PRIx32, pc);
    return buf;
}

void compare_close(struct compare_input *in)
{
    if (in->file)
        fclose(in->file);
    if (in->log.fd >= 0)
        log_close_reader(&in->log);
    free(in->line);
    free(in->first);
    in->file = NULL;
    in->line = NULL;
    in->first = NULL;
}
