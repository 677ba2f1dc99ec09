/* One grammar for emu and every .emu, so that emu can hand its command line on unread. */
#include "emu/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int wrong(struct options *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

static int wrong(struct options *o, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    vsnprintf(o->error_text, sizeof o->error_text, format, ap);
    va_end(ap);
    o->error = o->error_text;
    return -1;
}

/* Is argv[*i] --name=VALUE or --name VALUE? Then *value is VALUE, "" where it is missing. */
static int takes_value(const char *name, int argc, char **argv, int *i, const char **value)
{
    const char *word = argv[*i], *next = *i + 1 < argc ? argv[*i + 1] : "";
    size_t n = strlen(name);

    if (strncmp(word, name, n) != 0 || (word[n] != '=' && word[n] != 0))
        return 0;
    if (word[n] == '=') {
        *value = word + n + 1;
    } else {
        *value = next;
        *i += *i + 1 < argc;
    }
    return 1;
}

static int read_number(const char *text, double max, double *out)
{
    char *end;
    double v = strtod(text, &end);

    if (end == text || *end || !(v > 0) || v > max)
        return -1;
    *out = v;
    return 0;
}

static int choose(struct options *o, const char *option, const char *value)
{
    static const struct {
        const char *option, *value;
        int choice;
    } known[] = {
        {"--trace", "course", TRACE_COURSE},   {"--trace", "all", TRACE_ALL},
        {"--time", "virtual", TIME_VIRTUAL},   {"--time", "counted", TIME_COUNTED},
        {"--time", "host", TIME_HOST},         {"--time", "pi", TIME_PI},
        {"--engine", "native", ENGINE_NATIVE}, {"--engine", "arm", ENGINE_ARM},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].option, option) == 0 && strcmp(known[i].value, value) == 0)
            return known[i].choice;
    }
    if (strcmp(option, "--trace") == 0 && strcmp(value, "insn") == 0)
        return -2;
    wrong(o, "%s=%s: no such choice (see --help)", option, value);
    return -1;
}

/* --no-NAME leaves out an acceleration of the line. */
static int read_without(struct options *o, const char *word)
{
    const struct {
        const char *word;
        int *flag;
    } known[] = {
        {"--no-batch", &o->remote.no_batch},   {"--no-compact", &o->remote.no_compact},
        {"--no-shadow", &o->remote.no_shadow}, {"--no-fuse", &o->remote.no_fuse},
        {"--no-delay", &o->remote.no_delay},   {"--no-speed", &o->remote.no_speed},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].word, word) == 0)
            return *known[i].flag = 1;
    }
    return 0;
}

static int read_flag(struct options *o, const char *word)
{
    if (strcmp(word, "--pi") == 0)
        o->pi = 1;
    else if (strncmp(word, "--pi=", 5) == 0 && word[5])
        o->pi = 1, o->pi_name = word + 5;
    else if (strcmp(word, "--board") == 0)
        o->board = 1;
    else if (strcmp(word, "--board=paused") == 0)
        o->board = o->board_paused = 1;
    else if (strcmp(word, "--trace") == 0)
        o->trace = TRACE_COURSE;
    else if (strcmp(word, "--valgrind") == 0)
        o->valgrind = 1;
    else if (strcmp(word, "--gdb") == 0)
        o->gdb = 1;
    else if (strcmp(word, "--strict") == 0)
        o->strict = 1;
    else if (strcmp(word, "--check") == 0)
        o->check = 1;
    else if (strcmp(word, "--gen-suppressions") == 0)
        o->gen_suppressions = 1;
    else if (strcmp(word, "--quiet") == 0)
        o->quiet = 1;
    else if (strcmp(word, "--no-places") == 0)
        o->no_places = 1;
    else if (strcmp(word, "--stats") == 0)
        o->stats = 1;
    else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        o->help = 1;
    else if (strcmp(word, "--version") == 0)
        o->version = 1;
    else if (strcmp(word, "--pty") == 0)
        o->engine = ENGINE_ARM;
    else
        return 0;
    return 1;
}

/* --fill=zero, --fill=random:SEED */
static int read_fill(struct options *o, const char *v)
{
    static const char random[] = "random:";
    char *end;

    o->fill = strncmp(v, random, sizeof random - 1) == 0;
    if (!o->fill)
        return strcmp(v, "zero") == 0
                   ? 1
                   : wrong(o, "--fill=%s: zero or random:SEED is meant, such as --fill=random:7",
                           v);
    v += sizeof random - 1;
    errno = 0;
    o->seed = strtoull(v, &end, 10);
    if (*v < '0' || *v > '9' || *end || errno)
        return wrong(o, "--fill=random:%s: a seed is a number from 0 to 18446744073709551615", v);
    return 1;
}

