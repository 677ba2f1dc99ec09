/* Becoming a tool; see tool.h. */
#include "emu/tool.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "emu/native/native.h"
#include "emu/run.h"

/* A .gdbinit here that gdb is not allowed to load would be a warning of eleven lines. */
static const char quiet_about_gdbinit[] =
    "python import os; here = os.path.realpath('.gdbinit'); "
    "any((here + '/').startswith(os.path.realpath(path).rstrip('/') + '/') "
    "for path in gdb.parameter('auto-load safe-path').split(':')) "
    "or gdb.execute('set auto-load local-gdbinit off')";

/* Valgrind finds the option in what it starts, gdb does not. */
void tool_start(char **argv)
{
    char **words = calloc(run.options.words + 16u, sizeof *words);
    const char *const *of = native_valgrind_options;
    const char *valgrind[] = {"valgrind", of[0], of[1], of[2], argv[0], NULL};
    char may_load[PATH_MAX + 32] = "add-auto-load-safe-path "; /* the commands it carries */
    const char *gdb[] = {"gdb",    "-q",    "-iex", may_load, "-iex", quiet_about_gdbinit,
                         "--args", argv[0], NULL};
    const char **tool = run.options.valgrind ? valgrind : gdb;
    int n = 0;

    if (run.options.valgrind ? native_on_valgrind() : !run.options.gdb) {
        free(words);
        return;
    }
    if (readlink("/proc/self/exe", may_load + strlen(may_load), PATH_MAX) < 0)
        may_load[0] = 0;
    for (; words && tool[n]; n++)
        words[n] = (char *)(uintptr_t)tool[n];
    for (int i = 1; words && i < run.options.words; i++) {
        if (strcmp(argv[i], "--gdb") != 0)
            words[n++] = argv[i];
    }
    if (words)
        execvp(words[0], words);
    run_say("--%s: cannot start it: %s (tools/setup test installs it)", tool[0], strerror(errno));
    exit(2);
}
