/* tools/line/sim-options.c - parses line-sim's command line: `--name value` or `--name=value`. */
#include "tools/line/sim-options.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char sim_help[] =
    "usage: line-sim [options]\n"
    "A serial line between a laptop and a Pi that is as slow, and as bad, as wanted. Prints the "
    "name of\n"
    "the laptop's end and that of the Pi's end, a line each, and carries bytes between them until "
    "it is\n"
    "killed (Ctrl-C, TERM), or a device it was given goes away.\n"
    "\n"
    "    tools/virtual-pi --link /tmp/pi &\n"
    "    tools/line-sim --pi /tmp/pi --latency-ms 1 --flip 1/1000\n"
    "\n"
    "  --baud N          bits a second, 10 to a byte, each direction on its own (default 115200)\n"
    "  --latency-ms T    from the end of a byte's arrival to the laptop (default 0; --ftdi: 16)\n"
    "  --ftdi            the adapter hands bytes over T ms after the first, or when 62 are there\n"
    "  --fifo N          the Pi holds N unread bytes, 8 as on the chip, and loses the next\n"
    "  --laptop END, --pi END\n"
    "                    pty (default), listen or listen:PORT (TCP on 127.0.0.1), or a device "
    "that is\n"
    "                    there already: /dev/TTY, tcp:HOST:PORT\n"
    "  --counts FILE     where the counts go instead of stderr\n"
    "  --help, --version\n"
    "\n"
    "Faults; each option may be repeated:\n"
    "  --drop WHEN       the byte is lost\n"
    "  --flip WHEN       one bit of it is inverted\n"
    "  --repeat WHEN     it comes twice\n"
    "  --insert WHEN     a random byte comes before it\n"
    "  --cut WHEN[+Tms]  nothing comes in either direction for T ms, or for good\n"
    "  --noise WHEN+Tms  for T ms random bytes come at full rate instead of what is sent\n"
    "  --silence WHEN+Tms\n"
    "                    for T ms nothing comes in that direction\n"
    "  --seed N          the same seed, the same faults (default 1)\n"
    "WHEN is 1/N, one in N bytes at random, or @N, the byte number N that is sent in that "
    "direction, the\n"
    "first being 0. to-pi: or to-laptop: before it means that direction only, for example "
    "to-pi:1/1000.\n"
    "\n"
    "SIGUSR1 prints the counts so far, the end prints them too: columns are separated by tabs; "
    "sent "
    "counts\n"
    "the bytes that left, arrived those that came, dead those lost while a cut, noise or silence "
    "lasted,\n"
    "random those received in a noise, overrun those lost for want of a reader; the others, how "
    "often each\n"
    "fault was applied.\n"
    "\n"
    "exit status: 2 usage; 3 a device or port cannot be had, or went away; 128+n ended by signal "
    "n.\n";

enum option {
    O_BAUD,
    O_LATENCY,
    O_FIFO,
    O_LAPTOP,
    O_PI,
    O_COUNTS,
    O_SEED,
    O_FAULT, /* these take a value */
    O_FTDI,
    O_HELP,
    O_VERSION,
};

static const struct {
    const char *name;
    enum option option;
    enum line_fault_kind kind; /* of O_FAULT */
} names[] = {
    {"baud", O_BAUD, 0},
    {"latency-ms", O_LATENCY, 0},
    {"fifo", O_FIFO, 0},
    {"laptop", O_LAPTOP, 0},
    {"pi", O_PI, 0},
    {"counts", O_COUNTS, 0},
    {"seed", O_SEED, 0},
    {"drop", O_FAULT, LINE_DROP},
    {"flip", O_FAULT, LINE_FLIP},
    {"repeat", O_FAULT, LINE_REPEAT},
    {"insert", O_FAULT, LINE_INSERT},
    {"cut", O_FAULT, LINE_CUT},
    {"noise", O_FAULT, LINE_NOISE},
    {"silence", O_FAULT, LINE_SILENCE},
    {"ftdi", O_FTDI, 0},
    {"help", O_HELP, 0},
    {"version", O_VERSION, 0},
};

enum { NAMES = sizeof names / sizeof *names };

static int fail(struct sim_options *o, const char *word, const char *what)
{
    snprintf(o->error, sizeof o->error, "%s: %s", word, what);
    return -1;
}

