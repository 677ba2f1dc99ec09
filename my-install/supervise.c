/* my-install/supervise.c - waits for the command of -exec, but not longer than the time limit. */
#include "my-install/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "libunix/guard.h"
#include "libunix/line.h"

enum { KILL_AFTER_MS = 2000, STATUS_CANNOT_RUN = 2, STATUS_TIME_LIMIT = 4, STATUS_SIGNAL = 128 };

static void run_child(char **command, const sigset_t *mask)
{
    guard_stop();
    sigprocmask(SIG_SETMASK, mask, NULL);
    execvp(command[0], command);
    fprintf(stderr, "my-install: cannot run %s: %s\n", command[0], strerror(errno));
    _exit(STATUS_CANNOT_RUN);
}

/* Waits for the child or a signal until the deadline. 1: the child has ended. */
static int wait_child(pid_t child, const sigset_t *watched, unsigned long long deadline,
                      int *status)
{
    for (;;) {
        siginfo_t info;
        unsigned long long now = line_now_ms();
        unsigned long long left = now < deadline ? deadline - now : 0;
        if (waitpid(child, status, WNOHANG) == child)
            return 1;
        if (left == 0)
            return 0;
        struct timespec t = {.tv_sec = (time_t)(left / 1000),
                             .tv_nsec = (long)(left % 1000) * 1000000};
        int signal = sigtimedwait(watched, &info, &t);
        /* The terminal has sent its signals to the child too. */
        if (signal > 0 && signal != SIGCHLD && info.si_code != SI_KERNEL)
            kill(child, signal);
    }
}

int supervise(char **command, unsigned long long deadline_ms, int *expired)
{
    static const int signals[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigset_t watched, before;
    int status = 0;
    *expired = 0;
    guard_time_limit(0, NULL); /* from here on the limit ends the command first */
    sigemptyset(&watched);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(&watched, signals[i]);
    sigprocmask(SIG_BLOCK, &watched, &before);
    pid_t child = fork();
    if (child == 0)
        run_child(command, &before);
    if (child < 0)
        return STATUS_CANNOT_RUN;
    if (!wait_child(child, &watched, deadline_ms, &status)) {
        *expired = 1;
        kill(child, SIGTERM);
        if (!wait_child(child, &watched, line_now_ms() + KILL_AFTER_MS, &status)) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
        }
        return STATUS_TIME_LIMIT;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL + WTERMSIG(status);
}
