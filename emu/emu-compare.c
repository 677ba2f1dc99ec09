/* emu-compare - do two recorded runs do the same to their devices? Ends at the first difference and
 * shows both sides. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/core/regs.h"
#include "emu/observe/compare.h"

static struct {
    struct compare_options compare;
    size_t context;
    int quiet;
} opts = {.context = 3};

static void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void die(const char *format, ...)
{
    va_list ap;

    fputs("emu-compare: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(2);
}

static void help(void)
{
    printf(
        "usage: emu-compare [options] A B\n\n"
        "Compares the device accesses of two recorded runs up to the first difference. A and B "
        "are\n"
        "logs (--record) or text traces, of --trace or of the course in any of its formats; other\n"
        "lines of a text are skipped. If one of them does not show something (times, results,\n"
        "delays in microseconds), it is not compared.\n\n"
        "  --reorder[=RULES]  equal also if accesses come in another order that no device can "
        "tell;\n"
        "                     RULES (default: all), with commas between:\n"
        "                       devices  accesses to different devices between two barriers\n"
        "                       bits     writes of different bits to registers that set or clear\n"
        "                       writes   repeated plain writes: only the last counts\n"
        "                       reads    reads of a device that change nothing\n"
        "                     docs/compare.md has them exactly; compare a program that drives "
        "pins\n"
        "                     bit by bit with --reorder=devices,reads\n"
        "  --window=N         with --reorder: so many may wait for their like (default %d)\n"
        "  --only=program     the program's own accesses (default)\n"
        "  --only=effects     of those what acts on a device: no reads without effect, no "
        "barriers;\n"
        "                     what a read gave is not compared\n"
        "  --only=all         everything: also libpi's console, the DMA engine, interrupts, input\n"
        "  --time[=US]        times, too; as far apart as US microseconds (default 0)\n"
        "  --context=N        show N accesses before the difference (default 3, at most %d)\n"
        "  --quiet            print no result\n"
        "  --help\n\n"
        "Exit status: 0 equal, 1 different, 2 usage or a file that cannot be read.\n",
        COMPARE_WINDOW, COMPARE_CONTEXT_MAX);
}

/* ---- options ---- */

static uint64_t number(const char *option, const char *text, uint64_t min, uint64_t max)
{
    char *end;
    unsigned long long v = strtoull(text, &end, 10);

    if (*text < '0' || *text > '9' || *end || v < min || v > max)
        die("%s=%s: a number from %" PRIu64 " to %" PRIu64 " is meant", option, text, min, max);
    return v;
}

static unsigned rules(const char *text)
{
    static const struct {
        const char *name;
        unsigned rule;
    } known[] = {{"devices", COMPARE_DEVICES},
                 {"bits", COMPARE_BITS},
                 {"writes", COMPARE_WRITES},
                 {"reads", COMPARE_READS}};
    unsigned got = 0;

    for (const char *p = text;; p++) {
        size_t i, n = strcspn(p, ",");

        for (i = 0; i < sizeof known / sizeof known[0]; i++) {
            if (strlen(known[i].name) == n && memcmp(known[i].name, p, n) == 0)
                break;
        }
        if (i == sizeof known / sizeof known[0])
            die("--reorder=%s: \"%.*s\" is none of devices, bits, writes, reads", text, (int)n, p);
        got |= known[i].rule;
        p += n;
        if (!*p)
            return got;
    }
}

