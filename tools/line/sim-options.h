/* tools/line/sim-options.h - the command line of line-sim. */
#ifndef TOOLS_LINE_SIM_OPTIONS_H
#define TOOLS_LINE_SIM_OPTIONS_H

#include "tools/line/line-model.h"

enum sim_side { SIM_LAPTOP, SIM_PI, SIM_SIDES };

struct sim_options {
    struct line_config line;
    const char *end[SIM_SIDES]; /* "pty", "listen[:PORT]", or what line_open takes */
    const char *counts;         /* a file, or null */
    int help, version;
    char error[200]; /* what is wrong with the command line */
};

extern const char sim_help[];

/* 0, or -1 and o->error. What o points at belongs to argv. */
int sim_options_parse(struct sim_options *o, int argc, char **argv);

#endif
