/* Where decoding happens. A program whose kind of process has no Capstone library carries the
 * decoder with it (decoder-image.S), as a program for the machine that built it, and starts that.
 */
#include "emu/native/decode.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/native/image.h"

extern const char decoder_image[], decoder_image_end[];

static int line = -1; /* to the decoder's process */

static int start(void)
{
    static char arg0[] = "emu-decoder";
    char path[40];
    char *argv[] = {arg0, NULL};
    posix_spawn_file_actions_t actions;
    int image = image_file("emu-decoder", decoder_image, decoder_image_end), ends[2], r = -1;
    pid_t child;

    if (image < 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", image);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
        r = posix_spawn(&child, path, &actions, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);
        if (r == 0)
            line = ends[0];
        else
            close(ends[0]);
    }
    close(image);
    return r == 0 ? 0 : -1;
}

static enum decode_status ask(enum decode_machine machine, const uint8_t *code, size_t nbytes,
                              uint64_t pc, struct decoded *d)
{
    struct decode_request q = {.machine = machine, .pc = pc};
    struct decode_answer a;
    ssize_t n;

    if (line < 0 && start() < 0)
        return DECODE_NO_PROCESS;
    q.nbytes = (uint32_t)(nbytes < sizeof q.code ? nbytes : sizeof q.code);
    memcpy(q.code, code, q.nbytes);
    do
        n = send(line, &q, sizeof q, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n == sizeof q) {
        do
            n = recv(line, &a, sizeof a, 0);
        while (n < 0 && errno == EINTR);
        if (n == sizeof a) {
            *d = a.d;
            return (enum decode_status)a.status;
        }
    }
    close(line);
    line = -1;
    return DECODE_NO_PROCESS;
}

enum decode_status decode(enum decode_machine machine, const uint8_t *code, size_t nbytes,
                          uint64_t pc, struct decoded *d)
{
    enum decode_status status = DECODE_NO_LIBRARY;

    if (line < 0)
        status = decode_here(machine, code, nbytes, pc, d);
    if (status != DECODE_DONE && &decoder_image[0] != &decoder_image_end[0])
        status = ask(machine, code, nbytes, pc, d);
    return status;
}

const char *decode_text(enum decode_status status)
{
    switch (status) {
    case DECODE_NOT_BUILT:
        return "the decoder it takes was missing when this was built: tools/setup run installs "
               "libcapstone, then make, and compile the program again";
    case DECODE_NO_LIBRARY:
        return "the decoder it takes is not installed: tools/setup run installs libcapstone";
    case DECODE_BROKEN:
        return "the decoder does not start: is libcapstone damaged?";
    case DECODE_NO_PROCESS:
        return "the decoder it takes does not start as a process of its own: use put32 and get32, "
               "or compile for this machine itself";
    case DECODE_DONE:
        break;
    }
    return "";
}
