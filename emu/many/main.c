/* emu-many - what `emu --seeds` and `emu --optimise` become: one program, many runs. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/many/many.h"

enum { TIMEOUT_S = 10, SEEDS_MAX = 10000000 };

void many_die(const char *format, ...)
{
    va_list ap;

    fflush(stdout);
    fputs("emu: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(2);
}

void many_give_up(const struct pool_run *r)
{
    char bytes[4096];
    ssize_t n = pread(r->err, bytes, sizeof bytes - 1, 0);

    fflush(stdout);
    fwrite(bytes, 1, n > 0 ? (size_t)n : 0, stderr);
    bytes[n > 0 ? n : 0] = 0;
    if (n <= 0 || strstr(bytes, "output: ") || strstr(bytes, "--record ")) /* or no room for it */
        many_die(
            "what a run prints and records is kept in %s while it runs: is there room? (TMPDIR "
            "names another folder)",
            getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    exit(2); /* the others die with it */
}

void many_tool(const char *name, char *path, size_t nbytes)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    if (n < 0)
        many_die("/proc is not mounted: cannot find %s", name);
    self[n] = 0;
    *strrchr(self, '/') = 0;
    if (snprintf(path, nbytes, "%s/%s", self, name) >= (int)nbytes)
        many_die("%s: the name is too long", self);
}

void many_reports(const struct many_options *o, const struct trial *t, size_t n)
{
    FILE *f = o->junit ? fopen(o->junit, "we") : NULL;

    if (o->tap)
        report_tap(stdout, o->called, t, n);
    if (fflush(stdout) || ferror(stdout))
        many_die("cannot write the report: %s", strerror(errno));
    if (!o->junit)
        return;
    if (f)
        report_junit(f, o->called, t, n);
    if (!f || fflush(f) || ferror(f) || fclose(f))
        many_die("--junit=%s: %s", o->junit, strerror(errno));
}

static void help(void)
{
    puts("usage: emu --seeds A..B [options] PROG.emu | PROG.c | PROG.bin\n"
         "       emu --optimise [options] [emu-cc options] FILES.c\n\n"
         "Runs a program many times, each run a process of its own, and shows which differ.\n\n"
         "  --seeds A..B       under --fill=random:A to --fill=random:B; --seeds 7 is one seed\n"
         "  --optimise         as gcc and clang build it at -O0, -O1, -O2 and -O3\n"
         "  -j N               so many at a time (default: the machine's processors)\n"
         "  --timeout SECONDS  of each run (default 10)\n"
         "  --reference=SEED   compare with this seed, not with the most frequent behaviour\n"
         "  --exact            with --seeds: reads count, too, and what they gave\n"
         "  --tap              print TAP, a line a run\n"
         "  --junit=FILE       write JUnit XML as well\n"
         "  --help\n"
         "Other options are handed on: with --seeds to each run, with --optimise to emu-cc.\n\n"
         "Exit status: 0 all alike; 1 some differ; 2 usage, or a run that could not be made;\n"
         "128+n ended by signal n.");
}

static uint64_t number(const char *option, const char *text, uint64_t max)
{
    char *end;
    unsigned long long v;

    errno = 0;
    v = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || v > max) {
        if (max < UINT64_MAX)
            many_die("%s %s: a number up to %" PRIu64 " is meant", option, text, max);
        many_die("%s %s: a number is meant, such as 7", option, text);
    }
    return v;
}

static int digits(const char *text, size_t n)
{
    return n > 0 && strspn(text, "0123456789") >= n;
}

static void read_range(struct many_options *o, const char *text)
{
    char first[32];
    const char *dots = strstr(text, "..");
    const char *last = dots ? dots + 2 : text;

    if (!digits(text, dots ? (size_t)(dots - text) : strlen(text)) || !digits(last, strlen(last)))
        many_die("--seeds %s: a range is meant, such as 1..1000, or a number", text);
    if (dots && dots - text < (int)sizeof first) {
        snprintf(first, sizeof first, "%.*s", (int)(dots - text), text);
        o->first = number("--seeds", first, UINT64_MAX);
        o->last = number("--seeds", dots + 2, UINT64_MAX);
    } else {
        o->first = o->last = number("--seeds", text, UINT64_MAX);
    }
    if (o->last < o->first || o->last - o->first >= SEEDS_MAX)
        many_die("--seeds %s: 1 to %d seeds are meant, the smaller number first", text, SEEDS_MAX);
}

