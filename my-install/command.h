/* my-install/command.h - what -exec runs, and what is booted for it. */
#ifndef MY_INSTALL_COMMAND_H
#define MY_INSTALL_COMMAND_H

#include "my-install/options.h"

struct plan {
    const char *program; /* to boot; null: the device loop */
    char **command;      /* to run; null: echo, or nothing after a loop by itself */
    char error[400];
};

/* Decides what o asks for. 0, or -1 and plan->error. Allocates command once, for the life of the
 * process. Its first word is found through PATH; a program made by emu-cc also in this folder. */
int plan_make(struct plan *plan, const struct options *o);

#endif