/* The value of --name=VALUE, or null if word is another. */
static const char *value_of(const char *word, const char *name)
{
    size_t n = strlen(name);

    return strncmp(word, name, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

static void read_option(const char *word)
{
    struct compare_options *o = &opts.compare;
    const char *v;

    if (strcmp(word, "--reorder") == 0) {
        o->rules = COMPARE_REORDER;
    } else if ((v = value_of(word, "--reorder"))) {
        o->rules = rules(v);
    } else if ((v = value_of(word, "--window"))) {
        o->window = (size_t)number("--window", v, 1, 1 << 28);
    } else if (strcmp(word, "--only=all") == 0) {
        o->all = 1;
    } else if (strcmp(word, "--only=program") == 0) {
        o->all = 0;
    } else if (strcmp(word, "--only=effects") == 0) {
        o->all = 0;
        o->effects = 1;
    } else if ((v = value_of(word, "--only"))) {
        die("--only=%s: program, effects or all is meant", v);
    } else if (strcmp(word, "--time") == 0) {
        o->time = 1;
    } else if ((v = value_of(word, "--time"))) {
        o->time = 1;
        o->tolerance_ns = number("--time", v, 0, 1000000000000) * 1000;
    } else if ((v = value_of(word, "--context"))) {
        opts.context = (size_t)number("--context", v, 0, COMPARE_CONTEXT_MAX);
    } else if (strcmp(word, "--quiet") == 0) {
        opts.quiet = 1;
    } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        help();
        exit(0);
    } else {
        die("%s: no such option (see --help)", word);
    }
}

static int read_options(int argc, char **argv)
{
    int i;

    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        read_option(argv[i]);
    }
    if (argc - i != 2)
        die("%s (see --help)",
            argc - i < 2 ? "two runs are meant: emu-compare a.log b.log" : "more than two runs");
    if (opts.compare.time && opts.compare.rules)
        die("--time with --reorder: what comes in another order comes at another time");
    if (opts.compare.window && !opts.compare.rules)
        die("--window is for --reorder");
    return i;
}

/* ---- what is shown ---- */

static const char *at(const struct compare_input *in, const struct compare_event *e, char *buf,
                      size_t nbytes)
{
    if (!in->text && e->kind != LOG_ACCESS)
        snprintf(buf, nbytes, "%s, before access %" PRIu64, in->path, e->at);
    else
        snprintf(buf, nbytes, "%s, %s %" PRIu64, in->path, in->text ? "line" : "access", e->at);
    return buf;
}

static void show(char mark, struct compare_input *in, const struct compare_event *e)
{
    char text[COMPARE_TEXT], place[512], where[4096 + 64];

    printf("%c %s: %s", mark, at(in, e, where, sizeof where), compare_text(e, text, sizeof text));
    if (opts.compare.time)
        printf("  at %" PRIu64 ".%03u us", e->ns / 1000, (unsigned)(e->ns % 1000));
    compare_place(in, e->pc, place, sizeof place);
    printf("%s%s\n", *place ? "  " : "", place);
}

static int by_place(const void *pa, const void *pb)
{
    const struct compare_event *a = pa, *b = pb;

    return a->at < b->at ? -1 : a->at > b->at;
}

/* The last that were equal, in the first run's order. */
static void show_context(struct compare *c, uint64_t before)
{
    size_t n = c->nkept < COMPARE_CONTEXT_MAX ? (size_t)c->nkept : COMPARE_CONTEXT_MAX;

    qsort(c->kept, n, sizeof c->kept[0], by_place);
    while (n > 0 && c->kept[n - 1].at >= before)
        n--;
    for (size_t i = n > opts.context ? n - opts.context : 0; i < n; i++)
        show(' ', c->in[0], &c->kept[i]);
}

/* In what two records differ. */
static const char *how(const struct compare *c)
{
    const struct compare_event *a = &c->side[0].e, *b = &c->side[1].e;

    if (c->why == COMPARE_WHEN)
        return "at another time";
    if (a->kind != b->kind || a->op != b->op)
        return "something else is done";
    if (a->kind == LOG_END)
        return "the run ends in another way";
    if (a->kind != LOG_ACCESS)
        return "other data";
    if (a->addr != b->addr)
        return "another register";
    if (a->width != b->width)
        return "another width";
    if (a->value != b->value)
        return a->op == BUS_READ ? "another value is read" : "another value";
    return a->result != b->result ? "another result" : "another origin";
}

