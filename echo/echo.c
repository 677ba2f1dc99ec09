/* echo/echo.c - the smallest program that my-install hands the line to: shows what the Pi prints
 * and sends it what is typed, exactly as my-install does without -exec. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "libunix/echo.h"
#include "libunix/guard.h"
#include "libunix/line.h"
#include "libunix/version.h"

enum { STATUS_USAGE = 2, STATUS_LINE = 3 };

static const char help[] =
    "usage: my-install [options] -exec ./echo PROG.bin\n"
    "Shows what the program on the Pi prints, until DONE!!!, and sends it what is typed. "
    "my-install\n"
    "boots the program and hands the open line down, on descriptors 21 and 12 (MY_INSTALL_FD).\n"
    "  --help, --version\n"
    "exit status: 0 the program ended; 1 it failed (panic, assertion); 2 usage; 3 the line was "
    "lost;\n"
    "128+n signal n.\n";

static struct line line; /* the guard closes it from signal handlers */

static int usage(const char *what)
{
    fprintf(stderr, "echo: %s (start it with: my-install -exec ./echo PROG.bin)\n", what);
    return STATUS_USAGE;
}

int main(int argc, char **argv)
{
    char text[400];
    guard_standard_descriptors();
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "--version") == 0)) {
        fputs(strcmp(argv[1], "--help") == 0 ? help : "echo " PROJECT_VERSION "\n", stdout);
        return fflush(stdout) == 0 ? 0 : STATUS_USAGE;
    }
    int fd = line_handed_down();
    if (fd < 0)
        return usage("no line was handed down");
    guard_start(&line);
    int rc = line_adopt(&line, fd, 0);
    if (rc < 0) {
        fprintf(stderr, "echo: %s\n", line_error_text(rc, "the line", text, sizeof text));
        return STATUS_LINE;
    }
    enum echo_end end = echo_run(&line, STDIN_FILENO, STDOUT_FILENO);
    const char *why = echo_end_text(end, line.name, text, sizeof text);
    if (why)
        fprintf(stderr, "echo: %s\n", why);
    line_close(&line);
    return echo_exit_status(end);
}
