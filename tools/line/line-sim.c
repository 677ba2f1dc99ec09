/* tools/line/line-sim.c - carries bytes between two ends as the line model says: one poll loop over
 * the real clock. A late wake-up shifts single bytes, never the rate. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "libunix/version.h"
#include "tools/line/line-model.h"
#include "tools/line/sim-end.h"
#include "tools/line/sim-options.h"

enum {
    STATUS_USAGE = 2,
    STATUS_DEVICE = 3,
    STATUS_SIGNAL = 128,
    /* While more is to come, bytes are handed on this often; the last one exactly in time. */
    HAND_ON_NS = 100000,
    POLLFDS = SIM_SIDES * SIM_END_POLLFDS,
};

static struct line_model model;
static struct sim_end ends[SIM_SIDES];
static volatile sig_atomic_t ended_by, counts_wanted;

static void on_signal(int number)
{
    if (number == SIGUSR1)
        counts_wanted = 1;
    else
        ended_by = number;
}

/* Signals are let in only while the loop waits. */
static void catch_signals(sigset_t *waiting)
{
    static const int ours[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1};
    struct sigaction act = {.sa_handler = on_signal};
    sigset_t block;

    sigemptyset(&block);
    sigprocmask(SIG_SETMASK, NULL, waiting);
    for (unsigned i = 0; i < sizeof ours / sizeof *ours; i++) {
        sigaddset(&block, ours[i]);
        sigdelset(waiting, ours[i]);
        sigaction(ours[i], &act, NULL);
    }
    sigprocmask(SIG_BLOCK, &block, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* ---- counts
 * --------------------------------------------------------------------------------------- */

/* In one write, so that a reader of the file finds whole tables. */
static int print_counts(int fd)
{
    char text[1000];
    int n = snprintf(text, sizeof text, "direction\tsent\tarrived");

    for (unsigned k = 0; k < LINE_FAULT_KINDS; k++)
        n += snprintf(text + n, sizeof text - (size_t)n, "\t%s", line_fault_name[k]);
    n += snprintf(text + n, sizeof text - (size_t)n, "\tdead\trandom\toverrun\n");
    for (unsigned d = 0; d < LINE_DIRS; d++) {
        const struct line_counts *c = &model.wire[d].counts;

        n += snprintf(text + n, sizeof text - (size_t)n, "%s\t%llu\t%llu", line_dir_name[d],
                      (unsigned long long)c->sent, (unsigned long long)c->arrived);
        for (unsigned k = 0; k < LINE_FAULT_KINDS; k++)
            n += snprintf(text + n, sizeof text - (size_t)n, "\t%llu",
                          (unsigned long long)c->faults[k]);
        n += snprintf(text + n, sizeof text - (size_t)n, "\t%llu\t%llu\t%llu\n",
                      (unsigned long long)c->dead, (unsigned long long)c->noise,
                      (unsigned long long)c->overrun);
    }
    return write(fd, text, (size_t)n) == n ? 0 : -1;
}

/* ---- time
 * ----------------------------------------------------------------------------------------- */

static uint64_t monotonic_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* The line's time. It is the machine's, except with a FIFO: a simulator that wakes up late and
 * makes up for it would overrun a reader that had no chance to read. So the line waits: no wake-up
 * gives more bytes than half the FIFO. */
static uint64_t line_time(uint64_t *lost_ns)
{
    uint64_t now = monotonic_ns() - *lost_ns, next = line_model_next(&model);

    if (model.config.fifo && next != LINE_NEVER) {
        uint64_t bytes = (model.config.fifo + 1) / 2;
        uint64_t most = (next > model.now ? next : model.now) +
                        (bytes - 1) * LINE_BITS_PER_BYTE * 1000000000 / model.config.baud;

        if (now > most) {
            *lost_ns += now - most;
            now = most;
        }
    }
    return now;
}

/* When to look again, at the line's time. */
static uint64_t wake_up_at(void)
{
    uint64_t next = line_model_next(&model), quiet, soon;

    if (next == LINE_NEVER || model.config.fifo)
        return next;
    quiet = line_model_quiet(&model);
    soon = model.now + HAND_ON_NS;
    if (quiet < soon)
        soon = quiet;
    return next > soon ? next : soon;
}

/* ---- the loop
 * ------------------------------------------------------------------------------------- */

/* The direction towards a side, and away from it. */
static enum line_dir towards(enum sim_side side)
{
    return side == SIM_PI ? LINE_TO_PI : LINE_TO_LAPTOP;
}

static enum line_dir from(enum sim_side side)
{
    return side == SIM_PI ? LINE_TO_LAPTOP : LINE_TO_PI;
}

static int hand_on(enum sim_side side)
{
    struct sim_end *e = &ends[side];
    int more;

    do {
        while (e->nout < SIM_END_OUT &&
               line_model_take(&model, towards(side), &e->out[e->nout], NULL))
            e->nout++;
        more = e->nout == SIM_END_OUT;
        if (sim_end_flush(e))
            return -1;
    } while (more && e->nout == 0);
    return 0;
}

static int collect(enum sim_side side)
{
    uint8_t bytes[SIM_END_OUT];
    size_t room;

    while ((room = line_model_room(&model, from(side))) > 0) {
        int n = sim_end_read(&ends[side], bytes, room < sizeof bytes ? room : sizeof bytes);
        if (n <= 0)
            return n;
        for (int i = 0; i < n; i++)
            line_model_send(&model, from(side), bytes[i], model.now);
    }
    return 0;
}

static void wait_for_something(uint64_t lost_ns, const sigset_t *waiting)
{
    struct pollfd p[POLLFDS];
    uint64_t at = wake_up_at(), now = monotonic_ns() - lost_ns;
    uint64_t ns = at > now ? at - now : 0;
    struct timespec t = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};

    for (size_t side = 0; side < SIM_SIDES; side++)
        sim_end_poll(&ends[side], line_model_room(&model, from(side)) > 0,
                     &p[side * SIM_END_POLLFDS]);
    if (ppoll(p, POLLFDS, at == LINE_NEVER ? NULL : &t, waiting) <= 0)
        return;
    for (size_t side = 0; side < SIM_SIDES; side++)
        sim_end_serve(&ends[side], &p[side * SIM_END_POLLFDS]);
}

/* Until a signal, or until the device at `*gone` went away. The exit status. */
static int carry(const sigset_t *waiting, int counts_fd, const struct sim_end **gone)
{
    uint64_t lost_ns = 0;

    while (!ended_by) {
        line_model_hold(&model, sim_end_unread(&ends[SIM_PI]));
        line_model_advance(&model, line_time(&lost_ns));
        for (unsigned side = 0; side < SIM_SIDES; side++)
            if (hand_on(side) || collect(side)) {
                *gone = &ends[side];
                return STATUS_DEVICE;
            }
        if (counts_wanted) {
            counts_wanted = 0;
            print_counts(counts_fd);
        }
        wait_for_something(lost_ns, waiting);
    }
    return STATUS_SIGNAL + ended_by;
}

/* ---- start and end
 * -------------------------------------------------------------------------------- */

static int complain(int status, const char *what)
{
    fprintf(stderr, "line-sim: %s\n", what);
    return status;
}

static int open_ends(const struct sim_options *o)
{
    char error[300];

    for (unsigned side = 0; side < SIM_SIDES; side++) {
        int status = sim_end_open(&ends[side], o->end[side], o->line.baud,
                                  side == SIM_PI && o->line.fifo, error, sizeof error);
        if (status)
            return complain(status, error);
    }
    printf("%s\n%s\n", ends[SIM_LAPTOP].name, ends[SIM_PI].name);
    if (fflush(stdout) != 0)
        return complain(STATUS_USAGE, "cannot print the names of the ends");
    return 0;
}

static int run(const struct sim_options *o)
{
    int counts_fd = STDERR_FILENO, status;
    const struct sim_end *gone = NULL;
    char text[300];
    sigset_t waiting;

    if (o->counts &&
        (counts_fd = open(o->counts, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666)) <
            0) {
        snprintf(text, sizeof text, "%s: %s", o->counts, strerror(errno));
        return complain(STATUS_USAGE, text);
    }
    catch_signals(&waiting);
    prctl(PR_SET_TIMERSLACK, 1ul);
    line_model_init(&model, &o->line);
    status = open_ends(o);
    if (status)
        return status;
    status = carry(&waiting, counts_fd, &gone);
    if (gone) {
        line_error_text(LINE_GONE, gone->name, text, sizeof text);
        complain(status, text);
    }
    if (print_counts(counts_fd))
        status = complain(STATUS_USAGE, "cannot write the counts");
    return status;
}

int main(int argc, char **argv)
{
    struct sim_options o;

    if (sim_options_parse(&o, argc, argv))
        return complain(STATUS_USAGE, o.error);
    if (o.help || o.version) {
        fputs(o.help ? sim_help : "line-sim " PROJECT_VERSION "\n", stdout);
        return fflush(stdout) == 0 ? 0 : STATUS_USAGE;
    }
    int status = run(&o);
    for (unsigned side = 0; side < SIM_SIDES; side++)
        sim_end_close(&ends[side]);
    return status;
}
