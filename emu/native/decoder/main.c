/* The decoder as a program of its own, which travels inside programs for another kind of process
 * (emu/native/decode.c). Answers each request on its standard input until the other end closes. */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu/native/decode.h"

int main(void)
{
    static const int ignored[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGTSTP, SIGALRM};
    struct decode_request q;
    ssize_t n;

    /* They are for the program, and so is what it had open. */
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        signal(ignored[i], SIG_IGN);
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    while ((n = recv(0, &q, sizeof q, 0)) != 0) {
        struct decode_answer a = {0};

        if (n < 0 && errno == EINTR)
            continue;
        if (n != sizeof q || q.machine > DECODE_AARCH64 || q.nbytes > sizeof q.code)
            return 1;
        a.status = decode_here((enum decode_machine)q.machine, q.code, q.nbytes, q.pc, &a.d);
        if (send(0, &a, sizeof a, MSG_NOSIGNAL) != sizeof a)
            return 1;
    }
    return 0;
}
