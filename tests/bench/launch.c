/* Starts a program again and again, and prints the median of the microseconds from just before that
 * to the first byte the program writes to its standard output, and its peak memory in KB. Small, so
 * that neither the start nor the memory is its own. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNS = 1000 };

extern char **environ;

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

/* One run; the time to its first byte. */
static double launch(char **command, long *peak_kb)
{
    posix_spawn_file_actions_t actions;
    struct rusage usage;
    int out[2], status;
    char text[4096];
    double start, first = -1;
    pid_t pid;

    if (pipe(out) < 0)
        fail("pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    start = now_us();
    if (posix_spawn(&pid, command[0], &actions, NULL, command, environ) != 0)
        fail(command[0]);
    close(out[1]);
    while (read(out[0], text, sizeof text) > 0) {
        if (first < 0)
            first = now_us() - start;
    }
    close(out[0]);
    posix_spawn_file_actions_destroy(&actions);
    if (wait4(pid, &status, 0, &usage) < 0)
        fail("wait4");
    if (status != 0 || first < 0) {
        fprintf(stderr, "launch: %s: status %d%s\n", command[0], status,
                first < 0 ? ", no output" : "");
        exit(1);
    }
    *peak_kb = usage.ru_maxrss;
    return first;
}

int main(int argc, char **argv)
{
    static double us[MAX_RUNS];
    long runs = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    long peak_kb = 0;

    if (runs < 1 || runs > MAX_RUNS) {
        fprintf(stderr, "usage: launch RUNS PROGRAM [ARGS]\n");
        return 2;
    }
    for (long i = 0; i < runs; i++)
        us[i] = launch(argv + 2, &peak_kb);
    qsort(us, (size_t)runs, sizeof us[0], compare);
    printf("%.1f %ld\n", us[runs / 2], peak_kb);
    return 0;
}
