/* The server of --web as a process; see line.h. What it does to the run is sending commands; if it
 * fails the run goes on. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/web/line.h"
#include "emu/web/server.h"

enum {
    FETCH_MS = 20, /* from one look at the run's accesses to the next */
    LAST_MS = 300, /* for the last answers to go out */
    ROUNDS = 300,  /* at most, of FETCH_MS, before a page is told that the run ended */
};

static struct server server;

static int tell(char how)
{
    return send(WEB_FD_RUN, &how, 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* Whether the run's process is gone, after at most ms. */
static int wait_a_while(int ms)
{
    struct pollfd p[] = {{.fd = server_descriptor(&server), .events = POLLIN},
                         {.fd = WEB_FD_RUN, .events = POLLIN}};
    char byte;

    return poll(p, 2, ms) > 0 && p[1].revents && recv(WEB_FD_RUN, &byte, 1, MSG_DONTWAIT) == 0;
}

/* The run is over: until every page knows, and a moment longer. */
static void end(void)
{
    for (int i = 0; i < ROUNDS && server_is_awaited(&server); i++) {
        server_run(&server);
        wait_a_while(FETCH_MS);
    }
    for (int i = 0; i < LAST_MS / FETCH_MS && server.opened; i++) {
        server_run(&server);
        wait_a_while(FETCH_MS);
    }
}

static void serve(void)
{
    int gone = 0;

    while (!gone && !server.state->ended) {
        int ms = server_run(&server);

        gone = wait_a_while(ms >= 0 && ms < FETCH_MS ? ms : FETCH_MS);
        history_fetch(&server.history, server.state);
    }
    if (!gone)
        end();
}

int main(int argc, char **argv)
{
    static const int ignored[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGTSTP, SIGALRM, SIGPIPE};
    void *at = MAP_FAILED;

    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        signal(ignored[i], SIG_IGN); /* they are for the program */
    for (int fd = WEB_FD_LISTEN + 1; fd < 256; fd++)
        close(fd);
    for (int fd = WEB_FD_STATE; fd <= WEB_FD_LISTEN; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (argc == 3 && recv(WEB_FD_RUN, server.key, REQUEST_KEY, MSG_WAITALL) == REQUEST_KEY)
        at = mmap(NULL, sizeof *server.state, PROT_READ | PROT_WRITE, MAP_SHARED, WEB_FD_STATE, 0);
    server.mhd = library_load();
    if (at == MAP_FAILED || !server.mhd)
        return tell(server.mhd ? WEB_BROKEN : WEB_NO_LIBRARY), 1;
    server.state = at;
    server.port = (unsigned)strtoul(argv[1], NULL, 10);
    server.executable = argv[2];
    server.commands = WEB_FD_COMMANDS;
    if (server_start(&server, WEB_FD_LISTEN) < 0)
        return tell(WEB_BROKEN), 1;
    if (tell(WEB_READY) == 0)
        serve();
    server_stop(&server);
    return 0;
}
