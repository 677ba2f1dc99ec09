/* libunix/guard.c - signal handlers that close the line; only async-signal-safe calls in them. */
#include "libunix/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { STATUS_TIME_LIMIT = 4, STATUS_SIGNAL = 128 };

static const int endings[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM};
enum { ENDINGS = sizeof endings / sizeof *endings };

static struct line *guarded;
static const char *volatile farewell;
static const char *volatile limit_message;

static void say(const char *text)
{
    if (text && write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* nobody left to tell */
}

static void end_process(int signal)
{
    say(farewell);
    if (signal == SIGALRM)
        say(limit_message);
    if (guarded)
        line_close(guarded);
    _exit(signal == SIGALRM ? STATUS_TIME_LIMIT : STATUS_SIGNAL + signal);
}

void guard_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
            open("/", O_RDONLY); /* a root folder without /dev: its descriptor is as dead */
}

void guard_start(struct line *l)
{
    struct sigaction was, act = {.sa_handler = end_process};
    guarded = l;
    for (int i = 0; i < ENDINGS; i++)
        sigaddset(&act.sa_mask, endings[i]);
    for (int i = 0; i < ENDINGS; i++)
        if (endings[i] == SIGALRM || sigaction(endings[i], NULL, &was) != 0 ||
            was.sa_handler != SIG_IGN)
            sigaction(endings[i], &act, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void guard_time_limit(unsigned long long ms, const char *message)
{
    struct itimerval t = {.it_value = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000) * 1000}};
    limit_message = message;
    setitimer(ITIMER_REAL, &t, NULL);
}

void guard_limit_message(const char *message)
{
    limit_message = message;
}

void guard_farewell(const char *text)
{
    farewell = text;
}

void guard_stop(void)
{
    struct itimerval none = {.it_value = {0, 0}};
    struct sigaction was;
    setitimer(ITIMER_REAL, &none, NULL);
    for (int i = 0; i < ENDINGS; i++)
        if (sigaction(endings[i], NULL, &was) == 0 && was.sa_handler == end_process)
            signal(endings[i], SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
}