static int read_web(struct options *o, const char *word)
{
    char *end;
    unsigned long port;

    if (strncmp(word, "--web", 5) != 0 || (word[5] && word[5] != '='))
        return 0;
    o->web = 1;
    o->web_port = 0;
    if (!word[5])
        return 1;
    port = strtoul(word + 6, &end, 10);
    if (word[6] < '0' || word[6] > '9' || *end || port < 1 || port > 65535)
        return wrong(o,
                     "%s: a port from 1 to 65535 is meant, such as --web=8080; --web alone takes a "
                     "free one",
                     word);
    o->web_port = (unsigned)port;
    return 1;
}

static int read_choice(struct options *o, int argc, char **argv, int *i)
{
    const char *v = "";
    int c;

    if (strncmp(argv[*i], "--trace=", 8) == 0) {
        c = choose(o, "--trace", argv[*i] + 8);
        if (c == -2)
            o->engine = ENGINE_ARM;
        else
            o->trace = (enum trace_level)c;
    } else if (takes_value("--time", argc, argv, i, &v)) {
        o->time = (enum time_choice)(c = choose(o, "--time", v));
    } else if (takes_value("--engine", argc, argv, i, &v)) {
        o->engine = (enum engine_choice)(c = choose(o, "--engine", v));
    } else {
        return 0;
    }
    return c == -1 ? -1 : 1;
}

static int read_valued(struct options *o, int argc, char **argv, int *i)
{
    const char *v = "";
    double d;

    if (takes_value("--sd", argc, argv, i, &o->sd)) {
        return *o->sd ? 1
                      : wrong(o, "--sd: the name of a card image is meant, such as --sd card.img");
    } else if (takes_value("--vcd", argc, argv, i, &o->vcd)) {
        return *o->vcd && *o->vcd != '-'
                   ? 1
                   : wrong(o, "--vcd: the name of a file to write is meant, such as --vcd run.vcd");
    } else if (takes_value("--record", argc, argv, i, &o->record)) {
        return *o->record ? 1 : wrong(o, "--record: the name of a log is meant, such as run.log");
    } else if (takes_value("--replay", argc, argv, i, &o->replay)) {
        return *o->replay ? 1 : wrong(o, "--replay: the name of a log is meant, such as run.log");
    } else if (takes_value("--initial", argc, argv, i, &o->initial)) {
        return *o->initial ? 1 : wrong(o, "--initial: the name of a log is meant, such as run.log");
    } else if (takes_value("--fill", argc, argv, i, &v)) {
        return read_fill(o, v);
    } else if (takes_value("--timeout", argc, argv, i, &v)) {
        if (read_number(v, 1e8, &o->timeout_s) < 0)
            return wrong(o, "--timeout %s: seconds are meant, such as --timeout 10 or 0.5", v);
    } else if (takes_value("--speed", argc, argv, i, &v)) {
        if (read_number(v, 1e6, &o->speed) < 0 || o->speed < 1e-3)
            return wrong(o,
                         "--speed %s: a factor from 0.001 to 1000000 is meant, such as --speed=1 "
                         "(real time), 0.5 or 10",
                         v);
    } else if (takes_value("--suppressions", argc, argv, i, &v)) {
        if (!*v)
            return wrong(o, "--suppressions: the name of a file is meant (docs/checks.md)");
        if (o->nsuppressions == MAX_SUPPRESSIONS)
            return wrong(o, "--suppressions %s: more than %d files", v, MAX_SUPPRESSIONS);
        o->suppressions[o->nsuppressions++] = v;
    } else if (takes_value("--output-limit", argc, argv, i, &v)) {
        if (read_number(v, 1e15, &d) < 0)
            return wrong(o, "--output-limit %s: a number of bytes is meant", v);
        o->output_limit = (unsigned long)d;
    } else if (takes_value("--baud", argc, argv, i, &v)) {
        if (read_number(v, 4e6, &d) < 0)
            return wrong(o, "--baud %s: a baud such as 115200 is meant", v);
        o->baud = (unsigned)d;
    } else {
        return 0;
    }
    return 1;
}

static int read_hookup(struct options *o, int argc, char **argv, int *i)
{
    static const struct {
        const char *option, *meant;
    } known[] = {
        [HOOKUP_WIRE] = {"--wire", "two pins (--wire 20-21) or a pin and a level (--wire 21=high)"},
        [HOOKUP_INPUT] = {"--input", "a file (a script or a .vcd)"},
        [HOOKUP_PART] = {"--part", "a part (--part help lists them)"},
    };
    const char *v = "";

    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        if (!takes_value(known[k].option, argc, argv, i, &v))
            continue;
        if (!*v)
            return wrong(o, "%s: what follows is missing: %s", known[k].option, known[k].meant);
        if (o->hookups == MAX_HOOKUPS)
            return wrong(o, "%s %s: more than %d of --wire, --input and --part", known[k].option, v,
                         MAX_HOOKUPS);
        if (k == HOOKUP_PART && strcmp(v, "help") == 0)
            return o->help_parts = 1;
        o->hookup[o->hookups].kind = (enum hookup_kind)k;
        o->hookup[o->hookups++].text = v;
        return 1;
    }
    return 0;
}

