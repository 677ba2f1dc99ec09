/* The speed of an open tty, standard or not, what the driver makes of it, and its return; a signal
 * when bytes come, on every kind of line; a network peer that is lost without a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "libunix/line-speed.h"
#include "libunix/line.h"
#include "tests/unit/rfc2217-server.h"

enum { LONG_MS = 20000, LOST_MS = 8000 };

/* ---- a driver with ways of its own --------------------------------------------------------------
 */

/* The kernel's struct termios2: four words of flags, c_line, 19 characters, the two speeds. */
struct modes {
    unsigned flags[4];
    unsigned char line, characters[19];
    unsigned input, output;
};

enum { GET_MODES = 0x802C542A, SET_MODES = 0x402C542B }; /* TCGETS2, TCSETS2 */

static int driver_fd = -1;    /* whose driver it is */
static unsigned driver_parts; /* it sets rates of this many thousandths of what it is asked for */
static int driver_queue;      /* bytes that it says are waiting, one less each time */
static int driver_stuck;      /* they stay */
static int changed_too_early;

int ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    va_start(args, request);
    void *argument = va_arg(args, void *);
    va_end(args);
    struct modes changed, *m = argument;
    if (fd == driver_fd && request == TIOCOUTQ) {
        *(int *)argument = driver_queue;
        driver_queue -= driver_queue > 0 && !driver_stuck;
        return 0;
    }
    if (fd == driver_fd && request == SET_MODES) {
        changed = *m;
        changed.output = changed.input = (unsigned)((uint64_t)m->output * driver_parts / 1000);
        changed.flags[2] = (m->flags[2] & ~0x100FU) | 0x1000; /* CBAUD: BOTHER */
        argument = driver_parts ? &changed : argument;
        changed_too_early |= driver_queue > 0;
    }
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

/* ---- the speed ----------------------------------------------------------------------------------
 */

struct pty {
    int master, slave;
    char path[64];
};

static struct pty make_pty(void)
{
    struct pty p;
    assert_int_equal(openpty(&p.master, &p.slave, p.path, NULL, NULL), 0);
    return p;
}

static void close_pty(struct pty *p)
{
    close(p->master);
    close(p->slave);
}

static void test_any_rate(void **state)
{
    static const unsigned rates[] = {9600, 230400, 250000, 460800, 921600, 1000000, 1234567};
    struct pty p = make_pty();
    struct line l;
    (void)state;
    assert_int_equal(line_open(&l, p.path, 115200), 0);
    assert_int_equal(line_can_change_baud(&l), 1);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        struct modes m;
        assert_int_equal(line_set_baud(&l, rates[i]), 0);
        assert_int_equal(l.baud, rates[i]);
        assert_int_equal(ioctl(p.slave, GET_MODES, &m), 0);
        assert_int_equal(m.output, rates[i]);
        assert_int_equal(m.input, rates[i]);
        assert_int_equal(line_speed_of(p.slave), rates[i]);
    }
    assert_int_equal(line_set_baud(&l, 0), LINE_BAUD);
    assert_int_equal(l.baud, 1234567);
    assert_int_equal(line_wire_ms(&l, 1234567), 10000);
    line_close(&l);
    assert_int_equal(line_can_change_baud(&l), 0);
    assert_int_equal(line_set_baud(&l, 9600), LINE_BAUD);
    close_pty(&p);
}

static void test_put_back(void **state)
{
    static const unsigned before[] = {38400, 115200, 250000};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct pty p = make_pty();
        struct line l;
        assert_int_equal(line_speed_set(p.slave, before[i]), 0);
        assert_int_equal(line_open(&l, p.path, 115200), 0);
        assert_int_equal(line_set_baud(&l, 921600), 0);
        line_close(&l);
        assert_int_equal(line_speed_of(p.slave), before[i]);

        assert_int_equal(line_adopt(&l, p.slave, 0), 0);
        assert_int_equal(line_set_baud(&l, 460800), 0);
        assert_int_equal(line_set_baud(&l, 921600), 0);
        line_close(&l); /* handed down: still the speed that it came with */
        assert_int_equal(line_speed_of(p.slave), before[i]);
        close_pty(&p);
    }
}

