/* A line behind RFC 2217 against a scripted port server: opening, data, the speed, a server that
 * refuses, keeps silent or goes away, the hand-off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "libunix/line.h"
#include "tests/unit/rfc2217-server.h"

enum { LONG_MS = 20000, ANSWERS_MS = 4000 };

static struct server server;

static void server_behave(struct server *s, unsigned behaviour)
{
    pthread_mutex_lock(&s->lock);
    s->behaviour = behaviour;
    pthread_mutex_unlock(&s->lock);
}

static void open_line(struct line *l)
{
    assert_int_equal(line_open(l, server.name, 115200), 0);
}

static void end(struct line *l)
{
    line_close(l);
    server_stop(&server);
}

static void test_opens_and_restores(void **state)
{
    struct line l;
    (void)state;
    server_start(&server, 0);
    open_line(&l);
    assert_int_equal(line_can_change_baud(&l), 1);
    assert_int_equal(l.baud, 115200);
    assert_int_equal(server.baud, 115200);
    assert_int_equal(line_set_baud(&l, 1000000), 0);
    assert_int_equal(server.baud, 1000000);
    assert_int_equal(line_set_baud(&l, 123456), 0);
    assert_int_equal(l.baud, 123456);
    line_close(&l);
    static const unsigned asked[] = {0, 115200, 1000000, 123456, 9600};
    server_await(&server, 0, 5, 1);
    assert_memory_equal(server.bauds, asked, sizeof asked);
    server_stop(&server);
}

static void test_data(void **state)
{
    struct line l;
    uint8_t all[256], got[256];
    (void)state;
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    server_start(&server, 0);
    open_line(&l);
    assert_int_equal(line_write(&l, all, 256, LONG_MS), 0);
    server_await(&server, 256, 0, 0);
    assert_memory_equal(server.data, all, 256);
    server_send(&server, all, 255);
    server_send(&server, "\377\377\377\361z", 5); /* 255, NOP, z */
    assert_int_equal(line_read_all(&l, got, 256, LONG_MS), 0);
    assert_memory_equal(got, all, 256);
    assert_int_equal(line_read_all(&l, got, 1, LONG_MS), 0); /* one byte is one byte of data */
    assert_int_equal(got[0], 'z');
    server_send(&server, "\377\361\377\373\1", 5);
    struct pollfd p = {.fd = line_fd(&l), .events = POLLIN};
    assert_int_equal(poll(&p, 1, LONG_MS), 1);
    assert_int_equal(line_read(&l, got, 1, 0), LINE_TIMEOUT); /* nothing of it was data */
    end(&l);
}

/* The library's send() as this program sees it: takes a few bytes at a time from the line, and none
 * every other time. */
static int short_fd = -1;
static size_t short_max;

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
    static unsigned calls;
    if (fd == short_fd && ++calls % 2) {
        errno = EAGAIN;
        return -1;
    }
    return syscall(SYS_sendto, fd, bytes, fd == short_fd && n > short_max ? short_max : n, flags,
                   NULL, 0);
}

/* Half an escaped byte stays behind again and again, in every phase. */
static void test_half_sent(void **state)
{
    static const uint8_t data[] = {255, 'a', 255, 255, 255, 'b', 'c', 255};
    (void)state;
    for (short_max = 1; short_max <= 5; short_max++) {
        struct line l;
        size_t n = 0;
        server_start(&server, 0);
        open_line(&l);
        short_fd = line_fd(&l);
        for (int i = 0; i < 8; i++, n += sizeof data)
            assert_int_equal(line_write(&l, data, sizeof data, LONG_MS), 0);
        short_fd = -1;
        server_await(&server, n, 0, 0);
        assert_int_equal(server.ndata, n);
        for (size_t i = 0; i < n; i += sizeof data)
            assert_memory_equal(server.data + i, data, sizeof data);
        end(&l);
    }
}

static int open_against(unsigned behaviour, unsigned limit_ms)
{
    struct line l;
    server_start(&server, behaviour);
    unsigned long long start = line_now_ms();
    int rc = line_open(&l, server.name, 115200);
    assert_in_range(line_now_ms() - start, 0, limit_ms);
    end(&l);
    return rc;
}

static void test_wrong_servers(void **state)
{
    (void)state;
    assert_int_equal(open_against(REFUSES_COMPORT, ANSWERS_MS), LINE_NO_RFC2217);
    assert_int_equal(open_against(REFUSES_BINARY, ANSWERS_MS), LINE_NO_RFC2217);
    assert_int_equal(open_against(SEVEN_BITS, ANSWERS_MS), LINE_NO_RFC2217);
    assert_int_equal(open_against(SILENT, 2 * ANSWERS_MS), LINE_NO_RFC2217);
    assert_int_equal(open_against(KEEPS_BAUD, ANSWERS_MS), LINE_BAUD);
    assert_int_equal(open_against(SILENT_BAUD, 2 * ANSWERS_MS), LINE_BAUD);
    assert_int_equal(open_against(HANGS_UP, ANSWERS_MS), LINE_GONE);
    assert_int_equal(open_against(NO_FRAMING, ANSWERS_MS), 0); /* it said no to nothing */
}