int options_read(struct options *o, int argc, char **argv)
{
    int i;

    memset(o, 0, sizeof *o);
    o->baud = 115200;
    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        int r;

        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        r = read_flag(o, argv[i]);
        if (!r)
            r = read_without(o, argv[i]);
        if (!r)
            r = read_web(o, argv[i]);
        if (!r)
            r = read_choice(o, argc, argv, &i);
        if (!r)
            r = read_valued(o, argc, argv, &i);
        if (!r)
            r = read_hookup(o, argc, argv, &i);
        if (r < 0)
            return -1;
        if (!r)
            return wrong(o, "%s: no such option (see --help)", argv[i]);
    }
    o->words = i;
    return 0;
}

const char *options_help(void)
{
    return "  --pi[=TTY]           devices answer on the Pi at TTY (default: the newest serial "
           "device);\n"
           "                       without it, device models on this machine answer\n"
           "  --baud N             of the line to the Pi (default 115200)\n"
           "  --trace              print each device access; --trace=all: also the console's own\n"
           "  --vcd FILE           draw the run as a waveform, for GTKWave and PulseView\n"
           "  --board[=paused]     the 40-pin header, live in this terminal: pins, UART, keys that "
           "drive\n"
           "                       inputs, pause and step; sets --speed=1 where time is virtual\n"
           "  --web[=PORT]         the board in a browser, at PORT of 127.0.0.1 (default: a free "
           "one);\n"
           "                       the program starts when the page is open\n"
           "  --time=virtual       time passes by device accesses and delays alone, which cost no "
           "real\n"
           "                       time; each run is like the other (default with device models)\n"
           "  --time=counted       the same, and by each basic block: for a program that spins on "
           "a\n"
           "                       variable, compiled by emu-cc --counted\n"
           "  --time=host          the clock of this machine\n"
           "  --time=pi            the Pi's own (default with a Pi)\n"
           "  --speed=FACTOR       for who watches: virtual time no faster than FACTOR times real "
           "time\n"
           "                       (1: as on a Pi)\n"
           "  --sd IMAGE[,ro]      the SD card: a file, written to unless ,ro is given\n"
           "  --record LOG         write all that passes between program and devices to a log\n"
           "  --no-places          the log without names of program locations, which take a "
           "moment\n"
           "  --replay LOG         no devices: answer from a log, stop where the program does\n"
           "                       something else, exit status 1\n"
           "  --fill=random:SEED   RAM, inputs that float, the timer and the random number "
           "generator "
           "start\n"
           "                       as chance has it, the same for the same SEED; --fill=zero "
           "(default)\n"
           "  --initial LOG        registers start as they were in a recorded run, say of a Pi\n"
           "  --valgrind           run under valgrind: what valgrind PROG.emu does\n"
           "  --gdb                run under gdb, with its commands for the Pi (docs/gdb.md)\n"
           "  --timeout SECONDS    end the run after this time, exit status 4\n"
           "  --output-limit BYTES end the run after this much output, exit status 4\n"
           "  --check              say what the program does with the devices that the manual "
           "does not\n"
           "                       allow, once a place: missing barriers, pins without direction, "
           "...\n"
           "  --suppressions FILE  findings that are not wanted, like valgrind's; "
           "--gen-suppressions\n"
           "                       prints such a block for each\n"
           "  --strict             end the run, exit status 1, at the first finding of --check; "
           "without\n"
           "                       it, at an access no model knows\n"
           "  --engine=native|arm  how the program runs (arm: unmodified binaries; not built yet)\n"
           "  --wire A-B           a jumper wire between two pins; --wire A=high|low ties one to a "
           "rail\n"
           "  --input FILE         what happens to pins at which time, from a script or a .vcd\n"
           "  --part NAME[:ARGS]   wires a part to the pins; --part help lists them\n"
           "                       (without a Pi; each may be given several times)\n"
           "  --stats              with a Pi: count what travelled and what need not, on standard "
           "error\n"
           "  --no-batch --no-compact --no-shadow --no-fuse --no-delay --no-speed\n"
           "                       with a Pi: each leaves out one way the line is made fast\n"
           "  --quiet              no remarks on standard error, only errors\n"
           "  --version, --help\n"
           "Exit status: 0 the program ended; 1 it failed (panic, assertion, fault); 2 usage or a "
           "bad\n"
           "file; 3 no Pi, or the Pi or the line was lost; 4 a limit; 128+n ended by signal n.\n";
}
