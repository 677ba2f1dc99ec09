/* emu-log - shows a recorded run as text, counts what is in it, makes a log of a text trace. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/core/regs.h"
#include "emu/observe/compare.h"
#include "emu/observe/trace.h"

static void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void die(const char *format, ...)
{
    va_list ap;

    fflush(stdout);
    fputs("emu-log: ", stderr);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(2);
}

static void help(void)
{
    printf(
        "usage: emu-log show [--format=course|all|2019|pi|full] RUN\n"
        "       emu-log info RUN\n"
        "       emu-log import TRACE -o RUN.log\n\n"
        "RUN is a log that --record wrote, or a text trace; docs/log.md, docs/compare.md.\n\n"
        "  show    prints it as text\n"
        "            course  as --trace prints it: the format of the course since 2023 (default)\n"
        "            all     as --trace=all prints it\n"
        "            2019    the course's format of 2019 and 2020\n"
        "            pi      the course's format on the Pi\n"
        "            full    every record with its time and place in the program\n"
        "  info    the program, how it ended, and how often each register was accessed\n"
        "  import  makes a log of a text trace; it has no times (virtual ones are computed) and\n"
        "          no places\n\n"
        "Exit status: 0 done, 2 usage or a file that cannot be read or written.\n");
}

static void open_run(struct compare_input *in, const char *path)
{
    if (compare_open(in, path) < 0)
        die("%s", in->why);
}

static void check_output(void)
{
    if (fflush(stdout) || ferror(stdout))
        die("cannot write: %s", strerror(errno));
}

/* ---- show ---- */

static void show_full(struct compare_input *in, const struct log_record *r)
{
    struct compare_event e;
    char text[COMPARE_TEXT], place[512];

    compare_event_of(r, in->at, &e);
    printf("%" PRIu64 "  %" PRIu64 ".%03u us  %s", in->at, r->ns / 1000, (unsigned)(r->ns % 1000),
           compare_text(&e, text, sizeof text));
    compare_place(in, e.pc, place, sizeof place);
    printf("%s%s\n", *place ? "  " : "", place);
}

static int show(const char *format, const char *path)
{
    enum log_text_format f = log_text_format_named(format);
    int full = strcmp(format, "full") == 0, rc;
    struct compare_input in;
    struct log_record r;
    struct trace t;

    if (f == LOG_TEXT_UNKNOWN && !full)
        die("--format=%s: course, all, 2019, pi or full is meant", format);
    open_run(&in, path);
    trace_init(&t, stdout, f == LOG_TEXT_ALL);
    while ((rc = in.next(&in, &r)) > 0 && !ferror(stdout)) {
        char line[TRACE_MAX_TEXT + 16];

        if (full) {
            show_full(&in, &r);
        } else if (log_text_has(f, &r) && f != LOG_TEXT_2019 && f != LOG_TEXT_PI) {
            t.watcher.saw(t.watcher.self, &r.a, r.result);
        } else if (log_text_has(f, &r)) {
            log_text_print(f, &r.a, line, sizeof line);
            fputs(line, stdout);
        }
    }
    check_output();
    if (rc < 0)
        die("%s", in.why);
    compare_close(&in);
    return 0;
}

/* ---- info ---- */

struct count {
    uint32_t addr;
    uint64_t reads, writes;
};

static struct {
    struct count *of;
    size_t n, room; /* a table of `room` slots; free: neither reads nor writes */
    uint64_t ops[BUS_START + 1], origins[ORIGIN_DMA + 1], kinds[LOG_END + 1], failed;
    struct log_record end;
} counts;

static struct count *count_of(uint32_t addr)
{
    size_t i = (size_t)(addr * 0x9e3779b1u) % counts.room;

    while (counts.of[i].reads + counts.of[i].writes > 0 && counts.of[i].addr != addr)
        i = (i + 1) % counts.room;
    return &counts.of[i];
}

static void grow(void)
{
    struct count *old = counts.of;
    size_t room = counts.room;

    counts.room = room ? 2 * room : 256;
    counts.of = calloc(counts.room, sizeof *counts.of);
    if (!counts.of)
        die("no memory");
    for (size_t i = 0; i < room; i++) {
        if (old[i].reads + old[i].writes > 0)
            *count_of(old[i].addr) = old[i];
    }
    free(old);
}

static void count(const struct log_record *r)
{
    struct count *c;

    counts.kinds[r->kind]++;
    if (r->kind == LOG_END)
        counts.end = *r;
    if (r->kind != LOG_ACCESS)
        return;
    counts.ops[r->a.op]++;
    counts.origins[r->a.origin]++;
    counts.failed += r->result != 0;
    if (r->a.op != BUS_READ && r->a.op != BUS_WRITE)
        return;
    if (2 * counts.n >= counts.room)
        grow();
    c = count_of(r->a.addr);
    counts.n += c->reads + c->writes == 0;
    c->addr = r->a.addr;
    c->reads += r->a.op == BUS_READ;
    c->writes += r->a.op == BUS_WRITE;
}

static int by_address(const void *pa, const void *pb)
{
    const struct count *a = pa, *b = pb;

    return a->addr < b->addr ? -1 : a->addr > b->addr;
}

