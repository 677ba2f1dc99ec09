/* my-install/options.c - parses the command line: one or two dashes, `--name value` or
 * `--name=value`, devices and programs known by how the word looks, everything behind -exec left
 * alone. */
#include "my-install/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "libunix/line.h"
#include "wire/boot.h"

const char options_help[] =
    "usage: my-install [options] [/dev/TTY | tcp:HOST:PORT] PROG.bin\n"
    "       my-install [options] [DEVICE] [PROG.bin] -exec CMD ARGS...\n"
    "Boots PROG.bin on the Raspberry Pi at the other end of a serial line and echoes its output "
    "until\n"
    "DONE!!!. With -exec, boots and then runs CMD with the open line on descriptors 21 and 12; "
    "without\n"
    "a PROG.bin before it, the last word ending in .bin is the program. If a word of CMD is a "
    "program\n"
    "made by emu-cc, or emu, the Pi gets the device loop instead, and CMD the program's name.\n"
    "\n"
    "  --device D         the device (also any word beginning with /dev/, tcp: or rfc2217:, a port "
    "of\n"
    "                     plain bytes or of RFC 2217, which can set the baud)\n"
    "  --first, --last    the device plugged in first, or last (the default)\n"
    "  --list             print the serial devices, newest first\n"
    "  --baud N           line speed (default 115200)\n"
    "  --addr A           load address, hexadecimal with 0x or decimal (default 0x8000)\n"
    "  --timeout SECONDS  end the whole run after that long, with status 4\n"
    "  --exec CMD ...     same as -exec\n"
    "  --loop             boot the device loop (before -exec)\n"
    "  --trace-control    show each word of the boot protocol; -trace is the same\n"
    "  --trace-all        show the bytes of the program too\n"
    "  --silent           say nothing but errors; also -silent\n"
    "  --help, --version\n"
    "\n"
    "exit status: 0 the program ended; 1 it failed (panic, assertion); 2 usage, or a bad file; 3 "
    "no\n"
    "device, no permission, busy, no boot loader, or the line was lost; 4 time limit; 128+n signal "
    "n.\n"
    "With -exec, CMD's own. The manual page is my-install.1 beside the program.\n";

enum option {
    O_DEVICE,
    O_BAUD,
    O_ADDR,
    O_TIMEOUT, /* these take a value */
    O_FIRST,
    O_LAST,
    O_LIST,
    O_LOOP,
    O_TRACE_CONTROL,
    O_TRACE_ALL,
    O_SILENT,
    O_HELP,
    O_VERSION,
};

static const struct {
    const char *name;
    enum option option;
} names[] = {
    {"device", O_DEVICE},       {"baud", O_BAUD},
    {"addr", O_ADDR},           {"timeout", O_TIMEOUT},
    {"first", O_FIRST},         {"last", O_LAST},
    {"list", O_LIST},           {"loop", O_LOOP},
    {"trace", O_TRACE_CONTROL}, {"trace-control", O_TRACE_CONTROL},
    {"trace-all", O_TRACE_ALL}, {"silent", O_SILENT},
    {"help", O_HELP},           {"h", O_HELP},
    {"version", O_VERSION},
};

static int fail(struct options *o, const char *what, const char *word)
{
    snprintf(o->error, sizeof o->error, "%s: %s", word, what);
    return -1;
}

static int take_number(const char *value, unsigned long max, unsigned long *out)
{
    char *end;
    errno = 0;
    *out = strtoul(value, &end, 0);
    return isdigit((unsigned char)*value) && !*end && errno == 0 && *out <= max ? 0 : -1;
}

static int take_device(struct options *o, const char *word)
{
    if (o->device)
        return fail(o, "a second device; one line at a time", word);
    o->device = word;
    return 0;
}

static int take_timeout(struct options *o, const char *value)
{
    char *end;
    double seconds = strtod(value, &end);
    if (*end || !(seconds >= 0.001 && seconds <= 1e8))
        return fail(o, "--timeout wants seconds, more than 0", value);
    o->timeout_ms = (unsigned long long)(seconds * 1000);
    return 0;
}

