/* The server of --web: whatever arrives on its connections, it answers or closes them, asks for
 * commands that are whole, and lets nobody in without the key.
 *
 * An input is what one connection says, cut into pieces at each byte 0xff. "\xfe" stands for the
 * key, and "\xfd" for the name of the host, which nobody would guess.
 *
 * Links: emu/web/answer.c emu/web/history.c emu/web/library.c emu/web/request.c
 * Links: emu/web/server.c emu/web/page.S emu/native/places.c emu/core/regs.c
 * Links: emu/core/regs-masters.c emu/core/regs-pins.c emu/core/regs-serial.c
 * Links: emu/core/regs-system.c
 * Links: emu/observe/board.c emu/observe/board-names.c emu/observe/pins.c
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/web/server.h"

enum { ROUNDS = 8, PORT = 8080 };

static const char key[] = "0123456789abcdef0123456789abcdef", host[] = "127.0.0.1:8080";
static struct server server;
static struct board_state state;
static int pipe_ends[2];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

static void start(void)
{
    if (server.daemon)
        return;
    server.mhd = library_load();
    server.state = &state;
    server.port = PORT;
    memcpy(server.key, key, sizeof key);
    server.executable = "/nonexistent";
    if (!server.mhd || pipe2(pipe_ends, O_NONBLOCK) < 0)
        abort();
    server.commands = pipe_ends[1];
    if (server_start(&server, -1) < 0)
        abort();
}

static int keyed;

static void say(int fd, const uint8_t *data, size_t nbytes)
{
    for (size_t i = 0; i < nbytes; i++) {
        const void *piece = data + i;
        size_t n = 1;

        if (data[i] == 0xfe)
            piece = key, n = sizeof key - 1, keyed = 1;
        else if (data[i] == 0xfd)
            piece = host, n = sizeof host - 1;
        if (send(fd, piece, n, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)n)
            return;
    }
}

static void run_some(int fd)
{
    static char answers[1 << 16];

    for (int i = 0; i < ROUNDS; i++) {
        server_run(&server);
        while (recv(fd, answers, sizeof answers, MSG_DONTWAIT) > 0)
            continue;
    }
}

/* Only whole commands of a known kind come through, and none without the key. */
static void check_commands(void)
{
    struct board_command c;
    ssize_t n;

    while ((n = read(pipe_ends[0], &c, sizeof c)) > 0) {
        if (n != sizeof c || !keyed || c.what > BOARD_SPEED || c.nbytes > BOARD_TYPED ||
            c.pin >= SEEN_PINS)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    int ends[2];

    start();
    keyed = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0)
        abort();
    server.mhd->add_connection(server.daemon, ends[1], NULL, 0);
    while (nbytes) {
        const uint8_t *cut = memchr(data, 0xff, nbytes);
        size_t n = cut ? (size_t)(cut - data) : nbytes;

        say(ends[0], data, n);
        run_some(ends[0]);
        data += n + (cut != NULL);
        nbytes -= n + (cut != NULL);
    }
    shutdown(ends[0], SHUT_RDWR);
    run_some(ends[0]);
    close(ends[0]);
    run_some(-1);
    check_commands();
    return 0;
}
