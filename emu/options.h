/* emu/options.h - the command line that emu and every .emu share. */
#ifndef EMU_OPTIONS_H
#define EMU_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "emu/remote/remote.h"

enum trace_level { TRACE_OFF, TRACE_COURSE, TRACE_ALL };
enum time_choice { TIME_DEFAULT, TIME_VIRTUAL, TIME_COUNTED, TIME_HOST, TIME_PI };
enum engine_choice { ENGINE_DEFAULT, ENGINE_NATIVE, ENGINE_ARM };

/* What is wired to the pins, in the order of the command line. */
enum hookup_kind { HOOKUP_WIRE, HOOKUP_INPUT, HOOKUP_PART };
enum { MAX_HOOKUPS = 64, MAX_SUPPRESSIONS = 16 };

struct options {
    int pi;              /* --pi: boot the device loop on a Pi and let it answer */
    const char *pi_name; /* --pi=TTY; null: the newest device */
    unsigned baud;
    enum trace_level trace;
    enum time_choice time;
    enum engine_choice engine;
    const char *sd;              /* --sd: the SD card's image, see emu/sd-image.h; null: no card */
    const char *record, *replay; /* names of logs, see docs/log.md; null: none */
    int board, board_paused;     /* --board: the 40-pin header, live in the terminal */
    int no_places;               /* --no-places: a log without names of program locations */
    const char *vcd;             /* --vcd: the waveform to write; null: none */
    int fill;                    /* --fill=random:SEED: not all zero at the start */
    uint64_t seed;
    const char *initial;        /* --initial: a log that says how registers start; null: none */
    int web;                    /* --web: the same in a browser */
    unsigned web_port;          /* 0: a free one */
    double timeout_s;           /* 0: none */
    double speed;               /* of virtual time against the laptop's; 0: as fast as it can */
    unsigned long output_limit; /* bytes; 0: none */
    int valgrind, gdb;          /* run under it */
    int strict, quiet, help, version, stats;
    int check, gen_suppressions;                /* emu/checking.h */
    const char *suppressions[MAX_SUPPRESSIONS]; /* files */
    unsigned nsuppressions;
    struct remote_switches remote; /* accelerations of the line that are left out */
    struct {
        enum hookup_kind kind;
        const char *text;
    } hookup[MAX_HOOKUPS];
    unsigned hookups;
    int help_parts;    /* --part help */
    const char *error; /* what is wrong with the command line, or null */
    char error_text[160];
    int words; /* index of the first word that is not an option: argc when there is none */
};

/* Reads argv[1..] up to the first word that is no option. Returns 0, or -1 with o->error set. */
int options_read(struct options *o, int argc, char **argv);

/* The options' part of a help text. */
const char *options_help(void);

#endif
