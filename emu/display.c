/* Starts and ends the process that shows the board; see display.h. */
#include "emu/display.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "emu/board.h"
#include "emu/native/native.h"
#include "emu/run.h"
#include "emu/screen/screen.h"

enum { MOST_DESCRIPTORS = 1024, AGAIN_NS = 10000000 };

static pid_t child;
static int life = -1, messages = -1, real_stderr = -1;
static struct termios before;

void display_check(void)
{
    if (!run.options.board)
        return;
    if (!isatty(0) || !isatty(1))
        run_say("--board: standard input and output must be a terminal");
    else if (run.options.trace && isatty(2))
        run_say("--board and --trace: both want the terminal; send the trace to 2>FILE");
    else
        return;
    exit(2);
}

/* Messages go to a file without a name, which both processes read. */
static void keep_messages(void)
{
    if (!isatty(2))
        return;
    messages = memfd_create("messages", MFD_CLOEXEC);
    real_stderr = fcntl(2, F_DUPFD_CLOEXEC, 3);
    if (messages < 0 || real_stderr < 0)
        return;
    fcntl(messages, F_SETFL, O_APPEND);
    fflush(stderr);
    dup2(messages, 2);
}

static void release_messages(void)
{
    if (messages < 0)
        return;
    fflush(stderr);
    dup2(real_stderr, 2);
    close(messages);
    close(real_stderr);
    messages = real_stderr = -1;
}

/* The Pi's line, files being written and the like are the run's alone. */
static void close_others(const struct screen_process *p)
{
    for (int fd = 3; fd < MOST_DESCRIPTORS; fd++) {
        if (fd != p->commands && fd != p->life && fd != p->ready && fd != p->messages)
            close(fd);
    }
}

static void be_the_display(const struct screen_process *p) __attribute__((noreturn));

static void be_the_display(const struct screen_process *p)
{
    if (real_stderr >= 0)
        dup2(real_stderr, 2);
    close_others(p);
    _exit(screen_show(p) < 0);
}

/* What the display says when it is up, or cannot be; then its end of the pipe is closed. */
static int told(int ready, char *why, size_t nbytes)
{
    size_t n = 0;
    ssize_t got;

    while (n < nbytes - 1 && (got = read(ready, why + n, nbytes - 1 - n)) != 0) {
        if (got > 0)
            n += (size_t)got;
        else if (errno != EINTR)
            break;
    }
    close(ready);
    why[n] = 0;
    if (!n)
        snprintf(why, nbytes, "the display did not start");
    return why[0] ? -1 : 0;
}

static void cannot(const char *why) __attribute__((noreturn));

static void cannot(const char *why)
{
    release_messages();
    if (child > 0)
        waitpid(child, NULL, 0);
    child = 0;
    run_say("--board: %s", why);
    run_end(2, 0);
}

void display_start(void)
{
    struct screen_process p = {.state = control_state(), .commands = control_pipe()};
    int alive[2], ready[2];
    char why[SCREEN_LINE];

    if (!run.options.board)
        return;
    tcgetattr(0, &before);
    if (pipe2(alive, O_CLOEXEC) < 0 || pipe2(ready, O_CLOEXEC) < 0)
        cannot(strerror(errno));
    keep_messages();
    p.life = alive[0];
    p.ready = ready[1];
    p.messages = messages;
    p.run = getpid();
    life = alive[1];
    fflush(NULL);
    child = fork();
    if (child == 0)
        be_the_display(&p);
    if (child < 0)
        cannot(strerror(errno));
    close(alive[0]);
    close(ready[1]);
    if (told(ready[0], why, sizeof why) < 0)
        cannot(why);
    run.console.muted = 1;
    run.console.in_ended = 1; /* the keys are the display's, which sends what is typed */
}

/* Its process has ended: so the terminal is this one's again. */
static void ended(int status)
{
    child = 0;
    close(life);
    run.console.muted = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        release_messages();
        return;
    }
    tcsetattr(0, TCSANOW, &before);
    release_messages();
    fputc('\n', stderr); /* from wherever the cursor was left */
    run_say("--board: the display was ended by signal %d; `reset` clears the terminal",
            WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

void display_look(void)
{
    int status;

    if (child > 0 && waitpid(child, &status, WNOHANG) == child)
        ended(status);
}

void display_end(int wait)
{
    int closed = 0;

    while (child > 0) {
        display_look();
        if (child > 0 && !closed && (!wait || native_stopping())) {
            closed = 1;
            close(life);
            life = -1;
        }
        if (child > 0)
            native_sleep(AGAIN_NS);
    }
}