static void test_baud_refused(void **state)
{
    struct line l;
    (void)state;
    server_start(&server, 0);
    open_line(&l);
    server_behave(&server, KEEPS_BAUD);
    assert_int_equal(line_set_baud(&l, 921600), LINE_BAUD);
    assert_int_equal(l.baud, 115200);
    server_behave(&server, SILENT_BAUD);
    unsigned long long start = line_now_ms();
    assert_int_equal(line_set_baud(&l, 921600), LINE_BAUD);
    assert_in_range(line_now_ms() - start, 900, ANSWERS_MS);
    server_behave(&server, 0);
    assert_int_equal(line_set_baud(&l, 921600), 0);
    assert_int_equal(line_set_baud(&l, 0), LINE_BAUD);
    server_behave(&server, HANGS_UP);
    assert_int_equal(line_set_baud(&l, 115200), LINE_GONE);
    end(&l);
}

/* Answers that come after their time are not taken for those to the next command. */
static void test_late_answers(void **state)
{
    struct line l;
    (void)state;
    server_start(&server, 0);
    open_line(&l);
    server_behave(&server, LATE);
    assert_int_equal(line_set_baud(&l, 921600), LINE_BAUD);
    server_await(&server, 0, 4, 0); /* it was sent the old one again */
    assert_int_equal(server.bauds[3], 115200);
    server_behave(&server, 0);
    assert_int_equal(line_set_baud(&l, 460800), 0);
    server_behave(&server, KEEPS_BAUD);
    assert_int_equal(line_set_baud(&l, 921600), LINE_BAUD);
    server_behave(&server, 0);
    end(&l);
}

/* Data received while the answer was awaited is there afterwards. */
static void test_data_before_the_answer(void **state)
{
    struct line l;
    char got[8] = "";
    (void)state;
    server_start(&server, 0);
    open_line(&l);
    server_behave(&server, TALKS_BEFORE);
    assert_int_equal(line_set_baud(&l, 921600), 0);
    assert_int_equal(line_read(&l, got, 4, 0), 4);
    assert_int_equal(line_read(&l, got + 4, 4, 0), 2);
    assert_string_equal(got, "before");
    end(&l);
}

/* What was written keeps its speed: the command is sent once the port had time to send it. */
static void test_written_before(void **state)
{
    struct line l;
    uint8_t data[1152];
    (void)state;
    memset(data, 'x', sizeof data);
    server_start(&server, 0);
    open_line(&l);
    assert_int_equal(line_write(&l, data, sizeof data, LONG_MS), 0);
    unsigned long long start = line_now_ms();
    assert_int_equal(line_set_baud(&l, 921600), 0);
    assert_in_range(line_now_ms() - start, 95, LONG_MS); /* 100 ms at 115200 */
    end(&l);
}

static void test_drop(void **state)
{
    struct line l;
    char c;
    (void)state;
    server_start(&server, 0);
    open_line(&l);
    server_send(&server, "junk", 4);
    struct pollfd p = {.fd = line_fd(&l), .events = POLLIN};
    assert_int_equal(poll(&p, 1, LONG_MS), 1);
    line_drop(&l);
    assert_int_equal(line_read(&l, &c, 1, 0), LINE_TIMEOUT);
    assert_int_equal(server.purges, 1);
    server_behave(&server, NO_FRAMING);
    unsigned long long start = line_now_ms();
    line_drop(&l);
    assert_in_range(line_now_ms() - start, 0, ANSWERS_MS);
    end(&l);
}

static void forget_hand_off(void)
{
    unsetenv("MY_INSTALL_FD");
    unsetenv("MY_INSTALL_LINE");
    close(LINE_HANDOFF_FD);
    close(LINE_HANDOFF_FD_2019);
}