static int take_number(const char *value, uint64_t min, uint64_t max, uint64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoull(value, &end, 0);
    return isdigit((unsigned char)*value) && !*end && !errno && *out >= min && *out <= max ? 0 : -1;
}

static int take_latency(struct sim_options *o, const char *value)
{
    char *end;
    double ms = strtod(value, &end);

    if (!isdigit((unsigned char)*value) || *end || !(ms >= 0 && ms <= 10000))
        return fail(o, value, "--latency-ms wants milliseconds, 0 to 10000");
    o->line.latency_ns = (uint64_t)(ms * 1e6);
    return 0;
}

static int take_fault(struct sim_options *o, enum line_fault_kind kind, const char *value)
{
    char what[100];

    if (o->line.nfaults == LINE_MAX_FAULTS)
        return fail(o, value, "more faults than 32");
    if (line_fault_parse(kind, value, &o->line.faults[o->line.nfaults])) {
        snprintf(what, sizeof what,
                 "--%s wants 1/N or @N%s, maybe after to-pi: or to-laptop:", line_fault_name[kind],
                 kind < LINE_CUT    ? ""
                 : kind == LINE_CUT ? ", maybe +Tms"
                                    : ", +Tms");
        return fail(o, value, what);
    }
    o->line.nfaults++;
    return 0;
}

static int take_value(struct sim_options *o, unsigned name, const char *value)
{
    uint64_t n;

    switch (names[name].option) {
    case O_BAUD:
        if (take_number(value, LINE_BAUD_MIN, LINE_BAUD_MAX, &n))
            return fail(o, value, "--baud wants a number, 50 to 100000000");
        o->line.baud = (unsigned)n;
        return 0;
    case O_FIFO:
        if (take_number(value, 1, LINE_QUEUE, &n))
            return fail(o, value, "--fifo wants a number of bytes, 1 to 65536");
        o->line.fifo = (unsigned)n;
        return 0;
    case O_SEED:
        if (take_number(value, 0, UINT64_MAX, &o->line.seed))
            return fail(o, value, "--seed wants a number");
        return 0;
    case O_LATENCY:
        return take_latency(o, value);
    case O_FAULT:
        return take_fault(o, names[name].kind, value);
    case O_LAPTOP:
        o->end[SIM_LAPTOP] = value;
        return 0;
    case O_PI:
        o->end[SIM_PI] = value;
        return 0;
    default:
        o->counts = value;
        return 0;
    }
}

static void take_switch(struct sim_options *o, enum option option)
{
    if (option == O_FTDI)
        o->line.ftdi = 1;
    else if (option == O_HELP)
        o->help = 1;
    else
        o->version = 1;
}

static unsigned find(const char *word, size_t n)
{
    unsigned i = 0;

    while (i < NAMES && (strlen(names[i].name) != n || strncmp(names[i].name, word, n) != 0))
        i++;
    return i;
}

/* The option at argv[*at], which moves to the last word that belongs to it. */
static int take_word(struct sim_options *o, int argc, char **argv, int *at)
{
    const char *word = argv[*at];

    if (strncmp(word, "--", 2) != 0)
        return fail(o, word, "line-sim takes options only (line-sim --help)");
    size_t n = strcspn(word + 2, "=");
    const char *value = word[2 + n] ? word + 3 + n : NULL;
    unsigned name = find(word + 2, n);
    if (name == NAMES)
        return fail(o, word, "no such option (line-sim --help)");
    if (names[name].option >= O_FTDI) {
        if (value)
            return fail(o, word, "this option takes no value");
        take_switch(o, names[name].option);
        return 0;
    }
    if (!value) {
        if (*at + 1 == argc)
            return fail(o, word, "this option wants a value");
        value = argv[++*at];
    }
    return take_value(o, name, value);
}

int sim_options_parse(struct sim_options *o, int argc, char **argv)
{
    const uint64_t not_given = UINT64_MAX;

    *o = (struct sim_options){
        .line = {.baud = 115200, .seed = 1, .latency_ns = not_given},
        .end = {"pty", "pty"},
    };
    for (int i = 1; i < argc; i++)
        if (take_word(o, argc, argv, &i))
            return -1;
    if (o->line.latency_ns == not_given)
        o->line.latency_ns = o->line.ftdi ? 16000000 : 0;
    if (o->line.fifo && strcmp(o->end[SIM_PI], "pty") != 0)
        return fail(o, "--fifo", "only a pty tells what was not read yet; leave --pi out");
    return 0;
}