static int take_value(struct options *o, enum option option, const char *value)
{
    unsigned long n;
    switch (option) {
    case O_BAUD:
        if (take_number(value, 100000000, &n) != 0 || n == 0)
            return fail(o, "--baud wants a number, such as 115200", value);
        o->baud = (unsigned)n;
        o->baud_given = 1;
        return 0;
    case O_ADDR:
        if (take_number(value, 0xFFFFFFFF, &n) != 0)
            return fail(o, "--addr wants an address, such as 0x8000", value);
        o->addr = (uint32_t)n;
        o->addr_given = 1;
        return 0;
    case O_TIMEOUT:
        return take_timeout(o, value);
    default:
        return take_device(o, value);
    }
}

static void take_flag(struct options *o, enum option option)
{
    switch (option) {
    case O_FIRST:
        o->pick = PICK_FIRST;
        break;
    case O_LAST:
        o->pick = PICK_LAST;
        break;
    case O_LIST:
        o->list = 1;
        break;
    case O_LOOP:
        o->loop = 1;
        break;
    case O_TRACE_CONTROL:
        o->trace = o->trace == TRACE_ALL ? TRACE_ALL : TRACE_CONTROL;
        break;
    case O_TRACE_ALL:
        o->trace = TRACE_ALL;
        break;
    case O_SILENT:
        o->silent = 1;
        break;
    case O_HELP:
        o->help = 1;
        break;
    default:
        o->version = 1;
        break;
    }
}

/* argv[*i] begins with a dash. */
static int take_option(struct options *o, char **argv, int *i)
{
    const char *word = argv[*i], *name = word + 1 + (word[1] == '-');
    size_t length = strcspn(name, "=");
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        if (strlen(names[k].name) != length || memcmp(names[k].name, name, length) != 0)
            continue;
        if (names[k].option > O_TIMEOUT) {
            if (name[length])
                return fail(o, "this option takes no value", word);
            take_flag(o, names[k].option);
            return 0;
        }
        if (name[length])
            return take_value(o, names[k].option, name + length + 1);
        if (!argv[*i + 1])
            return fail(o, "this option wants a value", word);
        return take_value(o, names[k].option, argv[++*i]);
    }
    return fail(o, "no such option", word);
}

static int take_word(struct options *o, const char *word)
{
    struct stat st;
    int exists = stat(word, &st) == 0;
    size_t n = strlen(word);
    if (strncmp(word, "/dev/", 5) == 0 || line_is_network(word) || (exists && S_ISCHR(st.st_mode)))
        return take_device(o, word);
    if (!exists && (n < 4 || strcmp(word + n - 4, ".bin") != 0))
        return fail(o, "neither a program (PROG.bin) nor a device (/dev/TTY, tcp:HOST:PORT)", word);
    if (o->program)
        return fail(o, "a second program; one at a time", word);
    o->program = word;
    return 0;
}

static int check(struct options *o)
{
    if (o->help || o->version || o->list)
        return 0;
    if (!o->command && o->loop && o->program)
        return fail(o, "the device loop is booted instead of a program; leave one out", "--loop");
    if (!o->command && !o->loop && !o->program)
        return fail(o, "a program is missing", "PROG.bin");
    return 0;
}

int options_parse(struct options *o, int argc, char **argv)
{
    *o = (struct options){.baud = BOOT_BAUD, .addr = BOOT_LOAD_ADDR};
    for (int i = 1; i < argc && !o->command; i++) {
        int rc = 0;
        if (strcmp(argv[i], "-exec") == 0 || strcmp(argv[i], "--exec") == 0)
            o->command = argv + i + 1;
        else if (argv[i][0] == '-' && argv[i][1])
            rc = take_option(o, argv, &i);
        else
            rc = take_word(o, argv[i]);
        if (rc != 0)
            return -1;
    }
    return check(o);
}