static void test_hand_off(void **state)
{
    struct line l, child;
    uint8_t got[2];
    char name[LINE_NAME_MAX];
    (void)state;
    server_start(&server, 0);
    open_line(&l);
    server_send(&server, "\377", 1); /* in the middle of a sequence */
    assert_int_equal(line_read(&l, got, 1, 50), LINE_TIMEOUT);
    assert_int_equal(line_hand_on(&l), LINE_TIMEOUT);
    server_send(&server, "\361", 1);
    assert_int_equal(line_hand_on(&l), 0);
    assert_string_equal(getenv("MY_INSTALL_FD"), "21");
    assert_string_equal(getenv("MY_INSTALL_LINE"), server.name);

    assert_int_equal(line_adopt(&child, line_handed_down(), 0), 0);
    assert_string_equal(child.name, server.name);
    assert_int_equal(line_identity(&child, name, sizeof name), 0);
    assert_string_equal(name, server.name);
    assert_int_equal(line_can_change_baud(&child), 1);
    assert_int_equal(line_write(&child, "\377!", 2, LONG_MS), 0);
    server_await(&server, 2, 0, 0);
    assert_memory_equal(server.data, "\377!", 2);
    server_send(&server, "a\377\377", 3);
    assert_int_equal(line_read_all(&child, got, 2, LONG_MS), 0);
    assert_memory_equal(got, "a\377", 2);
    assert_int_equal(line_set_baud(&child, 921600), 0);
    line_close(&child); /* and the next one finds it as this one did */
    server_await(&server, 0, 5, 0);
    assert_int_equal(server.baud, 115200);
    assert_int_equal(line_adopt(&child, line_handed_down(), 460800), 0);
    assert_int_equal(server.baud, 460800);
    line_close(&child);

    setenv("MY_INSTALL_LINE", "tcp:127.0.0.1:1", 1);
    assert_int_equal(line_adopt(&child, line_handed_down(), 0), 0);
    assert_int_equal(line_can_change_baud(&child), 0);
    line_close(&child);
    forget_hand_off();
    end(&l);
}

/* A variable left over from another line names nothing. */
static void test_stale_variable(void **state)
{
    struct line l;
    int pair[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    setenv("MY_INSTALL_LINE", "rfc2217:localhost:1", 1);
    assert_int_equal(line_adopt(&l, pair[0], 0), 0); /* MY_INSTALL_FD does not name it */
    assert_int_equal(line_can_change_baud(&l), 0);
    line_close(&l);
    assert_int_equal(dup2(pair[0], LINE_HANDOFF_FD), LINE_HANDOFF_FD);
    setenv("MY_INSTALL_FD", "21", 1);
    setenv("MY_INSTALL_LINE", "/dev/ttyUSB0", 1);
    assert_int_equal(line_adopt(&l, 21, 0), 0);
    assert_int_equal(line_can_change_baud(&l), 0);
    assert_int_equal(line_hand_on(&l), 0);
    assert_null(getenv("MY_INSTALL_LINE"));
    line_close(&l);
    forget_hand_off();
    close(pair[0]);
    close(pair[1]);
}

static void gone(struct line *l)
{
    char c;
    unsigned long long start = line_now_ms();
    assert_int_equal(line_read(l, &c, 1, LONG_MS), LINE_GONE);
    assert_in_range(line_now_ms() - start, 0, ANSWERS_MS);
    assert_int_equal(line_set_baud(l, 9600), LINE_GONE);
    start = line_now_ms();
    line_close(l);
    assert_in_range(line_now_ms() - start, 0, ANSWERS_MS);
}

static void test_peer_goes(void **state)
{
    struct line l;
    struct linger reset = {1, 0};
    (void)state;
    server_start(&server, 0);
    open_line(&l);
    shutdown(server.peer, SHUT_RDWR);
    gone(&l);
    server_stop(&server);

    server_start(&server, 0);
    open_line(&l);
    shutdown(server.peer, SHUT_RD); /* its thread ends, the connection stays */
    pthread_join(server.thread, NULL);
    setsockopt(server.peer, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(server.peer);
    gone(&l);
    close(server.listener);
}

/* The peer forgets the connection without a word, as a machine does that restarts: what we send
 * next, if only a keepalive probe, it does not know. */
static void test_half_open(void **state)
{
    struct line l;
    int on = 1;
    (void)state;
    server_start(&server, 0);
    open_line(&l);
    shutdown(server.peer, SHUT_RD); /* its thread ends, and our side is told nothing */
    pthread_join(server.thread, NULL);
    int may = setsockopt(server.peer, IPPROTO_TCP, TCP_REPAIR, &on, sizeof on) == 0;
    close(server.peer);
    if (may)
        gone(&l);
    line_close(&l);
    close(server.listener);
    if (!may)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_and_restores),
        cmocka_unit_test(test_data),
        cmocka_unit_test(test_half_sent),
        cmocka_unit_test(test_wrong_servers),
        cmocka_unit_test(test_baud_refused),
        cmocka_unit_test(test_late_answers),
        cmocka_unit_test(test_data_before_the_answer),
        cmocka_unit_test(test_written_before),
        cmocka_unit_test(test_drop),
        cmocka_unit_test(test_hand_off),
        cmocka_unit_test(test_stale_variable),
        cmocka_unit_test(test_peer_goes),
        cmocka_unit_test(test_half_open),
    };
    return cmocka_run_group_tests_name("line-rfc2217", tests, NULL, NULL);
}