static void test_driver(void **state)
{
    struct pty p = make_pty();
    struct line l;
    (void)state;
    assert_int_equal(line_open(&l, p.path, 115200), 0);
    driver_fd = line_fd(&l);
    driver_parts = 1029;
    assert_int_equal(line_set_baud(&l, 921600), 0); /* 2.9 % away is near enough */
    driver_parts = 971;
    assert_int_equal(line_set_baud(&l, 115200), 0);
    driver_parts = 965;
    assert_int_equal(line_set_baud(&l, 921600), LINE_BAUD);
    driver_parts = 1035;
    assert_int_equal(line_set_baud(&l, 921600), LINE_BAUD);
    assert_int_equal(l.baud, 115200);
    driver_parts = 0;

    driver_queue = 20;
    assert_int_equal(line_set_baud(&l, 921600), 0);
    assert_int_equal(driver_queue, 0);
    assert_false(changed_too_early); /* what was written leaves first */
    driver_queue = driver_stuck = 1;
    unsigned long long start = line_now_ms();
    assert_int_equal(line_set_baud(&l, 115200), LINE_BAUD);
    assert_in_range(line_now_ms() - start, 400, LONG_MS);
    assert_int_equal(l.baud, 921600);
    driver_queue = driver_stuck = 0;
    driver_fd = -1;
    line_close(&l);
    close_pty(&p);
}

static void test_gone(void **state)
{
    struct pty p = make_pty();
    struct line l;
    (void)state;
    assert_int_equal(line_open(&l, p.path, 115200), 0);
    close(p.master);
    assert_int_equal(line_set_baud(&l, 921600), LINE_GONE);
    line_close(&l);
    close(p.slave);
}

/* ---- TCP ----------------------------------------------------------------------------------------
 */

static struct server server;

static void open_network(struct line *l, int plain)
{
    char name[64];
    server_start(&server, 0);
    snprintf(name, sizeof name, "tcp%s", strchr(server.name, ':'));
    assert_int_equal(line_open(l, plain ? name : server.name, 115200), 0);
}

static void test_plain_port(void **state)
{
    struct line l;
    char c;
    (void)state;
    open_network(&l, 1);
    assert_int_equal(line_can_change_baud(&l), 0);
    assert_int_equal(line_set_baud(&l, 115200), LINE_BAUD);
    assert_int_equal(line_write(&l, "\361", 1, LONG_MS), 0);
    server_await(&server, 1, 0, 0); /* and nothing else was sent */
    assert_int_equal(server.ndata, 1);
    server_send(&server, "\377", 1);
    assert_int_equal(line_read_all(&l, &c, 1, LONG_MS), 0);
    assert_int_equal((unsigned char)c, 255);
    line_close(&l);
    server_stop(&server);
}

/* The peer's machine takes nothing any more: its kernel drops every segment unseen. */
static void lose_peer(void)
{
    struct sock_filter drop = {BPF_RET, 0, 0, 0};
    struct sock_fprog program = {1, &drop};
    assert_int_equal(
        setsockopt(server.peer, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program), 0);
}

static void test_lost_peer(void **state)
{
    (void)state;
    for (int plain = 0; plain <= 1; plain++)
        for (int sending = 0; sending <= 1; sending++) {
            struct line l;
            char c;
            open_network(&l, plain);
            assert_int_equal(line_write(&l, "x", 1, LONG_MS), 0);
            server_await(&server, 1, 0, 0);
            lose_peer();
            unsigned long long start = line_now_ms();
            if (sending)
                assert_int_equal(line_write(&l, "y", 1, LONG_MS), 0);
            assert_int_equal(line_read(&l, &c, 1, LONG_MS), LINE_GONE);
            assert_in_range(line_now_ms() - start, 0, LOST_MS);
            line_close(&l);
            server_stop(&server);
        }
}

/* Slow is not lost: nothing is read for longer than a lost peer is given, window closed. */
static void test_slow_peer(void **state)
{
    enum { MUCH = 8 << 20 };
    static uint8_t data[MUCH];
    struct line l;
    char c;
    (void)state;
    open_network(&l, 1);
    pthread_mutex_lock(&server.lock); /* its thread stops at the next bytes */
    assert_int_equal(line_write(&l, data, MUCH, 100), LINE_TIMEOUT);
    assert_int_equal(line_read(&l, &c, 1, 3500), LINE_TIMEOUT);
    shutdown(server.peer, SHUT_RDWR);
    pthread_mutex_unlock(&server.lock);
    line_close(&l);
    server_stop(&server);
}

