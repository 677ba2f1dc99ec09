/* Starts and ends the server of --web; see web.h. */
#include "emu/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu/board.h"
#include "emu/native/image.h"
#include "emu/run.h"
#include "emu/web/line.h"

enum {
    BACKLOG = 16,
    START_MS = 10000, /* a loaded machine loads a library */
    END_MS = 8000,
    KEY_BYTES = 16,
    FIRST_FD = 10, /* above the server's own */
};

extern const char web_image[], web_image_end[];

static struct {
    int listening, line; /* -1: none */
    unsigned port;
    char key[2 * KEY_BYTES + 1];
    pid_t server;
} web = {-1, -1, 0, "", 0};

/* ---- the port ---- */

static void no_port(void)
{
    const char *advice = errno == EADDRINUSE ? " (another --web? leave out the number, and a free "
                                               "port is taken)"
                         : errno == EACCES   ? " (ports below 1024 are root's: take a larger one)"
                                             : "";

    if (run.options.web_port)
        run_say("--web=%u: %s%s", run.options.web_port, strerror(errno), advice);
    else
        run_say("--web: %s", strerror(errno));
    exit(2);
}

void web_open(void)
{
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)run.options.web_port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof here;
    int on = 1;

    if (!run.options.web)
        return;
    if (&web_image[0] == &web_image_end[0]) {
        run_say("--web: libmicrohttpd, which serves the page, was missing when this was built: "
                "tools/setup run installs it, then make, and compile the program again");
        exit(2);
    }
    web.listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (web.listening < 0 ||
        setsockopt(web.listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(web.listening, (struct sockaddr *)&here, n) < 0 ||
        listen(web.listening, BACKLOG) < 0 ||
        getsockname(web.listening, (struct sockaddr *)&here, &n) < 0)
        no_port();
    web.port = ntohs(here.sin_port);
}

/* ---- the server's process ---- */

static void make_key(void)
{
    unsigned char bytes[KEY_BYTES];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        run_say("--web: no random numbers for its key: %s", strerror(errno));
        run_end(2, 0);
    }
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(web.key + 2 * i, 3, "%02x", bytes[i]);
}

/* Copies of the descriptors where no dup2 of another hits them; they are closed by its start. */
static int aside(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);
}

static int spawn(int image, int run_end_of_line)
{
    static char name[] = "emu-web";
    const int to[] = {WEB_FD_RUN, WEB_FD_STATE, WEB_FD_COMMANDS, WEB_FD_LISTEN};
    const int from[] = {aside(run_end_of_line), aside(control_memory()), aside(control_pipe()),
                        aside(web.listening)};
    char path[40], port[12], executable[4096];
    char *argv[] = {name, port, executable, NULL};
    ssize_t n = readlink("/proc/self/exe", executable, sizeof executable - 1);
    posix_spawn_file_actions_t actions;
    int r;

    executable[n < 0 ? 0 : n] = 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", image);
    snprintf(port, sizeof port, "%u", web.port);
    posix_spawn_file_actions_init(&actions);
    for (size_t i = 0; i < sizeof to / sizeof to[0]; i++)
        posix_spawn_file_actions_adddup2(&actions, from[i], to[i]);
    r = posix_spawn(&web.server, path, &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    for (size_t i = 0; i < sizeof to / sizeof to[0]; i++)
        close(from[i]);
    if (r)
        web.server = 0;
    return r;
}

/* 0, or an errno. */
static int start_server(void)
{
    int image = image_file("emu-web", web_image, web_image_end), ends[2], r;
    int high;

    if (image < 0)
        return errno;
    high = aside(image);
    close(image);
    if (high < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return errno;
    send(ends[0], web.key, sizeof web.key - 1, MSG_NOSIGNAL); /* anybody may read a command line */
    r = spawn(high, ends[1]);
    close(high);
    close(ends[1]);
    web.line = ends[0];
    close(web.listening);
    web.listening = -1;
    return r;
}

/* How its start went: WEB_READY and so on; 0: it ended without a word. */
static char first_word(void)
{
    struct pollfd p = {.fd = web.line, .events = POLLIN};
    char word = 0;

    while (poll(&p, 1, START_MS) < 0 && errno == EINTR)
        continue;
    return recv(web.line, &word, 1, MSG_DONTWAIT) == 1 ? word : 0;
}

/* The program begins when somebody looks. */
static void hold(void)
{
    struct board_command pause = {.what = BOARD_PAUSE};

    board_send(control_pipe(), control_state(), &pause);
}

void web_start(void)
{
    int failed;

    if (!run.options.web)
        return;
    make_key();
    failed = start_server();
    if (failed) {
        run_say("--web: the server does not start: %s", strerror(failed));
        run_end(2, 0);
    }
    switch (first_word()) {
    case WEB_READY:
        break;
    case WEB_NO_LIBRARY:
        run_say("--web: libmicrohttpd, which serves the page, is not installed: tools/setup run "
                "installs it");
        run_end(2, 0);
        break;
    default:
        run_say("--web: the server does not start: is libmicrohttpd damaged?");
        run_end(2, 0);
    }
    run_say("--web: open http://127.0.0.1:%u/#%s (the program starts when the page is open)",
            web.port, web.key);
    hold();
}

int web_is_lost(void)
{
    char byte;

    return web.line >= 0 && recv(web.line, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
}

void web_end(void)
{
    struct pollfd p = {.fd = web.line, .events = 0}; /* the other end closes */

    if (web.server <= 0)
        return;
    poll(&p, 1, END_MS);
    close(web.line);
    web.line = -1;
    if (!(p.revents & POLLHUP))
        kill(web.server, SIGKILL);
    while (waitpid(web.server, NULL, 0) < 0 && errno == EINTR)
        continue;
    web.server = 0;
}
