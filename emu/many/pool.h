/* emu/many/pool.h - runs programs as processes of their own, some at a time, and keeps what each
 * printed and recorded in files without names. */
#ifndef EMU_MANY_POOL_H
#define EMU_MANY_POOL_H

#include <stddef.h>

enum { POOL_MAX = 256, POOL_LOG_FD = 10 };

/* The name of its log to a process of the pool. */
#define POOL_LOG "/dev/fd/10"

struct pool_run {
    size_t number;     /* which job */
    int status, sig;   /* how it ended */
    int hung;          /* it had to be killed: more than limit_s */
    int out, err, log; /* files, from their beginning; the pool's */
};

struct pool {
    unsigned processes; /* at a time, 1 to POOL_MAX */
    double limit_s;     /* of each; then it is killed */
    void *self;
    /* The words of job n, null-terminated, borrowed until the next call; null: there are no more
     * jobs. */
    char **(*words)(void *self, size_t n);
    /* It has ended. Nonzero: start no more, kill those that run. */
    int (*ended)(void *self, const struct pool_run *r);
};

/* Runs all jobs. 0; -1: no file could be made or no process started, *why says what is wrong. A
 * signal that ends this process (Ctrl-C) kills what runs first; what runs dies with this process
 * however it ends. */
int pool_run(struct pool *p, char *why, size_t nbytes);

#endif
