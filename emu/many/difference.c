/* In what two runs differ: both run once more, with names in their logs, and emu-compare tells. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu/many/many.h"

struct pair {
    char **words[2];
    int log[2],
        out[2]; /* copies of what the runs left; the second log is POOL_LOG of emu-compare */
};

static char **word_of(void *self, size_t n)
{
    struct pair *p = self;

    return n < 2 ? p->words[n] : NULL;
}

static int ended(void *self, const struct pool_run *r)
{
    struct pair *p = self;

    p->log[r->number] = dup(r->log);
    p->out[r->number] = dup(r->out);
    return 0;
}

/* One process a pool, as a pool empties its files before the next. */
static int run_both(const struct many_options *o, struct pair *p, char *why, size_t nbytes)
{
    struct pool pool = {
        .processes = 2, .limit_s = o->timeout_s + 5, .self = p, .words = word_of, .ended = ended};

    return pool_run(&pool, why, nbytes);
}

/* Replaces each /dev/fd/N by the name of run N. */
static void name_runs(FILE *to, const char *text, const struct pair *p, const char *const name[2])
{
    static const char folder[] = "/dev/fd/";

    for (const char *at; (at = strstr(text, folder));) {
        char *end;
        long fd = strtol(at + sizeof folder - 1, &end, 10);

        fprintf(to, "%.*s%s", (int)(at - text), text, fd == p->log[0] ? name[0] : name[1]);
        text = end;
    }
    fputs(text, to);
}

/* What emu-compare prints of both logs. Returns its status. */
static int compare(const struct many_options *o, const struct pair *p, const char *const name[2],
                   FILE *to)
{
    char path[4096], log[2][32], text[65536];
    size_t n = 0;
    ssize_t got;
    int pipe_[2], status;
    pid_t child;

    many_tool("emu-compare", path, sizeof path);
    for (int i = 0; i < 2; i++)
        snprintf(log[i], sizeof log[i], "/dev/fd/%d", p->log[i]);
    if (pipe(pipe_) < 0)
        many_die("cannot make a pipe: %s", strerror(errno));
    child = fork();
    if (child == 0) {
        dup2(pipe_[1], STDOUT_FILENO);
        close(pipe_[0]);
        close(pipe_[1]);
        execl(path, path, o->exact ? "--only=program" : "--only=effects", log[0], log[1],
              (char *)NULL);
        many_die("%s: %s", path, strerror(errno));
    }
    close(pipe_[1]);
    while (n < sizeof text - 1 && (got = read(pipe_[0], text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)got;
    close(pipe_[0]);
    text[n] = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0)
        many_die("cannot start %s: %s", path, strerror(errno));
    status = WIFEXITED(status) ? WEXITSTATUS(status) : 2;
    if (status == 1)
        name_runs(to, text, p, name);
    return status;
}

static FILE *reader(int fd)
{
    char path[32];

    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    return fopen(path, "re");
}

/* The first line of their texts that differs. Returns whether there is one. */
static int compare_text_of(const struct pair *p, const char *const name[2], FILE *to)
{
    FILE *f[2] = {reader(p->out[0]), reader(p->out[1])};
    char line[2][512];
    int differs = 0;

    for (unsigned n = 1; f[0] && f[1] && !differs; n++) {
        const char *got[2];

        for (int i = 0; i < 2; i++) {
            got[i] = fgets(line[i], sizeof line[i], f[i]);
            if (got[i])
                line[i][strcspn(line[i], "\n")] = 0;
        }
        if (!got[0] && !got[1])
            break;
        differs = !got[0] || !got[1] || strcmp(got[0], got[1]) != 0;
        if (differs) {
            fprintf(to, "%s and %s print something else, line %u\n", name[0], name[1], n);
            for (int i = 0; i < 2; i++)
                fprintf(to, "%c %s: %s\n", i ? '>' : '<', name[i], got[i] ? got[i] : "(ends)");
        }
    }
    for (int i = 0; i < 2; i++) {
        if (f[i])
            fclose(f[i]);
    }
    return differs;
}

char *difference(const struct many_options *o, char **a, const char *name_a, char **b,
                 const char *name_b)
{
    const char *const name[2] = {name_a, name_b};
    struct pair p = {.words = {a, b}, .log = {-1, -1}, .out = {-1, -1}};
    char *text = NULL, why[512];
    size_t nbytes;
    FILE *to = open_memstream(&text, &nbytes);
    int status = 2, texts;

    if (!to)
        return NULL;
    if (run_both(o, &p, why, sizeof why) < 0)
        many_die("%s", why);
    status = compare(o, &p, name, to);
    texts = compare_text_of(&p, name, to);
    if (status == 2)
        fputs("a log could not be compared\n", to);
    else if (status == 0 && !texts)
        fputs("run again they do the same: something else than the seed decides (time, other "
              "programs)\n",
              to);
    for (int i = 0; i < 2; i++) {
        close(p.log[i]);
        close(p.out[i]);
    }
    fclose(to);
    return text;
}
