/* Processes, some at a time; see pool.h. */
#include "emu/many/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_NS = 100000000 }; /* for what hangs */

struct slot {
    pid_t pid; /* 0: free */
    double started_s;
    struct pool_run run;
};

static struct slot slots[POOL_MAX];
static sigset_t before;

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A file that is gone when nobody has it open any more. */
static int nameless(const char *folder)
{
    char name[4096];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    if (snprintf(name, sizeof name, "%s/emu-many-XXXXXX", folder) >= (int)sizeof name)
        return -1;
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

static int open_slots(const struct pool *p, char *why, size_t nbytes)
{
    const char *folder = getenv("TMPDIR");

    folder = folder && *folder ? folder : "/tmp";
    for (unsigned i = 0; i < p->processes; i++) {
        struct pool_run *r = &slots[i].run;
        int *file[] = {&r->out, &r->err, &r->log};

        for (size_t f = 0; f < 3; f++) {
            *file[f] = nameless(folder);
            if (*file[f] < 0) {
                snprintf(why, nbytes,
                         "%s: cannot make a temporary file: %s (TMPDIR names another "
                         "folder)",
                         folder, strerror(errno));
                return -1;
            }
        }
    }
    return 0;
}

static void close_slots(const struct pool *p)
{
    for (unsigned i = 0; i < p->processes; i++) {
        struct pool_run *r = &slots[i].run;

        if (r->out > 0)
            close(r->out);
        if (r->err > 0)
            close(r->err);
        if (r->log > 0)
            close(r->log);
        slots[i] = (struct slot){0};
    }
}

/* Standard input is read from its beginning if it is a file, else it is empty. */
static int open_input(void)
{
    struct stat st;

    if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode))
        return open("/proc/self/fd/0", O_RDONLY);
    return open("/dev/null", O_RDONLY);
}

static void become(const struct slot *s, char **words, pid_t parent) __attribute__((noreturn));

static void become(const struct slot *s, char **words, pid_t parent)
{
    int in = open_input();

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (in < 0 || getppid() != parent || dup2(in, STDIN_FILENO) < 0 ||
        dup2(s->run.out, STDOUT_FILENO) < 0 || dup2(s->run.err, STDERR_FILENO) < 0)
        _exit(2);
    if (s->run.log == POOL_LOG_FD ? fcntl(POOL_LOG_FD, F_SETFD, 0) < 0
                                  : dup2(s->run.log, POOL_LOG_FD) < 0)
        _exit(2);
    sigprocmask(SIG_SETMASK, &before, NULL);
    execvp(words[0], words);
    fprintf(stderr, "emu: %s: %s\n", words[0], strerror(errno));
    _exit(2);
}

static int empty(int fd)
{
    return ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0 ? -1 : 0;
}

static int start(struct slot *s, char **words, size_t number)
{
    pid_t parent = getpid(), pid;

    if (empty(s->run.out) < 0 || empty(s->run.err) < 0 || empty(s->run.log) < 0)
        return -1;
    pid = fork();
    if (pid == 0)
        become(s, words, parent);
    if (pid < 0)
        return -1;
    setpgid(pid, pid); /* whoever comes first */
    s->pid = pid;
    s->run.number = number;
    s->run.hung = 0;
    s->started_s = now_s();
    return 0;
}

static void kill_all(const struct pool *p)
{
    for (unsigned i = 0; i < p->processes; i++) {
        if (slots[i].pid)
            kill(-slots[i].pid, SIGKILL);
    }
    for (unsigned i = 0; i < p->processes; i++) {
        while (slots[i].pid && waitpid(slots[i].pid, NULL, 0) < 0 && errno == EINTR)
            ;
        slots[i].pid = 0;
    }
}

static void kill_what_hangs(const struct pool *p)
{
    double now = now_s();

    for (unsigned i = 0; i < p->processes; i++) {
        if (slots[i].pid && !slots[i].run.hung && now - slots[i].started_s > p->limit_s) {
            slots[i].run.hung = 1;
            kill(-slots[i].pid, SIGKILL);
        }
    }
}

/* Tells of those that have ended; nonzero: it is enough. */
static int reap(struct pool *p)
{
    int status, enough = 0;

    for (;;) {
        siginfo_t ended = {.si_pid = 0};
        pid_t pid;

        if (enough || waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) < 0 || !ended.si_pid)
            return enough;
        pid = ended.si_pid;
        kill(-pid, SIGKILL); /* what it may have left behind */
        waitpid(pid, &status, 0);
        for (unsigned i = 0; i < p->processes; i++) {
            struct slot *s = &slots[i];

            if (s->pid != pid)
                continue;
            s->pid = 0;
            s->run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
            s->run.sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
            enough = p->ended(p->self, &s->run);
        }
    }
}

/* Until something ended, or it is time to look. Ends this process if a signal asks for it. */
static void wait_for_one(const struct pool *p, const sigset_t *set)
{
    const struct timespec look = {.tv_nsec = LOOK_NS};
    int sig = sigtimedwait(set, NULL, &look);

    if (sig <= 0 || sig == SIGCHLD)
        return;
    kill_all(p);
    raise(sig); /* the caller's handler, if it has one */
    sigprocmask(SIG_SETMASK, &before, NULL);
    _exit(128 + sig);
}

static int run_all(struct pool *p, const sigset_t *set, char *why, size_t nbytes)
{
    size_t n = 0;
    int more = 1;

    for (;;) {
        unsigned busy = 0;

        for (unsigned i = 0; i < p->processes; i++) {
            char **words = slots[i].pid || !more ? NULL : p->words(p->self, n);

            if (!slots[i].pid && !words)
                more = 0;
            if (words && start(&slots[i], words, n++) < 0) {
                snprintf(why, nbytes, "cannot start %s: %s", words[0], strerror(errno));
                return -1;
            }
            busy += slots[i].pid != 0;
        }
        if (!busy)
            return 0;
        wait_for_one(p, set);
        kill_what_hangs(p);
        if (reap(p))
            return 0;
    }
}

int pool_run(struct pool *p, char *why, size_t nbytes)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigset_t set;
    int rc;

    signal(SIGCHLD, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct sigaction now;

        if (sigaction(ends[i], NULL, &now) < 0 || now.sa_handler != SIG_IGN) /* nohup */
            sigaddset(&set, ends[i]);
    }
    sigprocmask(SIG_BLOCK, &set, &before);
    rc = open_slots(p, why, nbytes);
    if (rc == 0)
        rc = run_all(p, &set, why, nbytes);
    kill_all(p);
    close_slots(p);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return rc;
}
