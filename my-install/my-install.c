/* my-install/my-install.c - boots a program on a Pi, then echoes its output or hands the line to a
 * command. my-install.1 is its manual. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libunix/boot.h"
#include "libunix/echo.h"
#include "libunix/file.h"
#include "libunix/guard.h"
#include "libunix/line.h"
#include "libunix/version.h"
#include "my-install/command.h"
#include "my-install/options.h"
#include "my-install/report.h"
#include "my-install/supervise.h"
#include "wire/boot.h"

enum { STATUS_USAGE = 2, STATUS_LINE = 3, LIST_MAX = 64, TEXT_MAX = 600 };

static struct line line;               /* the guard closes it from signal handlers */
static unsigned long long deadline_ms; /* of --timeout; 0: none */

__attribute__((format(printf, 2, 3), noreturn)) static void die(int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "my-install: ");
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    line_close(&line);
    exit(status);
}

static int list_devices(void)
{
    char list[LIST_MAX][LINE_NAME_MAX], text[TEXT_MAX];
    int n = line_find_all(list, LIST_MAX);
    for (int i = 0; i < n; i++)
        puts(list[i]);
    if (n == 0)
        die(STATUS_LINE, "%s", line_error_text(LINE_NONE, "", text, sizeof text));
    return fflush(stdout) == 0 ? 0 : STATUS_USAGE;
}

/* The default device: the one plugged in last, or first. */
static const char *pick_device(const struct options *o)
{
    static char list[LIST_MAX][LINE_NAME_MAX];
    char text[TEXT_MAX];
    int n = line_find_all(list, LIST_MAX), first = o->pick == PICK_FIRST;
    if (n == 0)
        die(STATUS_LINE, "%s", line_error_text(LINE_NONE, "", text, sizeof text));
    const char *device = list[first ? n - 1 : 0];
    if (!o->silent && n > 1)
        fprintf(stderr, "my-install: using %s, the %s of %d (--list shows them)\n", device,
                first ? "oldest" : "newest", n);
    else if (!o->silent)
        fprintf(stderr, "my-install: using %s\n", device);
    return device;
}

static void open_line(const struct options *o)
{
    char text[TEXT_MAX], number[32];
    const char *name = number;
    int fd = o->device || o->pick != PICK_DEFAULT ? LINE_NONE : line_handed_down(), rc;
    if (fd >= 0) {
        snprintf(number, sizeof number, "descriptor %d", fd);
        rc = line_adopt(&line, fd, o->baud_given ? o->baud : 0);
    } else {
        name = o->device ? o->device : pick_device(o);
        rc = line_open(&line, name, o->baud);
    }
    if (rc < 0)
        die(rc == LINE_BAUD || rc == LINE_NOT_A_LINE ? STATUS_USAGE : STATUS_LINE, "%s",
            line_error_text(rc, name, text, sizeof text));
}

struct image {
    const char *name;
    const void *code;
    size_t nbytes;
    uint32_t addr;
};

static struct image load_image(const struct plan *plan, const struct options *o)
{
    char text[TEXT_MAX];
    uint8_t *code;
    size_t nbytes;
    if (!plan->program) {
        struct image loop = {"the device loop", loop_image, (size_t)(loop_image_end - loop_image),
                             BOOT_LOAD_ADDR};
        if (loop.nbytes == 0)
            die(STATUS_USAGE, "no device loop in this build, which had no ARM compiler: install "
                              "gcc-arm-none-eabi, then make clean and make");
        return loop;
    }
    int rc = file_load_bin(plan->program, &code, &nbytes);
    if (rc < 0)
        die(STATUS_USAGE, "%s", file_error_text(rc, plan->program, text, sizeof text));
    return (struct image){plan->program, code, nbytes, o->addr};
}

static void boot(const struct image *image, const struct options *o)
{
    struct report report;
    struct boot_result result;
    struct boot_options options = {.addr = image->addr};
    char text[TEXT_MAX];
    report_init(&report, o, image->name);
    report_attach(&report, &options);
    report_sending(&report, image->code, image->nbytes);
    int rc = boot_program(&line, image->code, image->nbytes, &options, &result);
    report_end(&report);
    if (rc < 0)
        die(STATUS_LINE, "%s", boot_error_text(rc, &result, line.name, text, sizeof text));
}

static int run_command(char **command)
{
    int expired;
    if (line_hand_on(&line) < 0)
        die(STATUS_LINE, "%s: cannot hand the line on: %s", line.name, strerror(errno));
    if (deadline_ms) {
        int status = supervise(command, deadline_ms, &expired);
        if (expired)
            die(status, "time limit reached (--timeout): %s was ended", command[0]);
        line_close(&line);
        return status;
    }
    guard_stop();
    execvp(command[0], command);
    die(STATUS_USAGE, "cannot run %s: %s", command[0], strerror(errno));
}

static int echo(void)
{
    char text[TEXT_MAX];
    enum echo_end end = echo_run(&line, STDIN_FILENO, STDOUT_FILENO);
    const char *why = echo_end_text(end, line.name, text, sizeof text);
    if (why)
        die(echo_exit_status(end), "%s", why);
    line_close(&line);
    return echo_exit_status(end);
}

int main(int argc, char **argv)
{
    struct options o;
    struct plan plan;
    guard_standard_descriptors();
    if (options_parse(&o, argc, argv) != 0)
        die(STATUS_USAGE, "%s (my-install --help)", o.error);
    if (o.help || o.version) {
        fputs(o.help ? options_help : "my-install " PROJECT_VERSION "\n", stdout);
        return fflush(stdout) == 0 ? 0 : STATUS_USAGE;
    }
    if (o.list)
        return list_devices();
    guard_start(&line);
    if (o.timeout_ms) {
        deadline_ms = line_now_ms() + o.timeout_ms;
        guard_time_limit(o.timeout_ms, report_time_limit);
    }
    if (plan_make(&plan, &o) != 0)
        die(STATUS_USAGE, "%s", plan.error);
    struct image image = load_image(&plan, &o);
    open_line(&o);
    boot(&image, &o);
    if (plan.command)
        return run_command(plan.command);
    if (plan.program)
        return echo();
    line_close(&line);
    return 0;
}