/* The value of --name=VALUE or --name VALUE, or null; *i moves to the last word of it. */
static const char *value_of(const char *name, int argc, char **argv, int *i)
{
    size_t n = strlen(name);

    if (strncmp(argv[*i], name, n) != 0 || (argv[*i][n] != '=' && argv[*i][n] != 0))
        return NULL;
    if (argv[*i][n] == '=')
        return argv[*i] + n + 1;
    if (*i + 1 >= argc || strcmp(argv[*i + 1], "--as") == 0) /* emu's own, before the program */
        many_die("%s: what follows is missing (see emu --seeds --help)", name);
    ++*i;
    return argv[*i] ? argv[*i] : "";
}

static void read_seconds(struct many_options *o, const char *text)
{
    char *end;

    o->timeout_s = strtod(text, &end);
    if (end == text || *end || !(o->timeout_s > 0) || o->timeout_s > 1e6)
        many_die("--timeout %s: seconds are meant, such as --timeout 10 or 0.5", text);
}

static int read_own(struct many_options *o, int argc, char **argv, int *i)
{
    const char *word = argv[*i], *v;

    if (strcmp(word, "--help") == 0)
        help(), exit(0);
    if (strcmp(word, "--optimise") == 0)
        return o->optimise = 1;
    if (strcmp(word, "--exact") == 0)
        return o->exact = 1;
    if (strcmp(word, "--tap") == 0)
        return o->tap = 1;
    if ((v = value_of("--seeds", argc, argv, i)))
        read_range(o, v);
    else if ((v = value_of("--timeout", argc, argv, i)))
        read_seconds(o, v);
    else if ((v = value_of("--junit", argc, argv, i)))
        o->junit = v;
    else if ((v = value_of("--as", argc, argv, i)))
        o->called = v;
    else if ((v = value_of("--reference", argc, argv, i)))
        o->has_reference = 1, o->reference = number("--reference", v, UINT64_MAX);
    else if ((v = value_of("-j", argc, argv, i)))
        o->processes = (unsigned)number("-j", v, POOL_MAX);
    else if (strncmp(word, "-j", 2) == 0)
        o->processes = (unsigned)number("-j", word + 2, POOL_MAX);
    else
        return 0;
    return 1;
}

/* What makes no sense in each of many runs. */
static void refuse(const char *word)
{
    static const char *const no[] = {"--pi",  "--record", "--replay", "--vcd", "--valgrind",
                                     "--gdb", "--fill",   "--board",  "--web", "--time=host"};

    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        size_t n = strlen(no[i]);

        if (strncmp(word, no[i], n) == 0 && (word[n] == 0 || word[n] == '='))
            many_die("--seeds: %s is for a single run: emu --fill=random:SEED ...", no[i]);
    }
}

int main(int argc, char **argv)
{
    struct many_options o = {.timeout_s = TIMEOUT_S};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    o.words = calloc((size_t)argc + 1, sizeof *o.words);
    if (!o.words)
        many_die("no memory");
    o.last = UINT64_MAX;
    for (int i = 1; i < argc; i++) {
        if (!read_own(&o, argc, argv, &i))
            o.words[o.nwords++] = argv[i];
    }
    if (o.nwords == 0)
        many_die("no program given (see emu --seeds --help)");
    if (!o.optimise && o.last == UINT64_MAX)
        many_die("--seeds A..B or --optimise is missing");
    for (int i = 0; !o.optimise && i + 1 < o.nwords; i++)
        refuse(o.words[i]);
    if (!o.called)
        o.called = o.words[o.nwords - 1];
    if (o.processes == 0)
        o.processes = processors < 1 ? 1 : processors > POOL_MAX ? POOL_MAX : (unsigned)processors;
    if (o.optimise) {
        o.exact = 1;
        return optimise_run(&o);
    }
    return seeds_run(&o);
}
