/* --optimise: one program, built by each compiler at each level, and which builds do something else
 * to the devices. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu/many/many.h"

enum { LEVELS = 4, BUILDS = 2 * LEVELS };

static const char *const compilers[] = {"gcc", "clang"};

static char folder[4096];
static struct {
    char program[BUILDS][4200];
    struct trial trial[BUILDS];
    size_t n;
} built;

static void remove_all(void)
{
    for (size_t i = 0; i < built.n; i++)
        unlink(built.program[i]);
    if (*folder)
        rmdir(folder);
}

static int is_there(const char *compiler)
{
    const char *path = getenv("PATH");
    char name[4096];

    for (size_t n; path && *path; path += n + (path[n] == ':')) {
        n = strcspn(path, ":");
        snprintf(name, sizeof name, "%.*s/%s", (int)n, path, compiler);
        if (access(name, X_OK) == 0)
            return 1;
    }
    return 0;
}

/* The words for emu-cc. */
static void build(const struct many_options *o, const char *compiler, int level)
{
    char cc[4096], with[32], optimise[8], **w = calloc((size_t)o->nwords + 8, sizeof *w);
    char *program = built.program[built.n];
    int n = 0, status;
    pid_t child;

    many_tool("emu-cc", cc, sizeof cc);
    snprintf(with, sizeof with, "--cc=%s", compiler);
    snprintf(optimise, sizeof optimise, "-O%d", level);
    snprintf(program, sizeof built.program[0], "%s/%s-O%d.emu", folder, compiler, level);
    snprintf(built.trial[built.n].name, sizeof built.trial[0].name, "%s -O%d", compiler, level);
    built.n++;
    if (!w)
        many_die("no memory");
    w[n++] = cc;
    w[n++] = with;
    w[n++] = (char[]){"-g"};
    for (int i = 0; i < o->nwords; i++)
        w[n++] = o->words[i];
    w[n++] = optimise;
    w[n++] = (char[]){"-o"};
    w[n++] = program;
    child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execv(cc, w);
        _exit(127);
    }
    free(w);
    if (child < 0 || waitpid(child, &status, 0) < 0)
        many_die("cannot start %s: %s", cc, strerror(errno));
    if (WIFSIGNALED(status)) /* Ctrl-C was for both */
        raise(WTERMSIG(status));
    if (status)
        many_die("--optimise: %s -O%d: emu-cc failed", compiler, level);
}

static void interrupted(int sig)
{
    remove_all();
    signal(sig, SIG_DFL);
    raise(sig);
}

static void make_folder(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    const char *in = getenv("TMPDIR");

    snprintf(folder, sizeof folder, "%s/emu-optimise-XXXXXX", in && *in ? in : "/tmp");
    if (!mkdtemp(folder)) {
        char name[4096];

        memcpy(name, folder, sizeof name);
        *folder = 0;
        many_die("%s: cannot make it: %s (TMPDIR names another folder)", name, strerror(errno));
    }
    atexit(remove_all);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (signal(ends[i], interrupted) == SIG_IGN)
            signal(ends[i], SIG_IGN); /* nohup */
    }
}

static char **words_of(const struct many_options *o, size_t i, char **w)
{
    static char record[] = "--record=" POOL_LOG, quiet[] = "--quiet",
                limit[] = "--output-limit=16777216";
    static char timeout[40];

    snprintf(timeout, sizeof timeout, "--timeout=%g", o->timeout_s);
    w[0] = built.program[i];
    w[1] = quiet;
    w[2] = limit;
    w[3] = timeout;
    w[4] = record;
    w[5] = NULL;
    return w;
}

struct runs {
    const struct many_options *o;
    struct outcome outcome[BUILDS];
    char *words[6];
    char why[512];
};

static char **next(void *self, size_t i)
{
    struct runs *r = self;

    return i < built.n ? words_of(r->o, i, r->words) : NULL;
}

static int ended(void *self, const struct pool_run *r)
{
    struct runs *all = self;

    if (!r->hung && r->status == 2)
        many_give_up(r);
    return outcome_of(all->o, r, &all->outcome[r->number], all->why, sizeof all->why) < 0;
}

static void judge(const struct many_options *o, const struct runs *r, size_t i)
{
    const struct outcome *a = &r->outcome[0], *b = &r->outcome[i];
    struct trial *t = &built.trial[i];
    char *words[2][6], end[2][64], *text = NULL;

    t->differs = a->digest != b->digest || a->no_end != b->no_end;
    if (!t->differs)
        return;
    if (a->no_end || b->no_end) {
        if (asprintf(&text, "%s: %s\n%s: %s\n", built.trial[0].name,
                     outcome_end(o, a, end[0], sizeof end[0]), t->name,
                     outcome_end(o, b, end[1], sizeof end[1])) < 0)
            many_die("no memory");
        t->how = text;
        return;
    }
    t->how = difference(o, words_of(o, 0, words[0]), built.trial[0].name, words_of(o, i, words[1]),
                        t->name);
}

static void show(const struct many_options *o)
{
    size_t differ = 0;

    for (size_t i = 0; i < built.n; i++)
        differ += built.trial[i].differs != 0;
    printf("%s: ", o->called);
    if (differ)
        printf("%zu of %zu builds differ from %s (is a volatile missing?)\n", differ, built.n,
               built.trial[0].name);
    else
        printf("all %zu builds do the same to their devices\n", built.n);
    for (size_t i = 0; i < built.n; i++) {
        if (built.trial[i].differs)
            printf("\n%s:\n%s", built.trial[i].name, built.trial[i].how);
    }
}

int optimise_run(const struct many_options *o)
{
    struct runs r = {.o = o};
    struct pool pool = {.processes = o->processes,
                        .limit_s = o->timeout_s + 5,
                        .self = &r,
                        .words = next,
                        .ended = ended};
    int differ = 0;

    make_folder();
    for (size_t c = 0; c < sizeof compilers / sizeof compilers[0]; c++) {
        if (!is_there(compilers[c])) {
            fprintf(stderr, "emu: --optimise: %s is not installed: left out\n", compilers[c]);
            continue;
        }
        for (int level = 0; level < LEVELS; level++)
            build(o, compilers[c], level);
    }
    if (built.n == 0)
        many_die("--optimise: neither gcc nor clang is installed");
    if (pool_run(&pool, r.why, sizeof r.why) < 0 || *r.why)
        many_die("--optimise: %s", r.why);
    for (size_t i = 1; i < built.n; i++) {
        judge(o, &r, i);
        differ |= built.trial[i].differs;
    }
    if (!o->tap)
        show(o);
    if (r.outcome[0].no_end && !differ)
        fprintf(stderr,
                "emu: --optimise: no build came to its end in %g s: what they did is not compared "
                "(--timeout)\n",
                o->timeout_s);
    many_reports(o, built.trial, built.n);
    return differ;
}