/* ---- signals ------------------------------------------------------------------------------------
 */

static sigset_t only(int sig)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, sig);
    return set;
}

/* The descriptor that a signal names, or -1 if none comes within seconds. */
static int notified(int sig, int seconds)
{
    sigset_t set = only(sig);
    struct timespec limit = {seconds, 0};
    siginfo_t info;
    return sigtimedwait(&set, &info, &limit) == sig ? info.si_fd : -1;
}

static void await_bytes(struct line *l)
{
    char c;
    assert_int_equal(line_read_all(l, &c, 1, LONG_MS), 0);
}

/* peer: the other end. */
static void notifies(struct line *l, int peer)
{
    int sig = SIGRTMIN + 1;
    assert_int_equal(line_notify(l, sig), 0);
    assert_int_equal(notified(sig, 0), -1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(write(peer, "x", 1), 1);
        assert_int_equal(notified(sig, 20), line_fd(l));
        await_bytes(l);
    }
    while (notified(sig, 0) >= 0)
        continue;
    assert_int_equal(line_notify(l, SIGIO), 0);
    assert_int_equal(write(peer, "x", 1), 1);
    assert_int_equal(notified(SIGIO, 20), line_fd(l));
    await_bytes(l);
    while (notified(SIGIO, 0) >= 0)
        continue;
    assert_int_equal(line_notify(l, 0), 0);
    assert_int_equal(write(peer, "x", 1), 1);
    await_bytes(l);
    assert_int_equal(notified(SIGIO, 0), -1);
    assert_int_equal(notified(sig, 0), -1);
    assert_int_equal(line_notify(l, sig), 0);
}

static void test_notify(void **state)
{
    struct pty p = make_pty();
    struct line l;
    sigset_t rt = only(SIGRTMIN + 1), io = only(SIGIO);
    int pair[2];
    (void)state;
    sigprocmask(SIG_BLOCK, &rt, NULL);
    sigprocmask(SIG_BLOCK, &io, NULL);
    assert_int_equal(line_open(&l, p.path, 115200), 0);
    notifies(&l, p.master);
    line_close(&l);

    assert_int_equal(line_adopt(&l, p.slave, 0), 0);
    notifies(&l, p.master);
    line_close(&l);
    assert_int_equal(fcntl(p.slave, F_GETFL) & O_ASYNC, 0);
    assert_int_equal(fcntl(p.slave, F_GETSIG), 0);
    assert_int_equal(fcntl(p.slave, F_GETOWN), 0);

    for (int plain = 0; plain <= 1; plain++) {
        open_network(&l, plain);
        if (plain)
            assert_int_equal(line_write(&l, "x", 1, LONG_MS), 0);
        server_await(&server, (size_t)plain, plain ? 0 : 2, 0);
        notifies(&l, server.peer);
        line_close(&l);
        server_stop(&server);
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(line_adopt(&l, pair[0], 0), 0);
    notifies(&l, pair[1]);
    close(pair[1]); /* so does the end of the line */
    assert_int_equal(notified(SIGRTMIN + 1, 20), line_fd(&l));
    line_close(&l);
    close(pair[0]);
    close_pty(&p);
}

/* The program that takes the line over knows of no signal. */
static void test_hand_on_ends_it(void **state)
{
    struct pty p = make_pty();
    struct line l;
    (void)state;
    assert_int_equal(line_open(&l, p.path, 115200), 0);
    assert_int_equal(line_notify(&l, SIGRTMIN + 1), 0);
    assert_int_equal(line_hand_on(&l), 0);
    assert_int_equal(fcntl(LINE_HANDOFF_FD, F_GETFL) & O_ASYNC, 0);
    assert_int_equal(fcntl(LINE_HANDOFF_FD, F_GETOWN), 0);
    line_close(&l);
    close(LINE_HANDOFF_FD);
    close(LINE_HANDOFF_FD_2019);
    close_pty(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_rate),        cmocka_unit_test(test_put_back),
        cmocka_unit_test(test_driver),          cmocka_unit_test(test_gone),
        cmocka_unit_test(test_plain_port),      cmocka_unit_test(test_lost_peer),
        cmocka_unit_test(test_slow_peer),       cmocka_unit_test(test_notify),
        cmocka_unit_test(test_hand_on_ends_it),
    };
    return cmocka_run_group_tests_name("line-baud", tests, NULL, NULL);
}