static void print_registers(void)
{
    if (counts.n == 0)
        return;
    printf("\n%-24s %-10s %12s %12s\n", "register", "address", "reads", "writes");
    qsort(counts.of, counts.room, sizeof *counts.of, by_address);
    for (size_t i = 0; i < counts.room; i++) {
        const struct count *c = &counts.of[i];
        char name[REG_NAME_MAX];

        if (c->reads + c->writes > 0)
            printf("%-24s 0x%08" PRIx32 " %12" PRIu64 " %12" PRIu64 "\n",
                   reg_name(c->addr, name, sizeof name), c->addr, c->reads, c->writes);
    }
}

static void print_count(const char *what, uint64_t n)
{
    if (n)
        printf("%-12s %" PRIu64 "\n", what, n);
}

/* The log's own facts; a text has none. */
static void print_log(struct compare_input *in, int rc)
{
    static const char *const clock_names[LOG_CLOCKS] = {
        [LOG_VIRTUAL] = "virtual time",
        [LOG_REAL] = "real time",
        [LOG_COUNTED] = "virtual time, blocks counted",
    };
    const char *program = in->log.places;

    if (program && strncmp(program, "program ", 8) == 0)
        printf("%-12s %.*s\n", "program", (int)strcspn(program + 8, "\n"), program + 8);
    printf("%-12s %s\n", "clock", clock_names[in->log.clock]);
    if (rc < 0)
        printf("%-12s unknown: the log is damaged\n", "end");
    else if (!in->log.complete)
        printf("%-12s none: the run was killed, or still goes on\n", "end");
    else if (counts.end.count)
        printf("%-12s by signal %" PRIu32 "\n", "end", counts.end.count);
    else
        printf("%-12s with status %" PRIu32 "\n", "end", counts.end.value);
    printf("%-12s %" PRIu64 " bytes", "size", in->log.size);
    if (in->accesses)
        printf(", %.2f an access", (double)in->log.size / (double)in->accesses);
    putchar('\n');
}

static int info(const char *path)
{
    struct compare_input in;
    struct log_record r;
    int rc;

    open_run(&in, path);
    while ((rc = in.next(&in, &r)) > 0)
        count(&r);
    if (in.text)
        printf("%-12s %s\n", "text", log_text_format_name(in.lines.format));
    else
        print_log(&in, rc);
    printf("%-12s %" PRIu64 "\n", "accesses", in.accesses);
    print_count("  program", counts.origins[ORIGIN_PROGRAM]);
    print_count("  console", counts.origins[ORIGIN_CONSOLE]);
    print_count("  DMA", counts.origins[ORIGIN_DMA]);
    print_count("failed", counts.failed);
    print_count("barriers", counts.ops[BUS_BARRIER]);
    print_count("delays", counts.ops[BUS_DELAY_US] + counts.ops[BUS_DELAY_CYCLES]);
    print_count("DEV_VAL32", counts.ops[BUS_DEV_VAL]);
    print_count("interrupts", counts.kinds[LOG_IRQ]);
    print_count("input bytes", counts.kinds[LOG_INPUT]);
    print_count("bus masters", counts.kinds[LOG_MEMORY]);
    print_registers();
    free(counts.of);
    check_output();
    if (rc < 0)
        die("%s", in.why);
    compare_close(&in);
    return 0;
}

/* ---- import ---- */

static int import(const char *text, const char *path)
{
    struct log_code code = {.clock = LOG_VIRTUAL};
    uint8_t bytes[LOG_CODE_MAX];
    struct compare_input in;
    struct log_writer w;
    struct log_record r;
    int rc;

    open_run(&in, text);
    if (!in.text)
        die("%s: it is a log already", text);
    if (log_create(&w, path, LOG_VIRTUAL) < 0)
        die("%s: %s", path, w.why);
    while ((rc = in.next(&in, &r)) > 0) {
        if (log_room(&w) < LOG_CODE_MAX && log_block(&w) < 0)
            die("%s: %s", path, w.why);
        log_append(&w, bytes, log_encode(&code, &r, bytes));
    }
    if (log_close(&w, "", 0) < 0)
        die("%s: %s", path, w.why);
    if (rc < 0)
        die("%s (%s has what comes before)", in.why, path);
    compare_close(&in);
    return 0;
}

/* ---- */

static int run_import(int argc, char **argv)
{
    const char *text = NULL, *path = NULL;

    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "-o") == 0 && i + 1 < argc && !path)
            path = argv[++i];
        else if (argv[i][0] == '-' || text)
            die("%s: unexpected; emu-log import TRACE -o RUN.log is meant", argv[i]);
        else
            text = argv[i];
    }
    if (!text || !path)
        die("emu-log import TRACE -o RUN.log is meant");
    return import(text, path);
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "", *format = "course";
    int i = 2;

    if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0)
        return help(), 0;
    if (strcmp(command, "import") == 0)
        return run_import(argc, argv);
    if (strcmp(command, "show") != 0 && strcmp(command, "info") != 0)
        die("%s: show, info or import is meant (see --help)", *command ? command : "no command");
    if (i < argc && strcmp(command, "show") == 0 && strncmp(argv[i], "--format=", 9) == 0)
        format = argv[i++] + 9;
    if (i < argc && argv[i][0] == '-' && argv[i][1])
        die("%s: no such option of %s (see --help)", argv[i], command);
    if (argc - i != 1)
        die("one run is meant: emu-log %s run.log", command);
    return *command == 's' ? show(format, argv[i]) : info(argv[i]);
}