/* For what one run has and the other has not: what that one does instead. */
static void show_missing(const struct compare *c, int w)
{
    const struct compare_input *in = c->in[w];
    const struct compare_event *other = &c->side[!w].e;
    const struct reg_block *block = reg_block_at(other->addr);
    char where[4096 + 64], text[COMPARE_TEXT];

    printf("%c ", w ? '>' : '<');
    if (c->why == COMPARE_OTHER)
        printf("%s ends\n", in->path);
    else if (c->why == COMPARE_FAR)
        printf("%s: not yet\n", in->path);
    else if (c->fence[w].there)
        printf("%s: no more of %s up to %s: %s\n", in->path, block ? block->name : "it",
               at(in, &c->fence[w].e, where, sizeof where),
               compare_text(&c->fence[w].e, text, sizeof text));
    else
        printf("%s: no more of %s up to its end\n", in->path, block ? block->name : "it");
}

static void show_difference(struct compare *c)
{
    const struct compare_side *s = c->side;

    printf("%s and %s differ: ", c->in[0]->path, c->in[1]->path);
    if (s[0].there && s[1].there)
        printf("%s\n", how(c));
    else
        printf("%s does more\n", c->in[s[1].there]->path);
    show_context(c, s[0].there ? s[0].e.at : UINT64_MAX);
    for (int w = 0; w < 2; w++) {
        if (s[w].there)
            show(w ? '>' : '<', c->in[w], &s[w].e);
        else
            show_missing(c, w);
    }
    if (c->why == COMPARE_FAR)
        printf("more than %zu accesses since then still wait for their like (--window)\n",
               c->options.window);
}

/* ---- */

static void check_time(const struct compare_input in[2])
{
    if (!opts.compare.time)
        return;
    for (int w = 0; w < 2; w++) {
        if (in[w].text)
            die("--time: %s is a text, which has no times", in[w].path);
    }
    if (in[0].log.clock != in[1].log.clock)
        die("--time: one of the logs tells virtual time, the other real time");
}

/* A run that was killed counts as equal as far as it went; that is said. */
static void say_unended(const struct compare *c)
{
    for (int w = 0; w < 2; w++) {
        if (!c->in[w]->text && c->unended & 1 << w && !c->in[w]->log.complete)
            fprintf(stderr,
                    "emu-compare: %s: its run was killed, or still goes on: compared as far as it "
                    "goes\n",
                    c->in[w]->path);
    }
}

static int finish(struct compare *c, enum compare_verdict verdict)
{
    switch (verdict) {
    case COMPARE_EQUAL:
        if (!opts.quiet) {
            say_unended(c);
            printf("equal: %" PRIu64 " accesses%s\n", c->equal,
                   c->moved ? ", some of them in another order" : "");
        }
        return 0;
    case COMPARE_DIFFERENT:
        if (!opts.quiet)
            show_difference(c);
        return 1;
    case COMPARE_UNREADABLE:
        for (int w = 0; w < 2; w++) {
            if (c->unreadable & 1 << w)
                fprintf(stderr, "emu-compare: %s; before, %" PRIu64 " accesses are equal\n",
                        c->in[w]->why, c->equal);
        }
        return 2;
    default:
        fprintf(stderr, "emu-compare: no memory; a smaller --window needs less\n");
        return 2;
    }
}

int main(int argc, char **argv)
{
    static struct compare c;
    static struct compare_input in[2];
    int i = read_options(argc, argv), status;

    c.options = opts.compare;
    for (int w = 0; w < 2; w++) {
        if (compare_open(&in[w], argv[i + w]) < 0)
            die("%s", in[w].why);
    }
    check_time(in);
    status = finish(&c, compare_run(&c, &in[0], &in[1]));
    compare_close(&in[0]);
    compare_close(&in[1]);
    if (fflush(stdout) || ferror(stdout))
        die("cannot write the result");
    return status;
}
