/* my-install/options.h - the command line, as every year's installer takes it. */
#ifndef MY_INSTALL_OPTIONS_H
#define MY_INSTALL_OPTIONS_H

#include <stdint.h>

enum trace_level { TRACE_NONE, TRACE_CONTROL, TRACE_ALL };
enum pick { PICK_DEFAULT, PICK_FIRST, PICK_LAST };

struct options {
    const char *device;  /* null: not named */
    const char *program; /* null: none before -exec */
    char **command;      /* the words behind -exec, null-terminated; null without -exec */
    unsigned baud;
    int baud_given;
    uint32_t addr;
    int addr_given;
    unsigned long long timeout_ms; /* of the whole run; 0: none */
    enum pick pick;
    enum trace_level trace;
    int silent, loop, list, help, version;
    char error[300]; /* why options_parse failed */
};

/* Fills *o from the command line, whose words it keeps pointing to. 0, or -1 and o->error. */
int options_parse(struct options *o, int argc, char **argv);

extern const char options_help[];

#endif
