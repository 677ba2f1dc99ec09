/* The process that owns the terminal while a board is shown; see screen.h. It looks about 30 times
 * a second; the run knows nothing of it. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emu/screen/curses.h"
#include "emu/screen/screen.h"

enum { FRAME_MS = 33, FIRST_ROOM = 4096, GONE = 2 };

static struct screen view;
static struct screen_cells cells;

static void write_all(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, text, n);

        if (done < 0 && errno == EAGAIN)
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, FRAME_MS);
        else if (done < 0 && errno != EINTR)
            return;
        else if (done > 0)
            text += done, n -= (size_t)done;
    }
}

/* What the run said last, for the line above the keys. */
static void read_messages(const struct screen_process *p, off_t *at)
{
    char text[FIRST_ROOM];
    ssize_t n;

    while (p->messages >= 0 && (n = pread(p->messages, text, sizeof text - 1, *at)) > 0) {
        char *line, *rest = text;

        *at += n;
        text[n] = 0;
        while ((line = strsep(&rest, "\n"))) {
            if (*line)
                snprintf(view.note, sizeof view.note, "%.*s", SCREEN_LINE - 1, line);
        }
    }
}

/* What would be on the terminal without the board: the program's text, then what the run said. */
static void repeat(const struct screen_process *p)
{
    static char text[FIRST_ROOM];
    uint64_t from = 0, lost = 0;
    off_t at = 0;
    ssize_t n;

    while ((n = (ssize_t)board_text(p->state, &from, text, sizeof text, &lost)) > 0)
        write_all(1, text, (size_t)n);
    if (p->messages < 0)
        return;
    if (lost) {
        n = snprintf(text, sizeof text,
                     "emu: --board: the first %llu bytes of the output are not shown again\n",
                     (unsigned long long)lost);
        write_all(2, text, (size_t)n);
    }
    while ((n = pread(p->messages, text, sizeof text, at)) > 0) {
        write_all(2, text, (size_t)n);
        at += n;
    }
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Returns 1 when the user wants no more. */
static int read_keys(const struct screen_process *p)
{
    int key;

    while ((key = curses_key()) >= 0) {
        struct board_command c;

        switch (screen_key(&view, key, &c)) {
        case SCREEN_QUIT:
            return 1;
        case SCREEN_SEND:
            if (board_send(p->commands, p->state, &c) < 0)
                snprintf(view.note, sizeof view.note,
                         "the program is computing and takes no commands now");
            break;
        case SCREEN_NONE:
            break;
        }
    }
    return 0;
}

static void show_until_end(const struct screen_process *p)
{
    struct pollfd wait[] = {{.fd = 0, .events = POLLIN}, {.fd = p->life, .events = 0}};
    double then = seconds();
    off_t said = 0;
    int quit = 0;

    for (;;) {
        double now = seconds();

        screen_update(&view, now - then);
        then = now;
        read_messages(p, &said);
        curses_size(&cells);
        screen_draw(&view, &cells);
        curses_show(&cells);
        if (wait[1].revents || (quit && p->state->ended))
            return;
        poll(wait, GONE, FRAME_MS);
        if (wait[0].revents & (POLLHUP | POLLERR | POLLNVAL))
            return;
        if (read_keys(p) && !quit) {
            quit = 1;
            if (!p->state->ended) {
                p->state->quit = 1;
                kill(p->run, SIGTERM);
            }
        }
    }
}

/* Ctrl-C and its like end the run, and the end of the run ends this; and the terminal is put right
 * even where a shell has it back already. */
static void ignore_signals(void)
{
    static const int ignored[] = {SIGINT,  SIGTERM, SIGQUIT, SIGHUP, SIGPIPE,
                                  SIGTTOU, SIGALRM, SIGIO,   SIGURG, SIGXFSZ};
    static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    sigset_t none;

    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        signal(ignored[i], SIG_IGN);
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
        signal(fatal[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

int screen_show(const struct screen_process *p)
{
    char why[SCREEN_LINE] = "";
    int up;

    ignore_signals();
    screen_init(&view, p->state);
    up = curses_open(why, sizeof why) == 0;
    write_all(p->ready, why, strlen(why) + 1);
    close(p->ready);
    if (!up)
        return -1;
    show_until_end(p);
    curses_close();
    repeat(p);
    return 0;
}
